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

uint32_t *cap_iface_map_number(struct cap_iface_map *map, uint32_t id, bool own, uint32_t tag)
{
    struct cap_iface_numbers *numbers;

    if (tag != CAP_TAG_NONE) {
        struct cap_iface_tag *place = cap_iface_tags_find(&map->tags, id, tag);

        return place ? &place->number : NULL;
    }
    numbers = cap_iface_map_at(map, id);
    if (!numbers)
        return NULL;
    return own ? &numbers->own : &numbers->ethernet;
}

void cap_iface_map_clear(struct cap_iface_map *map)
{
    if (map->used)
        memset(map->numbers, 0, map->used * sizeof *map->numbers);
    map->used = 0;
    cap_iface_tags_free(&map->tags);
}

void cap_iface_map_free(struct cap_iface_map *map)
{
    free(map->numbers);
    cap_iface_tags_free(&map->tags);
    *map = (struct cap_iface_map){0};
}
