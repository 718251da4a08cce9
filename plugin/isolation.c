/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "isolation.h"

#include "compat.h"

#include <epan/conversation.h>
#include <epan/exceptions.h>
#include <epan/ipproto.h>
#include <epan/prefs.h>

#include "carrier.h"
#include "sctp.h"
#include "splice.h"
#include "tenant.h"

#define TAG_LEN 8

/* A protocol over IP in front of whose dissector ours stands. */
struct transport {
    const char *name;  /* of our dissector */
    const char *title; /* the same for people */
    dissector_cb_t dissector;
    uint32_t protocol;
    conversation_type type;
    dissector_handle_t stock;
};

static pref_t *arp_duplicates;

struct isolation isolation_begin(packet_info *pinfo, uint32_t tenant)
{
    const struct isolation before = {
        .tenant = tenant_switch(tenant),
        .vlan_id = pinfo->vlan_id,
        .strict_tracking = prefs.strict_conversation_tracking_heuristics,
        .arp_duplicates = ws_pref_get(arp_duplicates),
    };

    if (!PINFO_FD_VISITED(pinfo))
        tenant_remember(pinfo->num, tenant);
    /* The IPv4 identification takes the lower half of what this is combined with. */
    pinfo->vlan_id = tenant << 16 | tenant >> 16;
    prefs.strict_conversation_tracking_heuristics = true;
    ws_pref_set(arp_duplicates, false);
    return before;
}

void isolation_end(packet_info *pinfo, const struct isolation *before)
{
    ws_pref_set(arp_duplicates, before->arp_duplicates);
    prefs.strict_conversation_tracking_heuristics = before->strict_tracking;
    pinfo->vlan_id = before->vlan_id;
    tenant_switch(before->tenant);
}

/*
 * An address that differs from tenant to tenant, in bytes that those who read an address of its
 * type do not look at. In a checksum over all of them the tag and its complement cancel out.
 */
static address tagged(const packet_info *pinfo, const address *plain)
{
    const uint32_t tag[TAG_LEN / 4] = {tenant_now(), ~tenant_now()};
    uint8_t *data = wmem_alloc(pinfo->pool, (size_t)plain->len + TAG_LEN);
    address result;

    memcpy(data, plain->data, (size_t)plain->len);
    memcpy(data + plain->len, tag, TAG_LEN);
    set_address(&result, plain->type, plain->len + TAG_LEN, data);
    return result;
}

static address untagged(const address *given)
{
    address result = *given;

    if ((given->type == AT_IPv4 && given->len == 4 + TAG_LEN) ||
        (given->type == AT_IPv6 && given->len == 16 + TAG_LEN))
        result.len -= TAG_LEN;
    return result;
}

static int dissect_with_conversation(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                     void *data, void *transport_data)
{
    const struct transport *transport = transport_data;
    struct splice_flow flow = {.type = transport->type};
    struct splice_hidden hidden = {{NULL, NULL}};
    volatile int len = 0;

    carrier_remember(pinfo, data);
    pinfo->src = untagged(&pinfo->src);
    pinfo->dst = untagged(&pinfo->dst);
    if (PINFO_FD_VISITED(pinfo) || tvb_captured_length(tvb) < 4)
        return call_dissector_only(transport->stock, tvb, pinfo, tree, data);
    flow.src_port = tvb_get_ntohs(tvb, 0);
    flow.dst_port = tvb_get_ntohs(tvb, 2);
    flow.src = pinfo->src;
    flow.dst = pinfo->dst;
    if (tenants_exist())
        hidden = splice(pinfo->num, &flow);
    TRY
    {
        len = call_dissector_only(transport->stock, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        splice_unhide(&flow, &hidden);
        if (tenant_of_packet(pinfo->num) != tenant_now()) /* it carried another tenant's frame */
            splice_claim(pinfo->num, &flow);
    }
    ENDTRY;
    return len;
}

/* Addresses of a packet while tagged ones stand in their place. */
struct plain_addresses {
    address src;
    address dst;
};

static struct plain_addresses tag_addresses(packet_info *pinfo)
{
    const struct plain_addresses plain = {pinfo->src, pinfo->dst};

    if (tenant_now() != TENANT_NONE) {
        pinfo->src = tagged(pinfo, &plain.src);
        pinfo->dst = tagged(pinfo, &plain.dst);
    }
    return plain;
}

static void untag_addresses(packet_info *pinfo, const struct plain_addresses *plain)
{
    pinfo->src = plain->src;
    pinfo->dst = plain->dst;
}

static int dissect_fragment(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                            void *transport_data)
{
    const struct transport *transport = transport_data;
    const struct plain_addresses plain = tag_addresses(pinfo);
    volatile int len = 0;

    TRY
    {
        len = call_dissector_only(transport->stock, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        untag_addresses(pinfo, &plain);
    }
    ENDTRY;
    return len;
}

static int dissect_sctp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                        void *transport_data)
{
    const struct transport *transport = transport_data;
    const struct plain_addresses plain = tag_addresses(pinfo);
    const struct sctp_memory memory = sctp_begin(tvb);
    volatile int len = 0;

    TRY
    {
        len = call_dissector_only(transport->stock, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        sctp_end(&memory);
        untag_addresses(pinfo, &plain);
    }
    ENDTRY;
    return len;
}

/* GRE needs nothing itself, but what stands in it wants to know of the IP header around. */
static int dissect_carried(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                           void *transport_data)
{
    const struct transport *transport = transport_data;

    carrier_remember(pinfo, data);
    return call_dissector_only(transport->stock, tvb, pinfo, tree, data);
}

static struct transport transports[] = {
    {"nvgre.gre", "GRE by NVGRE tenant", dissect_carried, IP_PROTO_GRE, CONVERSATION_NONE, NULL},
    {"nvgre.tcp", "TCP by NVGRE tenant", dissect_with_conversation, IP_PROTO_TCP, CONVERSATION_TCP,
     NULL},
    {"nvgre.udp", "UDP by NVGRE tenant", dissect_with_conversation, IP_PROTO_UDP, CONVERSATION_UDP,
     NULL},
    {"nvgre.udplite", "UDP-Lite by NVGRE tenant", dissect_with_conversation, IP_PROTO_UDPLITE,
     CONVERSATION_UDP, NULL},
    {"nvgre.dccp", "DCCP by NVGRE tenant", dissect_with_conversation, IP_PROTO_DCCP,
     CONVERSATION_DCCP, NULL},
    {"nvgre.sctp", "SCTP by NVGRE tenant", dissect_sctp, IP_PROTO_SCTP, CONVERSATION_SCTP, NULL},
    {"nvgre.ipv6_fragment", "IPv6 fragment by NVGRE tenant", dissect_fragment, IP_PROTO_FRAGMENT,
     CONVERSATION_NONE, NULL},
};

static void stand_in_front(struct transport *transport, dissector_table_t table)
{
    int proto;

    transport->stock = dissector_get_uint_handle(table, transport->protocol);
    if (!transport->stock)
        return;
    proto = proto_register_protocol_in_name_only(
        transport->title, transport->title, transport->name,
        dissector_handle_get_protocol_index(transport->stock), FT_PROTOCOL);
    proto_set_cant_toggle(proto);
    dissector_add_uint(
        "ip.proto", transport->protocol,
        register_dissector_with_data(transport->name, transport->dissector, proto, transport));
}

void isolation_handoff(void)
{
    dissector_table_t table = find_dissector_table("ip.proto");

    for (unsigned i = 0; i < array_length(transports); i++)
        stand_in_front(&transports[i], table);
    sctp_handoff();
    arp_duplicates = prefs_find_preference(prefs_find_module("arp"), "detect_duplicate_ips");
}

void isolation_register(void)
{
    tenant_register();
    splice_register();
    sctp_register();
}
