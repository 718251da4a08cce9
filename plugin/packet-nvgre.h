/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PACKET_NVGRE_H
#define PACKET_NVGRE_H

/* The NVGRE dissector: its result for a packet, and its registration. */

#include <stdint.h>

#include <wireshark.h>

#include <epan/address.h>

#include "frame.h"

/* The name of the tap. It gets a struct nvgre_packet for each NVGRE layer of a packet. */
#define NVGRE_TAP "nvgre"

/* The contents of an NVGRE layer. Allocated in the packet's scope. */
struct nvgre_packet {
    uint32_t key;   /* all 32 bits */
    uint32_t vsid;  /* 0..0xFFFFFF */
    uint8_t flowid; /* 0..0xFF */
    uint32_t notes; /* bit 1 << n for each enum nvgre_note n (notes.h) */
    address pa_src; /* provider addresses, from the outer IP packet */
    address pa_dst;
    address ca_src; /* customer addresses: inner IP addresses, or else inner MAC addresses */
    address ca_dst;
    uint32_t inner_len;       /* bytes of the inner frame on the wire */
    struct nvgre_inner inner; /* as far as captured */
};

void proto_register_nvgre(void);
void proto_reg_handoff_nvgre(void);

#endif
