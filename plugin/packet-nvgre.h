/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PACKET_NVGRE_H
#define PACKET_NVGRE_H

/* The NVGRE dissector: what it finds out about a packet, and its registration. */

#include <stdint.h>

/* What is worth telling about a packet, each shown as an expert info. */
enum nvgre_note {
    NVGRE_NOTE_VSID_RESERVED,
    NVGRE_NOTE_VSID_VENDOR,
    NVGRE_NOTE_CHECKSUM,
    NVGRE_NOTE_SEQUENCE,
    NVGRE_NOTE_RESERVED_BITS,
    NVGRE_NOTE_DISCARD_BITS,
    NVGRE_NOTE_INNER_8021Q,
    NVGRE_NOTE_INNER_CUT,
    NVGRE_NOTE_OUTER_FRAGMENT,
    NVGRE_NOTE_NESTING,
    NVGRE_NOTE_COUNT
};

/* What an NVGRE layer of a packet says, apart from how it is shown. */
struct nvgre_packet {
    uint32_t key;   /* all 32 bits */
    uint32_t vsid;  /* 0..0xFFFFFF */
    uint8_t flowid; /* 0..0xFF */
    uint32_t notes; /* a bit 1 << n for each enum nvgre_note n */
};

void proto_register_nvgre(void);
void proto_reg_handoff_nvgre(void);

#endif
