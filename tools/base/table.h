/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

/*
 * The hash table for all folders: keys of 72 bits in slots of 16 bytes with open addressing. A
 * lookup usually reads one cache line. Each key has an index, usually into an array of the caller,
 * and a value.
 *
 * A key of up to 72 bits can be stored exactly. A longer key is hashed. Two different things can
 * have the same hashed key: about one pair in 2^72 for table_key_bytes, one in 2^64 for keys of
 * words. The caller either accepts that, or compares the entry at the index and continues with
 * table_next if it differs.
 *
 * The hashes depend on a random secret of this run, so that nobody can choose keys that collide.
 * Output must not depend on the secret: no function returns keys in table order.
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
    uint32_t index_high; /* upper 24 bits: index + 1, or 0 if empty; lower 8 bits: the key's high */
    uint32_t value;      /* for the caller */
};

/* All zero is an empty table. */
struct table {
    struct table_slot *slots;
    uint32_t mask; /* slots - 1 */
    uint32_t count;
    uint32_t shift; /* 64 - number of bits in mask */
};

/* Random from its first use on; zero before. */
extern uint64_t table_secret[2];

/* table_seed makes tests repeatable. All tables must be empty when the secret changes. */
void table_seed(uint64_t seed);
void table_seed_random(void);

/* The XOR of both halves of the 128-bit product. */
static inline uint64_t table_fold(uint64_t a, uint64_t b)
{
    __extension__ const unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* A hashed key of words: begin with this, then add each word. */
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

/* A hashed key of bytes. Words can be added to it. */
struct table_key table_key_bytes(const void *data, size_t len);

static inline uint32_t table_slot_index(const struct table_slot *slot)
{
    return (slot->index_high >> 8) - 1;
}

/* The first product maps neighbouring keys to a regular pattern; the second one spreads them. */
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

/* The first slot with a key, and the next one after `slot`. NULL if there is none. */
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
 * Adds a slot, also if the key is there already. Pointers to slots become invalid. `index` is at
 * most TABLE_INDEX_MAX. Returns 0, or -1 if out of memory.
 */
int table_add(struct table *table, struct table_key key, uint32_t index, uint32_t value);

/* Removes a slot. Pointers to other slots become invalid. */
void table_remove(struct table *table, const struct table_slot *slot);

/* The number of slots, including free ones. */
static inline uint32_t table_room(const struct table *table)
{
    return table->slots ? table->mask + 1 : 0;
}

/* Empties the table. The time does not depend on the number of keys. */
void table_free(struct table *table);

/* The keys added last, at most `room`, each with an index below `room` and a value. */
struct table_recent {
    struct table table;
    struct table_key *keys; /* by index; may contain replaced keys */
    uint32_t room;
    uint32_t next; /* index */
};

/* Returns 0, or -1 if out of memory. Later calls allocate nothing. */
int table_recent_init(struct table_recent *recent, uint32_t room);
void table_recent_free(struct table_recent *recent);

/*
 * Adds a key. It replaces the same key and, if all indexes are used, the oldest one. Returns the
 * key's index: 0, 1, and so on, then 0 again after room - 1.
 */
uint32_t table_recent_add(struct table_recent *recent, struct table_key key, uint32_t value);

/*
 * Makes room for one more element after `count` in an array of elements of `size` bytes; the room
 * doubles. Returns 0, or -1 if out of memory.
 */
int array_grow(void **array, uint32_t count, uint32_t *room, size_t size);

#endif
