/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "isolation.h"

#include "compat.h"

#include <epan/exceptions.h>
#include <epan/ipproto.h>
#include <epan/prefs.h>

#include "carrier.h"
#include "conversations.h"
#include "sctp.h"
#include "tenant.h"

#define TAG_LEN 8

/* A protocol over IP in front of whose dissector ours stands. */
struct transport {
    const char *name;  /* of our dissector */
    const char *title; /* the same for people */
    dissector_cb_t dissector;
    uint32_t protocol;
    dissector_handle_t stock;
};

static pref_t *arp_duplicates;
static bool arp_duplicates_wanted; /* what it says outside of tenants */

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

static bool is_plain_ip(const address *given)
{
    return (given->type == AT_IPv4 && given->len == 4) ||
           (given->type == AT_IPv6 && given->len == 16);
}

static address untagged(const address *given)
{
    address result = *given;

    if ((given->type == AT_IPv4 && given->len == 4 + TAG_LEN) ||
        (given->type == AT_IPv6 && given->len == 16 + TAG_LEN))
        result.len -= TAG_LEN;
    return result;
}

/*
 * The packet's addresses carry the tenant from now on, for those who look at it after its
 * dissection: statistics of Wireshark do not add tenants up, and Follow Stream finds the
 * conversation. The latter matters only where a packet is dissected again.
 */
static void tag_for_later(packet_info *pinfo)
{
    conversation_t *conversation = NULL;
    bool is_net = addresses_equal(&pinfo->net_src, &pinfo->src);

    if (PINFO_FD_VISITED(pinfo) && pinfo->ptype != PT_NONE)
        conversation = conversations_find(pinfo);
    pinfo->src = tagged(pinfo, &pinfo->src);
    pinfo->dst = tagged(pinfo, &pinfo->dst);
    if (is_net) {
        pinfo->net_src = pinfo->src;
        pinfo->net_dst = pinfo->dst;
    }
    if (conversation) {
        conversations_switch(TENANT_NONE);
        conversations_publish(pinfo, conversation);
    }
}

struct isolation isolation_begin(packet_info *pinfo, uint32_t tenant)
{
    const struct isolation before = {
        .tenant = tenant_switch(tenant),
        .vlan_id = pinfo->vlan_id,
        .strict_tracking = prefs.strict_conversation_tracking_heuristics,
        .arp_duplicates = ws_pref_get(arp_duplicates),
    };

    if (before.tenant == TENANT_NONE)
        arp_duplicates_wanted = before.arp_duplicates;
    conversations_switch(tenant);
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
    if (is_plain_ip(&pinfo->src) && is_plain_ip(&pinfo->dst)) /* no inner tunnel's frame came by */
        tag_for_later(pinfo);
    tenant_switch(before->tenant);
    conversations_switch(before->tenant);
}

/* Reassembled from IPv6 fragments, it comes with tagged addresses. */
static int dissect_transport(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                             void *transport_data)
{
    const struct transport *transport = transport_data;

    carrier_remember(pinfo, data);
    pinfo->src = untagged(&pinfo->src);
    pinfo->dst = untagged(&pinfo->dst);
    return call_dissector_only(transport->stock, tvb, pinfo, tree, data);
}

bool isolation_wants_arp_duplicates(void)
{
    return tenant_now() == TENANT_NONE ? ws_pref_get(arp_duplicates) : arp_duplicates_wanted;
}

/* A packet's addresses, and the data of the tagged ones that stand in their place. */
struct tagging {
    address src;
    address dst;
    const void *tagged_src;
};

static struct tagging tag_addresses(packet_info *pinfo)
{
    struct tagging tagging = {pinfo->src, pinfo->dst, NULL};

    if (tenant_now() != TENANT_NONE) {
        pinfo->src = tagged(pinfo, &tagging.src);
        pinfo->dst = tagged(pinfo, &tagging.dst);
        tagging.tagged_src = pinfo->src.data;
    }
    return tagging;
}

/* Unless they are those of a tunnel's inner packet by now. */
static void untag_addresses(packet_info *pinfo, const struct tagging *tagging)
{
    if (tagging->tagged_src && pinfo->src.data == tagging->tagged_src) {
        pinfo->src = tagging->src;
        pinfo->dst = tagging->dst;
    }
}

static int dissect_fragment(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                            void *transport_data)
{
    const struct transport *transport = transport_data;
    const struct tagging tagging = tag_addresses(pinfo);
    volatile int len = 0;

    TRY
    {
        len = call_dissector_only(transport->stock, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        untag_addresses(pinfo, &tagging);
    }
    ENDTRY;
    return len;
}

static int dissect_sctp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                        void *transport_data)
{
    const struct transport *transport = transport_data;
    const struct tagging tagging = tag_addresses(pinfo);
    const struct sctp_memory memory = sctp_begin(tvb);
    volatile int len = 0;

    TRY
    {
        len = call_dissector_only(transport->stock, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        sctp_end(&memory);
        untag_addresses(pinfo, &tagging);
    }
    ENDTRY;
    return len;
}

static struct transport transports[] = {
    {"nvgre.gre", "GRE by NVGRE tenant", dissect_transport, IP_PROTO_GRE, NULL},
    {"nvgre.tcp", "TCP by NVGRE tenant", dissect_transport, IP_PROTO_TCP, NULL},
    {"nvgre.udp", "UDP by NVGRE tenant", dissect_transport, IP_PROTO_UDP, NULL},
    {"nvgre.udplite", "UDP-Lite by NVGRE tenant", dissect_transport, IP_PROTO_UDPLITE, NULL},
    {"nvgre.dccp", "DCCP by NVGRE tenant", dissect_transport, IP_PROTO_DCCP, NULL},
    {"nvgre.sctp", "SCTP by NVGRE tenant", dissect_sctp, IP_PROTO_SCTP, NULL},
    {"nvgre.ipv6_fragment", "IPv6 fragment by NVGRE tenant", dissect_fragment, IP_PROTO_FRAGMENT,
     NULL},
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
    conversations_register();
    sctp_register();
}
