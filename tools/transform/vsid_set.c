/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vsid_set.h"

#include <stdlib.h>

#include "base/list.h"
#include "base/number.h"
#include "nvgre.h"

static bool read_range(const char **text, void *item)
{
    struct vsid_range *range = item;

    return number_read_range(text, NVGRE_VSID_MAX, &range->first, &range->last);
}

static int by_first(const void *a, const void *b)
{
    uint32_t x = ((const struct vsid_range *)a)->first;
    uint32_t y = ((const struct vsid_range *)b)->first;

    return (x > y) - (x < y);
}

static void join_overlaps(struct vsid_set *set)
{
    size_t kept = 0;

    qsort(set->ranges, set->count, sizeof *set->ranges, by_first);
    for (size_t i = 1; i < set->count; i++) {
        if (set->ranges[i].first > set->ranges[kept].last)
            set->ranges[++kept] = set->ranges[i];
        else if (set->ranges[i].last > set->ranges[kept].last)
            set->ranges[kept].last = set->ranges[i].last;
    }
    set->count = kept + 1;
}

int vsid_set_parse(struct vsid_set *set, const char *text)
{
    void *ranges;
    int result = list_read(text, sizeof *set->ranges, read_range, &ranges, &set->count);

    set->ranges = ranges;
    if (result == 0)
        join_overlaps(set);
    return result;
}

void vsid_set_free(struct vsid_set *set)
{
    free(set->ranges);
    *set = (struct vsid_set){NULL, 0};
}

bool vsid_set_has(const struct vsid_set *set, uint32_t vsid)
{
    size_t low = 0;
    size_t high = set->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (vsid > set->ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->count && vsid >= set->ranges[low].first;
}
