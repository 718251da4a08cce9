/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "port_map.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/number.h"

enum { PORTS = 65536 };

static bool read_pair(const char **text, void *to)
{
    uint16_t *new_ports = to;
    const char *old = *text;
    uint32_t first;
    uint32_t last;
    uint32_t new_port;

    for (;; ++*text) {
        if (!number_read_range(text, PORTS - 1, &first, &last))
            return false;
        if (**text != '+')
            break;
    }
    if (*(*text)++ != ':' || !number_read(text, PORTS - 1, &new_port))
        return false;
    do {
        (void)number_read_range(&old, PORTS - 1, &first, &last);
        for (uint32_t port = first; port <= last; port++)
            new_ports[port] = (uint16_t)new_port;
    } while (*old++ == '+');
    return true;
}

int port_map_parse(struct port_map *map, const char *text)
{
    map->new_ports = malloc(PORTS * sizeof *map->new_ports);
    if (!map->new_ports)
        return -2;
    for (uint32_t port = 0; port < PORTS; port++)
        map->new_ports[port] = (uint16_t)port;
    if (list_read_into(text, read_pair, map->new_ports) == 0)
        return 0;
    port_map_free(map);
    return -1;
}

void port_map_free(struct port_map *map)
{
    free(map->new_ports);
    map->new_ports = NULL;
}

bool port_map_apply(const struct port_map *map, uint16_t *port)
{
    uint16_t old = *port;

    if (!map->new_ports)
        return false;
    *port = map->new_ports[old];
    return *port != old;
}
