/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    SLOTS_MIN_BITS = 4,
    SLOTS_MIN = 1 << SLOTS_MIN_BITS,
    HUGE_PAGE = 2 * 1024 * 1024,
    SLOTS_ROOMY = 32768
};

/* Lookups in large tables wait less in huge pages, where the system has them. */
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

static void put(struct table *table, struct table_slot slot)
{
    struct table_key key = {slot.low, (uint8_t)slot.index_high};
    uint32_t at = table_home(table, key);

    while (table->slots[at].index_high)
        at = (at + 1) & table->mask;
    table->slots[at] = slot;
}

static int grow(struct table *table)
{
    struct table old = *table;
    size_t count = old.slots ? ((size_t)old.mask + 1) * 2 : SLOTS_MIN;

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

/* Small tables have more room, so that most keys are in their first slot, which processors guess.
 */
static bool is_full(const struct table *table)
{
    return table->count > table->mask / (table->mask < SLOTS_ROOMY ? 4 : 2);
}

int table_add(struct table *table, struct table_key key, uint32_t index, uint32_t value)
{
    if ((!table->slots || is_full(table)) && grow(table) != 0)
        return -1;
    put(table, (struct table_slot){key.low, (index + 1) << 8 | key.high, value});
    table->count++;
    return 0;
}

void table_free(struct table *table)
{
    free(table->slots);
    *table = (struct table){NULL, 0, 0, 0};
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
