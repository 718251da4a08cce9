/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SENDER_H
#define REPLAY_SENDER_H

/*
 * What puts frames on an interface, whatever the means. Nothing here waits, retries or prints:
 * that is the caller's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"

#define SENDER_BATCH_MAX 256u

/* A frame to send: its captured bytes. They must stay until sender_flush says that all is sent. */
struct sender_frame {
    const uint8_t *data;
    uint32_t len;
    int64_t time_ns; /* since 1970, of sending as planned; for SENDER_FILE */
};

enum sender_kind {
    SENDER_AUTO,   /* the fastest that the interface takes and that does not lose packets */
    SENDER_PACKET, /* AF_PACKET, sendmmsg in batches */
    SENDER_RING,   /* AF_PACKET, memory-mapped TX ring */
    SENDER_XDP,    /* AF_XDP by libxdp */
    SENDER_FILE    /* no interface: a pcap file of what would be sent, with the planned times */
};

struct sender;

struct sender_options {
    enum sender_kind kind;
    bool qdisc_bypass; /* PACKET_QDISC_BYPASS, where the interface takes it */
};

/* Opens an interface (of SENDER_FILE: a file's name). Returns NULL with *error set. */
struct sender *sender_open(const char *name, const struct sender_options *options,
                           struct cap_error *error);

/* The kind that it is, for messages: "packet", "ring", "xdp", "file". */
const char *sender_name(const struct sender *sender);

/*
 * Hands over frames, at most SENDER_BATCH_MAX. Returns how many were taken, from the first on;
 * fewer than `count` where the interface is busy (sender_is_busy(*reason): try again after
 * sender_wait) or where the first that was not taken cannot be sent (*reason is the errno, such as
 * EMSGSIZE or ENETDOWN).
 */
uint32_t sender_send(struct sender *sender, const struct sender_frame *frames, uint32_t count,
                     int *reason);

/* Whether an errno says that the same frame may be taken later. */
bool sender_is_busy(int reason);

/* Waits until the interface may take more, at most `ns`; a signal ends it. */
void sender_wait(struct sender *sender, int64_t ns);

/*
 * Brings out what was taken and is still under way. Returns how many frames of those taken since
 * the last call turned out not to be sent; *reason is the errno of the last.
 */
uint32_t sender_flush(struct sender *sender, int *reason);

/* Returns 0, or -1 with *error set where the file of a SENDER_FILE could not get its name. */
int sender_close(struct sender *sender, struct cap_error *error);

#endif
