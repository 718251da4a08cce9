/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_IFACE_MAP_H
#define CAPFILE_IFACE_MAP_H

/*
 * Maps the interfaces of a pcapng section from input to output. A number here is 1 + the interface
 * number in the output, or 0 if the output does not have the interface yet.
 */

#include <stdbool.h>

#include "base/table.h"

struct cap_iface_numbers {
    uint32_t own;      /* the interface with its own link type */
    uint32_t ethernet; /* the interface with Ethernet, for packets that a transform changed */
};

struct cap_iface_map {
    struct cap_iface_numbers *numbers; /* by interface number in the input */
    uint32_t room;
    uint32_t used;        /* elements of `numbers` that this section uses */
    struct table tenants; /* numbers of tenants' interfaces, by interface in the input and VSID */
};

/* The numbers of the input's interface `id`. */
static inline struct cap_iface_numbers cap_iface_map_get(const struct cap_iface_map *map,
                                                         uint32_t id)
{
    const struct cap_iface_numbers none = {0, 0};

    return id < map->room ? map->numbers[id] : none;
}

/* The same, for writing. Returns NULL if out of memory. */
struct cap_iface_numbers *cap_iface_map_at(struct cap_iface_map *map, uint32_t id);

/* The number for an interface of the input and a VSID. It always has Ethernet. */
uint32_t cap_iface_map_find(const struct cap_iface_map *map, uint32_t id, uint32_t vsid);

/* Sets that number. Call it only if there is none yet. Returns 0, or -1 if out of memory. */
int cap_iface_map_add(struct cap_iface_map *map, uint32_t id, uint32_t vsid, uint32_t number);

/* Empties the map, at the beginning of a section. */
void cap_iface_map_clear(struct cap_iface_map *map);

void cap_iface_map_free(struct cap_iface_map *map);

#endif
