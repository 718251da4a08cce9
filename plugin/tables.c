/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tables.h"

#include <wireshark.h>

#include <epan/conversation_table.h>
#include <epan/packet.h>

#include "endpoints.h"
#include "packet-nvgre.h"

/* The data that a packet adds to a table. If `src` has no address, it adds nothing. */
struct entry {
    address src;
    address dst;
    int bytes;
};

/* The addresses are valid as long as the packet. The tables copy them. */
static struct entry make_entry(packet_info *pinfo, uint32_t vsid, const address *src,
                               const address *dst, uint32_t bytes)
{
    struct entry entry = {.src = ADDRESS_INIT_NONE, .dst = ADDRESS_INIT_NONE, .bytes = (int)bytes};
    char *from = nvgre_endpoint(pinfo->pool, vsid, src);
    char *to = nvgre_endpoint(pinfo->pool, vsid, dst);

    if (from && to) {
        set_address(&entry.src, AT_STRINGZ, (int)strlen(from) + 1, from);
        set_address(&entry.dst, AT_STRINGZ, (int)strlen(to) + 1, to);
    }
    return entry;
}

static struct entry customer_entry(packet_info *pinfo, const struct nvgre_packet *packet)
{
    return make_entry(pinfo, packet->vsid, &packet->ca_src, &packet->ca_dst, packet->inner_len);
}

static struct entry provider_entry(packet_info *pinfo, const struct nvgre_packet *packet)
{
    return make_entry(pinfo, packet->vsid, &packet->pa_src, &packet->pa_dst, pinfo->fd->pkt_len);
}

static tap_packet_status add_conversation(conv_hash_t *table, packet_info *pinfo,
                                          const struct entry *entry, tap_flags_t flags,
                                          ct_dissector_info_t *filters)
{
    if (entry->src.type == AT_NONE)
        return TAP_PACKET_DONT_REDRAW;
    table->flags = flags;
    add_conversation_table_data(table, &entry->src, &entry->dst, 0, 0, 1, entry->bytes,
                                &pinfo->rel_ts, &pinfo->abs_ts, filters, CONVERSATION_NONE);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status add_endpoints(conv_hash_t *table, const struct entry *entry,
                                       tap_flags_t flags, et_dissector_info_t *filters)
{
    if (entry->src.type == AT_NONE)
        return TAP_PACKET_DONT_REDRAW;
    table->flags = flags;
    add_endpoint_table_data(table, &entry->src, 0, true, 1, entry->bytes, filters, ENDPOINT_NONE);
    add_endpoint_table_data(table, &entry->dst, 0, false, 1, entry->bytes, filters, ENDPOINT_NONE);
    return TAP_PACKET_REDRAW;
}

static const char *customer_filter(conv_filter_type_e end)
{
    switch (end) {
    case CONV_FT_SRC_ADDRESS:
        return "nvgre.endpoint.src";
    case CONV_FT_DST_ADDRESS:
        return "nvgre.endpoint.dst";
    case CONV_FT_ANY_ADDRESS:
        return "nvgre.endpoint";
    default:
        return CONV_FILTER_INVALID;
    }
}

static const char *provider_filter(conv_filter_type_e end)
{
    switch (end) {
    case CONV_FT_SRC_ADDRESS:
        return "nvgre.pa_endpoint.src";
    case CONV_FT_DST_ADDRESS:
        return "nvgre.pa_endpoint.dst";
    case CONV_FT_ANY_ADDRESS:
        return "nvgre.pa_endpoint";
    default:
        return CONV_FILTER_INVALID;
    }
}

static const char *customer_conversation_filter(conv_item_t *row _U_, conv_filter_type_e end)
{
    return customer_filter(end);
}

static const char *customer_endpoint_filter(endpoint_item_t *row _U_, conv_filter_type_e end)
{
    return customer_filter(end);
}

static const char *provider_conversation_filter(conv_item_t *row _U_, conv_filter_type_e end)
{
    return provider_filter(end);
}

static const char *provider_endpoint_filter(endpoint_item_t *row _U_, conv_filter_type_e end)
{
    return provider_filter(end);
}

static tap_packet_status customer_conversation(void *table, packet_info *pinfo,
                                               epan_dissect_t *edt _U_, const void *packet,
                                               tap_flags_t flags)
{
    static ct_dissector_info_t filters = {customer_conversation_filter};
    struct entry entry = customer_entry(pinfo, packet);

    return add_conversation(table, pinfo, &entry, flags, &filters);
}

static tap_packet_status customer_endpoints(void *table, packet_info *pinfo,
                                            epan_dissect_t *edt _U_, const void *packet,
                                            tap_flags_t flags)
{
    static et_dissector_info_t filters = {customer_endpoint_filter};
    struct entry entry = customer_entry(pinfo, packet);

    return add_endpoints(table, &entry, flags, &filters);
}

static tap_packet_status provider_conversation(void *table, packet_info *pinfo,
                                               epan_dissect_t *edt _U_, const void *packet,
                                               tap_flags_t flags)
{
    static ct_dissector_info_t filters = {provider_conversation_filter};
    struct entry entry = provider_entry(pinfo, packet);

    return add_conversation(table, pinfo, &entry, flags, &filters);
}

static tap_packet_status provider_endpoints(void *table, packet_info *pinfo,
                                            epan_dissect_t *edt _U_, const void *packet,
                                            tap_flags_t flags)
{
    static et_dissector_info_t filters = {provider_endpoint_filter};
    struct entry entry = provider_entry(pinfo, packet);

    return add_endpoints(table, &entry, flags, &filters);
}

void nvgre_tables_register(int proto)
{
    /* Not a protocol in name only: Wireshark finds a table by its protocol's short name. */
    int proto_pa = proto_register_protocol("NVGRE Provider Addresses", "NVGRE PA", NVGRE_PA_TAP);

    proto_set_cant_toggle(proto_pa);
    register_conversation_table(proto, true, customer_conversation, customer_endpoints);
    register_conversation_table(proto_pa, true, provider_conversation, provider_endpoints);
}
