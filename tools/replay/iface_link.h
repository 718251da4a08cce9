/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_IFACE_LINK_H
#define REPLAY_IFACE_LINK_H

/* All data that rtnetlink gives for an interface. Internal to replay. */

#include <net/if.h>

#include "iface.h"

#define LINKTYPE_RAW 101u /* IPv4 or IPv6 without a link header */

struct iface_link {
    char name[IFNAMSIZ];
    int index;
    uint16_t hardware;      /* an ARPHRD_ value */
    bool carrier;           /* up, and connected to a medium or a peer */
    char qdisc[16];         /* name of the root queueing discipline */
    struct iface_info info; /* linktype and tag_is_extra are set by iface_link_type */
    struct iface_counters counters;
};

/*
 * Looks up an interface in the network namespace of the process. Returns 0, or -1 with errno set.
 */
int iface_link(const char *name, struct iface_link *link);

/*
 * Sets the members of link->info that depend on the hardware. Returns 0, or -1 with *error set if
 * we cannot send to this hardware.
 */
int iface_link_type(struct iface_link *link, struct cap_error *error);

/* Sets a one-line error for the errno of a call on an interface, such as "no such interface". */
void iface_error(struct cap_error *error, const char *what, int reason);

/*
 * Whether the interface still has a medium or a peer. This is one short system call; any socket
 * will do. Returns true if unknown. Check this because without a carrier, a queue drops frames and
 * reports success.
 */
bool iface_has_carrier(int socket, const struct iface_link *link);

/*
 * Returns 0, or the errno that the kernel would give for this frame: too short, or above the MTU.
 */
int iface_refuses(const struct iface_link *link, const uint8_t *data, uint32_t len);

#endif
