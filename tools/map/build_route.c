/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "build.h"

/*
 * Adds routes and completes a map. Routing domains and MACs are known only after all files are
 * read.
 */

/* If two routes have the same prefix, the one with the lower metric wins. */
static int add_route(struct builder *builder, struct prefix_table *prefixes,
                     struct prefix_lengths *lengths, const struct route *route)
{
    const struct place at = {route->line, route->column, route->file};
    struct route *first = prefix_get(prefixes, route->domain, &route->prefix, route->prefix_len);

    if (!first) {
        if (prefixes->count == MAP_RECORDS_MAX)
            return build_fail(builder, at, "more than %u routes", MAP_RECORDS_MAX);
        return prefix_add(prefixes, lengths, route) == 0 ? 0 : build_no_memory(builder);
    }
    if (first->metric == route->metric)
        return build_fail(builder, at, "there is a route to %s/%u with metric %u already, in %s",
                          address_text(&route->prefix).text, route->prefix_len, route->metric,
                          build_earlier(builder, at, first->file, first->line).text);
    if (route->metric < first->metric)
        *first = *route;
    return 0;
}

static void set_place(struct route *route, struct place at)
{
    route->line = at.line;
    route->column = at.column;
    route->file = at.file;
}

int build_provider_route(struct builder *builder, const struct route_entry *entry)
{
    struct route route = entry->route;

    route.domain = MAP_NONE;
    route.vsid = NVGRE_VSID_NONE;
    set_place(&route, entry->at);
    return add_route(builder, &builder->map->provider_routes, &builder->map->provider_lengths,
                     &route);
}

int build_route(struct builder *builder, const struct route_entry *entry)
{
    if (build_in_domain(builder, entry->route.vsid, entry->vsid_at, entry->rdid, entry->rdid_at) !=
            0 ||
        build_room(builder, (void **)&builder->pending, builder->pending_count,
                   &builder->pending_room, sizeof *builder->pending) != 0)
        return -1;
    builder->pending[builder->pending_count] = entry->route;
    set_place(&builder->pending[builder->pending_count++], entry->at);
    return 0;
}

/* A route belongs to the routing domain of its subnet, which any entry may have set. */
static int add_pending(struct builder *builder)
{
    struct map *map = builder->map;

    for (uint32_t i = 0; i < builder->pending_count; i++) {
        struct route *route = &builder->pending[i];
        struct subnet *subnet = find_subnet(map, route->vsid);

        if (subnet->domain == MAP_NONE && build_domain(builder, "", &subnet->domain) != 0)
            return -1;
        route->domain = subnet->domain;
        if (add_route(builder, &map->routes, &map->domains[route->domain].lengths, route) != 0)
            return -1;
    }
    return 0;
}

static void find_mac(const struct map *map, struct map_pa *pa)
{
    const struct route *route =
        prefix_find(&map->provider_routes, &map->provider_lengths, MAP_NONE, &pa->address);
    const struct table_slot *slot;
    const uint8_t *mac = NULL;

    if (!route)
        return;
    slot = find_pa(map, &route->next_hop);
    if (route->has_mac)
        mac = route->mac;
    else if (slot && map->pas[table_slot_index(slot)].mac_from == MAP_MAC_OWN)
        mac = map->pas[table_slot_index(slot)].mac;
    if (!mac)
        return;
    memcpy(pa->mac, mac, sizeof pa->mac);
    pa->mac_from = MAP_MAC_ROUTE;
}

int build_end(struct builder *builder)
{
    struct map *map = builder->map;
    uint32_t locals[2] = {0, 0};

    if (add_pending(builder) != 0)
        return -1;
    for (uint32_t i = 0; i < map->pa_count; i++) {
        struct map_pa *pa = &map->pas[i];
        uint32_t version = pa->address.version == 6;

        pa->index = i;
        if (pa->mac_from == MAP_MAC_NONE && !pa->group)
            find_mac(map, pa);
        if (pa->local)
            map->local_of_version[version] = locals[version]++ ? MAP_NONE : i;
    }
    return 0;
}

void build_free(struct builder *builder)
{
    free(builder->pending);
    builder->pending = NULL;
}
