/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SENDER_H
#define REPLAY_SENDER_H

/*
 * Sends frames to an interface (or a file) in one of several ways. These functions do not wait,
 * retry or print, except as documented. The caller does that.
 */

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"

#define SENDER_BATCH_MAX 256u

/* A frame to send: the captured bytes. They are copied when sender_send accepts the frame. */
struct sender_frame {
    const uint8_t *data;
    uint32_t len;
    int64_t time_ns; /* planned send time since 1970, for SENDER_FILE */
};

enum sender_kind {
    SENDER_AUTO,   /* the fastest method that works on the interface without losing packets */
    SENDER_PACKET, /* AF_PACKET, batches by sendmmsg */
    SENDER_RING,   /* AF_PACKET, memory-mapped TX ring */
    SENDER_XDP,    /* AF_XDP by libxdp */
    SENDER_FILE    /* a pcap file instead of an interface, with the planned times */
};

struct sender;

struct sender_options {
    enum sender_kind kind;
    bool qdisc_bypass; /* set PACKET_QDISC_BYPASS if the interface supports it */
};

/* Opens an interface (for SENDER_FILE a file name). Returns NULL with *error set. */
struct sender *sender_open(const char *name, const struct sender_options *options,
                           struct cap_error *error);

/* Returns the name of the method, for messages: "packet", "ring", "xdp", "file". */
const char *sender_name(const struct sender *sender);

/*
 * Passes at most SENDER_BATCH_MAX frames to the kernel. Returns the number of frames accepted, from
 * the first one on. If this is less than `count`, *reason is the errno. If sender_is_busy(*reason),
 * call sender_wait and try again. Otherwise the first frame that was not accepted cannot be sent
 * (for example EMSGSIZE or ENETDOWN).
 */
uint32_t sender_send(struct sender *sender, const struct sender_frame *frames, uint32_t count,
                     int *reason);

/* Whether an errno means that the same frame may be accepted later. */
bool sender_is_busy(int reason);

/* Waits until the interface may accept more frames, at most `ns`. A signal ends the wait. */
void sender_wait(struct sender *sender, int64_t ns);

/*
 * Completes sending of the accepted frames, within a time limit. Returns the number of frames since
 * the last call that were accepted but not sent. *reason is the errno of the last one.
 */
uint32_t sender_flush(struct sender *sender, int *reason);

/*
 * Returns 0, or -1 with *error set if the file of a SENDER_FILE could not be renamed to its final
 * name.
 */
int sender_close(struct sender *sender, struct cap_error *error);

#endif
