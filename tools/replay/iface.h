/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_IFACE_H
#define REPLAY_IFACE_H

/* What the system tells of a network interface. */

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"

struct iface_info {
    uint32_t mtu;      /* bytes of the IP packet, without the Ethernet header */
    uint16_t linktype; /* LINKTYPE_ of what is sent there: Ethernet (loopback too) or raw IP */
    bool tag_is_extra; /* an 802.1Q tag does not count for the MTU (but an 802.1ad tag does) */
    bool up;
    uint8_t mac[6];
};

/* Returns 0, or -1 with *error set: no such interface, no rights, no link type that can be sent. */
int iface_info(const char *name, struct iface_info *info, struct cap_error *error);

/* Bytes by which a frame exceeds what the system sends; 0 also where info->mtu is 0. */
uint32_t iface_excess(const struct iface_info *info, const uint8_t *data, uint32_t len);

/* The interface's own counter, of all that anybody sends there. */
struct iface_counters {
    uint64_t packets;
};

/* Returns 0, or -1 where they cannot be read, as when the interface is gone. */
int iface_counters(const char *name, struct iface_counters *counters);

#endif
