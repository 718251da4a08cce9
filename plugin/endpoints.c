/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoints.h"

#include <epan/to_str.h>
#include <wsutil/wmem/wmem_strutl.h>

#include "names.h"

enum side { SRC, DST, EITHER, SIDES };

/* The fields with the addresses of one kind, alone and with their tenant. */
struct fields {
    int address[SIDES];
    int endpoint[SIDES];
};

static struct fields provider = {{-1, -1, -1}, {-1, -1, -1}};
static struct fields customer = {{-1, -1, -1}, {-1, -1, -1}};

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

static bool is_wanted(proto_tree *tree, const int *sides)
{
    return proto_field_is_referenced(tree, sides[SRC]) ||
           proto_field_is_referenced(tree, sides[DST]) ||
           proto_field_is_referenced(tree, sides[EITHER]);
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

static void add_fields(wmem_allocator_t *pool, proto_tree *tree, const struct fields *fields,
                       uint32_t vsid, const address *src, const address *dst)
{
    if (is_wanted(tree, fields->address))
        add_sides(tree, fields->address, address_text(pool, src), address_text(pool, dst), false);
    if (is_wanted(tree, fields->endpoint))
        add_sides(tree, fields->endpoint, nvgre_endpoint(pool, vsid, src),
                  nvgre_endpoint(pool, vsid, dst), true);
}

void nvgre_endpoints_show(packet_info *pinfo, proto_tree *tree, const struct nvgre_packet *packet)
{
    if (!tree)
        return;
    add_fields(pinfo->pool, tree, &provider, packet->vsid, &packet->pa_src, &packet->pa_dst);
    add_fields(pinfo->pool, tree, &customer, packet->vsid, &packet->ca_src, &packet->ca_dst);
}

#define FIELD(id, title, filter)                                                                   \
    {                                                                                              \
        &(id),                                                                                     \
        {                                                                                          \
            title, filter, FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL                              \
        }                                                                                          \
    }

#define SIDES_OF(ids, title, filter)                                                               \
    FIELD((ids)[SRC], "Source " title, filter ".src"),                                             \
        FIELD((ids)[DST], "Destination " title, filter ".dst"),                                    \
        FIELD((ids)[EITHER], "Source or Destination " title, filter)

void nvgre_endpoints_register(int proto)
{
    static hf_register_info hf[] = {
        SIDES_OF(provider.address, "Provider Address", "nvgre.pa"),
        SIDES_OF(provider.endpoint, "Provider Endpoint", "nvgre.pa_endpoint"),
        SIDES_OF(customer.address, "Customer Address", "nvgre.ca"),
        SIDES_OF(customer.endpoint, "Tenant Endpoint", "nvgre.endpoint"),
    };

    proto_register_field_array(proto, hf, array_length(hf));
}
