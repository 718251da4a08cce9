/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_ADDRESSES_H
#define INFO_ADDRESSES_H

/*
 * Packets by address, or by pair of addresses, of each owner: exact, until there are too many of an
 * owner or in all. Later ones are not counted, and what there is of the owner is told to be less
 * than all.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "base/text.h"

#define INFO_ADDRESSES_MAX 524288u     /* of all owners */
#define INFO_ADDRESSES_LIST_MAX 65536u /* of one */

/* Addresses as on the wire; IPv4 ones have 4 bytes, what is not used is 0. */
struct info_address {
    union {
        uint64_t words[4]; /* for comparison */
        struct {
            uint8_t source[16]; /* the address, where there is only one */
            uint8_t destination[16];
        } bytes;
    } is;
    uint32_t owner; /* of the list; is not in any other */
    uint32_t next;  /* of the same list: index + 1, or 0 */
    uint64_t packets;
    uint32_t version; /* 4 or 6 */
};

/* An owner's addresses. */
struct info_address_list {
    uint32_t first; /* index + 1, or 0 */
    uint32_t count;
    bool incomplete; /* there are more than `count` */
};

struct info_addresses {
    void *items; /* struct info_address */
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
 * Begins to look up an address, of which only `is`, `owner` and `version` are looked at: several
 * that are begun before they are counted wait for memory together.
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
 * Counts a packet of `address`, whose key info_addresses_begin gave, in its owner's list. Returns
 * 0, or -1 where memory is out.
 */
int info_addresses_count(struct info_addresses *addresses, struct info_address_list *list,
                         const struct info_address *address, struct table_key key);

/*
 * The indexes of the addresses with the most packets, at most `max` of them, the busiest first.
 * Returns how many.
 */
unsigned info_addresses_busiest(const struct info_addresses *addresses,
                                const struct info_address_list *list, uint32_t *indexes,
                                unsigned max);

/* Source, or destination, of an address or a pair as text in `out`, which is returned. */
const char *info_address_text(const struct info_address *address, bool destination,
                              char out[TEXT_MAX]);

#endif
