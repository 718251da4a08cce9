/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame.h"

#include "cursor.h"
#include "wire.h"

const char *nvgre_reason_text(enum nvgre_reason reason)
{
    static const char *const texts[NVGRE_REASON_COUNT] = {
        [NVGRE_REASON_NONE] = "nothing wrong",
        [NVGRE_REASON_IP_VERSION] = "IP version does not match the EtherType, version",
        [NVGRE_REASON_IP_HDR_LEN] = "IPv4 header length below 20, bytes",
        [NVGRE_REASON_IP_LEN] = "IP length too small for the IP headers, length",
        [NVGRE_REASON_IP_BEYOND] = "IP length beyond the end of the frame, length",
        [NVGRE_REASON_GRE_LEN] = "GRE header beyond the end of the IP packet, bytes needed",
        [NVGRE_REASON_INNER_LEN] = "inner frame shorter than its Ethernet header and tags, bytes",
    };

    return reason < NVGRE_REASON_COUNT ? texts[reason] : texts[NVGRE_REASON_NONE];
}

/* The address families of LINKTYPE_NULL and LINKTYPE_LOOP, with each capturing system's numbers. */
static uint16_t family_ethertype(uint32_t family)
{
    if (family > 0xFF) /* written in the other byte order */
        family = family >> 24 | (family >> 8 & 0xFF00) | (family & 0xFF00) << 8 | family << 24;
    switch (family) {
    case 2:
        return NVGRE_ETHERTYPE_IPV4;
    case 10: /* Linux */
    case 23: /* Windows */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD */
    case 30: /* Darwin */
        return NVGRE_ETHERTYPE_IPV6;
    default:
        return 0;
    }
}

static bool link_decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                        struct nvgre_l2 *l2)
{
    static const struct {
        uint8_t header_len, type_offset;
    } links[] = {
        [NVGRE_LINK_ETHERNET] = {NVGRE_ETH_LEN, NVGRE_ETH_TYPE_AT},
        [NVGRE_LINK_SLL] = {16, 14},
        [NVGRE_LINK_SLL2] = {20, 0},
        [NVGRE_LINK_RAW] = {0, 0},
        [NVGRE_LINK_NULL] = {4, 0},
    };
    uint32_t header_len = links[link].header_len;

    if (caplen < header_len + (link == NVGRE_LINK_RAW))
        return false;
    l2->l3_offset = header_len;
    l2->vlan_count = 0;
    if (link == NVGRE_LINK_RAW)
        l2->ethertype = data[0] >> 4 == 6 ? NVGRE_ETHERTYPE_IPV6 : NVGRE_ETHERTYPE_IPV4;
    else if (link == NVGRE_LINK_NULL)
        l2->ethertype = family_ethertype(wire_get32(data));
    else
        l2->ethertype = wire_get16(data + links[link].type_offset);
    return true;
}

bool nvgre_l2_decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                     struct nvgre_l2 *l2)
{
    if (!link_decode(link, data, caplen, l2))
        return false;
    while (nvgre_is_tpid(l2->ethertype)) {
        if (caplen - l2->l3_offset < NVGRE_VLAN_TAG_LEN)
            return false;
        l2->ethertype = wire_get16(data + l2->l3_offset + 2);
        l2->l3_offset += NVGRE_VLAN_TAG_LEN;
        l2->vlan_count++;
    }
    return true;
}

/* What the steps that decode an IP header share. */
struct ip_decoder {
    struct wire_cursor c;
    struct nvgre_ip *ip;
    enum nvgre_reason *reason;
    uint32_t *value;
};

static enum nvgre_class malformed(const struct ip_decoder *d, enum nvgre_reason reason,
                                  uint32_t value)
{
    *d->reason = reason;
    *d->value = value;
    return NVGRE_CLASS_MALFORMED;
}

/* For an IP header that does not fit: either the snaplen cut it, or its length field is wrong. */
static enum nvgre_class short_of(const struct ip_decoder *d, enum wire_status status)
{
    return status == WIRE_CUT ? NVGRE_CLASS_TRUNCATED
                              : malformed(d, NVGRE_REASON_IP_LEN, d->c.len - d->ip->offset);
}

static enum nvgre_class set_ip_len(struct ip_decoder *d, uint32_t len)
{
    uint32_t room = d->c.len - d->c.off;

    if (len > room)
        return malformed(d, NVGRE_REASON_IP_BEYOND, len);
    d->ip->len = len ? len : room;
    wire_limit(&d->c, d->ip->len);
    return NVGRE_CLASS_CLEAN;
}

static enum nvgre_class ipv4_decode(struct ip_decoder *d)
{
    const uint8_t *p = wire_at(&d->c);
    struct nvgre_ip *ip = d->ip;
    enum wire_status status = wire_need(&d->c, NVGRE_IPV4_LEN);
    uint32_t total_len;

    if (status != WIRE_OK)
        return short_of(d, status);
    ip->tos = p[1];
    ip->fragment = (wire_get16(p + NVGRE_IPV4_FLAGS_AT) & NVGRE_IPV4_FRAGMENT) != 0;
    ip->header_len = (p[0] & 0xFu) * 4;
    if (ip->header_len < NVGRE_IPV4_LEN)
        return malformed(d, NVGRE_REASON_IP_HDR_LEN, ip->header_len);
    total_len = wire_get16(p + NVGRE_IPV4_TOTAL_LEN_AT);
    if (total_len != 0 && total_len < ip->header_len)
        return malformed(d, NVGRE_REASON_IP_LEN, total_len);
    if (set_ip_len(d, total_len) != NVGRE_CLASS_CLEAN)
        return NVGRE_CLASS_MALFORMED;
    status = wire_need(&d->c, ip->header_len);
    return status == WIRE_OK ? NVGRE_CLASS_CLEAN : short_of(d, status);
}

static bool is_extension(uint8_t next)
{
    return next == NVGRE_HOP_BY_HOP || next == NVGRE_ROUTING || next == NVGRE_FRAGMENT ||
           next == NVGRE_DESTINATION_OPTIONS;
}

/*
 * After a fragment header, `next` describes the payload only in the first fragment, so stop there.
 */
static enum nvgre_class ipv6_extensions(struct ip_decoder *d, uint8_t next)
{
    while (is_extension(next) && !d->ip->fragment) {
        const uint8_t *p = wire_at(&d->c);
        enum wire_status status = wire_need(&d->c, 8);
        uint32_t len;

        if (status != WIRE_OK)
            return short_of(d, status);
        len = next == NVGRE_FRAGMENT ? NVGRE_IPV6_FRAGMENT_LEN : 8 + p[1] * 8u;
        status = wire_need(&d->c, len);
        if (status != WIRE_OK)
            return short_of(d, status);
        if (next == NVGRE_FRAGMENT)
            d->ip->fragment = (wire_get16(p + 2) & 0xFFF9) != 0; /* an offset or the M flag */
        d->c.off += len;
        next = p[0];
    }
    d->ip->protocol = next;
    d->ip->header_len = d->c.off - d->ip->offset;
    return NVGRE_CLASS_CLEAN;
}

static enum nvgre_class ipv6_decode(struct ip_decoder *d)
{
    const uint8_t *p = wire_at(&d->c);
    enum wire_status status = wire_need(&d->c, NVGRE_IPV6_LEN);
    uint32_t payload_len;

    if (status != WIRE_OK)
        return short_of(d, status);
    d->ip->tos = (uint8_t)(wire_get16(p) >> 4);
    d->ip->fragment = false;
    d->ip->header_len = NVGRE_IPV6_LEN;
    payload_len = wire_get16(p + NVGRE_IPV6_PAYLOAD_LEN_AT);
    if (set_ip_len(d, payload_len ? NVGRE_IPV6_LEN + payload_len : 0) != NVGRE_CLASS_CLEAN)
        return NVGRE_CLASS_MALFORMED;
    d->c.off += NVGRE_IPV6_LEN;
    return ipv6_extensions(d, p[NVGRE_IPV6_NEXT_AT]);
}

/*
 * Reads the protocol of a header that may be cut after that field. Returns 0 if the field is not
 * captured or names an extension header.
 */
static uint8_t captured_protocol(const struct wire_cursor *c, uint8_t version)
{
    uint32_t at = version == 4 ? NVGRE_IPV4_PROTOCOL_AT : NVGRE_IPV6_NEXT_AT;
    uint8_t protocol = wire_need(c, at + 1) == WIRE_OK ? wire_at(c)[at] : 0;

    return version == 6 && is_extension(protocol) ? 0 : protocol;
}

enum nvgre_class nvgre_ip_decode(const uint8_t *data, uint32_t caplen, uint32_t len,
                                 const struct nvgre_l2 *l2, struct nvgre_ip *ip,
                                 enum nvgre_reason *reason, uint32_t *value)
{
    struct ip_decoder d = {{data, l2->l3_offset, caplen, len}, ip, reason, value};
    uint8_t expected = l2->ethertype == NVGRE_ETHERTYPE_IPV4 ? 4 : 6;
    enum wire_status status;

    if (l2->ethertype != NVGRE_ETHERTYPE_IPV4 && l2->ethertype != NVGRE_ETHERTYPE_IPV6)
        return NVGRE_CLASS_OTHER;
    ip->offset = l2->l3_offset;
    ip->protocol = 0;
    status = wire_need(&d.c, 1);
    if (status != WIRE_OK)
        return short_of(&d, status);
    ip->version = *wire_at(&d.c) >> 4;
    if (ip->version != expected)
        return malformed(&d, NVGRE_REASON_IP_VERSION, ip->version);
    ip->protocol = captured_protocol(&d.c, expected);
    return ip->version == 4 ? ipv4_decode(&d) : ipv6_decode(&d);
}

void nvgre_fragment_read(const uint8_t *data, const struct nvgre_ip *ip,
                         struct nvgre_fragment *fragment)
{
    const uint8_t *p = data + ip->offset;

    if (ip->version == 4) {
        *fragment =
            (struct nvgre_fragment){(wire_get16(p + NVGRE_IPV4_FLAGS_AT) & 0x1FFFu) * 8,
                                    (wire_get16(p + NVGRE_IPV4_FLAGS_AT) & NVGRE_IPV4_MF) != 0,
                                    wire_get16(p + NVGRE_IPV4_ID_AT)};
        return;
    }
    p += ip->header_len - NVGRE_IPV6_FRAGMENT_LEN;
    *fragment =
        (struct nvgre_fragment){wire_get16(p + 2) & 0xFFF8u, (p[3] & 1) != 0, wire_get32(p + 4)};
}

static enum nvgre_class gre_malformed(struct nvgre_frame *frame, enum nvgre_reason reason,
                                      uint32_t value)
{
    frame->reason = reason;
    frame->value = value;
    return NVGRE_CLASS_MALFORMED;
}

/* Decodes the GRE header and what it carries. frame->ip must be set. */
static enum nvgre_class gre_decode(const uint8_t *data, uint32_t caplen, struct nvgre_frame *frame)
{
    uint32_t offset = frame->ip.offset + frame->ip.header_len;
    uint32_t end = frame->ip.offset + frame->ip.len;
    uint32_t capend = caplen < end ? caplen : end;
    enum nvgre_class kind =
        nvgre_gre_decode(data + offset, capend - offset, end - offset, &frame->gre);

    if (kind == NVGRE_CLASS_TRUNCATED)
        return kind;
    if (kind == NVGRE_CLASS_MALFORMED)
        return gre_malformed(frame, NVGRE_REASON_GRE_LEN, frame->gre.header_len);
    frame->inner_offset = offset + frame->gre.header_len;
    frame->inner_caplen = capend - frame->inner_offset;
    frame->inner_len = end - frame->inner_offset;
    if (frame->inner_len < NVGRE_ETH_LEN && kind != NVGRE_CLASS_OTHER_GRE)
        return gre_malformed(frame, NVGRE_REASON_INNER_LEN, frame->inner_len);
    return kind;
}

/* Whether the protocol of a malformed header is unknown only because the capture was cut. */
static bool protocol_is_cut(const struct nvgre_frame *frame, uint32_t caplen, uint32_t len)
{
    uint32_t end = frame->l2.l3_offset +
                   (frame->l2.ethertype == NVGRE_ETHERTYPE_IPV4 ? NVGRE_IPV4_PROTOCOL_AT
                                                                : NVGRE_IPV6_NEXT_AT) +
                   1;

    return frame->reason != NVGRE_REASON_IP_VERSION && caplen < end && len >= end;
}

enum nvgre_class nvgre_frame_decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                                    uint32_t len, struct nvgre_frame *frame)
{
    enum nvgre_class kind;

    frame->reason = NVGRE_REASON_NONE;
    frame->value = 0;
    if (!nvgre_l2_decode(link, data, caplen, &frame->l2))
        return frame->kind = caplen < len ? NVGRE_CLASS_TRUNCATED : NVGRE_CLASS_OTHER;
    kind =
        nvgre_ip_decode(data, caplen, len, &frame->l2, &frame->ip, &frame->reason, &frame->value);
    if (kind == NVGRE_CLASS_OTHER)
        return frame->kind = kind;
    if (frame->ip.protocol != NVGRE_IP_PROTOCOL &&
        (kind == NVGRE_CLASS_CLEAN || frame->ip.protocol))
        return frame->kind = NVGRE_CLASS_OTHER;
    if (kind == NVGRE_CLASS_CLEAN)
        kind = frame->ip.fragment ? NVGRE_CLASS_FRAGMENT : gre_decode(data, caplen, frame);
    else if (kind == NVGRE_CLASS_MALFORMED && protocol_is_cut(frame, caplen, len))
        kind = NVGRE_CLASS_TRUNCATED;
    return frame->kind = kind;
}

void nvgre_inner_decode(const uint8_t *data, uint32_t caplen, struct nvgre_inner *inner)
{
    enum nvgre_reason reason;
    uint32_t value;

    inner->data = data;
    inner->caplen = caplen;
    inner->has_l2 = nvgre_l2_decode(NVGRE_LINK_ETHERNET, data, caplen, &inner->l2);
    inner->has_ip = false;
    if (!inner->has_l2)
        return;
    switch (nvgre_ip_decode(data, caplen, UINT32_MAX, &inner->l2, &inner->ip, &reason, &value)) {
    case NVGRE_CLASS_CLEAN:
        inner->has_ip = true;
        break;
    case NVGRE_CLASS_TRUNCATED: /* the addresses may still be present */
        inner->has_ip =
            caplen - inner->l2.l3_offset >=
            (inner->l2.ethertype == NVGRE_ETHERTYPE_IPV4 ? NVGRE_IPV4_LEN : NVGRE_IPV6_LEN);
        break;
    default:
        break;
    }
}
