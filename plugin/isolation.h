/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_ISOLATION_H
#define NVGRE_ISOLATION_H

/*
 * Keeps tenants that use the same addresses apart in the state that Wireshark keeps between
 * packets:
 *
 *   conversations           each tenant has its own tables (conversations.h)
 *   IPv4 fragments, ICMP    Wireshark uses packet_info.vlan_id if strict tracking is on
 *   IPv6 fragments, SCTP    the addresses include a tenant tag during their dissection
 *   ARP                     duplicates.h replaces Wireshark's own table
 */

#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>

/* The state to restore after the dissection of a tenant's frame. */
struct isolation {
    uint32_t tenant;
    uint32_t vlan_id;
    const void *src_data; /* data of the outer source address */
    bool strict_tracking;
};

/*
 * Call these before and after the dissection of a tenant's frame. Call isolation_end also if the
 * dissection throws an exception.
 */
struct isolation isolation_begin(packet_info *pinfo, uint32_t tenant);
void isolation_end(packet_info *pinfo, const struct isolation *before);

/* Whether the user has enabled Wireshark's check for duplicate addresses in ARP. */
bool isolation_wants_arp_duplicates(void);

void isolation_register(void);

/*
 * Replaces the dissectors of ARP, IPv6 fragments and the transport protocols. Our dissectors call
 * the original ones.
 */
void isolation_handoff(void);

#endif
