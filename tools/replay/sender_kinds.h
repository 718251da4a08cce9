/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SENDER_KINDS_H
#define REPLAY_SENDER_KINDS_H

/* What the kinds of senders are made of. Internal to replay. */

#include "iface_link.h"
#include "sender.h"

/* The functions of sender.h; `open` gets an interface that is up and has a carrier. */
struct sender_ops {
    const char *name;
    struct sender *(*open)(const struct iface_link *link, bool qdisc_bypass,
                           struct cap_error *error);
    uint32_t (*send)(struct sender *sender, const struct sender_frame *frames, uint32_t count,
                     int *reason);
    void (*wait)(struct sender *sender, int64_t ns);
    uint32_t (*flush)(struct sender *sender, int *reason);
    int (*close)(struct sender *sender, struct cap_error *error);
};

/* The first member of each kind. */
struct sender {
    const struct sender_ops *ops;
};

extern const struct sender_ops sender_packet_ops;
extern const struct sender_ops sender_ring_ops;
extern const struct sender_ops sender_xdp_ops; /* where libxdp was there to build with */

struct sender *sender_file_open(const char *path, struct cap_error *error);

/* A packet socket that sends to an interface and receives nothing; -1 with *error set. */
int sender_packet_socket(const struct iface_link *link, bool qdisc_bypass, struct cap_error *error);

/* Sleeps so long. Returns 0, or -1 where a signal ended it. */
int sender_pause(int64_t ns);

/* The most bytes of a frame that a ring takes. */
#define SENDER_RING_FRAME_MAX UINT16_MAX

/* What kinds with a packet socket have in common: their first member. */
struct socket_sender {
    struct sender sender;
    int fd;
    bool bypass;     /* past the queueing discipline */
    bool queue_full; /* the reason why not all was taken */
    struct iface_link link;
};

/*
 * What becomes of a call that took `taken` frames and ended with errno `failure`, or 0: returns
 * what sender_send does.
 */
uint32_t socket_sender_result(struct socket_sender *self, uint32_t taken, int failure, int *reason);

/*
 * Waits, at most `ns`, until the socket may be written to. Where a queue behind it is full the
 * socket may be written to all the time: then for a moment.
 */
void socket_sender_wait(struct sender *sender, int64_t ns);

/*
 * Waits, but not for long, until nothing that was written to the socket is in a queue. What still
 * is goes out later. Returns 0: such frames are not lost.
 */
uint32_t socket_sender_flush(struct sender *sender, int *reason);

#endif
