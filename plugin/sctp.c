/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sctp.h"

#include "compat.h"

#include <glib.h>

#include "tenant.h"

static wmem_map_t *owners; /* maps ports and verification tag, as 64 bits, to a tenant plus 1 */
static pref_t *tsn_analysis;
static pref_t *reassembly;
static pref_t *association_index;

static bool is_of_another_tenant(tvbuff_t *packet)
{
    int64_t key;
    uint32_t owner;

    if (tvb_captured_length(packet) < 8 || tvb_get_ntohl(packet, 4) == 0) /* 0 in INIT */
        return false;
    key = (int64_t)tvb_get_ntoh64(packet, 0);
    owner = GPOINTER_TO_UINT(wmem_map_lookup(owners, &key));
    if (owner == 0) {
        owner = tenant_now() + 1;
        wmem_map_insert(owners, wmem_memdup(wmem_file_scope(), &key, sizeof key),
                        GUINT_TO_POINTER(owner));
    }
    return tenant_now() != TENANT_NONE && owner != tenant_now() + 1;
}

static void set_memory(const struct sctp_memory *memory)
{
    ws_pref_set(tsn_analysis, memory->tsn_analysis);
    ws_pref_set(reassembly, memory->reassembly);
    ws_pref_set(association_index, memory->association_index);
}

struct sctp_memory sctp_begin(tvbuff_t *packet)
{
    const struct sctp_memory none = {false, false, false};
    const struct sctp_memory before = {
        .tsn_analysis = ws_pref_get(tsn_analysis),
        .reassembly = ws_pref_get(reassembly),
        .association_index = ws_pref_get(association_index),
    };

    if (is_of_another_tenant(packet))
        set_memory(&none);
    return before;
}

void sctp_end(const struct sctp_memory *before)
{
    set_memory(before);
}

void sctp_register(void)
{
    owners =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_int64_hash, g_int64_equal);
}

void sctp_handoff(void)
{
    module_t *module = prefs_find_module("sctp");

    tsn_analysis = prefs_find_preference(module, "tsn_analysis");
    reassembly = prefs_find_preference(module, "reassembly");
    association_index = prefs_find_preference(module, "association_index");
}
