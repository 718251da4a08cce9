/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <jansson.h>

#include "base/text.h"
#include "pipeline/summary.h"
#include "show.h"

/*
 * Tenants are built and written one by one: a single tree of a million tenants would take
 * gigabytes. A value is NULL if it could not be built; set and put report that.
 */

/* Adds a value to an object, and takes ownership of the value. Returns 0, or -1 on error. */
static int set(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new(object, name, value);
}

/* Returns the object, or frees it and returns NULL if `failed`. */
static json_t *unless(int failed, json_t *object)
{
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

/* Adds the members of another object, which is freed. */
static int add_members(json_t *object, json_t *members)
{
    int failed = json_object_update(object, members);

    json_decref(members);
    return failed;
}

/* The members for a time; the names are "first" and "first_seconds", for instance. */
static int set_time(json_t *object, const char *name, const char *seconds_name,
                    const struct info_span *span, const struct time_point *time)
{
    char text[TEXT_MAX];

    if (!span->given)
        return set(object, name, json_null()) | set(object, seconds_name, json_null());
    return add_members(object, json_pack("{s:s?,s:f}", name, text_time(time->sec, time->nsec, text),
                                         seconds_name, (double)time->sec + time->nsec / 1e9));
}

static int set_span(json_t *object, const struct info_span *span)
{
    return set_time(object, "first", "first_seconds", span, &span->first) |
           set_time(object, "last", "last_seconds", span, &span->last) |
           set(object, "duration_seconds",
               span->given ? json_real(info_span_seconds(span)) : json_null());
}

static json_t *rate_value(const struct info_tenant *tenant, double count)
{
    double seconds = tenant->span.given ? info_span_seconds(&tenant->span) : 0;

    return seconds > 0 ? json_real(count / seconds) : json_null();
}

static int set_counters(json_t *object, const struct info_tenant *tenant)
{
    return add_members(object, json_pack("{s:I,s:I,s:I}", "packets", (json_int_t)tenant->packets,
                                         "inner_bytes", (json_int_t)tenant->inner_bytes,
                                         "outer_bytes", (json_int_t)tenant->outer_bytes)) |
           set_span(object, &tenant->span) |
           set(object, "packets_per_second", rate_value(tenant, (double)tenant->packets)) |
           set(object, "inner_bits_per_second",
               rate_value(tenant, (double)tenant->inner_bytes * 8)) |
           set(object, "outer_bits_per_second",
               rate_value(tenant, (double)tenant->outer_bytes * 8));
}

static json_t *counters_value(const struct info_tenant *tenant)
{
    json_t *object = json_object();

    return unless(set_counters(object, tenant), object);
}

static json_t *spread_value(const struct info_spread *spread)
{
    struct info_spread_figures figures;

    info_spread_figures(spread, &figures);
    return json_pack("{s:i,s:f,s:i,s:f,s:f}", "used", figures.used, "zero_share",
                     figures.zero_share, "busiest", figures.busiest, "busiest_share",
                     figures.busiest_share, "evenness", figures.evenness);
}

static json_t *address_value(const struct info_address *address, bool pair)
{
    const json_int_t packets = (json_int_t)address->packets;
    char source[TEXT_MAX];
    char destination[TEXT_MAX];

    (void)info_address_text(address, false, source);
    if (!pair)
        return json_pack("{s:s,s:I}", "address", source, "packets", packets);
    (void)info_address_text(address, true, destination);
    return json_pack("{s:s,s:s,s:I}", "source", source, "destination", destination, "packets",
                     packets);
}

static json_t *addresses_value(const struct info_addresses *addresses,
                               const struct info_address_list *list, bool pairs)
{
    uint32_t indexes[INFO_BUSIEST];
    unsigned count = info_addresses_busiest(addresses, list, indexes, INFO_BUSIEST);
    json_t *busiest = json_array();
    int failed = 0;

    for (unsigned i = 0; i < count; i++)
        failed |= json_array_append_new(
            busiest, address_value(info_address_at(addresses, indexes[i]), pairs));
    return json_pack("{s:I,s:b,s:o}", "distinct", (json_int_t)list->count, "complete",
                     !list->incomplete, "busiest", unless(failed, busiest));
}

static json_t *protocols_value(const uint64_t protocols[INFO_PROTOCOL_COUNT])
{
    json_t *object = json_object();
    int failed = 0;

    for (int i = 0; i < INFO_PROTOCOL_COUNT; i++)
        failed |= set(object, info_protocol_names[i], summary_json_count(protocols[i]));
    return unless(failed, object);
}

static json_t *tenant_value(const struct info_view *view, const struct info_tenant *tenant)
{
    const struct info_addresses *addresses = &view->info->tenants.addresses;
    const struct info_details *details = tenant->details;
    json_t *object = json_object();
    int failed =
        set(object, "vsid", json_integer(tenant->vsid)) | set_counters(object, tenant) |
        set(object, "flowids", details ? spread_value(&details->spread) : json_null()) |
        set(object, "pa_pairs",
            details ? addresses_value(addresses, &details->pa_pairs, true) : json_null()) |
        set(object, "cas",
            details ? addresses_value(addresses, &details->cas, false) : json_null()) |
        set(object, "protocols", details ? protocols_value(details->protocols) : json_null());

    return unless(failed, object);
}

static json_t *linktypes_value(const uint64_t *packets)
{
    json_t *array = json_array();
    int failed = 0;
    char text[TEXT_MAX];

    for (unsigned i = 0; i <= UINT16_MAX; i++)
        if (packets[i])
            failed |= json_array_append_new(array, json_pack("{s:i,s:s,s:I}", "number", i, "name",
                                                             info_linktype_text((uint16_t)i, text),
                                                             "packets", (json_int_t)packets[i]));
    return unless(failed, array);
}

static json_t *file_value(const struct info_view *view)
{
    const struct info_file *file = &view->info->file;
    json_t *object = json_object();
    int failed = set(object, "format", json_string(info_format_text(view->format))) |
                 set(object, "link_types", linktypes_value(view->info->linktypes)) |
                 set(object, "packets", summary_json_count(file->all.packets)) |
                 set(object, "bytes", summary_json_count(file->all.bytes)) |
                 set(object, "captured_bytes", summary_json_count(file->captured_bytes)) |
                 set(object, "cut_packets", summary_json_count(file->cut_packets)) |
                 set_span(object, &file->span);

    return unless(failed, object);
}

static json_t *ethertypes_value(const uint64_t *packets)
{
    json_t *array = json_array();
    int failed = 0;

    for (unsigned i = 0; i <= UINT16_MAX; i++)
        if (packets[i])
            failed |= json_array_append_new(
                array, json_pack("{s:i,s:I}", "ethertype", i, "packets", (json_int_t)packets[i]));
    return unless(failed, array);
}

static json_t *nvgre_value(const struct info *info)
{
    json_t *object = json_object();
    int failed = set(object, "vsids", json_integer(info->tenants.count)) |
                 set(object, "vsids_complete", json_boolean(!info->tenants.others.packets)) |
                 set_counters(object, &info->nvgre) |
                 set(object, "protocols", protocols_value(info->protocols)) |
                 set(object, "other_ethertypes", ethertypes_value(info->ethertypes));

    return unless(failed, object);
}

static json_t *finding_value(const struct info_rule_row *row, const struct info_finding *finding)
{
    json_t *numbers = json_array();
    int failed = 0;

    for (uint64_t i = 0; i < finding->packets && i < INFO_NUMBERS_MAX; i++)
        failed |= json_array_append_new(numbers, summary_json_count(finding->numbers[i]));
    return json_pack("{s:s,s:s,s:s?,s:I,s:o}", "rule", row->name, "text", row->text, "reference",
                     *row->reference ? row->reference : NULL, "packets",
                     (json_int_t)finding->packets, "numbers", unless(failed, numbers));
}

static json_t *findings_value(const struct info *info)
{
    json_t *array = json_array();
    int failed = 0;

    for (int i = 0; i < INFO_RULE_COUNT; i++)
        if (info->findings[i].packets)
            failed |=
                json_array_append_new(array, finding_value(&info_rule_rows[i], &info->findings[i]));
    return unless(failed, array);
}

static json_t *kinds_value(const struct info *info)
{
    json_t *object = json_object();
    int failed = 0;

    for (int i = 0; i < INFO_KIND_COUNT; i++)
        failed |= set(object, info_kind_rows[i].name,
                      json_pack("{s:I,s:I}", "packets", (json_int_t)info->kinds[i].packets, "bytes",
                                (json_int_t)info->kinds[i].bytes));
    return unless(failed, object);
}

/*
 * Writes `before` and then the value, and frees the value. Returns 0, or -1 if the value is NULL.
 */
static int put(const char *before, json_t *value, FILE *stream)
{
    if (!value)
        return -1;
    fputs(before, stream);
    (void)json_dumpf(value, stream, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
    json_decref(value);
    return 0;
}

static int put_tenants(const struct info_view *view, FILE *stream)
{
    const struct info_tenants *tenants = &view->info->tenants;

    fputs(",\n\"tenants\":[", stream);
    for (uint32_t i = 0; i < view->shown && !ferror(stream); i++)
        if (put(i ? ",\n" : "\n", tenant_value(view, info_tenant_at(tenants, view->order[i])),
                stream) != 0)
            return -1;
    fputs("]", stream);
    return put(",\n\"other_vsids\":",
               tenants->others.packets ? counters_value(&tenants->others) : json_null(), stream);
}

int info_show_json(const struct info_view *view, FILE *stream)
{
    const struct info *info = view->info;

    if (put("{\"command\":", json_string("info"), stream) != 0 ||
        put(",\n\"input\":", summary_json_name(view->in), stream) != 0 ||
        put(",\n\"file\":", file_value(view), stream) != 0 ||
        put(",\n\"not_selected\":", summary_json_count(view->not_selected), stream) != 0 ||
        put(",\n\"nvgre\":", nvgre_value(info), stream) != 0 || put_tenants(view, stream) != 0 ||
        put(",\n\"deviations\":", findings_value(info), stream) != 0 ||
        put(",\n\"other_traffic\":", kinds_value(info), stream) != 0 ||
        put(",\n\"cut\":", json_boolean(view->cut), stream) != 0 ||
        put(",\n\"interrupted\":", json_boolean(view->interrupted), stream) != 0)
        return -1;
    fputs("}\n", stream);
    return 0;
}
