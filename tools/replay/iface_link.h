/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_IFACE_LINK_H
#define REPLAY_IFACE_LINK_H

/* All that rtnetlink tells of an interface. Internal to replay. */

#include <net/if.h>

#include "iface.h"

#define LINKTYPE_RAW 101u /* IPv4 or IPv6 without a link header */

struct iface_link {
    char name[IFNAMSIZ];
    int index;
    uint16_t hardware;      /* ARPHRD_ */
    bool carrier;           /* up, and what is sent gets to a medium or a peer */
    char qdisc[16];         /* kind of its root queueing discipline */
    struct iface_info info; /* its linktype and tag_is_extra only where iface_link_type was asked */
    struct iface_counters counters;
};

/* Asks in the network namespace of the process. Returns 0, or -1 with errno set. */
int iface_link(const char *name, struct iface_link *link);

/* Sets what depends on the hardware. Returns 0, or -1 with *error set for hardware that cannot be
 * sent to. */
int iface_link_type(struct iface_link *link, struct cap_error *error);

/* One line for the errno of a call on an interface, such as "no such interface". */
void iface_error(struct cap_error *error, const char *what, int reason);

/*
 * Whether what is sent still gets to a medium or a peer, by one short system call on any socket;
 * true where that cannot be told. Without a carrier a queue drops frames and calls it success.
 */
bool iface_has_carrier(int socket, const struct iface_link *link);

/* 0, or the errno that the system has for such a frame: too short, or above the MTU. */
int iface_refuses(const struct iface_link *link, const uint8_t *data, uint32_t len);

#endif
