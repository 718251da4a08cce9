/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spread.h"

#include <math.h>

#include <wireshark.h>

#include <epan/packet.h>
#include <epan/stat_tap_ui.h>

#include "names.h"
#include "packet-nvgre.h"

#define TITLE "NVGRE FlowIDs"

enum { FLOWIDS = 256 };

enum column { VSID, TENANT, PACKETS, BYTES, USED, ZERO, BUSIEST, BUSIEST_SHARE, EVENNESS, COLUMNS };

static stat_tap_table_item columns[COLUMNS] = {
    [VSID] = {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "VSID", "%8s"},
    [TENANT] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Tenant", "%-20s"},
    [PACKETS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Packets", "%10u"},
    [BYTES] = {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "Inner bytes", "%14.0f"},
    [USED] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "FlowIDs used", "%3u"},
    [ZERO] = {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "% with FlowID 0", "%6.2f"},
    [BUSIEST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Busiest FlowID", "0x%02x"},
    [BUSIEST_SHARE] = {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "% with the busiest", "%6.2f"},
    [EVENNESS] = {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "Evenness (0 to 1)", "%.4f"},
};

#define OTHERS UINT32_MAX /* instead of a VSID */

/* The data of a row. */
struct spread {
    uint32_t vsid;
    char label[11]; /* right-aligned, so that rows sort by number */
    char *tenant;
    uint64_t bytes;
    uint32_t packets;
    uint32_t used;
    uint8_t busiest;
    double sum; /* sum of n * log2(n), n: packets of a FlowID */
    uint32_t counts[FLOWIDS];
};

/* Maps a VSID to its row number. Wireshark has at most one such table. */
static GHashTable *rows;

static double n_log_n(uint32_t n)
{
    return n ? n * log2(n) : 0;
}

static double evenness(const struct spread *spread)
{
    double entropy = log2(spread->packets) - spread->sum / spread->packets;

    return fmax(entropy, 0) / log2(FLOWIDS);
}

static void count(struct spread *spread, const struct nvgre_packet *packet)
{
    uint32_t *n = &spread->counts[packet->flowid];

    spread->packets++;
    spread->bytes += packet->inner_len;
    spread->used += *n == 0;
    spread->sum += n_log_n(*n + 1) - n_log_n(*n);
    ++*n;
    if (*n > spread->counts[spread->busiest])
        spread->busiest = packet->flowid;
}

static void show(const struct spread *spread, stat_tap_table_item_type *row)
{
    double percent = 100.0 / (spread->packets ? spread->packets : 1);

    row[VSID].value.string_value = spread->label;
    row[TENANT].value.string_value = spread->tenant;
    row[PACKETS].value.uint_value = spread->packets;
    row[BYTES].value.float_value = (double)spread->bytes;
    row[USED].value.uint_value = spread->used;
    row[ZERO].value.float_value = spread->counts[0] * percent;
    row[BUSIEST].value.uint_value = spread->busiest;
    row[BUSIEST_SHARE].value.float_value = spread->counts[spread->busiest] * percent;
    row[EVENNESS].value.float_value = spread->packets ? evenness(spread) : 0;
}

/* Resets to no packets, and reads the tenant's current name. */
static void clear(struct spread *spread, uint32_t vsid)
{
    const char *name = nvgre_tenant_name(vsid);

    g_free(spread->tenant);
    *spread = (struct spread){.vsid = vsid, .tenant = g_strdup(name ? name : "")};
    if (vsid == OTHERS)
        snprintf(spread->label, sizeof spread->label, "%8s", "others");
    else
        snprintf(spread->label, sizeof spread->label, "%8u", vsid);
}

static void add_row(stat_tap_table *table, unsigned number, uint32_t vsid)
{
    stat_tap_table_item_type row[COLUMNS] = {0};
    struct spread *spread = g_new0(struct spread, 1);

    clear(spread, vsid);
    for (unsigned i = 0; i < COLUMNS; i++)
        row[i].type = columns[i].type;
    row[VSID].user_data.ptr_value = spread;
    stat_tap_init_table_row(table, number, COLUMNS, row);
}

/* Returns the number of the row for this VSID. The row for the other VSIDs is the last one. */
static unsigned find_row(stat_tap_table *table, uint32_t vsid)
{
    unsigned next = table->num_elements;
    void *number;

    if (g_hash_table_lookup_extended(rows, GUINT_TO_POINTER(vsid), NULL, &number))
        return GPOINTER_TO_UINT(number);
    if (next < NVGRE_SPREAD_VSIDS_MAX) {
        add_row(table, next, vsid);
        g_hash_table_insert(rows, GUINT_TO_POINTER(vsid), GUINT_TO_POINTER(next));
        return next;
    }
    if (next == NVGRE_SPREAD_VSIDS_MAX)
        add_row(table, next, OTHERS);
    return NVGRE_SPREAD_VSIDS_MAX;
}

static tap_packet_status count_packet(void *statistic, packet_info *pinfo _U_,
                                      epan_dissect_t *edt _U_, const void *data,
                                      tap_flags_t flags _U_)
{
    const struct nvgre_packet *packet = data;
    const stat_data_t *stat = statistic;
    stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);
    stat_tap_table_item_type *row =
        stat_tap_get_field_data(table, find_row(table, packet->vsid), VSID);
    struct spread *spread = row->user_data.ptr_value;

    count(spread, packet);
    show(spread, row);
    return TAP_PACKET_REDRAW;
}

/* The rows are kept, because other windows may show this table too. */
static void reset_table(stat_tap_table *table)
{
    for (unsigned i = 0; i < table->num_elements; i++) {
        stat_tap_table_item_type *row = stat_tap_get_field_data(table, i, VSID);
        struct spread *spread = row->user_data.ptr_value;

        clear(spread, spread->vsid);
        show(spread, row);
    }
}

static void open_table(stat_tap_table_ui *statistic)
{
    stat_tap_table *table = stat_tap_find_table(statistic, TITLE);

    if (table) {
        reset_table(table);
    } else {
        g_hash_table_remove_all(rows);
        stat_tap_add_table(statistic, stat_tap_init_table(TITLE, COLUMNS, 0, NULL));
    }
}

static void free_item(stat_tap_table *table _U_, unsigned row _U_, unsigned column,
                      stat_tap_table_item_type *item)
{
    struct spread *spread;

    if (column != VSID)
        return;
    spread = item->user_data.ptr_value;
    g_free(spread->tenant);
    g_free(spread);
}

void nvgre_spread_register(void)
{
    static tap_param parameters[] = {{PARAM_FILTER, "filter", "Filter", NULL, true}};
    static stat_tap_table_ui statistic = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = TITLE,
        .tap_name = NVGRE_TAP,
        .cli_string = "nvgre_flowid",
        .stat_tap_init_cb = open_table,
        .packet_func = count_packet,
        .stat_tap_reset_table_cb = reset_table,
        .stat_tap_free_table_item_cb = free_item,
        .nfields = COLUMNS,
        .fields = columns,
        .nparams = array_length(parameters),
        .params = parameters,
    };

    rows = g_hash_table_new(NULL, NULL);
    register_stat_tap_table_ui(&statistic);
}
