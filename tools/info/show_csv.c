/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/text.h"
#include "show.h"

/* Fields are numbers, times and addresses. None of them needs quotes. */

static void put_header(FILE *stream)
{
    fputs("vsid,packets,inner_bytes,outer_bytes,first,first_seconds,last,last_seconds,"
          "packets_per_second,inner_bits_per_second,outer_bits_per_second,"
          "flowids_used,flowid_zero_share,flowid_busiest,flowid_busiest_share,flowid_evenness,"
          "pa_pairs,pa_pairs_complete,busiest_pa_source,busiest_pa_destination,busiest_pa_packets,"
          "cas,cas_complete,busiest_ca,busiest_ca_packets",
          stream);
    for (int i = 0; i < INFO_PROTOCOL_COUNT; i++)
        fprintf(stream, ",%s", info_protocol_names[i]);
    fputc('\n', stream);
}

static void put_time(const struct time_point *time, FILE *stream)
{
    char text[TEXT_MAX];
    const char *calendar = text_time(time->sec, time->nsec, text);

    fprintf(stream, ",%s,%.6f", calendar ? calendar : "", (double)time->sec + time->nsec / 1e9);
}

static void put_counters(const struct info_tenant *tenant, FILE *stream)
{
    fprintf(stream, "%" PRIu64 ",%" PRIu64 ",%" PRIu64, tenant->packets, tenant->inner_bytes,
            tenant->outer_bytes);
    if (!tenant->span.given) {
        fputs(",,,,,,,", stream);
        return;
    }
    put_time(&tenant->span.first, stream);
    put_time(&tenant->span.last, stream);
    if (info_span_seconds(&tenant->span) > 0)
        fprintf(stream, ",%.3f,%.3f,%.3f", info_rate(tenant, tenant->packets),
                info_rate(tenant, tenant->inner_bytes) * 8,
                info_rate(tenant, tenant->outer_bytes) * 8);
    else
        fputs(",,,", stream);
}

/* The number of addresses, then the busiest one (or pair) with its packets. */
static void put_addresses(const struct info_addresses *addresses,
                          const struct info_address_list *list, bool pairs, FILE *stream)
{
    const struct info_address *address;
    char text[TEXT_MAX];
    uint32_t index;

    fprintf(stream, ",%" PRIu32 ",%s", list->count, list->incomplete ? "false" : "true");
    if (info_addresses_busiest(addresses, list, &index, 1) == 0) {
        fputs(pairs ? ",,," : ",,", stream);
        return;
    }
    address = info_address_at(addresses, index);
    fprintf(stream, ",%s", info_address_text(address, false, text));
    if (pairs)
        fprintf(stream, ",%s", info_address_text(address, true, text));
    fprintf(stream, ",%" PRIu64, address->packets);
}

static void put_details(const struct info_view *view, const struct info_details *details,
                        FILE *stream)
{
    const struct info_addresses *addresses = &view->info->tenants.addresses;
    struct info_spread_figures figures;

    if (!details) {
        for (int i = 0; i < 14 + INFO_PROTOCOL_COUNT; i++)
            fputc(',', stream);
        return;
    }
    info_spread_figures(&details->spread, &figures);
    fprintf(stream, ",%u,%.6f,%u,%.6f,%.6f", figures.used, figures.zero_share, figures.busiest,
            figures.busiest_share, figures.evenness);
    put_addresses(addresses, &details->pa_pairs, true, stream);
    put_addresses(addresses, &details->cas, false, stream);
    for (int i = 0; i < INFO_PROTOCOL_COUNT; i++)
        fprintf(stream, ",%" PRIu64, details->protocols[i]);
}

void info_show_csv(const struct info_view *view, FILE *stream)
{
    const struct info_tenants *tenants = &view->info->tenants;

    put_header(stream);
    for (uint32_t i = 0; i < view->shown && !ferror(stream); i++) {
        const struct info_tenant *tenant = info_tenant_at(tenants, view->order[i]);

        fprintf(stream, "%" PRIu32 ",", tenant->vsid);
        put_counters(tenant, stream);
        put_details(view, tenant->details, stream);
        fputc('\n', stream);
    }
    if (tenants->others.packets) {
        fputs("others,", stream);
        put_counters(&tenants->others, stream);
        put_details(view, NULL, stream);
        fputc('\n', stream);
    }
}
