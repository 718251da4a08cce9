/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vsid_map.h"

#include <stdlib.h>

#include "base/list.h"
#include "base/number.h"
#include "nvgre.h"

static bool read_pair(const char **text, void *item)
{
    struct vsid_pair *pair = item;

    if (!number_read_range(text, NVGRE_VSID_MAX, &pair->old_first, &pair->old_last) ||
        *(*text)++ != ':' ||
        !number_read_range(text, NVGRE_VSID_MAX, &pair->new_first, &pair->new_last))
        return false;
    return pair->new_first == pair->new_last ||
           pair->new_last - pair->new_first == pair->old_last - pair->old_first;
}

static int by_old(const void *a, const void *b)
{
    uint32_t x = ((const struct vsid_pair *)a)->old_first;
    uint32_t y = ((const struct vsid_pair *)b)->old_first;

    return (x > y) - (x < y);
}

static bool overlaps(const struct vsid_map *map)
{
    for (size_t i = 1; i < map->count; i++)
        if (map->pairs[i].old_first <= map->pairs[i - 1].old_last)
            return true;
    return false;
}

int vsid_map_parse(struct vsid_map *map, const char *text)
{
    void *pairs;
    int result = list_read(text, sizeof *map->pairs, read_pair, &pairs, &map->count);

    map->pairs = pairs;
    if (result != 0)
        return result;
    qsort(map->pairs, map->count, sizeof *map->pairs, by_old);
    if (!overlaps(map))
        return 0;
    vsid_map_free(map);
    return -1;
}

void vsid_map_free(struct vsid_map *map)
{
    free(map->pairs);
    *map = (struct vsid_map){NULL, 0};
}

bool vsid_map_apply(const struct vsid_map *map, uint32_t *vsid)
{
    size_t low = 0;
    size_t high = map->count;
    const struct vsid_pair *pair;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (*vsid > map->pairs[middle].old_last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == map->count || *vsid < map->pairs[low].old_first)
        return false;
    pair = &map->pairs[low];
    *vsid = pair->new_first + (pair->new_first == pair->new_last ? 0 : *vsid - pair->old_first);
    return true;
}

uint32_t vsid_map_find_reserved(const struct vsid_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->pairs[i].new_first <= NVGRE_VSID_RESERVED_MAX)
            return map->pairs[i].new_first;
        if (map->pairs[i].new_last == NVGRE_VSID_VENDOR)
            return NVGRE_VSID_VENDOR;
    }
    return NVGRE_VSID_NONE;
}
