/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build.h"

#include <stdlib.h>
#include <string.h>

int build_begin(struct builder *builder)
{
    struct map *map = calloc(1, sizeof *map);

    builder->map = map;
    if (!map)
        return build_no_memory(builder);
    map->local_of_version[0] = map->local_of_version[1] = MAP_NONE;
    return 0;
}

void map_free(struct map *map)
{
    if (!map)
        return;
    table_free(&map->pa_by_address);
    table_free(&map->set_by_pas);
    table_free(&map->by_mac);
    table_free(&map->by_ca);
    table_free(&map->subnet_by_vsid);
    table_free(&map->subnet_by_vlans);
    table_free(&map->domain_by_name);
    prefix_free(&map->routes);
    prefix_free(&map->provider_routes);
    free(map->pas);
    free(map->sets);
    free(map->set_pas);
    free(map->records);
    free(map->subnets);
    free(map->domains);
    free(map);
}

int build_room(struct builder *builder, void **array, uint32_t count, uint32_t *room, size_t size)
{
    const struct place nowhere = {0, 0, 0};

    if (count == MAP_RECORDS_MAX)
        return build_fail(builder, nowhere, "more than %u entries of a kind", MAP_RECORDS_MAX);
    return array_grow(array, count, room, size) == 0 ? 0 : build_no_memory(builder);
}

/* ---- Provider addresses ---- */

const struct table_slot *find_pa(const struct map *map, const struct address *address)
{
    struct table_key key = address_key(0, address);
    const struct table_slot *slot = table_find(&map->pa_by_address, key);

    while (slot && !address_equal(&map->pas[table_slot_index(slot)].address, address))
        slot = table_next(&map->pa_by_address, key, slot);
    return slot;
}

int build_pa(struct builder *builder, const struct address *address, uint32_t *index)
{
    struct map *map = builder->map;
    const struct table_slot *slot = find_pa(map, address);

    if (slot) {
        *index = table_slot_index(slot);
        return 0;
    }
    if (build_room(builder, (void **)&map->pas, map->pa_count, &map->pa_room, sizeof *map->pas) !=
        0)
        return -1;
    if (table_add(&map->pa_by_address, address_key(0, address), map->pa_count, 0) != 0)
        return build_no_memory(builder);
    map->pas[map->pa_count] =
        (struct map_pa){.address = *address, .group = address_is_group(address)};
    *index = map->pa_count++;
    return 0;
}

int build_provider(struct builder *builder, const struct provider_entry *entry)
{
    struct map_pa *pa;
    uint32_t index = 0;

    if (build_pa(builder, &entry->pa.address, &index) != 0)
        return -1;
    pa = &builder->map->pas[index];
    if (pa->listed)
        return build_fail(builder, entry->at, "provider address %s is listed already",
                          address_text(&pa->address).text);
    *pa = entry->pa;
    pa->group = address_is_group(&pa->address);
    pa->listed = true;
    return 0;
}

/* ---- Sets of PAs ---- */

static int by_index(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Sorts IPv4 before IPv6, so that each version is one range. Returns the number of IPv4 PAs. */
static uint32_t sort_pas(const struct map *map, uint32_t *pas, uint32_t count)
{
    uint32_t count4 = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t pa = pas[i];

        if (map->pas[pa].address.version == 4) {
            pas[i] = pas[count4];
            pas[count4++] = pa;
        }
    }
    if (count > 1) {
        qsort(pas, count4, sizeof *pas, by_index);
        qsort(pas + count4, count - count4, sizeof *pas, by_index);
    }
    return count4;
}

static bool is_set(const struct map *map, const struct map_pa_group *set, const uint32_t *pas,
                   uint32_t count)
{
    return set->count4 + set->count6 == count &&
           memcmp(map->set_pas + set->offset, pas, count * sizeof *pas) == 0;
}

/* Copies PAs after the existing sets. build_set makes them a set if no equal set exists. */
static int append_pas(struct builder *builder, const uint32_t *pas, uint32_t count)
{
    struct map *map = builder->map;
    uint32_t room = map->set_pa_room;

    while (room - map->set_pa_count < count)
        room = room ? room * 2 : 256;
    if (room > MAP_RECORDS_MAX * 4u)
        return build_fail(builder, (struct place){0, 0, 0}, "more than %u PAs in all records",
                          MAP_RECORDS_MAX * 4u);
    if (room > map->set_pa_room) {
        uint32_t *more = realloc(map->set_pas, room * sizeof *more);

        if (!more)
            return build_no_memory(builder);
        map->set_pas = more;
        map->set_pa_room = room;
    }
    memcpy(map->set_pas + map->set_pa_count, pas, count * sizeof *pas);
    return 0;
}

int build_set(struct builder *builder, const uint32_t *pas, uint32_t count, struct place at,
              uint32_t *index)
{
    struct map *map = builder->map;
    const struct table_slot *slot;
    struct table_key key;
    uint32_t *sorted;
    uint32_t count4;

    if (append_pas(builder, pas, count) != 0)
        return -1;
    sorted = map->set_pas + map->set_pa_count;
    count4 = sort_pas(map, sorted, count);
    for (uint32_t i = 1; i < count; i++)
        if (sorted[i] == sorted[i - 1])
            return build_fail(builder, at, "PA %s is given twice",
                              address_text(&map->pas[sorted[i]].address).text);
    key = table_key_bytes(sorted, count * sizeof *sorted);
    slot = table_find(&map->set_by_pas, key);
    while (slot && !is_set(map, &map->sets[table_slot_index(slot)], sorted, count))
        slot = table_next(&map->set_by_pas, key, slot);
    if (slot) {
        *index = table_slot_index(slot);
        return 0;
    }
    if (build_room(builder, (void **)&map->sets, map->set_count, &map->set_room,
                   sizeof *map->sets) != 0)
        return -1;
    if (table_add(&map->set_by_pas, key, map->set_count, 0) != 0)
        return build_no_memory(builder);
    map->sets[map->set_count] = (struct map_pa_group){map->set_pa_count, count4, count - count4};
    map->set_pa_count += count;
    *index = map->set_count++;
    return 0;
}
