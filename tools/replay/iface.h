/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_IFACE_H
#define REPLAY_IFACE_H

/* Properties and counters of a network interface. */

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"

struct iface_info {
    uint32_t mtu;      /* bytes of an IP packet, without the Ethernet header */
    uint16_t linktype; /* LINKTYPE_ of frames to send: Ethernet (also for loopback) or raw IP */
    bool tag_is_extra; /* an 802.1Q tag does not count for the MTU (an 802.1ad tag does) */
    bool up;
    uint8_t mac[6];
};

/*
 * Returns 0, or -1 with *error set: no such interface, no rights, or a link type that we cannot
 * send.
 */
int iface_info(const char *name, struct iface_info *info, struct cap_error *error);

/* Returns the number of bytes of a frame above the MTU. Returns 0 if info->mtu is 0 (no limit). */
uint32_t iface_excess(const struct iface_info *info, const uint8_t *data, uint32_t len);

/* The interface's own counter: frames of all senders. */
struct iface_counters {
    uint64_t packets;
};

/* Returns 0, or -1 if the counters cannot be read, for example if the interface is gone. */
int iface_counters(const char *name, struct iface_counters *counters);

#endif
