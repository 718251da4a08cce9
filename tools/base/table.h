/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

/*
 * The hash table of all parts: keys of 72 bits in slots of 16 bytes with open addressing, so that
 * a lookup touches one cache line. With a key go an index, usually of an array that the caller
 * has, and a value.
 *
 * A key is exact where 72 bits are enough for all that it tells, or it is hashed. Two hashed keys
 * can be the same: then the caller compares what the index leads to, and goes on with table_next
 * where that differs; or it takes them for one, which happens once in 2^72 pairs.
 *
 * Where a key is in a table, and what a hashed key is, depends on a secret of this run, so that
 * nobody can choose keys that meet. Output must not depend on it: no function gives keys in the
 * order in which they are in a table.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_INDEX_MAX 0xFFFFFEu

struct table_key {
    uint64_t low;
    uint8_t high;
};

struct table_slot {
    uint64_t low;
    uint32_t index_high; /* index + 1 in the upper 24 bits, 0 where empty; the key's high below */
    uint32_t value;      /* the caller's */
};

/* All zeroes is an empty one. */
struct table {
    struct table_slot *slots;
    uint32_t mask; /* slots - 1 */
    uint32_t count;
    uint32_t shift; /* 64 - the bits of mask */
};

/* The secret: random at its first use. Zeroes before. */
extern uint64_t table_secret[2];

/* Makes a secret of a number, so that tests can be repeated; all tables must be empty. */
void table_seed(uint64_t seed);
void table_seed_random(void);

/* Both halves of a product. */
static inline uint64_t table_fold(uint64_t a, uint64_t b)
{
    __extension__ const unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* A hashed key of some words: begin with this, and add each. */
static inline struct table_key table_key_begin(void)
{
    if (__builtin_expect(table_secret[1] == 0, 0))
        table_seed_random();
    return (struct table_key){table_secret[0], 0};
}

static inline struct table_key table_key_add(struct table_key key, uint64_t word)
{
    return (struct table_key){table_fold(key.low ^ word, table_secret[1]), key.high};
}

/* A hashed key of bytes. Words may be added. */
struct table_key table_key_bytes(const void *data, size_t len);

static inline uint32_t table_slot_index(const struct table_slot *slot)
{
    return (slot->index_high >> 8) - 1;
}

/* The second product spreads keys that are near each other, of which the first makes a pattern. */
static inline uint32_t table_home(const struct table *table, struct table_key key)
{
    return (uint32_t)(table_fold(key.low ^ table_secret[0], table_secret[1] ^ key.high) *
                          0x9E3779B97F4A7C15u >>
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

/*
 * Adds a slot, another one if the key is there; slots that were found do not hold any more. An
 * index is at most TABLE_INDEX_MAX. Returns 0, or -1 where memory is out.
 */
int table_add(struct table *table, struct table_key key, uint32_t index, uint32_t value);

/* Removes a slot that was found; others that were found do not hold any more. */
void table_remove(struct table *table, const struct table_slot *slot);

/* How many slots there are, free ones too. */
static inline uint32_t table_room(const struct table *table)
{
    return table->slots ? table->mask + 1 : 0;
}

/* Removes all, in a time that does not depend on how much it was. */
void table_free(struct table *table);

/* The last keys that were added, each with an index below `room`, and a value. */
struct table_recent {
    struct table table;
    struct table_key *keys; /* by index; what was replaced may still be here */
    uint32_t room;
    uint32_t next; /* index */
};

/* Returns 0, or -1 where memory is out; later calls need none. */
int table_recent_init(struct table_recent *recent, uint32_t room);
void table_recent_free(struct table_recent *recent);

/*
 * Adds a key, in place of the same key or, where there is no room, of the one that was added
 * first. Returns its index, which is another one each time.
 */
uint32_t table_recent_add(struct table_recent *recent, struct table_key key, uint32_t value);

/* Room for one more element behind `count`, doubling; -1 where memory is out. */
int array_grow(void **array, uint32_t count, uint32_t *room, size_t size);

#endif
