/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/terminal.h"
#include "base/text.h"
#include "show.h"

/* Rows are the shown tenants, then the other VSIDs if there are any. */
static const struct info_tenant *tenant_of(const struct info_view *view, uint32_t row)
{
    const struct info_tenants *tenants = &view->info->tenants;

    return row < view->shown ? info_tenant_at(tenants, view->order[row]) : &tenants->others;
}

#define TENANT tenant_of(context, row)

static void put_scaled(double value, const char *unit, char *out)
{
    char text[TEXT_MAX];

    snprintf(out, GRID_CELL_MAX, "%s", text_scaled(value, unit, text));
}

static void put_percent(double share, char *out)
{
    char text[TEXT_MAX];

    snprintf(out, GRID_CELL_MAX, "%s", text_percent(share, text));
}

GRID_CELL(vsid_cell)
{
    const struct info_view *view = context;

    if (row < view->shown)
        snprintf(out, GRID_CELL_MAX, "%" PRIu32, tenant_of(view, row)->vsid);
    else
        snprintf(out, GRID_CELL_MAX, "others");
}

GRID_CELL(packets_cell)
{
    snprintf(out, GRID_CELL_MAX, "%" PRIu64, TENANT->packets);
}

static double share_of(const void *context, uint32_t row)
{
    const struct info_view *view = context;

    return (double)tenant_of(view, row)->packets / (double)view->info->nvgre.packets;
}

GRID_CELL(share_cell)
{
    put_percent(share_of(context, row), out);
}

/* Relative to the row with the most packets. */
static double bar_of(const void *context, uint32_t row)
{
    const struct info_view *view = context;

    return (double)tenant_of(view, row)->packets / (double)view->most_packets;
}

GRID_CELL(inner_cell)
{
    put_scaled((double)TENANT->inner_bytes, "B", out);
}

GRID_CELL(outer_cell)
{
    put_scaled((double)TENANT->outer_bytes, "B", out);
}

static void put_rate(const struct info_tenant *tenant, double rate, char *out)
{
    if (!tenant->span.given || info_span_seconds(&tenant->span) <= 0) {
        snprintf(out, GRID_CELL_MAX, "-");
        return;
    }
    put_scaled(rate, "", out);
}

GRID_CELL(packet_rate_cell)
{
    put_rate(TENANT, info_rate(TENANT, TENANT->packets), out);
}

GRID_CELL(bit_rate_cell)
{
    put_rate(TENANT, info_rate(TENANT, TENANT->inner_bytes) * 8, out);
}

/* Seconds since the earliest packet of the file. */
static void put_since(const struct info_view *view, const struct info_span *span, bool last,
                      char *out)
{
    struct info_span since = {view->info->file.span.first, last ? span->last : span->first, true};

    if (span->given)
        snprintf(out, GRID_CELL_MAX, "%.3f s", info_span_seconds(&since));
    else
        snprintf(out, GRID_CELL_MAX, "-");
}

GRID_CELL(first_cell)
{
    put_since(context, &TENANT->span, false, out);
}

GRID_CELL(last_cell)
{
    put_since(context, &TENANT->span, true, out);
}

static const struct grid_column tenant_columns[] = {
    {.title = "VSID", .text = vsid_cell},
    {.title = "packets", .text = packets_cell},
    {.title = "share", .text = share_cell},
    {.title = "", .share = bar_of, .rank = 4},
    {.title = "inner", .text = inner_cell},
    {.title = "outer", .text = outer_cell, .rank = 6},
    {.title = "packets/s", .text = packet_rate_cell},
    {.title = "bit/s", .text = bit_rate_cell, .rank = 3},
    {.title = "first seen", .text = first_cell, .rank = 8},
    {.title = "last seen", .text = last_cell, .rank = 7},
};

/* ---- FlowIDs ---- */

static bool figures_of(const struct info_tenant *tenant, struct info_spread_figures *figures,
                       char *out)
{
    snprintf(out, GRID_CELL_MAX, "-");
    if (tenant->details)
        info_spread_figures(&tenant->details->spread, figures);
    return tenant->details;
}

GRID_CELL(used_cell)
{
    struct info_spread_figures figures;

    if (figures_of(TENANT, &figures, out))
        snprintf(out, GRID_CELL_MAX, "%u", figures.used);
}

GRID_CELL(zero_cell)
{
    struct info_spread_figures figures;

    if (figures_of(TENANT, &figures, out))
        put_percent(figures.zero_share, out);
}

GRID_CELL(busiest_cell)
{
    struct info_spread_figures figures;

    if (figures_of(TENANT, &figures, out))
        snprintf(out, GRID_CELL_MAX, "0x%02x", figures.busiest);
}

GRID_CELL(busiest_share_cell)
{
    struct info_spread_figures figures;

    if (figures_of(TENANT, &figures, out))
        put_percent(figures.busiest_share, out);
}

GRID_CELL(evenness_cell)
{
    struct info_spread_figures figures;

    if (figures_of(TENANT, &figures, out))
        snprintf(out, GRID_CELL_MAX, "%.2f", figures.evenness);
}

static double evenness_of(const void *context, uint32_t row)
{
    struct info_spread_figures figures;
    char unused[GRID_CELL_MAX];

    return figures_of(TENANT, &figures, unused) ? figures.evenness : 0;
}

static const struct grid_column flowid_columns[] = {
    {.title = "VSID", .text = vsid_cell},
    {.title = "used", .text = used_cell},
    {.title = "with FlowID 0", .text = zero_cell, .rank = 2},
    {.title = "busiest", .text = busiest_cell},
    {.title = "with the busiest", .text = busiest_share_cell},
    {.title = "evenness", .text = evenness_cell},
    {.title = "", .share = evenness_of, .rank = 1},
};

/* ---- Addresses and protocols ---- */

static void put_count(const struct info_address_list *list, char *out)
{
    snprintf(out, GRID_CELL_MAX, "%" PRIu32 "%s", list->count, list->incomplete ? " or more" : "");
}

GRID_CELL(pa_count_cell)
{
    snprintf(out, GRID_CELL_MAX, "-");
    if (TENANT->details)
        put_count(&TENANT->details->pa_pairs, out);
}

GRID_CELL(ca_count_cell)
{
    snprintf(out, GRID_CELL_MAX, "-");
    if (TENANT->details)
        put_count(&TENANT->details->cas, out);
}

static void put_address(const struct info_address *address, bool pair, double share, char *out)
{
    char source[TEXT_MAX];
    char destination[TEXT_MAX];
    char percent[TEXT_MAX];

    snprintf(out, GRID_CELL_MAX, "%s%s%s %s", info_address_text(address, false, source),
             !pair                ? ""
             : terminal_is_utf8() ? " → "
                                  : " -> ",
             pair ? info_address_text(address, true, destination) : "",
             text_percent(share, percent));
}

static void put_addresses(const struct info_view *view, const struct info_tenant *tenant,
                          const struct info_address_list *found, bool pairs, char *out)
{
    const struct info_addresses *addresses = &view->info->tenants.addresses;
    uint32_t indexes[INFO_BUSIEST];
    unsigned count = info_addresses_busiest(addresses, found, indexes, INFO_BUSIEST);

    for (unsigned i = 0; i < count; i++) {
        const struct info_address *address = info_address_at(addresses, indexes[i]);
        char item[GRID_CELL_MAX];

        put_address(address, pairs, (double)address->packets / (double)tenant->packets, item);
        grid_list_add(out, item);
    }
    grid_list_end(out, found->count - count);
}

GRID_CELL(pa_cell)
{
    *out = '\0';
    if (TENANT->details)
        put_addresses(context, TENANT, &TENANT->details->pa_pairs, true, out);
}

GRID_CELL(ca_cell)
{
    *out = '\0';
    if (TENANT->details)
        put_addresses(context, TENANT, &TENANT->details->cas, false, out);
}

GRID_CELL(protocol_cell)
{
    const struct info_tenant *tenant = TENANT;
    uint64_t counts[INFO_PROTOCOL_COUNT] = {0};

    *out = '\0';
    if (tenant->details)
        memcpy(counts, tenant->details->protocols, sizeof counts);
    for (;;) {
        char item[GRID_CELL_MAX];
        char percent[TEXT_MAX];
        int most = 0;

        for (int i = 1; i < INFO_PROTOCOL_COUNT; i++)
            most = counts[i] > counts[most] ? i : most;
        if (counts[most] == 0)
            break;
        snprintf(item, sizeof item, "%s %s", info_protocol_texts[most],
                 text_percent((double)counts[most] / (double)tenant->packets, percent));
        grid_list_add(out, item);
        counts[most] = 0;
    }
}

static const struct grid_column pa_columns[] = {
    {.title = "VSID", .text = vsid_cell},
    {.title = "pairs", .text = pa_count_cell},
    {.title = "busiest", .list = true, .text = pa_cell},
};

static const struct grid_column ca_columns[] = {
    {.title = "VSID", .text = vsid_cell},
    {.title = "addresses", .text = ca_count_cell},
    {.title = "busiest, as source or destination", .list = true, .text = ca_cell},
};

static const struct grid_column protocol_columns[] = {
    {.title = "VSID", .text = vsid_cell},
    {.title = "share of packets", .list = true, .text = protocol_cell},
};

/* ---- All tables ---- */

int info_show_tenants(const struct info_view *view, const struct grid_style *style, FILE *stream)
{
    const struct info *info = view->info;
    uint32_t count = info->tenants.count;
    uint32_t rows = view->shown + (info->tenants.others.packets > 0);
    char text[TEXT_MAX];
    int failed = 0;

    fputc('\n', stream);
    if (count == 0) {
        grid_title("No NVGRE", style, stream);
        return 0;
    }
    grid_title("Tenants", style, stream);
    fprintf(stream, "  %" PRIu64 " packets, %" PRIu32 "%s VSID%s, ", info->nvgre.packets, count,
            info->tenants.others.packets ? " or more" : "", count == 1 ? "" : "s");
    fprintf(stream, "%s inner, ", text_scaled((double)info->nvgre.inner_bytes, "B", text));
    fprintf(stream, "%s outer\n\n", text_scaled((double)info->nvgre.outer_bytes, "B", text));
    failed |= GRID_PRINT(tenant_columns, rows, view, style, stream);
    if (view->shown < count)
        fprintf(stream, "  %" PRIu32 " more VSIDs are not shown (--top N)\n", count - view->shown);
    if (info->tenants.others.packets)
        fprintf(stream, "  others: of VSIDs behind the first %u\n", INFO_TENANTS_MAX);
    fputc('\n', stream);
    grid_title("FlowIDs", style, stream);
    failed |= GRID_PRINT(flowid_columns, view->shown, view, style, stream);
    fputc('\n', stream);
    grid_title("Provider addresses", style, stream);
    failed |= GRID_PRINT(pa_columns, view->shown, view, style, stream);
    fputc('\n', stream);
    grid_title("Customer addresses", style, stream);
    failed |= GRID_PRINT(ca_columns, view->shown, view, style, stream);
    fputc('\n', stream);
    grid_title("Inner protocols", style, stream);
    failed |= GRID_PRINT(protocol_columns, view->shown, view, style, stream);
    return failed;
}
