/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iface_map.h"

#include <stdlib.h>
#include <string.h>

struct cap_iface_numbers *cap_iface_map_at(struct cap_iface_map *map, uint32_t id)
{
    if (id >= map->room) {
        uint32_t room = (id + 4) * 2;
        struct cap_iface_numbers *numbers = realloc(map->numbers, room * sizeof *numbers);

        if (!numbers)
            return NULL;
        memset(numbers + map->room, 0, (room - map->room) * sizeof *numbers);
        map->numbers = numbers;
        map->room = room;
    }
    if (id >= map->used)
        map->used = id + 1;
    return &map->numbers[id];
}

static struct table_key key_of(uint32_t id, uint32_t vsid)
{
    return (struct table_key){(uint64_t)id << 32 | vsid, 0};
}

uint32_t cap_iface_map_find(const struct cap_iface_map *map, uint32_t id, uint32_t vsid)
{
    const struct table_slot *slot = table_find(&map->tenants, key_of(id, vsid));

    return slot ? slot->value : 0;
}

int cap_iface_map_add(struct cap_iface_map *map, uint32_t id, uint32_t vsid, uint32_t number)
{
    return table_add(&map->tenants, key_of(id, vsid), 0, number);
}

void cap_iface_map_clear(struct cap_iface_map *map)
{
    if (map->used)
        memset(map->numbers, 0, map->used * sizeof *map->numbers);
    map->used = 0;
    table_free(&map->tenants);
}

void cap_iface_map_free(struct cap_iface_map *map)
{
    free(map->numbers);
    table_free(&map->tenants);
    *map = (struct cap_iface_map){0};
}
