/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "statistics.h"

#include "compat.h"

#include <epan/packet.h>
#include <epan/stats_tree.h>
#include <epan/to_str.h>
#include <wsutil/wmem/wmem_strutl.h>

#include "names.h"
#include "packet-nvgre.h"

#define TOP_ROW "Tenants"

/* The rows of each tree: a set of "parent/name" strings. */
static GHashTable *trees;

/* Whether a row exists or can still be added. */
static bool has_place(GHashTable *rows, int parent, const char *name)
{
    char *row = g_strdup_printf("%d/%s", parent, name);
    bool known = g_hash_table_contains(rows, row);

    if (known || g_hash_table_size(rows) >= NVGRE_TREE_ROWS_MAX) {
        g_free(row);
        return known;
    }
    g_hash_table_add(rows, row);
    return true;
}

/* A row, and the name of the row that is used instead if there are too many. */
struct row {
    const char *name;
    const char *others;
    bool has_rows;
};

/* Returns the number of the row, or 0 if the packet was counted in the row for others. */
static int count(stats_tree *tree, int parent, const struct row *row, int bytes)
{
    if (!has_place(g_hash_table_lookup(trees, tree), parent, row->name)) {
        avg_stat_node_add_value_int(tree, row->others, parent, false, bytes);
        return 0;
    }
    return avg_stat_node_add_value_int(tree, row->name, parent, row->has_rows, bytes);
}

static const char *address_text(packet_info *pinfo, const address *address)
{
    return address->type == AT_NONE ? "?" : address_to_str(pinfo->pool, address);
}

static char *addresses(packet_info *pinfo, const struct nvgre_packet *packet)
{
    return wmem_strdup_printf(pinfo->pool, "%s -> %s", address_text(pinfo, &packet->pa_src),
                              address_text(pinfo, &packet->pa_dst));
}

static tap_packet_status count_packet(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt _U_,
                                      const void *data, tap_flags_t flags _U_)
{
    const struct nvgre_packet *packet = data;
    struct row tenant = {nvgre_tenant_label(pinfo->pool, packet->vsid), "Other VSIDs", true};
    struct row pair = {addresses(pinfo, packet), "Other provider addresses", true};
    struct row flowid = {wmem_strdup_printf(pinfo->pool, "FlowID 0x%02x", packet->flowid),
                         "Other FlowIDs", false};
    int bytes = (int)packet->inner_len;
    int number = avg_stat_node_add_value_int(tree, TOP_ROW, 0, true, bytes);

    number = count(tree, number, &tenant, bytes);
    if (number)
        number = count(tree, number, &pair, bytes);
    if (number)
        count(tree, number, &flowid, bytes);
    return TAP_PACKET_REDRAW;
}

static void tree_begin(stats_tree *tree)
{
    g_hash_table_replace(trees, tree, g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL));
    stats_tree_create_node(tree, TOP_ROW, 0, STAT_DT_INT, true);
}

static void tree_end(stats_tree *tree)
{
    g_hash_table_remove(trees, tree);
}

void nvgre_statistics_register(void)
{
    trees = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_destroy);
    stats_tree_register_plugin(NVGRE_TAP, "nvgre", "NVGRE" WS_STATS_MENU "Tenants", 0, count_packet,
                               tree_begin, tree_end);
}
