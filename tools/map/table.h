/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_TABLE_H
#define MAP_TABLE_H

/*
 * A hash table with open addressing: keys of 72 bits (a VSID and a MAC address) in slots of 16
 * bytes, so that a lookup touches one cache line. Longer keys are hashed into 72 bits; then the
 * caller compares what the slot's index leads to, and goes on with table_next where that differs.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_key {
    uint64_t low;
    uint8_t high;
};

struct table_slot {
    uint64_t low;
    uint32_t index_high; /* index + 1 in the upper 24 bits, 0 where empty; the key's high below */
    uint32_t value;      /* the caller's */
};

struct table {
    struct table_slot *slots;
    uint32_t mask; /* slots - 1 */
    uint32_t count;
    uint32_t shift; /* 64 - the bits of mask */
};

#define TABLE_MULTIPLIER 0x9E3779B97F4A7C15u

static inline uint64_t table_mix(uint64_t x)
{
    x *= TABLE_MULTIPLIER;
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    return x ^ x >> 32;
}

/* A key made of any number of words: start with {0, 0} and add each. */
static inline struct table_key table_key_add(struct table_key key, uint64_t word)
{
    uint64_t mixed = table_mix(key.low ^ word) + key.high;

    return (struct table_key){mixed, (uint8_t)(mixed >> 40 ^ key.high * UINT64_C(31))};
}

static inline uint32_t table_slot_index(const struct table_slot *slot)
{
    return (slot->index_high >> 8) - 1;
}

/* By the upper bits of one product, to which all bits of the key add. */
static inline uint32_t table_home(const struct table *table, struct table_key key)
{
    return (uint32_t)((key.low + key.high * 0xA0761D6478BD642Fu) * TABLE_MULTIPLIER >>
                      table->shift);
}

static inline const struct table_slot *table_probe(const struct table *table, struct table_key key,
                                                   uint32_t at)
{
    for (;; at = (at + 1) & table->mask) {
        const struct table_slot *slot = &table->slots[at];

        if (__builtin_expect(slot->index_high == 0, 0))
            return NULL;
        if (__builtin_expect(slot->low == key.low && (uint8_t)slot->index_high == key.high, 1))
            return slot;
    }
}

/* The first slot with a key, and the one behind another; NULL where there is none. */
static inline const struct table_slot *table_find(const struct table *table, struct table_key key)
{
    return table->count ? table_probe(table, key, table_home(table, key)) : NULL;
}

static inline const struct table_slot *table_next(const struct table *table, struct table_key key,
                                                  const struct table_slot *slot)
{
    return table_probe(table, key, ((uint32_t)(slot - table->slots) + 1) & table->mask);
}

/* Adds a slot, another one if the key is there. Returns 0, or -1 where memory is out. */
int table_add(struct table *table, struct table_key key, uint32_t index, uint32_t value);
void table_free(struct table *table);

/* Room for one more element behind `count`, doubling; -1 where memory is out. */
int array_grow(void **array, uint32_t count, uint32_t *room, size_t size);

#endif
