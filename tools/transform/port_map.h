/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_PORT_MAP_H
#define TRANSFORM_PORT_MAP_H

/* Maps TCP and UDP ports to ports, with the syntax of tcprewrite's --portmap. */

#include <stdbool.h>
#include <stdint.h>

struct port_map {
    uint16_t *new_ports; /* for all 65536 ports; NULL for an empty map */
};

/*
 * Reads a list of OLD:NEW such as `80:8000,8080-8089:80,53+123:5353`. OLD is a port, a range, or
 * several of these joined by +; NEW is one port. If an old port appears twice, the last pair
 * counts, as in tcprewrite. Returns 0, -1 if the list is invalid (*map is then empty), or -2 if out
 * of memory.
 */
int port_map_parse(struct port_map *map, const char *text);
void port_map_free(struct port_map *map);

/* Maps a port (in host byte order), once. Returns false if the port does not change. */
bool port_map_apply(const struct port_map *map, uint16_t *port);

#endif
