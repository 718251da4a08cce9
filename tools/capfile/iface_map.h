/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_IFACE_MAP_H
#define CAPFILE_IFACE_MAP_H

/*
 * The interfaces of a pcapng section in the output, by those of the input. A number is 1 + that of
 * an interface in the output, or 0 where it is not there yet.
 */

#include <stdbool.h>

#include "base/table.h"

struct cap_iface_numbers {
    uint32_t own;      /* with the link type it has */
    uint32_t ethernet; /* for what a transform made of its packets */
};

struct cap_iface_map {
    struct cap_iface_numbers *numbers; /* by number in the input */
    uint32_t room;
    uint32_t used;        /* numbers that the section may have set */
    struct table tenants; /* numbers, by number in the input and VSID */
};

/* The numbers for an interface of the input. */
static inline struct cap_iface_numbers cap_iface_map_get(const struct cap_iface_map *map,
                                                         uint32_t id)
{
    const struct cap_iface_numbers none = {0, 0};

    return id < map->room ? map->numbers[id] : none;
}

/* The same, to be changed; NULL where memory is out. */
struct cap_iface_numbers *cap_iface_map_at(struct cap_iface_map *map, uint32_t id);

/* The number for an interface of the input and a VSID, of which there is only Ethernet. */
uint32_t cap_iface_map_find(const struct cap_iface_map *map, uint32_t id, uint32_t vsid);

/* Sets that number, once. Returns 0, or -1 where memory is out. */
int cap_iface_map_add(struct cap_iface_map *map, uint32_t id, uint32_t vsid, uint32_t number);

/* Forgets all, as at the beginning of a section. */
void cap_iface_map_clear(struct cap_iface_map *map);

void cap_iface_map_free(struct cap_iface_map *map);

#endif
