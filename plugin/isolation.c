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

/* A protocol whose dissector ours replaces and calls. */
struct hook {
    const char *table;
    uint32_t protocol;
    const char *name;  /* of our dissector */
    const char *title; /* the same, for people */
    dissector_cb_t dissector;
    dissector_handle_t stock;
};

static pref_t *arp_duplicates;

/*
 * Appends a tag to a packet's addresses, so that they differ between tenants. Wireshark compares
 * addresses over their whole length, but code that reads an IPv4 or IPv6 address does not look at
 * the bytes after it.
 *
 * Wireshark's OSPFv3 and PIM dissectors are an exception: for the checksum they add up the source
 * address (pinfo->src.data) over its whole length. So the tag is followed by its complement: a
 * 16-bit word and its complement add nothing to a one's complement sum.
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
 * Tags the packet's addresses for code that uses them after the dissection: Wireshark's statistics
 * then do not merge tenants, and Follow Stream finds the conversation. Follow Stream needs this
 * only if the packet is dissected again.
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
    /*
     * Wireshark combines this with a value whose low 16 bits contain the IPv4 identification. The
     * tenant is in the high 16 bits, so that the first 65535 tenants cannot collide.
     */
    pinfo->vlan_id = tenant << 16 | tenant >> 16;
    prefs.strict_conversation_tracking_heuristics = true;
    return before;
}

void isolation_end(packet_info *pinfo, const struct isolation *before)
{
    prefs.strict_conversation_tracking_heuristics = before->strict_tracking;
    pinfo->vlan_id = before->vlan_id;
    /*
     * Not if there was no inner packet. Not if another tunnel was inside: it has tagged the
     * addresses.
     */
    if (pinfo->src.data != before->src_data && is_plain_ip(&pinfo->src) && is_plain_ip(&pinfo->dst))
        tag_for_later(pinfo);
    tenant_switch(before->tenant);
    conversations_switch(before->tenant);
}

/* If IPv6 fragments were reassembled, the packet has tagged addresses here. */
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

/* The addresses to restore after a dissection with tagged addresses. */
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

/* Keeps the addresses if the inner packet of a tunnel has replaced them. */
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

/* Wireshark's check for duplicate addresses mixes tenants. duplicates.h checks them instead. */
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
