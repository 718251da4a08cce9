/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "build.h"

/* ---- Subnets and routing domains ---- */

static int check_vsid(struct builder *builder, uint32_t vsid, struct place at)
{
    if ((nvgre_vsid_is_reserved(vsid) || vsid == NVGRE_VSID_VENDOR) &&
        !builder->options->allow_reserved)
        return build_fail(builder, at,
                          "VSID %u is reserved; expected 4096 to 16777214 "
                          "or --allow-reserved-vsid",
                          vsid);
    return 0;
}

/* Finds or adds a subnet. Returns NULL after a failure. */
static struct subnet *get_subnet(struct builder *builder, uint32_t vsid, struct place at)
{
    struct map *map = builder->map;
    struct subnet *subnet = find_subnet(map, vsid);

    if (subnet)
        return subnet;
    if (check_vsid(builder, vsid, at) != 0 ||
        build_room(builder, (void **)&map->subnets, map->subnet_count, &map->subnet_room,
                   sizeof *map->subnets) != 0)
        return NULL;
    if (table_add(&map->subnet_by_vsid, vsid_key(vsid), map->subnet_count, 0) != 0) {
        build_no_memory(builder);
        return NULL;
    }
    subnet = &map->subnets[map->subnet_count++];
    *subnet = (struct subnet){.vsid = vsid, .domain = MAP_NONE, .flood = MAP_NONE};
    return subnet;
}

int build_domain(struct builder *builder, const char *name, uint32_t *index)
{
    struct map *map = builder->map;

    if (build_room(builder, (void **)&map->domains, map->domain_count, &map->domain_room,
                   sizeof *map->domains) != 0)
        return -1;
    map->domains[map->domain_count] = (struct domain){.name = ""};
    snprintf(map->domains[map->domain_count].name, MAP_RDID_LEN, "%s", name);
    *index = map->domain_count++;
    return 0;
}

/* Names are usually GUIDs, with or without braces, in upper or lower case. All spellings match. */
static void fold_name(const char *name, char folded[MAP_RDID_LEN])
{
    size_t len = 0;

    for (; *name && len < MAP_RDID_LEN - 1; name++)
        if (*name != '{' && *name != '}')
            folded[len++] = (char)tolower((unsigned char)*name);
    memset(folded + len, 0, MAP_RDID_LEN - len);
}

static int get_domain(struct builder *builder, const char *name, uint32_t *index)
{
    struct map *map = builder->map;
    const struct table_slot *slot;
    struct table_key key;
    char folded[MAP_RDID_LEN];
    char other[MAP_RDID_LEN];

    fold_name(name, folded);
    key = table_key_bytes(folded, sizeof folded);
    for (slot = table_find(&map->domain_by_name, key); slot;
         slot = table_next(&map->domain_by_name, key, slot)) {
        *index = table_slot_index(slot);
        fold_name(map->domains[*index].name, other);
        if (memcmp(folded, other, sizeof folded) == 0)
            return 0;
    }
    if (build_domain(builder, name, index) != 0)
        return -1;
    return table_add(&map->domain_by_name, key, *index, 0) == 0 ? 0 : build_no_memory(builder);
}

/* Puts a subnet into the routing domain `rdid`, unless `rdid` is NULL. */
static int set_domain(struct builder *builder, struct subnet *subnet, const char *rdid,
                      struct place at)
{
    uint32_t domain;

    if (!rdid)
        return 0;
    if (get_domain(builder, rdid, &domain) != 0)
        return -1;
    if (subnet->domain != MAP_NONE && subnet->domain != domain)
        return build_fail(builder, at, "VSID %u is in routing domain %s already, not in %s",
                          subnet->vsid, builder->map->domains[subnet->domain].name, rdid);
    subnet->domain = domain;
    return 0;
}

int build_in_domain(struct builder *builder, uint32_t vsid, struct place at, const char *rdid,
                    struct place rdid_at)
{
    struct subnet *subnet = get_subnet(builder, vsid, at);

    return subnet ? set_domain(builder, subnet, rdid, rdid_at) : -1;
}

struct vlans_text {
    char text[40];
};

static struct vlans_text vlans_text(struct map_vlans vlans)
{
    struct vlans_text text;

    if (!vlans.vlan)
        (void)snprintf(text.text, sizeof text.text, "service VLAN %u", vlans.svlan);
    else if (vlans.svlan)
        (void)snprintf(text.text, sizeof text.text, "VLAN %u in service VLAN %u", vlans.vlan,
                       vlans.svlan);
    else
        (void)snprintf(text.text, sizeof text.text, "VLAN %u", vlans.vlan);
    return text;
}

static int set_vlans(struct builder *builder, struct subnet *subnet,
                     const struct subnet_entry *entry)
{
    struct map *map = builder->map;
    const struct map_vlans vlans = entry->vlans;
    const struct table_slot *slot = table_find(&map->subnet_by_vlans, vlans_key(vlans));

    if (!vlans.svlan && !vlans.vlan)
        return 0;
    if (slot)
        return build_fail(builder, entry->vlans_at, "%s belongs to VSID %u already, not to %u",
                          vlans_text(vlans).text, map->subnets[table_slot_index(slot)].vsid,
                          subnet->vsid);
    if (table_add(&map->subnet_by_vlans, vlans_key(vlans), (uint32_t)(subnet - map->subnets), 0) !=
        0)
        return build_no_memory(builder);
    subnet->vlans = vlans;
    return 0;
}

static int set_flood(struct builder *builder, struct subnet *subnet,
                     const struct subnet_entry *entry)
{
    for (uint32_t i = 0; i < entry->flood_count && entry->flood_count > 1; i++)
        if (builder->map->pas[entry->flood[i]].group)
            return build_fail(builder, entry->flood_at,
                              "flood: expected unicast addresses or one multicast address");
    return build_set(builder, entry->flood, entry->flood_count, entry->flood_at, &subnet->flood);
}

int build_subnet(struct builder *builder, const struct subnet_entry *entry)
{
    struct subnet *subnet = get_subnet(builder, entry->vsid, entry->at);

    if (!subnet)
        return -1;
    if (subnet->line)
        return build_fail(builder, entry->at, "VSID %u is listed already, in %s", entry->vsid,
                          build_earlier(builder, entry->at, subnet->file, subnet->line).text);
    subnet->line = entry->at.line ? entry->at.line : 1;
    subnet->file = entry->at.file;
    if (set_domain(builder, subnet, entry->rdid, entry->rdid_at) != 0 ||
        set_vlans(builder, subnet, entry) != 0)
        return -1;
    return entry->flood_count ? set_flood(builder, subnet, entry) : 0;
}

/* ---- Records ---- */

static int add_by_ca(struct builder *builder, const struct record_entry *entry, uint32_t index,
                     uint32_t value)
{
    struct map *map = builder->map;
    const struct table_slot *slot = find_ca(map, entry->vsid, &entry->ca);
    const struct record *first;

    if (!slot)
        return table_add(&map->by_ca, address_key(entry->vsid, &entry->ca), index, value) == 0
                   ? 0
                   : build_no_memory(builder);
    first = &map->records[table_slot_index(slot)];
    return build_fail(builder, entry->ca_at, "VSID %u has CA %s already, in %s", entry->vsid,
                      address_text(&entry->ca).text,
                      build_earlier(builder, entry->ca_at, first->file, first->line).text);
}

/* A MAC may have several CAs, but it has only one location. */
static int add_by_mac(struct builder *builder, const struct record_entry *entry, uint32_t index,
                      uint32_t value)
{
    struct map *map = builder->map;
    struct table_key key = mac_key(entry->vsid, entry->mac);
    const struct table_slot *slot = table_find(&map->by_mac, key);
    const struct record *first;

    if (!slot)
        return table_add(&map->by_mac, key, index, value) == 0 ? 0 : build_no_memory(builder);
    first = &map->records[table_slot_index(slot)];
    if (slot->value == value && first->type != RECORD_L2ONLY && entry->type != RECORD_L2ONLY)
        return 0;
    return build_fail(builder, entry->mac_at,
                      "VSID %u has MAC %02x:%02x:%02x:%02x:%02x:%02x already, %sin %s", entry->vsid,
                      entry->mac[0], entry->mac[1], entry->mac[2], entry->mac[3], entry->mac[4],
                      entry->mac[5], slot->value == value ? "" : "with another PA or type, ",
                      build_earlier(builder, entry->mac_at, first->file, first->line).text);
}

int build_record(struct builder *builder, const struct record_entry *entry)
{
    struct map *map = builder->map;
    uint32_t index = map->record_count;
    struct record *record;
    uint32_t value;

    if (build_in_domain(builder, entry->vsid, entry->at, entry->rdid, entry->rdid_at) != 0 ||
        build_room(builder, (void **)&map->records, index, &map->record_room,
                   sizeof *map->records) != 0)
        return -1;
    record = &map->records[index];
    *record = (struct record){.vsid = entry->vsid,
                              .line = entry->at.line,
                              .file = entry->at.file,
                              .type = (uint8_t)entry->type,
                              .has_mac = entry->has_mac,
                              .ca = entry->ca};
    memcpy(record->mac, entry->mac, sizeof record->mac);
    if (build_set(builder, entry->pas, entry->pa_count, entry->pas_at, &record->set) != 0)
        return -1;
    value = entry->pa_count == 1 ? entry->pas[0] : record->set | SLOT_SET;
    if (entry->type == RECORD_GATEWAY)
        value |= SLOT_GATEWAY;
    if (entry->ca.version && add_by_ca(builder, entry, index, value) != 0)
        return -1;
    if (entry->has_mac && add_by_mac(builder, entry, index, value) != 0)
        return -1;
    map->record_count++;
    return 0;
}
