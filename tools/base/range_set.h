/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_RANGE_SET_H
#define BASE_RANGE_SET_H

/* Sets of packet numbers, VSIDs or provider addresses, as options list them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "wire.h"

/* A number or an address. Keys of different IP versions are never equal. */
struct range_key {
    uint8_t version; /* 4 or 6 for an address, 0 for a number */
    uint64_t high;   /* first 8 bytes of an address; 0 for a number */
    uint64_t low;
};

struct range {
    struct range_key first;
    struct range_key last;
};

struct range_set {
    struct range *ranges; /* sorted, without overlaps */
    size_t count;
};

enum range_kind {
    RANGES_OF_PACKETS,  /* decimal numbers from 1 to 2^64 - 1: `1,3-5,100-` */
    RANGES_OF_VSIDS,    /* 0 to 2^24 - 1, decimal or hexadecimal: `5001,0x1770-0x1779` */
    RANGES_OF_ADDRESSES /* `192.168.4.0/24,2001:db8::11`; bits after a prefix are ignored */
};

/*
 * Reads a list. Returns 0, -1 if it is invalid, or -2 if out of memory; on failure the set is
 * empty. Earlier contents of the set are not freed.
 */
int range_set_parse(struct range_set *set, enum range_kind kind, const char *text);
void range_set_free(struct range_set *set);

/* Used by the functions below. */
bool range_set_has_key(const struct range_set *set, struct range_key key);

static inline struct range_key range_key_of(const struct address *address)
{
    return (struct range_key){address->version, wire_get64(address->bytes),
                              wire_get64(address->bytes + 8)};
}

/* Whether a number or an address is in the set. */
static inline bool range_set_has(const struct range_set *set, uint64_t number)
{
    return set->count != 0 && range_set_has_key(set, (struct range_key){.low = number});
}

static inline bool range_set_has_address(const struct range_set *set, const struct address *address)
{
    return range_set_has_key(set, range_key_of(address));
}

/* The same, but an empty set selects everything. */
static inline bool range_set_selects(const struct range_set *set, uint64_t number)
{
    return set->count == 0 || range_set_has(set, number);
}

#endif
