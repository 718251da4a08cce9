/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_MACS_H
#define MAP_MACS_H

/*
 * The inline fast path of map_lookup and map_local. It uses the table of all records by VSID and
 * MAC address; all these MACs are unicast.
 */

#include <string.h>

#include "base/table.h"
#include "map.h"

/*
 * The value of a slot in the tables by MAC and by CA. It is the index of the record's only PA or,
 * with SLOT_SET, the index of a set of PAs. SLOT_GATEWAY marks the record of a gateway.
 */
#define SLOT_GATEWAY 0x80000000u
#define SLOT_SET 0x40000000u

static inline struct table_key mac_key(uint32_t vsid, const uint8_t mac[6])
{
    uint32_t first;
    uint16_t last;

    memcpy(&first, mac, sizeof first);
    memcpy(&last, mac + sizeof first, sizeof last);
    return (struct table_key){(uint64_t)vsid << 48 | (uint64_t)last << 32 | first,
                              (uint8_t)(vsid >> 16)};
}

/* Constant, like the map. */
const struct table *map_macs(const struct map *map);

/* Whether a slot value is the index of a PA. */
static inline bool macs_is_pa(uint32_t value)
{
    return (value & (SLOT_GATEWAY | SLOT_SET)) == 0;
}

static inline uint32_t macs_value(const struct table_slot *slot)
{
    return slot ? slot->value : MAP_NONE;
}

/*
 * Finds the PA of the destination MAC, at the start of an Ethernet frame, and (macs_find_pair) the
 * PA of the source MAC after it. Returns true if each MAC belongs to a record with a single PA that
 * is not a gateway; map_lookup and map_local would return the same PAs. The table must not be
 * empty.
 */
static inline bool macs_find_remote(const struct table *macs, uint32_t vsid, const uint8_t *frame,
                                    uint32_t *remote)
{
    const struct table_key to = mac_key(vsid, frame);

    *remote = macs_value(table_probe(macs, to, table_home(macs, to)));
    return macs_is_pa(*remote);
}

static inline bool macs_find_pair(const struct table *macs, uint32_t vsid, const uint8_t *frame,
                                  uint32_t *local, uint32_t *remote)
{
    const struct table_key to = mac_key(vsid, frame);
    const struct table_key from = mac_key(vsid, frame + NVGRE_ETH_SRC_AT);
    const uint32_t to_home = table_home(macs, to);
    const uint32_t from_home = table_home(macs, from);

    __builtin_prefetch(&macs->slots[from_home]);
    *remote = macs_value(table_probe(macs, to, to_home));
    *local = macs_value(table_probe(macs, from, from_home));
    return macs_is_pa(*remote | *local);
}

#endif
