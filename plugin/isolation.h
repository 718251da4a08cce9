/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_ISOLATION_H
#define NVGRE_ISOLATION_H

/*
 * Keeps tenants who use the same addresses apart in what Wireshark remembers from packet to
 * packet:
 *   conversations              tables of their own (conversations.h)
 *   IPv4 fragments, ICMP       Wireshark takes packet_info.vlan_id into account if told so
 *   IPv6 fragments, SCTP       addresses that carry the tenant while these are dissected
 *   ARP                        duplicates.h instead of Wireshark's own table
 */

#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>

/* What to put back when the tenant's frame has been dissected. */
struct isolation {
    uint32_t tenant;
    uint32_t vlan_id;
    const void *src_data; /* of the address outside */
    bool strict_tracking;
};

/* Around the dissection of a tenant's frame; the second also when it throws. */
struct isolation isolation_begin(packet_info *pinfo, uint32_t tenant);
void isolation_end(packet_info *pinfo, const struct isolation *before);

/* Whether the user has Wireshark look for duplicate addresses in ARP. */
bool isolation_wants_arp_duplicates(void);

void isolation_register(void);

/* Puts itself in front of the transport protocols. */
void isolation_handoff(void);

#endif
