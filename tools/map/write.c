/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "build.h"

static const char *const types[] = {"static", "dynamic", "gateway", "l2only"};

static void put_address(const struct address *address, FILE *stream)
{
    /* A plain scalar in flow context must not end with a colon, as :: does. */
    fprintf(stream, address->version == 6 ? "\"%s\"" : "%s", address_text(address).text);
}

static void put_mac(const char *before, const uint8_t mac[6], FILE *stream)
{
    fprintf(stream, "%smac: \"%02x:%02x:%02x:%02x:%02x:%02x\"", before, mac[0], mac[1], mac[2],
            mac[3], mac[4], mac[5]);
}

static void put_set(const struct map *map, const char *before, uint32_t index, FILE *stream)
{
    const struct map_pa_group *set = &map->sets[index];

    fprintf(stream, "%s[", before);
    for (uint32_t i = 0; i < set->count4 + set->count6; i++) {
        fputs(i ? ", " : "", stream);
        put_address(&map->pas[map->set_pas[set->offset + i]].address, stream);
    }
    fputc(']', stream);
}

/* Writes printable ASCII in double quotes. */
static void put_text(const char *before, const char *text, FILE *stream)
{
    fprintf(stream, "%s\"", before);
    for (; *text; text++)
        fprintf(stream, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fputc('"', stream);
}

static void put_providers(const struct map *map, FILE *stream)
{
    bool any = false;

    for (uint32_t i = 0; i < map->pa_count; i++) {
        const struct map_pa *pa = &map->pas[i];

        if (!pa->listed)
            continue;
        fputs(any ? "" : "provider:\n", stream);
        any = true;
        fputs("  - {address: ", stream);
        put_address(&pa->address, stream);
        if (pa->mac_from == MAP_MAC_OWN)
            put_mac(", ", pa->mac, stream);
        if (pa->vlan)
            fprintf(stream, ", vlan: %u", pa->vlan);
        fputs(pa->local ? ", local: true}\n" : "}\n", stream);
    }
}

static void put_route(const struct map *map, const struct route *route, FILE *stream)
{
    fputs("  - {", stream);
    if (route->domain != MAP_NONE) {
        if (map->domains[route->domain].name[0])
            put_text("rdid: ", map->domains[route->domain].name, stream);
        fprintf(stream, "%svsid: %u, ", map->domains[route->domain].name[0] ? ", " : "",
                route->vsid);
    }
    fprintf(stream, "prefix: \"%s/%u\", next_hop: ", address_text(&route->prefix).text,
            route->prefix_len);
    put_address(&route->next_hop, stream);
    if (route->has_mac)
        put_mac(", ", route->mac, stream);
    if (route->metric)
        fprintf(stream, ", metric: %u", route->metric);
    fputs("}\n", stream);
}

static void put_routes(const struct map *map, const char *section,
                       const struct prefix_table *routes, FILE *stream)
{
    if (routes->count)
        fprintf(stream, "%s:\n", section);
    for (uint32_t i = 0; i < routes->count; i++)
        put_route(map, &routes->routes[i], stream);
}

static void put_subnets(const struct map *map, FILE *stream)
{
    if (map->subnet_count)
        fputs("subnets:\n", stream);
    for (uint32_t i = 0; i < map->subnet_count; i++) {
        const struct subnet *subnet = &map->subnets[i];

        fprintf(stream, "  - {vsid: %u", subnet->vsid);
        if (subnet->domain != MAP_NONE && map->domains[subnet->domain].name[0])
            put_text(", rdid: ", map->domains[subnet->domain].name, stream);
        if (subnet->vlans.svlan)
            fprintf(stream, ", svlan: %u", subnet->vlans.svlan);
        if (subnet->vlans.vlan)
            fprintf(stream, ", vlan: %u", subnet->vlans.vlan);
        if (subnet->flood != MAP_NONE)
            put_set(map, ", flood: ", subnet->flood, stream);
        fputs("}\n", stream);
    }
}

static void put_records(const struct map *map, FILE *stream)
{
    if (map->record_count)
        fputs("records:\n", stream);
    for (uint32_t i = 0; i < map->record_count; i++) {
        const struct record *record = &map->records[i];

        fprintf(stream, "  - {vsid: %u", record->vsid);
        if (record->ca.version) {
            fputs(", ca: ", stream);
            put_address(&record->ca, stream);
        }
        if (record->has_mac)
            put_mac(", ", record->mac, stream);
        put_set(map, ", pa: ", record->set, stream);
        fprintf(stream, ", type: %s}\n", types[record->type]);
    }
}

void map_write(const struct map *map, FILE *stream)
{
    fputs("version: 1\n", stream);
    put_providers(map, stream);
    put_routes(map, "provider_routes", &map->provider_routes, stream);
    put_subnets(map, stream);
    put_records(map, stream);
    put_routes(map, "routes", &map->routes, stream);
}
