/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_NOTES_H
#define NVGRE_NOTES_H

/* Remarks about a packet. Each is shown as an expert info. */

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

/* The position of an NVGRE layer in a packet. */
struct nvgre_place {
    tvbuff_t *inner;
    tvbuff_t *source; /* the data source that contains the key */
    int key_offset;   /* offset of the key in `source` */
    uint16_t gre_flags;
    uint32_t tenant; /* number of the frame's tenant (tenant.h) */
    bool isolated;   /* tenants are kept apart (isolation.h) */
    unsigned depth;  /* 1 for the outermost tunnel */
};

/* Returns the bits for struct nvgre_packet.notes. All other members of `packet` must be set. */
uint32_t nvgre_notes_find(packet_info *pinfo, const struct nvgre_packet *packet,
                          const struct nvgre_place *place);

/* Adds the expert infos to the item of the NVGRE header or of the VSID. */
void nvgre_notes_show(packet_info *pinfo, const struct nvgre_packet *packet,
                      const struct nvgre_place *place, proto_item *header, proto_item *vsid);

void nvgre_notes_register(int proto, module_t *preferences);

#endif
