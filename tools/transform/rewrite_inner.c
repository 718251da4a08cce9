/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outer.h"
#include "rewrite_parts.h"

enum { ICMP_LEN = 8 };
enum { ICMP_UNREACHABLE = 3, ICMP_QUENCH = 4, ICMP_REDIRECT = 5, ICMP_TIME = 11, ICMP_PARAMETER };
enum { ICMPV6_ERROR_MIN = 1, ICMPV6_ERROR_MAX = 4 };
enum { ND_ADVERT_ROUTER = 134, ND_SOLICIT, ND_ADVERT, ND_REDIRECT };
enum { ND_PREFIX = 3, ND_REDIRECTED = 4, ND_NAME_SERVERS = 25 }; /* options */

/* What to change, and where. */
struct inner_edit {
    bool *changed;
    const struct rewrite_inner *inner;
    uint8_t *frame;
    uint32_t caplen;
};

/* Whether it is the address of one host: not a group, not broadcast, not all zeros. */
static bool is_unicast(uint8_t version, const uint8_t *address)
{
    static const uint8_t zeros[16];

    return !nvgre_pa_is_group(version, address) &&
           memcmp(address, zeros, nvgre_address_len(version)) != 0 &&
           (version == 6 || wire_get32(address) != UINT32_MAX);
}

static void add_to_address(uint32_t add, uint8_t version, uint8_t *address)
{
    uint8_t *last = address + (version == 4 ? 0 : 12);

    if (is_unicast(version, address))
        wire_put32(last, wire_get32(last) + add);
}

void rewrite_address(bool *changed, const struct rewrite_addresses *addresses, bool destination,
                     uint8_t version, uint8_t *at, struct edit_sum *over, struct edit_sum *pseudo)
{
    const uint32_t len = nvgre_address_len(version);
    uint8_t address[16];

    memcpy(address, at, len);
    if (!net_map_apply(rewrite_side(addresses, destination), version, address) &&
        !net_map_apply(&addresses->both, version, address) && addresses->anonymise)
        anonymise_address(addresses->anonymise, version, address);
    if (addresses->add)
        add_to_address(addresses->add, version, address);
    edit_put(changed, at, address, len, over, pseudo);
}

static void change_ca(const struct inner_edit *e, bool destination, uint8_t version,
                      uint32_t offset, struct edit_sum *over, struct edit_sum *pseudo)
{
    if (rewrite_wants(&e->inner->cas, destination) && e->caplen >= offset &&
        e->caplen - offset >= nvgre_address_len(version))
        rewrite_address(e->changed, &e->inner->cas, destination, version, e->frame + offset, over,
                        pseudo);
}

/* Changes sender and target of ARP for IPv4 over Ethernet (RFC 826). */
static void change_arp(const struct inner_edit *e, uint32_t offset, struct edit_sum *over)
{
    if (e->caplen - offset < NVGRE_ARP_LEN || !nvgre_is_arp_ipv4(e->frame + offset))
        return;
    change_ca(e, false, 4, offset + NVGRE_ARP_SENDER_IP_AT, over, NULL);
    change_ca(e, true, 4, offset + NVGRE_ARP_TARGET_IP_AT, over, NULL);
}

static void change_ports(const struct inner_edit *e, uint32_t offset, struct edit_sum *over)
{
    for (uint32_t at = offset; at < offset + 4 && at + 2 <= e->caplen; at += 2) {
        uint16_t port = wire_get16(e->frame + at);

        if (port_map_apply(&e->inner->ports, &port))
            edit_put16(e->changed, e->frame + at, port, over);
    }
}

static void change_ip(const struct inner_edit *e, const struct nvgre_ip *ip,
                      struct edit_sum *within, bool quoted);

/* Changes the packet inside an ICMP error. It has its original source and destination. */
static void change_quoted(const struct inner_edit *e, uint8_t version, uint32_t offset,
                          struct edit_sum *over)
{
    const struct nvgre_l2 l2 = {
        offset, (uint16_t)(version == 4 ? NVGRE_ETHERTYPE_IPV4 : NVGRE_ETHERTYPE_IPV6), 0};
    const uint32_t least = version == 4 ? NVGRE_IPV4_LEN : NVGRE_IPV6_LEN;
    enum nvgre_reason reason;
    enum nvgre_class kind;
    struct nvgre_ip ip;
    uint32_t value;

    if (e->caplen < offset || e->caplen - offset < least)
        return;
    kind = nvgre_ip_decode(e->frame, e->caplen, UINT32_MAX, &l2, &ip, &reason, &value);
    if (kind == NVGRE_CLASS_CLEAN || kind == NVGRE_CLASS_TRUNCATED)
        change_ip(e, &ip, over, true);
}

static void change_icmp(const struct inner_edit *e, uint32_t offset, struct edit_sum *over)
{
    uint8_t type = e->frame[offset];

    if (type == ICMP_REDIRECT)
        change_ca(e, true, 4, offset + 4, over, NULL);
    if (type == ICMP_UNREACHABLE || type == ICMP_QUENCH || type == ICMP_REDIRECT ||
        type == ICMP_TIME || type == ICMP_PARAMETER)
        change_quoted(e, 4, offset + ICMP_LEN, over);
}

/* The same, but limited to the end of an IP packet or option. */
static struct inner_edit edit_until(const struct inner_edit *e, uint32_t end)
{
    struct inner_edit until = *e;

    if (until.caplen > end)
        until.caplen = end;
    return until;
}

/*
 * Changes an option that ends at `end`: prefixes and name servers that a router announces, or the
 * packet inside a redirect (RFC 4861 sections 4.6.2 and 4.6.3, RFC 8106 section 5.1).
 */
static void change_nd_option(const struct inner_edit *e, uint32_t offset, uint32_t end,
                             struct edit_sum *over)
{
    const struct inner_edit option = edit_until(e, end);

    switch (e->frame[offset]) {
    case ND_PREFIX:
        if (end - offset == 32)
            change_ca(&option, true, 6, offset + 16, over, NULL);
        break;
    case ND_REDIRECTED:
        change_quoted(&option, 6, offset + 8, over);
        break;
    case ND_NAME_SERVERS:
        for (uint32_t at = offset + 8; at + 16 <= option.caplen; at += 16)
            change_ca(&option, true, 6, at, over, NULL);
        break;
    default:
        break;
    }
}

static void change_nd_options(const struct inner_edit *e, uint32_t offset, struct edit_sum *over)
{
    while (e->caplen > offset && e->caplen - offset >= 8 && e->frame[offset + 1]) {
        const uint32_t end = offset + e->frame[offset + 1] * 8u;

        change_nd_option(e, offset, end, over);
        offset = end;
    }
}

/* Changes errors and neighbour discovery (RFC 4861 section 4). */
static void change_icmpv6(const struct inner_edit *e, uint32_t offset, bool quoted,
                          struct edit_sum *over)
{
    uint8_t type = e->frame[offset];

    if (type >= ICMPV6_ERROR_MIN && type <= ICMPV6_ERROR_MAX && !quoted)
        change_quoted(e, 6, offset + ICMP_LEN, over);
    if (type == ND_SOLICIT || type == ND_ADVERT || type == ND_REDIRECT)
        change_ca(e, type != ND_ADVERT, 6, offset + 8, over, NULL);
    if (type == ND_REDIRECT)
        change_ca(e, true, 6, offset + 24, over, NULL);
    if ((type == ND_REDIRECT || type == ND_ADVERT_ROUTER) && !quoted)
        change_nd_options(e, offset + (type == ND_REDIRECT ? 40 : 16), over);
}

/* Returns the offset of a transport's checksum, or 0 if it has none. */
static uint32_t checksum_offset(uint8_t protocol)
{
    switch (protocol) {
    case NVGRE_TCP:
        return 16;
    case NVGRE_UDP:
    case NVGRE_UDP_LITE:
    case NVGRE_DCCP:
        return 6;
    case NVGRE_ICMPV6:
    case NVGRE_ICMP:
        return 2;
    default:
        return 0;
    }
}

/* A UDP checksum of 0 means that there is none. */
static void follow_transport(const struct inner_edit *e, uint8_t protocol, uint32_t offset,
                             const struct edit_sum *sum)
{
    uint32_t at = offset + checksum_offset(protocol);
    uint8_t *field = e->frame + at;

    if (at == offset || e->caplen < at + 2 || (protocol == NVGRE_UDP && wire_get16(field) == 0))
        return;
    edit_follow(e->changed, field, sum);
    if (protocol == NVGRE_UDP && wire_get16(field) == 0)
        edit_put16(e->changed, field, 0xFFFF, sum->within);
}

static void change_transport(const struct inner_edit *e, const struct nvgre_ip *ip, bool quoted,
                             struct edit_sum *sum)
{
    uint32_t offset = ip->offset + ip->header_len;

    if (e->caplen <= offset)
        return;
    if (ip->protocol == NVGRE_ICMP)
        sum->delta = 0; /* ICMP for IPv4 has no pseudo-header */
    if (ip->protocol == NVGRE_ICMP && !quoted)
        change_icmp(e, offset, sum);
    else if (ip->protocol == NVGRE_ICMPV6)
        change_icmpv6(e, offset, quoted, sum);
    else if (ip->protocol != NVGRE_ICMP && checksum_offset(ip->protocol))
        change_ports(e, offset, sum);
    follow_transport(e, ip->protocol, offset, sum);
}

static bool is_later_fragment(const struct inner_edit *e, const struct nvgre_ip *ip)
{
    struct nvgre_fragment part = {0, false, 0};

    if (ip->fragment)
        nvgre_fragment_read(e->frame, ip, &part);
    return part.offset > 0;
}

/* Changes an IP packet. Its header without options must be present. */
static void change_ip(const struct inner_edit *whole, const struct nvgre_ip *ip,
                      struct edit_sum *within, bool quoted)
{
    const struct inner_edit packet = edit_until(whole, ip->offset + ip->len);
    const struct inner_edit *e = &packet;
    const uint32_t source = ip->offset + nvgre_src_at(ip->version);
    const uint32_t destination = ip->offset + nvgre_dst_at(ip->version);
    struct edit_sum header = {0, within};
    struct edit_sum transport = {0, within};
    struct edit_sum *over = ip->version == 4 ? &header : within;

    change_ca(e, false, ip->version, source, over, &transport);
    change_ca(e, true, ip->version, destination, over, &transport);
    if (!is_later_fragment(e, ip))
        change_transport(e, ip, quoted, &transport);
    if (ip->version == 4)
        edit_follow(e->changed, e->frame + ip->offset + NVGRE_IPV4_CHECKSUM_AT, &header);
}

void rewrite_inner(bool *changed, const struct rewrite_inner *config, uint8_t *frame,
                   uint32_t caplen, struct edit_sum *over)
{
    const struct inner_edit e = {changed, config, frame, caplen};
    struct nvgre_inner inner;

    if (caplen < NVGRE_ETH_LEN)
        return;
    rewrite_mac(changed, &config->dst_mac, frame, over);
    rewrite_mac(changed, &config->src_mac, frame + NVGRE_ETH_SRC_AT, over);
    nvgre_inner_decode(frame, caplen, &inner);
    if (!inner.has_l2)
        return;
    if (inner.l2.vlan_count)
        edit_put16(changed, frame + NVGRE_ETH_LEN,
                   rewrite_bits(config->tci, wire_get16(frame + NVGRE_ETH_LEN)), over);
    if (inner.l2.ethertype == NVGRE_ETHERTYPE_ARP || inner.l2.ethertype == NVGRE_ETHERTYPE_RARP)
        change_arp(&e, inner.l2.l3_offset, over);
    if (inner.has_ip)
        change_ip(&e, &inner.ip, over, false);
}

/* Returns the bytes that a transport's checksum covers, or 0 if it must not be computed. */
static uint32_t covered_len(const uint8_t *p, const struct nvgre_ip *ip)
{
    uint32_t len = ip->len - ip->header_len;
    uint32_t udp_len;

    if (len < checksum_offset(ip->protocol) + 2 || !checksum_offset(ip->protocol) ||
        ip->protocol == NVGRE_UDP_LITE || ip->protocol == NVGRE_DCCP)
        return 0;
    if (ip->protocol != NVGRE_UDP)
        return len;
    udp_len = wire_get16(p + 4);
    if (wire_get16(p + 6) == 0 || udp_len < 8 || udp_len > len)
        return 0;
    return udp_len;
}

static void fix_transport(bool *changed, uint8_t *frame, const struct nvgre_ip *ip,
                          struct edit_sum *over)
{
    const uint32_t addresses_len = 2 * nvgre_address_len(ip->version);
    const uint8_t *addresses = frame + ip->offset + nvgre_src_at(ip->version);
    uint8_t *p = frame + ip->offset + ip->header_len;
    uint8_t *field = p + checksum_offset(ip->protocol);
    uint32_t len = covered_len(p, ip);
    uint32_t sum = 0;
    uint16_t checksum;

    if (len == 0)
        return;
    if (ip->protocol != NVGRE_ICMP)
        sum = nvgre_pseudo_sum(addresses, addresses_len, ip->protocol, len);
    sum = nvgre_sum(p, len, sum + (uint16_t)~wire_get16(field));
    checksum = (uint16_t)~nvgre_sum_fold(sum);
    edit_put16(changed, field, ip->protocol == NVGRE_UDP && !checksum ? 0xFFFF : checksum, over);
}

void rewrite_fix_inner(bool *changed, uint8_t *frame, uint32_t caplen, uint32_t len,
                       struct edit_sum *over)
{
    struct nvgre_inner inner;
    struct nvgre_ip *ip = &inner.ip;
    uint8_t *header;

    nvgre_inner_decode(frame, caplen, &inner);
    if (!inner.has_ip || caplen < ip->offset + ip->header_len)
        return;
    header = frame + ip->offset;
    if (ip->version == 4) {
        uint32_t sum = nvgre_sum(header, ip->header_len,
                                 (uint16_t)~wire_get16(header + NVGRE_IPV4_CHECKSUM_AT));

        edit_put16(changed, header + NVGRE_IPV4_CHECKSUM_AT, (uint16_t)~nvgre_sum_fold(sum), over);
    }
    if (wire_get16(header +
                   (ip->version == 4 ? NVGRE_IPV4_TOTAL_LEN_AT : NVGRE_IPV6_PAYLOAD_LEN_AT)) == 0)
        ip->len = len - ip->offset; /* for a super-packet */
    if (!ip->fragment && ip->len >= ip->header_len && caplen - ip->offset >= ip->len)
        fix_transport(changed, frame, ip, over);
}
