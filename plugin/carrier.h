/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CARRIER_H
#define NVGRE_CARRIER_H

/* The header of the IP packet that carries the tunnel. */

#include <stdbool.h>
#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>

struct carrier {
    uint8_t tos; /* or traffic class */
    uint8_t ttl; /* or hop limit */
};

/*
 * Call this with the data that the IP dissector passes to GRE or UDP: its ws_ip4 or ws_ip6. If GRE
 * or UDP was not called by IP, the data is NULL.
 */
void carrier_remember(const packet_info *pinfo, void *ip);

/* Gets the header remembered last in this packet. Returns false if there is none. */
bool carrier_recall(const packet_info *pinfo, struct carrier *carrier);

#endif
