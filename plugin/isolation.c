/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "isolation.h"

#include "compat.h"

#include <epan/etypes.h>
#include <epan/exceptions.h>
#include <epan/ipproto.h>
#include <epan/prefs.h>

#include "carrier.h"
#include "conversations.h"
#include "sctp.h"
#include "tenant.h"

#define TAG_LEN 8

/* A protocol in front of whose dissector ours stands. */
struct hook {
    const char *table;
    uint32_t protocol;
    const char *name;  /* of our dissector */
    const char *title; /* the same for people */
    dissector_cb_t dissector;
    dissector_handle_t stock;
};

static pref_t *arp_duplicates;

/*
 * A packet's addresses, made to differ from tenant to tenant in bytes that those who read an
 * address of their type do not look at. In a checksum over all bytes the tag and its complement
 * cancel out.
 */
static void tag_addresses(packet_info *pinfo)
{
    const uint32_t tag[TAG_LEN / 4] = {tenant_now(), ~tenant_now()};
    const size_t src_len = (size_t)pinfo->src.len;
    const size_t dst_len = (size_t)pinfo->dst.len;
    uint8_t *src = wmem_alloc(pinfo->pool, src_len + TAG_LEN + dst_len + TAG_LEN);
    uint8_t *dst = src + src_len + TAG_LEN;

    memcpy(src, pinfo->src.data, src_len);
    memcpy(src + src_len, tag, TAG_LEN);
    memcpy(dst, pinfo->dst.data, dst_len);
    memcpy(dst + dst_len, tag, TAG_LEN);
    set_address(&pinfo->src, pinfo->src.type, (int)src_len + TAG_LEN, src);
    set_address(&pinfo->dst, pinfo->dst.type, (int)dst_len + TAG_LEN, dst);
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
    tag_addresses(pinfo);
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
        .src_data = pinfo->src.data,
        .strict_tracking = prefs.strict_conversation_tracking_heuristics,
    };

    conversations_switch(tenant);
    /* The IPv4 identification takes the lower half of what this is combined with, so that the
       first 65535 tenants cannot meet. */
    pinfo->vlan_id = tenant << 16 | tenant >> 16;
    prefs.strict_conversation_tracking_heuristics = true;
    return before;
}

void isolation_end(packet_info *pinfo, const struct isolation *before)
{
    prefs.strict_conversation_tracking_heuristics = before->strict_tracking;
    pinfo->vlan_id = before->vlan_id;
    /* Unless there was no inner packet, or it was in another tunnel, which has seen to it. */
    if (pinfo->src.data != before->src_data && is_plain_ip(&pinfo->src) && is_plain_ip(&pinfo->dst))
        tag_for_later(pinfo);
    tenant_switch(before->tenant);
    conversations_switch(before->tenant);
}

/* Reassembled from IPv6 fragments, it comes with tagged addresses. */
static int dissect_transport(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                             void *hook_data)
{
    const struct hook *hook = hook_data;

    carrier_remember(pinfo, data);
    pinfo->src = untagged(&pinfo->src);
    pinfo->dst = untagged(&pinfo->dst);
    return call_dissector_only(hook->stock, tvb, pinfo, tree, data);
}

bool isolation_wants_arp_duplicates(void)
{
    return ws_pref_get(arp_duplicates);
}

/* What to put back where tagged addresses stand in the place of a packet's. */
struct tagging {
    address src;
    address dst;
    const void *tagged_src;
};

static struct tagging begin_tagging(packet_info *pinfo)
{
    struct tagging before = {pinfo->src, pinfo->dst, NULL};

    if (tenant_now() != TENANT_NONE) {
        tag_addresses(pinfo);
        before.tagged_src = pinfo->src.data;
    }
    return before;
}

/* Unless they are those of a tunnel's inner packet by now. */
static void end_tagging(packet_info *pinfo, const struct tagging *before)
{
    if (before->tagged_src && pinfo->src.data == before->tagged_src) {
        pinfo->src = before->src;
        pinfo->dst = before->dst;
    }
}

static int dissect_fragment(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                            void *hook_data)
{
    const struct hook *hook = hook_data;
    const struct tagging before = begin_tagging(pinfo);
    volatile int len = 0;

    TRY
    {
        len = call_dissector_only(hook->stock, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        end_tagging(pinfo, &before);
    }
    ENDTRY;
    return len;
}

static int dissect_sctp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                        void *hook_data)
{
    const struct hook *hook = hook_data;
    const struct tagging before = begin_tagging(pinfo);
    const struct sctp_memory memory = sctp_begin(tvb);
    volatile int len = 0;

    TRY
    {
        len = call_dissector_only(hook->stock, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        sctp_end(&memory);
        end_tagging(pinfo, &before);
    }
    ENDTRY;
    return len;
}

/* Wireshark looks for duplicate addresses in all frames; of a tenant, duplicates.h does. */
static int dissect_arp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                       void *hook_data)
{
    const struct hook *hook = hook_data;
    const bool wanted = ws_pref_get(arp_duplicates);
    volatile int len = 0;

    if (tenant_now() == TENANT_NONE)
        return call_dissector_only(hook->stock, tvb, pinfo, tree, data);
    ws_pref_set(arp_duplicates, false);
    TRY
    {
        len = call_dissector_only(hook->stock, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        ws_pref_set(arp_duplicates, wanted);
    }
    ENDTRY;
    return len;
}

#define IP_HOOK(protocol, filter, title, dissector)                                                \
    {                                                                                              \
        "ip.proto", IP_PROTO_##protocol, "nvgre." filter, title " by NVGRE tenant", dissector,     \
            NULL                                                                                   \
    }

static struct hook hooks[] = {
    {"ethertype", ETHERTYPE_ARP, "nvgre.arp", "ARP by NVGRE tenant", dissect_arp, NULL},
    IP_HOOK(GRE, "gre", "GRE", dissect_transport),
    IP_HOOK(TCP, "tcp", "TCP", dissect_transport),
    IP_HOOK(UDP, "udp", "UDP", dissect_transport),
    IP_HOOK(UDPLITE, "udplite", "UDP-Lite", dissect_transport),
    IP_HOOK(DCCP, "dccp", "DCCP", dissect_transport),
    IP_HOOK(ICMPV6, "icmpv6", "ICMPv6", dissect_transport),
    IP_HOOK(SCTP, "sctp", "SCTP", dissect_sctp),
    IP_HOOK(FRAGMENT, "ipv6_fragment", "IPv6 fragment", dissect_fragment),
};

static void stand_in_front(struct hook *hook)
{
    dissector_table_t table = find_dissector_table(hook->table);
    int proto;

    hook->stock = dissector_get_uint_handle(table, hook->protocol);
    if (!hook->stock)
        return;
    proto = proto_register_protocol_in_name_only(hook->title, hook->title, hook->name,
                                                 dissector_handle_get_protocol_index(hook->stock),
                                                 FT_PROTOCOL);
    proto_set_cant_toggle(proto);
    dissector_add_uint(hook->table, hook->protocol,
                       register_dissector_with_data(hook->name, hook->dissector, proto, hook));
}

void isolation_handoff(void)
{
    for (unsigned i = 0; i < array_length(hooks); i++)
        stand_in_front(&hooks[i]);
    sctp_handoff();
    arp_duplicates = prefs_find_preference(prefs_find_module("arp"), "detect_duplicate_ips");
}

void isolation_register(void)
{
    tenant_register();
    conversations_register();
    sctp_register();
}
