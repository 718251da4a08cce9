/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "learned.h"
#include "map/build.h"

static int by_vsid(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a; /* each item begins with its VSID */
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static int by_vsid_and_address(const void *a, const void *b)
{
    const struct learned_ca *x = a;
    const struct learned_ca *y = b;
    int order = by_vsid(a, b);

    if (order == 0)
        order = x->address.version - y->address.version;
    return order ? order : memcmp(x->address.bytes, y->address.bytes, sizeof x->address.bytes);
}

static int by_vsid_and_pa(const void *a, const void *b)
{
    const struct learned_flood *x = a;
    const struct learned_flood *y = b;
    int order = by_vsid(a, b);

    return order ? order : (x->pa > y->pa) - (x->pa < y->pa);
}

static void sort(void *items, uint32_t count, size_t size,
                 int (*compare)(const void *a, const void *b))
{
    if (count)
        qsort(items, count, size, compare);
}

static int add_providers(struct builder *builder, const struct map_learn *learn)
{
    const struct learned_pa *pas = learn->pas.items;

    for (uint32_t i = 0; i < learn->counts.pas; i++) {
        struct provider_entry entry = {
            .pa = {.address = pas[i].address,
                   .mac_from = pas[i].has_mac ? MAP_MAC_OWN : MAP_MAC_NONE,
                   .vlan = pas[i].vlan}};

        memcpy(entry.pa.mac, pas[i].mac, sizeof entry.pa.mac);
        if (pas[i].sends && build_provider(builder, &entry) != 0)
            return -1;
    }
    return 0;
}

/* Finds a multicast group, or all PAs that received copies. `list` must have room for them. */
static int get_flood(struct builder *builder, const struct map_learn *learn,
                     const struct learned_flood *floods, uint32_t count, uint32_t *list,
                     uint32_t *list_count)
{
    const struct learned_pa *pas = learn->pas.items;

    *list_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct address *address = &pas[floods[i].pa].address;

        if (build_pa(builder, address, &list[*list_count]) != 0)
            return -1;
        if (address_is_group(address)) {
            list[0] = list[*list_count];
            *list_count = 1;
            break;
        }
        ++*list_count;
    }
    return 0;
}

static int add_subnets(struct builder *builder, const struct map_learn *learn, uint32_t *list)
{
    const uint32_t *vsids = learn->subnets.items;
    const struct learned_flood *floods = learn->floods.items;
    uint32_t flood = 0;

    for (uint32_t i = 0; i < learn->counts.subnets; i++) {
        struct subnet_entry entry = {.vsid = vsids[i], .flood = list};
        uint32_t first = flood;

        while (flood < learn->counts.floods && floods[flood].vsid == vsids[i])
            flood++;
        if ((flood > first && get_flood(builder, learn, floods + first, flood - first, list,
                                        &entry.flood_count) != 0) ||
            build_subnet(builder, &entry) != 0)
            return -1;
    }
    return 0;
}

static int add_record(struct builder *builder, const struct map_learn *learn,
                      const struct learned_mac *mac, const struct learned_ca *ca)
{
    const struct learned_pa *pas = learn->pas.items;
    struct record_entry entry = {.vsid = mac->vsid,
                                 .type = ca ? RECORD_DYNAMIC : RECORD_L2ONLY,
                                 .has_mac = true,
                                 .pa_count = 1};
    uint32_t pa;

    if (build_pa(builder, &pas[mac->pa].address, &pa) != 0)
        return -1;
    if (ca)
        entry.ca = ca->address;
    memcpy(entry.mac, mac->mac, sizeof entry.mac);
    entry.pas = &pa;
    return build_record(builder, &entry);
}

/* Adds a record for each CA, and one for each MAC without a CA. */
static int add_records(struct builder *builder, const struct map_learn *learn)
{
    struct learned_mac *macs = learn->macs.items;
    const struct learned_ca *cas = learn->cas.items;

    for (uint32_t i = 0; i < learn->counts.cas; i++) {
        macs[cas[i].mac].has_ca = true;
        if (add_record(builder, learn, &macs[cas[i].mac], &cas[i]) != 0)
            return -1;
    }
    for (uint32_t i = 0; i < learn->counts.macs; i++)
        if (!macs[i].has_ca && add_record(builder, learn, &macs[i], NULL) != 0)
            return -1;
    return 0;
}

static int add_all(struct builder *builder, const struct map_learn *learn)
{
    uint32_t *list = malloc((learn->counts.floods + 1) * sizeof *list);
    int result;

    if (!list)
        return build_no_memory(builder);
    result = add_providers(builder, learn);
    if (result == 0)
        result = add_subnets(builder, learn, list);
    if (result == 0)
        result = add_records(builder, learn);
    free(list);
    return result;
}

enum map_result map_learn_finish(struct map_learn *learn, struct map **map,
                                 struct map_report *report)
{
    static const struct map_options options = {.allow_reserved = true};
    static const char *const name = "what was learned";
    struct builder builder = {.options = &options, .report = report, .files = &name};
    const struct map_learn_counts *counts = &learn->counts;
    int result = build_begin(&builder);

    report->warning_count = 0;
    sort(learn->subnets.items, counts->subnets, sizeof(uint32_t), by_vsid);
    sort(learn->floods.items, counts->floods, sizeof(struct learned_flood), by_vsid_and_pa);
    sort(learn->cas.items, counts->cas, sizeof(struct learned_ca), by_vsid_and_address);
    if (result == 0)
        result = add_all(&builder, learn);
    if (result == 0)
        result = build_end(&builder);
    build_free(&builder);
    if (result != 0) {
        map_free(builder.map);
        return builder.result;
    }
    *map = builder.map;
    return MAP_OK;
}
