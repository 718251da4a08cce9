/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_NOTES_H
#define NVGRE_NOTES_H

/* What is worth telling about a packet, each shown as an expert info. */

#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>
#include <epan/prefs.h>

#include "packet-nvgre.h"

enum nvgre_note {
    NVGRE_NOTE_VSID_RESERVED,
    NVGRE_NOTE_VSID_VENDOR,
    NVGRE_NOTE_CHECKSUM,
    NVGRE_NOTE_SEQUENCE,
    NVGRE_NOTE_RESERVED_BITS,
    NVGRE_NOTE_DISCARD_BITS,
    NVGRE_NOTE_INNER_8021Q,
    NVGRE_NOTE_INNER_CUT,
    NVGRE_NOTE_INNER_LENGTH,
    NVGRE_NOTE_TRAILING_FCS,
    NVGRE_NOTE_OUTER_FRAGMENT,
    NVGRE_NOTE_OUTER_TTL,
    NVGRE_NOTE_ECN_DROP,
    NVGRE_NOTE_ECN_UNUSED,
    NVGRE_NOTE_FLOWID_CHANGED,
    NVGRE_NOTE_DUPLICATE_ADDRESS,
    NVGRE_NOTE_NESTED,
    NVGRE_NOTE_NESTING,
    NVGRE_NOTE_COUNT
};

/* Where a packet's NVGRE layer stands. */
struct nvgre_place {
    tvbuff_t *inner;  /* the inner frame */
    tvbuff_t *source; /* the data source with the key ... */
    int key_offset;   /* ... and its offset in it */
    uint16_t gre_flags;
    uint32_t tenant; /* whose frame it is (tenant.h) */
    bool isolated;   /* from other tenants (isolation.h) */
    unsigned depth;  /* 1 for an outermost tunnel */
};

/* The bits of struct nvgre_packet.notes, by everything else in there. */
uint32_t nvgre_notes_find(packet_info *pinfo, const struct nvgre_packet *packet,
                          const struct nvgre_place *place);

/* Shows them at the item of the header, or of the VSID. */
void nvgre_notes_show(packet_info *pinfo, const struct nvgre_packet *packet,
                      const struct nvgre_place *place, proto_item *header, proto_item *vsid);

void nvgre_notes_register(int proto, module_t *preferences);

#endif
