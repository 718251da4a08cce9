/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_ADDRESSES_H
#define INFO_ADDRESSES_H

/*
 * Counts packets by address, or by address pair, for each owner. Counts are exact until one of the
 * limits below is reached. Addresses that come later are not counted, and the owner's list is
 * marked as incomplete.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "base/text.h"

#define INFO_ADDRESSES_MAX 524288u     /* for all owners together */
#define INFO_ADDRESSES_LIST_MAX 65536u /* for one owner */

/* Addresses in network byte order. IPv4 addresses use the first 4 bytes; unused bytes are 0. */
struct info_address {
    union {
        uint64_t words[4]; /* to compare quickly */
        struct {
            uint8_t source[16]; /* also used for a single address */
            uint8_t destination[16];
        } bytes;
    } is;
    uint32_t owner; /* identifies the list that this address is in */
    uint32_t next;  /* next in this list: index + 1, or 0 at the end */
    uint64_t packets;
    uint32_t version; /* 4 or 6 */
};

struct info_address_list {
    uint32_t first; /* index + 1, or 0 */
    uint32_t count;
    bool incomplete; /* some addresses were not counted */
};

struct info_addresses {
    void *items; /* array of struct info_address */
    uint32_t count;
    uint32_t room;
    struct table table;
};

static inline const struct info_address *info_address_at(const struct info_addresses *addresses,
                                                         uint32_t index)
{
    return (const struct info_address *)addresses->items + index;
}

void info_addresses_free(struct info_addresses *addresses);

/*
 * Starts the lookup of an address: returns its key and prefetches its slot. Uses only `is`, `owner`
 * and `version`. Start all lookups of a packet before the first count, so that their cache misses
 * overlap.
 */
static inline struct table_key info_addresses_begin(const struct info_addresses *addresses,
                                                    const struct info_address *address)
{
    struct table_key key = table_key_begin();

    key = table_key_add(key, (uint64_t)address->owner << 8 | address->version);
    if (address->version == 4) {
        key = table_key_add(key, address->is.words[0] ^
                                     (address->is.words[2] << 32 | address->is.words[2] >> 32));
    } else {
        for (int i = 0; i < 4; i++)
            key = table_key_add(key, address->is.words[i]);
    }
    if (addresses->table.count)
        __builtin_prefetch(&addresses->table.slots[table_home(&addresses->table, key)]);
    return key;
}

/*
 * Counts a packet for `address` in its owner's list. `key` is from info_addresses_begin. Returns 0,
 * or -1 if out of memory.
 */
int info_addresses_count(struct info_addresses *addresses, struct info_address_list *list,
                         const struct info_address *address, struct table_key key);

/*
 * Writes the indexes of the `max` addresses with the most packets to `indexes`, busiest first.
 * Returns the number of indexes.
 */
unsigned info_addresses_busiest(const struct info_addresses *addresses,
                                const struct info_address_list *list, uint32_t *indexes,
                                unsigned max);

/* Writes the source or destination as text to `out`. Returns `out`. */
const char *info_address_text(const struct info_address *address, bool destination,
                              char out[TEXT_MAX]);

#endif
