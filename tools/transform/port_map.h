/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_PORT_MAP_H
#define TRANSFORM_PORT_MAP_H

/* TCP and UDP ports to ports, as tcprewrite's --portmap names them. */

#include <stdbool.h>
#include <stdint.h>

struct port_map {
    uint16_t *new_ports; /* of all 65536; NULL for an empty map */
};

/*
 * Reads a list of OLD:NEW such as `80:8000,8080-8089:80,53+123:5353`: ports and ranges of them,
 * joined by +, to one port. Where an old port stands twice the last one counts, as in tcprewrite.
 * Returns 0; -1 where it is no such list (*map is then empty), -2 where memory is out.
 */
int port_map_parse(struct port_map *map, const char *text);
void port_map_free(struct port_map *map);

/* Maps a port (in host byte order), once. Returns false where it stays as it is. */
bool port_map_apply(const struct port_map *map, uint16_t *port);

#endif
