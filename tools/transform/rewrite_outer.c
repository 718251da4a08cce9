/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inner.h"
#include "link.h"
#include "rewrite_parts.h"

enum { IP_LEN_MAX = 0xFFFF };

/* The IP version after rewriting. */
static uint8_t version_of(const struct rewrite *r)
{
    const struct rewrite_outer *outer = &r->config->outer;

    return outer->ip_version ? outer->ip_version : r->frame.ip.version;
}

/* Copies the link header and its tags, with the old type after them. Returns their length. */
static uint32_t put_link(const struct rewrite *r, const uint8_t *data, enum nvgre_link link)
{
    const struct rewrite_outer *outer = &r->config->outer;
    uint32_t from = 0;
    uint32_t to = 0;

    if (link == NVGRE_LINK_ETHERNET && outer->tag != REWRITE_TAG_NONE) {
        memcpy(r->data, data, NVGRE_ETH_TYPE_AT);
        from = to = NVGRE_ETH_TYPE_AT;
        if (outer->tag == REWRITE_TAG_ADD) {
            wire_put16(r->data + to, outer->tpid);
            wire_put16(r->data + to + 2, outer->tci.value);
            to += NVGRE_VLAN_TAG_LEN;
        } else if (outer->tag == REWRITE_TAG_DELETE && r->frame.l2.vlan_count) {
            from += NVGRE_VLAN_TAG_LEN;
        }
    }
    memcpy(r->data + to, data + from, r->frame.l2.l3_offset - from);
    return to + r->frame.l2.l3_offset - from;
}

/* Writes the type at the end of the link header, if it has one. */
static void put_type(const struct rewrite *r, enum nvgre_link link, uint32_t l3_offset,
                     uint8_t version)
{
    uint16_t type = (uint16_t)(version == 4 ? NVGRE_ETHERTYPE_IPV4 : NVGRE_ETHERTYPE_IPV6);

    if (link == NVGRE_LINK_SLL2 && r->frame.l2.vlan_count == 0)
        wire_put16(r->data, type);
    else if (link != NVGRE_LINK_RAW)
        wire_put16(r->data + l3_offset - 2, type);
}

static void put_fragment_header(const struct rewrite *r, uint8_t *p)
{
    p[0] = NVGRE_IP_PROTOCOL;
    p[1] = 0;
    wire_put16(p + 2, (uint16_t)(r->part.offset | r->part.more));
    wire_put32(p + 4, r->part.id);
}

/*
 * Writes an IPv6 header without extension headers, except for a fragment header. Returns its
 * length.
 */
static uint32_t put_ipv6(const struct rewrite *r, const uint8_t *old, uint32_t payload_len,
                         uint8_t *p)
{
    const bool was_ipv6 = r->frame.ip.version == 6;
    const uint32_t extra = r->frame.ip.fragment ? NVGRE_IPV6_FRAGMENT_LEN : 0;
    const uint32_t len = payload_len + extra;
    const uint32_t flow_label = was_ipv6 ? wire_get32(old) & 0xFFFFF : 0;

    wire_put32(p, 6u << 28 | (uint32_t)r->frame.ip.tos << 20 | flow_label);
    wire_put16(p + NVGRE_IPV6_PAYLOAD_LEN_AT, len > IP_LEN_MAX ? 0 : (uint16_t)len);
    p[NVGRE_IPV6_NEXT_AT] = extra ? NVGRE_FRAGMENT : NVGRE_IP_PROTOCOL;
    p[NVGRE_IPV6_HOP_LIMIT_AT] = old[nvgre_ttl_at(r->frame.ip.version)];
    if (was_ipv6)
        memcpy(p + NVGRE_IPV6_SRC_AT, old + NVGRE_IPV6_SRC_AT, 32);
    if (extra)
        put_fragment_header(r, p + NVGRE_IPV6_LEN);
    return NVGRE_IPV6_LEN + extra;
}

/*
 * Writes an IPv4 header for an IPv6 packet. DF is set unless it is a fragment: routers do not
 * fragment IPv6 packets either.
 */
static uint32_t put_ipv4(const struct rewrite *r, const uint8_t *old, uint32_t payload_len,
                         uint8_t *p)
{
    const uint32_t len = NVGRE_IPV4_LEN + payload_len; /* at most IP_LEN_MAX */
    uint32_t flags = r->part.offset / 8 | (r->part.more ? NVGRE_IPV4_MF : 0);

    memset(p, 0, NVGRE_IPV4_LEN);
    p[0] = 0x45;
    p[1] = r->frame.ip.tos;
    wire_put16(p + NVGRE_IPV4_TOTAL_LEN_AT, (uint16_t)len);
    wire_put16(p + NVGRE_IPV4_ID_AT, (uint16_t)r->part.id);
    wire_put16(p + NVGRE_IPV4_FLAGS_AT, (uint16_t)(r->frame.ip.fragment ? flags : NVGRE_IPV4_DF));
    p[NVGRE_IPV4_TTL_AT] = old[NVGRE_IPV6_HOP_LIMIT_AT];
    p[NVGRE_IPV4_PROTOCOL_AT] = NVGRE_IP_PROTOCOL;
    return NVGRE_IPV4_LEN;
}

static void put_pas(const struct rewrite_outer *outer, uint8_t *ip)
{
    const uint32_t len = nvgre_address_len(outer->ip_version);
    uint8_t *source = ip + nvgre_src_at(outer->ip_version);

    memcpy(source, outer->local, len);
    memcpy(source + len, outer->remote, len);
}

/* Writes a new IP header: another version, or without extensions. The old header is in `data`. */
static uint32_t put_ip(struct rewrite *r, const uint8_t *data, uint8_t version,
                       uint32_t payload_len, uint32_t at)
{
    const uint8_t *old = data + r->frame.ip.offset;
    uint8_t *p = r->data + at;
    uint32_t len;

    len = version == 4 ? put_ipv4(r, old, payload_len, p) : put_ipv6(r, old, payload_len, p);
    if (version != r->frame.ip.version)
        put_pas(&r->config->outer, p);
    if (version == 4)
        wire_put16(p + NVGRE_IPV4_CHECKSUM_AT, nvgre_checksum(p, NVGRE_IPV4_LEN));
    return len;
}

/* Copies the IP header and updates its length. */
static uint32_t copy_ip(struct rewrite *r, const uint8_t *data, uint32_t payload_len, uint32_t at)
{
    uint8_t *p = r->data + at;
    uint8_t *length =
        p + (r->frame.ip.version == 4 ? NVGRE_IPV4_TOTAL_LEN_AT : NVGRE_IPV6_PAYLOAD_LEN_AT);
    uint32_t len =
        payload_len + r->frame.ip.header_len - (r->frame.ip.version == 4 ? 0 : NVGRE_IPV6_LEN);

    memcpy(p, data + r->frame.ip.offset, r->frame.ip.header_len);
    if (wire_get16(length) != 0)
        edit_put16(&r->changed, length, (uint16_t)len, &r->outer_sum);
    return r->frame.ip.header_len;
}

/* Not in a fragment: a shorter header in the first one would move the data of the later ones. */
static bool normalises_gre(const struct rewrite *r)
{
    return r->has_gre && r->config->outer.normalise && !r->frame.ip.fragment;
}

/* Writes the GRE header: clean, or a copy. */
static uint32_t put_gre(struct rewrite *r, const uint8_t *data, uint32_t at)
{
    const struct nvgre_gre clean = {
        .flags = NVGRE_FLAG_K, .protocol = NVGRE_PROTOCOL_TYPE, .key = r->frame.gre.key};

    if (!r->has_gre)
        return 0;
    if (normalises_gre(r)) {
        r->frame.gre.flags = NVGRE_FLAG_K;
        return nvgre_gre_write(&clean, r->data + at);
    }
    memcpy(r->data + at, data + r->frame.inner_offset - r->frame.gre.header_len,
           r->frame.gre.header_len);
    return r->frame.gre.header_len;
}

/* Returns the bytes of inner tags to remove, and updates the GRE checksum sum for them. */
static uint32_t inner_tags(struct rewrite *r, const uint8_t *data)
{
    struct nvgre_inner inner;
    uint32_t len;

    if (!r->has_gre || r->frame.ip.fragment || !r->config->inner.strip_tags)
        return 0;
    nvgre_inner_decode(data + r->frame.inner_offset, r->frame.inner_caplen, &inner);
    len = inner.has_l2 ? inner.l2.vlan_count * NVGRE_VLAN_TAG_LEN : 0;
    for (uint32_t i = 0; i < len; i += 2)
        edit_sum_add(
            &r->gre_sum,
            edit_difference(wire_get16(data + r->frame.inner_offset + NVGRE_ETH_TYPE_AT + i), 0));
    return len;
}

/*
 * Whether packets of a link type can change their IP version. LINKTYPE_NULL cannot: systems use
 * different numbers for IPv6.
 */
static bool link_has_both(uint16_t linktype)
{
    enum nvgre_link link = NVGRE_LINK_NULL;

    return link_of(linktype, &link) && link != NVGRE_LINK_NULL && linktype != LINKTYPE_IPV4 &&
           linktype != LINKTYPE_IPV6;
}

/* Whether only fields change, and no lengths. */
static bool stays_in_place(const struct rewrite *r, uint32_t tags_len)
{
    const struct rewrite_outer *outer = &r->config->outer;

    return outer->tag != REWRITE_TAG_ADD &&
           (outer->tag != REWRITE_TAG_DELETE || r->frame.l2.vlan_count == 0) &&
           version_of(r) == r->frame.ip.version && !outer->normalise && tags_len == 0;
}

/* Builds the packet with longer or shorter headers, or without tags. */
static enum outcome assemble(struct rewrite *r, const struct cap_packet *packet,
                             enum nvgre_link link, uint32_t tags_len,
                             struct transform_result *result)
{
    const uint8_t *data = packet->data;
    const uint8_t version = version_of(r);
    const uint32_t gre_len = normalises_gre(r) ? NVGRE_HEADER_LEN : r->frame.gre.header_len;
    const uint32_t payload_len =
        r->frame.ip.len - r->frame.ip.header_len - r->frame.gre.header_len + gre_len - tags_len;
    const bool anew = version != r->frame.ip.version ||
                      (r->config->outer.normalise && version == 6 &&
                       r->frame.ip.header_len >
                           NVGRE_IPV6_LEN + (r->frame.ip.fragment ? NVGRE_IPV6_FRAGMENT_LEN : 0));
    uint32_t at;

    if (version != r->frame.ip.version && !link_has_both(packet->iface->linktype)) {
        result->value = packet->iface->linktype;
        return OUTCOME_LINK_TYPE;
    }
    if (version == 4 && r->frame.ip.version == 6 && NVGRE_IPV4_LEN + payload_len > IP_LEN_MAX) {
        result->value = payload_len;
        return OUTCOME_OVERSIZE;
    }
    at = put_link(r, data, link);
    if (version != r->frame.ip.version)
        put_type(r, link, at, version);
    r->frame.l2.l3_offset = at;
    at += anew ? put_ip(r, data, version, payload_len, at) : copy_ip(r, data, payload_len, at);
    at += put_gre(r, data, at);
    copy_untagged(r->data + at, data + r->frame.inner_offset,
                  packet->caplen - r->frame.inner_offset, tags_len);
    r->caplen = packet->caplen - r->frame.inner_offset - tags_len + at;
    r->len = packet->len - r->frame.inner_offset - tags_len + at;
    r->changed |= packet->caplen != r->caplen || memcmp(data, r->data, r->caplen) != 0;
    r->frame.ip.header_len = at - gre_len - r->frame.l2.l3_offset;
    r->frame.ip.offset = r->frame.l2.l3_offset;
    r->frame.ip.version = version;
    r->frame.ip.len = r->frame.ip.header_len + payload_len;
    r->frame.gre.header_len = gre_len;
    r->frame.inner_offset = at;
    r->frame.inner_caplen -= tags_len;
    return OUTCOME_DONE;
}

enum outcome rewrite_assemble(struct rewrite *r, const struct cap_packet *packet,
                              enum nvgre_link link, struct transform_result *result)
{
    const uint32_t tags_len = inner_tags(r, packet->data);

    if (!stays_in_place(r, tags_len))
        return assemble(r, packet, link, tags_len, result);
    memcpy(r->data, packet->data, packet->caplen);
    r->caplen = packet->caplen;
    r->len = packet->len;
    return OUTCOME_DONE;
}

static void change_bits(struct rewrite *r, struct rewrite_bits bits, uint8_t *at)
{
    if (bits.mask)
        edit_put16(&r->changed, at, rewrite_bits(bits, wire_get16(at)),
                   r->frame.ip.version == 4 ? &r->outer_sum : NULL);
}

static void change_link(struct rewrite *r)
{
    const struct rewrite_outer *outer = &r->config->outer;

    rewrite_mac(&r->changed, &outer->dst_mac, r->data, NULL);
    rewrite_mac(&r->changed, &outer->src_mac, r->data + NVGRE_ETH_SRC_AT, NULL);
    if (outer->tag == REWRITE_TAG_SET && nvgre_is_tagged(r->data))
        edit_put16(&r->changed, r->data + NVGRE_ETH_LEN,
                   rewrite_bits(outer->tci, wire_get16(r->data + NVGRE_ETH_LEN)), NULL);
}

static void change_pas(struct rewrite *r, uint8_t *ip)
{
    const struct rewrite_outer *outer = &r->config->outer;
    const uint8_t version = r->frame.ip.version;
    const uint32_t len = nvgre_address_len(version);
    uint8_t *source = ip + nvgre_src_at(version);
    struct edit_sum *over = version == 4 ? &r->outer_sum : NULL;

    if (outer->ip_version) {
        edit_put(&r->changed, source, outer->local, len, over, NULL);
        edit_put(&r->changed, source + len, outer->remote, len, over, NULL);
        return;
    }
    if (rewrite_wants(&outer->pas, false))
        rewrite_address(&r->changed, &outer->pas, false, version, source, over, NULL);
    if (rewrite_wants(&outer->pas, true))
        rewrite_address(&r->changed, &outer->pas, true, version, source + len, over, NULL);
}

/* Shifts bits of a byte to the byte's place in its word. */
static struct rewrite_bits upper(struct rewrite_bits bits)
{
    return (struct rewrite_bits){(uint16_t)(bits.mask << 8), (uint16_t)(bits.value << 8)};
}

static struct rewrite_bits traffic_class(struct rewrite_bits bits)
{
    return (struct rewrite_bits){(uint16_t)(bits.mask << 4), (uint16_t)(bits.value << 4)};
}

void rewrite_outer(struct rewrite *r, enum nvgre_link link)
{
    const struct rewrite_outer *outer = &r->config->outer;
    uint8_t *ip = r->data + r->frame.ip.offset;

    if (link == NVGRE_LINK_ETHERNET)
        change_link(r);
    change_pas(r, ip);
    if (r->frame.ip.version == 6) {
        change_bits(r, traffic_class(outer->tos), ip);
        change_bits(r, outer->ttl, ip + NVGRE_IPV6_NEXT_AT);
        return;
    }
    change_bits(r, outer->tos, ip);
    change_bits(r, outer->ip_id, ip + NVGRE_IPV4_ID_AT);
    change_bits(r, outer->df, ip + NVGRE_IPV4_FLAGS_AT);
    change_bits(r, upper(outer->ttl), ip + NVGRE_IPV4_TTL_AT);
    edit_follow(&r->changed, ip + NVGRE_IPV4_CHECKSUM_AT, &r->outer_sum);
}

void rewrite_fix_outer(struct rewrite *r)
{
    uint8_t *ip = r->data + r->frame.ip.offset;
    uint8_t *gre = r->data + r->frame.inner_offset - r->frame.gre.header_len;
    const uint32_t gre_len = r->frame.ip.len - r->frame.ip.header_len; /* with its payload */
    uint32_t sum;

    if (r->frame.ip.version == 4) {
        sum = nvgre_sum(ip, r->frame.ip.header_len,
                        (uint16_t)~wire_get16(ip + NVGRE_IPV4_CHECKSUM_AT));
        edit_put16(&r->changed, ip + NVGRE_IPV4_CHECKSUM_AT, (uint16_t)~nvgre_sum_fold(sum), NULL);
    }
    if (!r->has_gre || r->frame.ip.fragment || !(r->frame.gre.flags & NVGRE_FLAG_C) ||
        r->frame.gre.header_len + r->frame.inner_caplen < gre_len)
        return;
    sum = nvgre_sum(gre, gre_len, (uint16_t)~wire_get16(gre + 4));
    edit_put16(&r->changed, gre + 4, (uint16_t)~nvgre_sum_fold(sum), NULL);
}
