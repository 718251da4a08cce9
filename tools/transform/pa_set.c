/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pa_set.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/number.h"

static uint32_t address_len(uint8_t version)
{
    return version == 4 ? 4 : PA_LEN_MAX;
}

/* The first and the last address of a prefix, which is an address in it yet. */
static void spread(struct pa_range *range, uint32_t prefix_len)
{
    memcpy(range->last, range->first, sizeof range->last);
    for (uint32_t bit = prefix_len; bit < 8 * address_len(range->version); bit++) {
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);

        range->first[bit / 8] &= (uint8_t)~mask;
        range->last[bit / 8] |= mask;
    }
}

static bool read_prefix(const char **text, void *item)
{
    struct pa_range *range = item;
    char address[INET6_ADDRSTRLEN];
    size_t len = strcspn(*text, "/,");
    uint32_t prefix_len;

    *range = (struct pa_range){.version = 0};
    if (len >= sizeof address)
        return false;
    memcpy(address, *text, len);
    address[len] = '\0';
    if (inet_pton(AF_INET, address, range->first) == 1)
        range->version = 4;
    else if (inet_pton(AF_INET6, address, range->first) == 1)
        range->version = 6;
    else
        return false;
    *text += len;
    prefix_len = 8 * address_len(range->version);
    if (**text == '/') {
        ++*text;
        if (!number_read(text, prefix_len, &prefix_len))
            return false;
    }
    spread(range, prefix_len);
    return true;
}

static int compare(uint8_t version, const uint8_t *address, uint8_t other_version,
                   const uint8_t *other)
{
    if (version != other_version)
        return version < other_version ? -1 : 1;
    return memcmp(address, other, address_len(version));
}

static int by_first(const void *a, const void *b)
{
    const struct pa_range *x = a;
    const struct pa_range *y = b;

    return compare(x->version, x->first, y->version, y->first);
}

static void join_overlaps(struct pa_set *set)
{
    size_t kept = 0;

    qsort(set->ranges, set->count, sizeof *set->ranges, by_first);
    for (size_t i = 1; i < set->count; i++) {
        const struct pa_range *next = &set->ranges[i];
        struct pa_range *range = &set->ranges[kept];

        if (compare(next->version, next->first, range->version, range->last) > 0)
            set->ranges[++kept] = *next;
        else if (compare(next->version, next->last, range->version, range->last) > 0)
            memcpy(range->last, next->last, sizeof range->last);
    }
    set->count = kept + 1;
}

int pa_set_parse(struct pa_set *set, const char *text)
{
    void *ranges;
    int result = list_read(text, sizeof *set->ranges, read_prefix, &ranges, &set->count);

    set->ranges = ranges;
    if (result == 0)
        join_overlaps(set);
    return result;
}

void pa_set_free(struct pa_set *set)
{
    free(set->ranges);
    *set = (struct pa_set){NULL, 0};
}

bool pa_set_has(const struct pa_set *set, uint8_t version, const uint8_t *address)
{
    size_t low = 0;
    size_t high = set->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pa_range *range = &set->ranges[middle];

        if (compare(version, address, range->version, range->last) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->count && set->ranges[low].version == version &&
           compare(version, address, version, set->ranges[low].first) >= 0;
}
