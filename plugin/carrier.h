/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CARRIER_H
#define NVGRE_CARRIER_H

/* The header of the IP packet that carries a tunnel. */

#include <stdbool.h>
#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>

struct carrier {
    uint8_t tos; /* or traffic class */
    uint8_t ttl; /* or hop limit */
};

/*
 * To be called with what the IP dissector hands over to GRE or UDP: its ws_ip4 or ws_ip6, or
 * NULL from elsewhere.
 */
void carrier_remember(const packet_info *pinfo, void *ip);

/* What was remembered last in this packet, or false. */
bool carrier_recall(const packet_info *pinfo, struct carrier *carrier);

#endif
