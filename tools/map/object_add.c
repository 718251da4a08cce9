/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object_add.h"

#include <string.h>

static bool has(const struct object *object, enum field field)
{
    return object->given >> field & 1;
}

static struct place field_place(const struct object *object, enum field field)
{
    return has(object, field)
               ? value_place(object,
                             object_takes_list(field) ? &object->list[0] : &object->fields[field])
               : object->at;
}

static int refuse(struct builder *builder, const struct object *object, enum field field,
                  const struct value *value, const char *expected)
{
    return build_fail(builder, value_place(object, value), "%s: expected %s, not %s%.48s%s",
                      object_name(object, field), expected, value->len ? "" : "an empty value",
                      value->text, value->len > 48 ? "..." : "");
}

/* These functions read a field into a value. If the field is missing, the value is unchanged. */

static int get_number(struct builder *builder, const struct object *object, enum field field,
                      uint32_t min, uint32_t max, uint32_t *number)
{
    char expected[32];

    if (!has(object, field) || value_number(&object->fields[field], min, max, number))
        return 0;
    snprintf(expected, sizeof expected, "%u to %u", min, max);
    return refuse(builder, object, field, &object->fields[field], expected);
}

static int get_address(struct builder *builder, const struct object *object, enum field field,
                       struct address *address)
{
    if (!has(object, field) || value_address(&object->fields[field], address))
        return 0;
    return refuse(builder, object, field, &object->fields[field], "an IPv4 or IPv6 address");
}

static int get_mac(struct builder *builder, const struct object *object, bool *has_mac,
                   uint8_t mac[6])
{
    const struct value *value = &object->fields[FIELD_MAC];

    if (!has(object, FIELD_MAC))
        return 0;
    if (!value_mac(value, mac) || mac[0] & 1)
        return refuse(builder, object, FIELD_MAC, value,
                      "a unicast MAC address such as 02:00:00:00:00:01");
    *has_mac = true;
    return 0;
}

static int get_prefix(struct builder *builder, const struct object *object, struct route *route)
{
    const struct value *value = &object->fields[FIELD_PREFIX];

    if (value_prefix(value, &route->prefix, &route->prefix_len))
        return 0;
    return refuse(builder, object, FIELD_PREFIX, value,
                  "a prefix such as 10.0.0.0/24, with no bits behind its length");
}

static int get_word(struct builder *builder, const struct object *object, enum field field,
                    const char *const *words, const char *expected, uint32_t *index)
{
    const struct value *value = &object->fields[field];

    if (!has(object, field) || value_word(value, words, index))
        return 0;
    return refuse(builder, object, field, value, expected);
}

static bool is_printable(const char *text)
{
    while (*text >= 0x20 && *text < 0x7F)
        text++;
    return *text == '\0';
}

static int get_rdid(struct builder *builder, const struct object *object, const char **rdid)
{
    const struct value *value = &object->fields[FIELD_RDID];

    if (!has(object, FIELD_RDID))
        return 0;
    /* Usually a GUID. Any other printable ASCII text is accepted. */
    if (strlen(value->text) != value->len || value->len == 0 || !is_printable(value->text))
        return refuse(builder, object, FIELD_RDID, value,
                      "a routing domain's ID of 1 to 63 printable ASCII characters");
    *rdid = value->text;
    return 0;
}

/* A PA must be an address that packets can be sent to. */
static int get_pas(struct builder *builder, struct object *object, enum field field, bool groups,
                   uint32_t *count)
{
    *count = has(object, field) ? object->list_count : 0;
    for (uint32_t i = 0; i < *count; i++) {
        const struct value *value = &object->list[i];
        struct address address;

        if (!value_address(value, &address) || address_is_zero(&address))
            return refuse(builder, object, field, value, "an IPv4 or IPv6 address");
        if (!groups && address_is_group(&address))
            return refuse(builder, object, field, value, "a unicast address");
        if (array_grow((void **)&object->pas, i, &object->pa_room, sizeof *object->pas) != 0)
            return build_no_memory(builder);
        if (build_pa(builder, &address, &object->pas[i]) != 0)
            return -1;
    }
    return 0;
}

static int get_vsid(struct builder *builder, const struct object *object, uint32_t *vsid)
{
    return get_number(builder, object, FIELD_VSID, 0, NVGRE_VSID_MAX, vsid);
}

static int add_provider(struct builder *builder, struct object *object)
{
    static const char *const booleans[] = {"false", "true", NULL};
    struct provider_entry entry = {.at = field_place(object, FIELD_ADDRESS)};
    struct map_pa *pa = &entry.pa;
    uint32_t vlan = 0;
    uint32_t local = object->cmdlet; /* this cmdlet lists the addresses of its host */
    bool has_mac = false;

    if (get_address(builder, object, FIELD_ADDRESS, &pa->address) != 0 ||
        get_mac(builder, object, &has_mac, pa->mac) != 0 ||
        get_number(builder, object, FIELD_VLAN, 0, 4094, &vlan) != 0 ||
        get_word(builder, object, FIELD_LOCAL, booleans, "true or false", &local) != 0)
        return -1;
    if (address_is_zero(&pa->address) || address_is_group(&pa->address))
        return refuse(builder, object, FIELD_ADDRESS, &object->fields[FIELD_ADDRESS],
                      "a unicast address");
    pa->mac_from = has_mac ? MAP_MAC_OWN : MAP_MAC_NONE;
    pa->vlan = (uint16_t)vlan;
    pa->local = local != 0;
    return build_provider(builder, &entry);
}

/* The common fields of customer and provider routes. */
static int get_route(struct builder *builder, const struct object *object,
                     struct route_entry *entry)
{
    struct route *route = &entry->route;

    if (get_prefix(builder, object, route) != 0 ||
        get_address(builder, object, FIELD_NEXT_HOP, &route->next_hop) != 0 ||
        get_number(builder, object, FIELD_METRIC, 0, UINT32_MAX, &route->metric) != 0)
        return -1;
    if (route->next_hop.version != route->prefix.version)
        return refuse(builder, object, FIELD_NEXT_HOP, &object->fields[FIELD_NEXT_HOP],
                      "an address of the prefix's IP version");
    entry->at = field_place(object, FIELD_PREFIX);
    return 0;
}

static int add_provider_route(struct builder *builder, struct object *object)
{
    struct route_entry entry = {.rdid = NULL};

    if (get_route(builder, object, &entry) != 0 ||
        get_mac(builder, object, &entry.route.has_mac, entry.route.mac) != 0)
        return -1;
    return build_provider_route(builder, &entry);
}

static int add_route(struct builder *builder, struct object *object)
{
    struct route_entry entry = {.rdid_at = field_place(object, FIELD_RDID),
                                .vsid_at = field_place(object, FIELD_VSID)};

    if (get_route(builder, object, &entry) != 0 ||
        get_vsid(builder, object, &entry.route.vsid) != 0 ||
        get_rdid(builder, object, &entry.rdid) != 0)
        return -1;
    return build_route(builder, &entry);
}

static int add_subnet(struct builder *builder, struct object *object)
{
    struct subnet_entry entry = {.at = field_place(object, FIELD_VSID),
                                 .vlans_at = field_place(object, FIELD_VLAN),
                                 .rdid_at = field_place(object, FIELD_RDID),
                                 .flood_at = field_place(object, FIELD_FLOOD)};
    uint32_t vlan = 0;
    uint32_t svlan = 0;

    if (get_vsid(builder, object, &entry.vsid) != 0 ||
        get_number(builder, object, FIELD_VLAN, 1, 4094, &vlan) != 0 ||
        get_number(builder, object, FIELD_SVLAN, 1, 4094, &svlan) != 0 ||
        get_rdid(builder, object, &entry.rdid) != 0 ||
        get_pas(builder, object, FIELD_FLOOD, true, &entry.flood_count) != 0)
        return -1;
    entry.vlans = (struct map_vlans){(uint16_t)svlan, (uint16_t)vlan};
    entry.flood = object->pas;
    return build_subnet(builder, &entry);
}

/*
 * A CA of 0.0.0.0 or :: means no CA in an L2Only record and all CAs in a GatewayWildcard record.
 * Without a type it is ambiguous.
 */
static int check_type(struct builder *builder, const struct object *object,
                      struct record_entry *entry)
{
    static const char *const words[] = {"static", "dynamic", "gateway", "l2only", NULL};
    static const char *const cmdlet_words[] = {
        "Static", "Dynamic", "GatewayWildcard", "L2Only", "0", "1", "2", "3", NULL};
    bool has_ca = entry->ca.version && !address_is_zero(&entry->ca);
    uint32_t type = entry->ca.version ? RECORD_STATIC : RECORD_L2ONLY;
    int read = object->cmdlet ? get_word(builder, object, FIELD_TYPE, cmdlet_words,
                                         "Static, Dynamic, GatewayWildcard or L2Only", &type)
                              : get_word(builder, object, FIELD_TYPE, words,
                                         "static, dynamic, gateway or l2only", &type);

    if (read != 0)
        return -1;
    entry->type = (enum record_type)(type % 4);
    if (entry->type == RECORD_L2ONLY ? has_ca : entry->type == RECORD_GATEWAY && has_ca)
        return refuse(builder, object, FIELD_CA, &object->fields[FIELD_CA],
                      "0.0.0.0 or :: with this type");
    if (!has_ca && entry->type != RECORD_L2ONLY && entry->type != RECORD_GATEWAY)
        return build_fail(
            builder, entry->ca_at, "%s: expected %s %s a CA%s", object_name(object, FIELD_TYPE),
            object->cmdlet ? "L2Only or GatewayWildcard" : "l2only or gateway",
            entry->ca.version ? "with" : "without", entry->ca.version ? " of zeros" : "");
    if (entry->type == RECORD_L2ONLY && !entry->has_mac)
        return build_fail(builder, object->at, "a record without a CA needs %s",
                          object_name(object, FIELD_MAC));
    if (entry->type == RECORD_L2ONLY)
        entry->ca.version = 0;
    else if (entry->type == RECORD_GATEWAY && !entry->ca.version)
        entry->ca.version = 4;
    return 0;
}

static int add_record(struct builder *builder, struct object *object)
{
    static const char *const words[] = {"nat", "encap", "none", NULL};
    static const char *const cmdlet_words[] = {"TranslationMethodNat",
                                               "TranslationMethodEncap",
                                               "TranslationMethodNone",
                                               "0",
                                               "1",
                                               "2",
                                               NULL};
    struct record_entry entry = {.at = field_place(object, FIELD_VSID),
                                 .ca_at = field_place(object, FIELD_CA),
                                 .mac_at = field_place(object, FIELD_MAC),
                                 .rdid_at = field_place(object, FIELD_RDID),
                                 .pas_at = field_place(object, FIELD_PA)};
    uint32_t rule = 1;

    if ((object->cmdlet
             ? get_word(builder, object, FIELD_RULE, cmdlet_words,
                        "TranslationMethodEncap, TranslationMethodNat or TranslationMethodNone",
                        &rule)
             : get_word(builder, object, FIELD_RULE, words, "encap, nat or none", &rule)) != 0)
        return -1;
    if (rule % 3 != 1) {
        build_warn(builder, field_place(object, FIELD_RULE), "skipped: rule %s is not NVGRE",
                   object->fields[FIELD_RULE].text);
        return 0;
    }
    if (get_vsid(builder, object, &entry.vsid) != 0 ||
        get_address(builder, object, FIELD_CA, &entry.ca) != 0 ||
        get_mac(builder, object, &entry.has_mac, entry.mac) != 0 ||
        check_type(builder, object, &entry) != 0 || get_rdid(builder, object, &entry.rdid) != 0 ||
        get_pas(builder, object, FIELD_PA, false, &entry.pa_count) != 0)
        return -1;
    entry.pas = object->pas;
    return build_record(builder, &entry);
}

int object_add(struct builder *builder, struct object *object)
{
    static int (*const adders[OBJECT_KIND_COUNT])(struct builder *, struct object *) = {
        [OBJECT_PROVIDER] = add_provider,
        [OBJECT_PROVIDER_ROUTE] = add_provider_route,
        [OBJECT_SUBNET] = add_subnet,
        [OBJECT_RECORD] = add_record,
        [OBJECT_ROUTE] = add_route};

    return object_check(builder, object) == 0 ? adders[object->kind](builder, object) : -1;
}
