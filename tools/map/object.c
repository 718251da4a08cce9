/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BIT(field) (1u << (field))

/* Older maps have this field. It has no effect. */
#define IGNORED BIT(FIELD_PREFIX_LEN)

static const char *const names[FIELD_COUNT] = {
    [FIELD_ADDRESS] = "address",
    [FIELD_MAC] = "mac",
    [FIELD_VLAN] = "vlan",
    [FIELD_SVLAN] = "svlan",
    [FIELD_PREFIX_LEN] = "prefix_length",
    [FIELD_LOCAL] = "local",
    [FIELD_PREFIX] = "prefix",
    [FIELD_NEXT_HOP] = "next_hop",
    [FIELD_VSID] = "vsid",
    [FIELD_RDID] = "rdid",
    [FIELD_FLOOD] = "flood",
    [FIELD_CA] = "ca",
    [FIELD_PA] = "pa",
    [FIELD_TYPE] = "type",
    [FIELD_RULE] = "rule",
    [FIELD_METRIC] = "metric",
};

/* Cmdlets call the routing domain CustomerID in a record and RoutingDomainID in a route. */
static const struct {
    const char *name;
    enum field field;
} cmdlet_names[] = {
    {"CustomerAddress", FIELD_CA},
    {"VirtualSubnetID", FIELD_VSID},
    {"MACAddress", FIELD_MAC},
    {"ProviderAddress", FIELD_PA},
    {"Rule", FIELD_RULE},
    {"Type", FIELD_TYPE},
    {"CustomerID", FIELD_RDID},
    {"RoutingDomainID", FIELD_RDID},
    {"DestinationPrefix", FIELD_PREFIX},
    {"NextHop", FIELD_NEXT_HOP},
    {"Metric", FIELD_METRIC},
    {"VlanID", FIELD_VLAN},
};

static const struct kind_row {
    const char *section;
    const char *entry; /* for messages */
    uint32_t fields;   /* that an entry may have */
    uint32_t needed;
} kinds[OBJECT_KIND_COUNT] = {
    [OBJECT_PROVIDER] = {"provider", "a provider address",
                         BIT(FIELD_ADDRESS) | BIT(FIELD_MAC) | BIT(FIELD_VLAN) | BIT(FIELD_LOCAL) |
                             IGNORED,
                         BIT(FIELD_ADDRESS)},
    [OBJECT_PROVIDER_ROUTE] = {"provider_routes", "a provider route",
                               BIT(FIELD_PREFIX) | BIT(FIELD_NEXT_HOP) | BIT(FIELD_MAC) |
                                   BIT(FIELD_METRIC),
                               BIT(FIELD_PREFIX) | BIT(FIELD_NEXT_HOP)},
    [OBJECT_SUBNET] = {"subnets", "a subnet",
                       BIT(FIELD_VSID) | BIT(FIELD_RDID) | BIT(FIELD_VLAN) | BIT(FIELD_SVLAN) |
                           BIT(FIELD_FLOOD),
                       BIT(FIELD_VSID)},
    [OBJECT_RECORD] = {"records", "a record",
                       BIT(FIELD_VSID) | BIT(FIELD_CA) | BIT(FIELD_MAC) | BIT(FIELD_PA) |
                           BIT(FIELD_TYPE) | BIT(FIELD_RULE),
                       BIT(FIELD_VSID) | BIT(FIELD_PA)},
    [OBJECT_ROUTE] = {"routes", "a route",
                      BIT(FIELD_RDID) | BIT(FIELD_VSID) | BIT(FIELD_PREFIX) | BIT(FIELD_NEXT_HOP) |
                          BIT(FIELD_METRIC),
                      BIT(FIELD_VSID) | BIT(FIELD_PREFIX) | BIT(FIELD_NEXT_HOP)},
};

enum object_kind object_section(const char *name)
{
    enum object_kind kind = 0;

    while (kind < OBJECT_KIND_COUNT && strcmp(kinds[kind].section, name) != 0)
        kind++;
    return kind;
}

void object_begin(struct object *object, enum object_kind kind, bool cmdlet, struct place at)
{
    object->kind = kind;
    object->cmdlet = cmdlet;
    object->at = at;
    object->given = 0;
    object->list_count = 0;
}

enum field object_field(const struct object *object, const char *name)
{
    if (!object->cmdlet) {
        for (enum field field = 0; field < FIELD_COUNT; field++)
            if (kinds[object->kind].fields & BIT(field) && strcmp(names[field], name) == 0)
                return field;
        return FIELD_COUNT;
    }
    for (size_t i = 0; i < sizeof cmdlet_names / sizeof cmdlet_names[0]; i++)
        if (strcasecmp(cmdlet_names[i].name, name) == 0)
            return cmdlet_names[i].field;
    return FIELD_COUNT;
}

bool object_is_collection(const char *name)
{
    static const char *const words[] = {"LookupRecord", "CustomerRoute", "ProviderAddress",
                                        "ProviderRoute"};
    static const char *const before[] = {"Get-NetVirtualization", "NetVirtualization"};

    if (strcasecmp(name, "value") == 0)
        return true;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (strncasecmp(name, before[i], strlen(before[i])) == 0)
            name += strlen(before[i]);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);

        if (strncasecmp(name, words[i], len) == 0 &&
            (name[len] == '\0' || strcasecmp(name + len, "s") == 0 ||
             strcasecmp(name + len, "es") == 0))
            return true;
    }
    return false;
}

bool object_takes_list(enum field field)
{
    return field == FIELD_PA || field == FIELD_FLOOD;
}

const char *object_name(const struct object *object, enum field field)
{
    if (!object->cmdlet)
        return names[field];
    if (field == FIELD_ADDRESS)
        field = FIELD_PA;
    if (field == FIELD_RDID)
        return object->kind == OBJECT_RECORD ? "CustomerID" : "RoutingDomainID";
    for (size_t i = 0;; i++)
        if (cmdlet_names[i].field == field)
            return cmdlet_names[i].name;
}

int object_set(struct builder *builder, struct object *object, enum field field,
               const struct value *value)
{
    struct place at = value_place(object, value);

    if (object->cmdlet && value->len == 0)
        return 0;
    if (!object_takes_list(field)) {
        object->fields[field] = *value;
        object->given |= BIT(field);
        return 0;
    }
    if (object->list_count == OBJECT_LIST_MAX)
        return build_fail(builder, at, "more than %u addresses in a list", OBJECT_LIST_MAX);
    if (array_grow((void **)&object->list, object->list_count, &object->list_room,
                   sizeof *object->list) != 0)
        return build_no_memory(builder);
    object->list[object->list_count++] = *value;
    object->given |= BIT(field);
    return 0;
}

/* Writes a set of fields as `a, b or c`. */
static void list_fields(const struct object *object, uint32_t fields, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        const char *before = used == 0 ? "" : fields >> field == 1 ? " or " : ", ";

        if (fields & BIT(field) && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", before,
                                     object_name(object, field));
    }
}

int object_unknown(struct builder *builder, const struct object *object, const struct value *name)
{
    char expected[128];

    list_fields(object, kinds[object->kind].fields & ~IGNORED, expected, sizeof expected);
    return build_fail(builder, value_place(object, name), "unknown key %.40s; %s has %s",
                      name->text, kinds[object->kind].entry, expected);
}

/* Determines the kind of a cmdlet's object from its fields. */
static bool find_kind(struct object *object)
{
    uint32_t given = object->given;

    if (given & BIT(FIELD_CA)) {
        object->kind = OBJECT_RECORD;
    } else if (given & BIT(FIELD_PREFIX)) {
        object->kind =
            given & (BIT(FIELD_VSID) | BIT(FIELD_RDID)) ? OBJECT_ROUTE : OBJECT_PROVIDER_ROUTE;
    } else if (given & BIT(FIELD_PA)) {
        object->kind = given & BIT(FIELD_VSID) ? OBJECT_RECORD : OBJECT_PROVIDER;
        if (object->kind == OBJECT_PROVIDER) {
            object->fields[FIELD_ADDRESS] = object->list[0];
            object->given |= BIT(FIELD_ADDRESS);
        }
    } else {
        return false;
    }
    return true;
}

int object_check(struct builder *builder, struct object *object)
{
    uint32_t missing;

    if (object->cmdlet && !find_kind(object))
        return build_fail(builder, object->at,
                          "expected an object of Get-NetVirtualizationLookupRecord, "
                          "-CustomerRoute, -ProviderAddress or -ProviderRoute");
    missing = kinds[object->kind].needed & ~object->given;
    for (enum field field = 0; missing && field < FIELD_COUNT; field++)
        if (missing & BIT(field))
            return build_fail(builder, object->at, "%s needs %s", kinds[object->kind].entry,
                              object_name(object, field));
    return 0;
}

void object_free(struct object *object)
{
    free(object->list);
    free(object->pas);
}
