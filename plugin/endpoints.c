/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoints.h"

#include <epan/to_str.h>
#include <wsutil/wmem/wmem_strutl.h>

#include "names.h"

enum side { SRC, DST, EITHER, SIDES };

/* The kinds of text. Each has a field for every side. */
enum kind { PROVIDER, PROVIDER_ENDPOINT, CUSTOMER, CUSTOMER_ENDPOINT, KINDS };

static int fields[KINDS][SIDES];

#define FIELD(kind, side, title, filter)                                                           \
    {                                                                                              \
        &fields[kind][side],                                                                       \
        {                                                                                          \
            title, filter, FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL                              \
        }                                                                                          \
    }

#define SIDES_OF(kind, title, filter)                                                              \
    {                                                                                              \
        FIELD(kind, SRC, "Source " title, filter ".src"),                                          \
            FIELD(kind, DST, "Destination " title, filter ".dst"),                                 \
            FIELD(kind, EITHER, "Source or Destination " title, filter)                            \
    }

static hf_register_info registered[KINDS][SIDES] = {
    SIDES_OF(PROVIDER, "Provider Address", "nvgre.pa"),
    SIDES_OF(PROVIDER_ENDPOINT, "Provider Endpoint", "nvgre.pa_endpoint"),
    SIDES_OF(CUSTOMER, "Customer Address", "nvgre.ca"),
    SIDES_OF(CUSTOMER_ENDPOINT, "Tenant Endpoint", "nvgre.endpoint"),
};

static char *address_text(wmem_allocator_t *pool, const address *address)
{
    return address->type == AT_NONE ? NULL : address_to_str(pool, address);
}

char *nvgre_endpoint(wmem_allocator_t *pool, uint32_t vsid, const address *address)
{
    char *text = address_text(pool, address);
    char *label;

    if (!text)
        return NULL;
    label = g_strdelimit(nvgre_tenant_label(pool, vsid), "\"", '\'');
    return wmem_strdup_printf(pool, "%s %s", g_strdelimit(label, "\\", '/'), text);
}

/*
 * Same result as proto_field_is_referenced() for each side. Those calls would take as long as the
 * rest of the dissection of NVGRE.
 */
static bool is_wanted(proto_tree *tree, enum kind kind)
{
    const hf_register_info *sides = registered[kind];

    return PTREE_DATA(tree)->visible || sides[SRC].hfinfo.ref_type != HF_REF_TYPE_NONE ||
           sides[DST].hfinfo.ref_type != HF_REF_TYPE_NONE ||
           sides[EITHER].hfinfo.ref_type != HF_REF_TYPE_NONE;
}

static void add(proto_tree *tree, int field, const char *text, bool hidden)
{
    proto_item *item;

    if (!text)
        return;
    item = proto_tree_add_string(tree, field, NULL, 0, 0, text);
    proto_item_set_generated(item);
    if (hidden)
        proto_item_set_hidden(item);
}

static void add_sides(proto_tree *tree, const int *sides, const char *src, const char *dst,
                      bool hidden)
{
    add(tree, sides[SRC], src, hidden);
    add(tree, sides[DST], dst, hidden);
    add(tree, sides[EITHER], src, true);
    add(tree, sides[EITHER], dst, true);
}

static void add_texts(wmem_allocator_t *pool, proto_tree *tree, enum kind plain, uint32_t vsid,
                      const address *src, const address *dst)
{
    enum kind endpoint = plain + 1;

    if (is_wanted(tree, plain))
        add_sides(tree, fields[plain], address_text(pool, src), address_text(pool, dst), false);
    if (is_wanted(tree, endpoint))
        add_sides(tree, fields[endpoint], nvgre_endpoint(pool, vsid, src),
                  nvgre_endpoint(pool, vsid, dst), true);
}

bool nvgre_endpoints_wanted(proto_tree *tree)
{
    bool wanted = false;

    for (enum kind kind = 0; tree && !wanted && kind < KINDS; kind++)
        wanted = is_wanted(tree, kind);
    return wanted;
}

void nvgre_endpoints_show(packet_info *pinfo, proto_tree *tree, const struct nvgre_packet *packet)
{
    if (!tree)
        return;
    add_texts(pinfo->pool, tree, PROVIDER, packet->vsid, &packet->pa_src, &packet->pa_dst);
    add_texts(pinfo->pool, tree, CUSTOMER, packet->vsid, &packet->ca_src, &packet->ca_dst);
}

void nvgre_endpoints_register(int proto)
{
    proto_register_field_array(proto, registered[0], KINDS * SIDES);
}
