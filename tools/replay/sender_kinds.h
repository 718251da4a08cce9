/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SENDER_KINDS_H
#define REPLAY_SENDER_KINDS_H

/* The interface between sender.c and the methods of sending. Internal to replay. */

#include "iface_link.h"
#include "sender.h"

/* The functions of sender.h. The interface passed to `open` is up and has a carrier. */
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

/* The first member of each method's own struct. */
struct sender {
    const struct sender_ops *ops;
};

extern const struct sender_ops sender_packet_ops;
extern const struct sender_ops sender_ring_ops;
extern const struct sender_ops sender_xdp_ops; /* only if built with libxdp */

struct sender *sender_file_open(const char *path, struct cap_error *error);

/*
 * Opens a packet socket that sends to an interface and receives nothing. Returns -1 with *error
 * set.
 */
int sender_packet_socket(const struct iface_link *link, bool qdisc_bypass, struct cap_error *error);

/* Sleeps for `ns`. Returns 0, or -1 if a signal ended the sleep. */
int sender_pause(int64_t ns);

/* Maximum frame length for a ring, in bytes. */
#define SENDER_RING_FRAME_MAX UINT16_MAX

/* The first member of the methods that use a packet socket. */
struct socket_sender {
    struct sender sender;
    int fd;
    bool bypass;     /* bypass the queueing discipline */
    bool queue_full; /* the last send ended with ENOBUFS */
    struct iface_link link;
};

/*
 * Evaluates a send that accepted `taken` frames and ended with the errno `failure`, or 0. Returns
 * the result for sender_send.
 */
uint32_t socket_sender_result(struct socket_sender *self, uint32_t taken, int failure, int *reason);

/*
 * Waits until the socket is writable, at most `ns`. If the queue after the socket is full, the
 * socket is still writable: then sleeps for a short time.
 */
void socket_sender_wait(struct sender *sender, int64_t ns);

/*
 * Waits a limited time until all frames have left the socket and its queues. Remaining frames are
 * sent later. They are not lost, so this returns 0.
 */
uint32_t socket_sender_flush(struct sender *sender, int *reason);

#endif
