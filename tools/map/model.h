/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_MODEL_H
#define MAP_MODEL_H

/* The data structures of a map. Internal to the module. */

#include "base/table.h"
#include "macs.h"
#include "map.h"
#include "outer.h"
#include "prefix.h"

#define MAP_RDID_LEN 64u /* bytes of a routing domain's name, including the NUL */

enum record_type { RECORD_STATIC, RECORD_DYNAMIC, RECORD_GATEWAY, RECORD_L2ONLY };

struct record {
    uint32_t vsid;
    uint32_t set; /* index of a set of PAs */
    uint32_t line;
    uint16_t file;
    uint8_t type; /* enum record_type */
    bool has_mac;
    uint8_t mac[6];
    struct address ca; /* version 0 for none */
};

struct subnet {
    uint32_t vsid;
    uint32_t domain; /* index, or MAP_NONE */
    uint32_t flood;  /* set of PAs, or MAP_NONE */
    struct map_vlans vlans;
    uint16_t file;
    uint32_t line; /* of the subnet's own entry; 0 if only records or routes name it */
};

/* A routing domain: subnets with routes between them. */
struct domain {
    char name[MAP_RDID_LEN]; /* as in the file; empty for a subnet without routing domain */
    struct prefix_lengths lengths;
};

/* The PAs of a record or flood list, sorted by IP version and index. */
struct map_pa_group {
    uint32_t offset; /* in map->set_pas */
    uint32_t count4;
    uint32_t count6;
};

struct map {
    struct map_pa *pas;
    uint32_t pa_count, pa_room;
    struct table pa_by_address;
    uint32_t local_of_version[2]; /* the only local PA of IPv4 and IPv6, or MAP_NONE */

    struct map_pa_group *sets;
    uint32_t set_count, set_room;
    uint32_t *set_pas;
    uint32_t set_pa_count, set_pa_room;
    struct table set_by_pas;

    struct record *records;
    uint32_t record_count, record_room;
    struct table by_mac; /* (VSID, MAC); the first of several records */
    struct table by_ca;  /* (VSID, CA) */

    struct subnet *subnets;
    uint32_t subnet_count, subnet_room;
    struct table subnet_by_vsid;
    struct table subnet_by_vlans;

    struct domain *domains;
    uint32_t domain_count, domain_room;
    struct table domain_by_name;
    struct prefix_table routes;

    struct prefix_table provider_routes;
    struct prefix_lengths provider_lengths;
};

static inline struct table_key vsid_key(uint32_t vsid)
{
    return (struct table_key){vsid, 0};
}

static inline struct table_key vlans_key(struct map_vlans vlans)
{
    return (struct table_key){(uint64_t)vlans.svlan << 16 | vlans.vlan, 0};
}

/*
 * An IPv4 key is exact, with `high` 0. An IPv6 key is a hash, with the top bit of `high` set, so
 * that they never match.
 */
static inline struct table_key address_key(uint32_t vsid, const struct address *address)
{
    uint64_t words[2];
    struct table_key key;

    if (address->version == 4)
        return (struct table_key){(uint64_t)vsid << 32 | wire_get32(address->bytes), 0};
    memcpy(words, address->bytes, sizeof words);
    key = table_key_add(table_key_begin(), vsid);
    key = table_key_add(table_key_add(key, words[0]), words[1]);
    key.high |= 0x80;
    return key;
}

/* These return what the map holds for a PA, a CA or a VSID, or NULL. */
const struct table_slot *find_pa(const struct map *map, const struct address *address);
const struct table_slot *find_ca(const struct map *map, uint32_t vsid, const struct address *ca);
struct subnet *find_subnet(const struct map *map, uint32_t vsid);

#endif
