/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "map.h"
#include "model.h"

/* The maximum number of routes to follow if a next hop is itself reached through a route. */
enum { ROUTES_MAX = 8 };

struct subnet *find_subnet(const struct map *map, uint32_t vsid)
{
    const struct table_slot *slot = table_find(&map->subnet_by_vsid, vsid_key(vsid));

    return slot ? &map->subnets[table_slot_index(slot)] : NULL;
}

const struct table_slot *find_ca(const struct map *map, uint32_t vsid, const struct address *ca)
{
    struct table_key key = address_key(vsid, ca);
    const struct table_slot *slot = table_find(&map->by_ca, key);

    if (ca->version == 4)
        return slot;
    for (; slot; slot = table_next(&map->by_ca, key, slot)) {
        const struct record *record = &map->records[table_slot_index(slot)];

        if (record->vsid == vsid && address_equal(&record->ca, ca))
            break;
    }
    return slot;
}

static struct address inner_address(const struct nvgre_inner *inner, bool destination)
{
    if (!inner->has_ip)
        return (struct address){0, {0}};
    return address_of_ip(inner->data, &inner->ip, destination);
}

static const struct table_slot *find_mac(const struct map *map, uint32_t vsid, const uint8_t *mac)
{
    return table_find(&map->by_mac, mac_key(vsid, mac));
}

static uint32_t choose(uint32_t count, uint32_t hash)
{
    return (uint32_t)((uint64_t)hash * count >> 32);
}

/* The PAs of a record, IPv4 first. */
struct choice {
    const uint32_t *pas;
    uint32_t count4;
    uint32_t count6;
};

static struct choice choice_of_set(const struct map *map, uint32_t index)
{
    const struct map_pa_group *set = &map->sets[index];

    return (struct choice){map->set_pas + set->offset, set->count4, set->count6};
}

static struct choice choice_of(const struct map *map, const struct table_slot *slot)
{
    uint32_t index = slot->value & ~(SLOT_GATEWAY | SLOT_SET);
    const struct map_pa *pa;

    if (slot->value & SLOT_SET)
        return choice_of_set(map, index);
    pa = &map->pas[index];
    return (struct choice){&pa->index, pa->address.version == 4, pa->address.version == 6};
}

/* Returns the sender's record, or NULL if there is none. */
static const struct table_slot *find_sender(const struct map *map, uint32_t vsid,
                                            const struct nvgre_inner *inner)
{
    const struct table_slot *slot;
    struct address ca;

    if (!inner->has_l2)
        return NULL;
    slot = find_mac(map, vsid, inner->data + NVGRE_ETH_SRC_AT);
    if (!slot) {
        ca = inner_address(inner, false);
        if (ca.version && !address_is_zero(&ca))
            slot = find_ca(map, vsid, &ca);
    }
    return slot;
}

uint32_t map_local(const struct map *map, uint32_t vsid, const struct nvgre_inner *inner,
                   uint32_t hash, uint8_t version)
{
    const struct table_slot *slot = find_sender(map, vsid, inner);
    struct choice from;
    uint32_t count;

    if (!slot)
        return map->local_of_version[version == 6];
    from = choice_of(map, slot);
    if (version == 6)
        from.pas += from.count4;
    count = version == 6 ? from.count6 : from.count4;
    return count ? from.pas[choose(count, hash)] : MAP_NONE;
}

/* The sender's IP versions matter only if the receiver has PAs of both versions. */
static const uint32_t *choose_remote(const struct map *map, struct choice to, uint32_t vsid,
                                     const struct nvgre_inner *inner, uint32_t hash)
{
    uint32_t count = to.count4 + to.count6;

    if (to.count4 && to.count6) {
        bool has4 = map_local(map, vsid, inner, hash, 4) != MAP_NONE;
        bool has6 = map_local(map, vsid, inner, hash, 6) != MAP_NONE;

        if (has4 && !has6) {
            count = to.count4;
        } else if (has6 && !has4) {
            to.pas += to.count4;
            count = to.count6;
        }
    }
    return to.pas + choose(count, hash);
}

static enum map_hit flood(const struct map *map, uint32_t vsid, struct map_way *way)
{
    const struct subnet *subnet = find_subnet(map, vsid);
    struct choice all;

    if (!subnet || subnet->flood == MAP_NONE)
        return MAP_MISS;
    all = choice_of_set(map, subnet->flood);
    way->remotes = all.pas;
    way->remote_count = all.count4 + all.count6;
    return way->hit = MAP_HIT_FLOOD;
}

/* Follows routes from a subnet to the record of a CA, or of a next hop on the way to it. */
static const struct table_slot *find_route(const struct map *map, uint32_t vsid,
                                           struct address target, struct map_way *way)
{
    const struct subnet *subnet = find_subnet(map, vsid);
    const struct table_slot *slot = NULL;

    if (!subnet || subnet->domain == MAP_NONE)
        return NULL;
    for (int i = 0; i < ROUTES_MAX && !slot; i++) {
        const struct route *route = prefix_find(&map->routes, &map->domains[subnet->domain].lengths,
                                                subnet->domain, &target);
        bool on_link = route && address_is_zero(&route->next_hop);

        if (!route)
            return NULL;
        if (!on_link)
            target = route->next_hop;
        slot = find_ca(map, route->vsid, &target);
        way->vsid = route->vsid;
        if (on_link)
            break;
    }
    return slot;
}

static const struct table_slot *find_gateway(const struct map *map, uint32_t vsid, uint8_t version)
{
    struct address wildcard = {version == 6 ? 6 : 4, {0}};
    const struct table_slot *slot = find_ca(map, vsid, &wildcard);

    if (slot)
        return slot;
    wildcard.version ^= 4 ^ 6;
    return find_ca(map, vsid, &wildcard);
}

/* Finds the receiver's record by CA, route or gateway, not by MAC. */
static const struct table_slot *find_behind_mac(const struct map *map, uint32_t vsid,
                                                const struct nvgre_inner *inner,
                                                struct map_way *way)
{
    struct address ca = inner_address(inner, true);
    const struct table_slot *slot = NULL;

    if (ca.version && !address_is_zero(&ca)) {
        way->hit = MAP_HIT_CA;
        slot = find_ca(map, vsid, &ca);
        if (slot)
            return slot;
        slot = find_route(map, vsid, ca, way);
    }
    if (slot) {
        const struct record *record = &map->records[table_slot_index(slot)];

        way->hit = MAP_HIT_ROUTE;
        way->mac = record->has_mac ? record->mac : NULL;
        return slot;
    }
    way->hit = MAP_HIT_GATEWAY;
    way->vsid = vsid;
    return find_gateway(map, vsid, ca.version);
}

enum map_hit map_lookup(const struct map *map, uint32_t vsid, const struct nvgre_inner *inner,
                        uint32_t hash, struct map_way *way)
{
    const struct table_slot *slot;

    *way = (struct map_way){.hit = MAP_MISS, .vsid = vsid};
    if (!inner->has_l2)
        return MAP_MISS;
    if (inner->data[0] & 1) {
        if (flood(map, vsid, way) == MAP_HIT_FLOOD)
            return MAP_HIT_FLOOD;
        slot = NULL;
    } else {
        slot = find_mac(map, vsid, inner->data);
    }
    way->hit = MAP_HIT_MAC;
    /*
     * A frame to a gateway's MAC may have a more direct way: a route, or a CA in the same subnet.
     */
    if (!slot || slot->value & SLOT_GATEWAY)
        slot = find_behind_mac(map, vsid, inner, way);
    if (!slot)
        return way->hit = MAP_MISS;
    way->remotes = choose_remote(map, choice_of(map, slot), vsid, inner, hash);
    way->remote_count = 1;
    return way->hit;
}

const struct table *map_macs(const struct map *map)
{
    return &map->by_mac;
}

uint32_t map_vlans_vsid(const struct map *map, struct map_vlans vlans)
{
    const struct table_slot *slot = table_find(&map->subnet_by_vlans, vlans_key(vlans));

    if (!slot && vlans.svlan) {
        vlans.vlan = 0;
        slot = table_find(&map->subnet_by_vlans, vlans_key(vlans));
    }
    return slot ? map->subnets[table_slot_index(slot)].vsid : NVGRE_VSID_NONE;
}

struct map_vlans map_vsid_vlans(const struct map *map, uint32_t vsid)
{
    const struct subnet *subnet = find_subnet(map, vsid);

    return subnet ? subnet->vlans : (struct map_vlans){0, 0};
}

uint32_t map_pa_count(const struct map *map)
{
    return map->pa_count;
}

const struct map_pa *map_pa(const struct map *map, uint32_t index)
{
    return &map->pas[index];
}
