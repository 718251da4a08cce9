/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    SLOTS_MIN_BITS = 4,
    SLOTS_MIN = 1 << SLOTS_MIN_BITS,
    HUGE_PAGE = 2 * 1024 * 1024,
    SLOTS_ROOMY = 32768
};

uint64_t table_secret[2];

void table_seed(uint64_t seed)
{
    const XXH128_hash_t secret = XXH3_128bits_withSeed(NULL, 0, seed);

    table_secret[0] = secret.low64;
    table_secret[1] = secret.high64 | 1; /* never 0: 0 means no secret yet */
}

void table_seed_random(void)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
        seed = (uint64_t)(uintptr_t)&seed; /* early at boot; address randomisation is good enough */
    table_seed(seed);
}

struct table_key table_key_bytes(const void *data, size_t len)
{
    const XXH128_hash_t hash = XXH3_128bits_withSeed(data, len, table_key_begin().low);

    return (struct table_key){hash.low64, (uint8_t)hash.high64};
}

/* Huge pages make lookups in large tables faster (fewer TLB misses). */
static struct table_slot *make_slots(size_t count)
{
    size_t len = count * sizeof(struct table_slot);
    void *slots;

    if (len < HUGE_PAGE)
        return calloc(count, sizeof(struct table_slot));
    slots = aligned_alloc(HUGE_PAGE, len);
    if (!slots)
        return NULL;
    (void)madvise(slots, len, MADV_HUGEPAGE);
    return memset(slots, 0, len);
}

static struct table_key key_of(struct table_slot slot)
{
    return (struct table_key){slot.low, (uint8_t)slot.index_high};
}

static void put(struct table *table, struct table_slot slot)
{
    uint32_t at = table_home(table, key_of(slot));

    while (table->slots[at].index_high)
        at = (at + 1) & table->mask;
    table->slots[at] = slot;
}

static int grow(struct table *table)
{
    struct table old = *table;
    size_t count = old.slots ? ((size_t)old.mask + 1) * 2 : SLOTS_MIN;

    if (table_secret[1] == 0)
        table_seed_random();
    table->slots = make_slots(count);
    if (!table->slots) {
        *table = old;
        return -1;
    }
    table->mask = (uint32_t)(count - 1);
    table->shift = old.slots ? old.shift - 1 : 64 - SLOTS_MIN_BITS;
    for (size_t i = 0; i < count / 2 && old.slots; i++)
        if (old.slots[i].index_high)
            put(table, old.slots[i]);
    free(old.slots);
    return 0;
}

/*
 * Small tables are at most a quarter full, large ones half. Then most keys are in their first slot,
 * as the branch prediction of processors expects.
 */
static int make_room(struct table *table, uint32_t count)
{
    while (!table->slots || count > table->mask / (table->mask < SLOTS_ROOMY ? 4 : 2))
        if (grow(table) != 0)
            return -1;
    return 0;
}

int table_add(struct table *table, struct table_key key, uint32_t index, uint32_t value)
{
    if (make_room(table, table->count) != 0)
        return -1;
    put(table, (struct table_slot){key.low, (index + 1) << 8 | key.high, value});
    table->count++;
    return 0;
}

/* Later slots of the same run move up, so that no search ends at the hole. */
void table_remove(struct table *table, const struct table_slot *slot)
{
    uint32_t hole = (uint32_t)(slot - table->slots);

    for (uint32_t at = (hole + 1) & table->mask; table->slots[at].index_high;
         at = (at + 1) & table->mask) {
        uint32_t home = table_home(table, key_of(table->slots[at]));

        if (((at - home) & table->mask) < ((at - hole) & table->mask))
            continue;
        table->slots[hole] = table->slots[at];
        hole = at;
    }
    table->slots[hole] = (struct table_slot){0};
    table->count--;
}

void table_free(struct table *table)
{
    free(table->slots);
    *table = (struct table){0};
}

int table_recent_init(struct table_recent *recent, uint32_t room)
{
    *recent = (struct table_recent){.room = room};
    recent->keys = calloc(room, sizeof *recent->keys);
    if (recent->keys && make_room(&recent->table, room) == 0)
        return 0;
    table_recent_free(recent);
    return -1;
}

void table_recent_free(struct table_recent *recent)
{
    table_free(&recent->table);
    free(recent->keys);
    recent->keys = NULL;
}

uint32_t table_recent_add(struct table_recent *recent, struct table_key key, uint32_t value)
{
    const uint32_t index = recent->next;
    const struct table_slot *same = table_find(&recent->table, key);
    const struct table_slot *first;

    if (same)
        table_remove(&recent->table, same);
    first = table_find(&recent->table, recent->keys[index]);
    if (first && table_slot_index(first) == index)
        table_remove(&recent->table, first);
    (void)table_add(&recent->table, key, index, value); /* cannot fail: there is room */
    recent->keys[index] = key;
    recent->next = index + 1 < recent->room ? index + 1 : 0;
    return index;
}

int array_grow(void **array, uint32_t count, uint32_t *room, size_t size)
{
    uint32_t more = *room ? *room * 2 : 16;
    void *bigger;

    if (count < *room)
        return 0;
    bigger = realloc(*array, more * size);
    if (!bigger)
        return -1;
    *array = bigger;
    *room = more;
    return 0;
}
