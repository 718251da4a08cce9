/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "segment.h"

#include <string.h>

#include "checksum.h"
#include "flowid.h"
#include "inner.h"
#include "wire.h"

enum { IP_LEN_MAX = 0xFFFF, TCP_LEN = 20, UDP_LEN = 8, EXTENSION_LEN = 8 };
enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2, OPTION_MSS_LEN = 4 };
enum {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_URG = 0x20,
    TCP_CWR = 0x80
};

/*
 * Returns the length of an IPv6 extension header before the transport header; these are all
 * captured.
 */
static uint32_t extension_len(uint8_t kind, const uint8_t *extension)
{
    return kind == NVGRE_FRAGMENT ? EXTENSION_LEN : EXTENSION_LEN + extension[1] * 8u;
}

/* Whether a routing header has addresses that the packet did not visit yet. */
static bool is_on_route(const uint8_t *frame, const struct nvgre_ip *ip)
{
    const uint8_t *p = frame + ip->offset + NVGRE_IPV6_LEN;
    const uint8_t *end = frame + ip->offset + ip->header_len;
    uint8_t kind = frame[ip->offset + NVGRE_IPV6_NEXT_AT];

    while (p < end) {
        uint8_t next = p[0];

        if (kind == NVGRE_ROUTING && p[3] != 0)
            return true;
        p += extension_len(kind, p);
        kind = next;
    }
    return false;
}

/* Finds the jumbo payload option (RFC 2675) as Linux adds it: alone, before all other headers. */
static uint32_t jumbo_len(const uint8_t *frame, const struct nvgre_ip *ip)
{
    const uint8_t *p = frame + ip->offset;

    return ip->header_len >= NVGRE_IPV6_LEN + EXTENSION_LEN &&
                   wire_get16(p + NVGRE_IPV6_PAYLOAD_LEN_AT) == 0 &&
                   p[NVGRE_IPV6_NEXT_AT] == NVGRE_HOP_BY_HOP && p[41] == 0 &&
                   wire_get16(p + 42) == 0xC204
               ? EXTENSION_LEN
               : 0;
}

/* Finds the length of the transport header. Returns false if this packet must not be segmented. */
static bool transport(const uint8_t *p, const struct nvgre_ip *ip, uint32_t caplen,
                      uint32_t *header_len)
{
    uint32_t room = ip->len - ip->header_len;
    uint32_t least = ip->protocol == NVGRE_TCP ? TCP_LEN : UDP_LEN;
    uint32_t udp_len;

    if (room < least || caplen < least)
        return false;
    if (ip->protocol == NVGRE_UDP) {
        *header_len = UDP_LEN;
        udp_len = wire_get16(p + 4);
        return udp_len == 0 || udp_len == room;
    }
    *header_len = (p[12] >> 4) * 4u;
    return *header_len >= TCP_LEN && *header_len <= room && !(p[13] & (TCP_SYN | TCP_RST)) &&
           caplen >= *header_len;
}

/* Returns false if the headers leave no room for payload. */
static bool divide(struct segment *seg, const struct nvgre_ip *ip, uint32_t l4_header_len,
                   uint32_t max_ip_len)
{
    uint32_t headers_len = ip->header_len - seg->jumbo_len + l4_header_len;

    if (max_ip_len > IP_LEN_MAX)
        max_ip_len = IP_LEN_MAX;
    if (headers_len >= max_ip_len)
        return false;
    seg->headers_len = seg->l4_offset + l4_header_len;
    seg->payload_len = ip->len - ip->header_len - l4_header_len;
    seg->size = max_ip_len - headers_len;
    seg->count = seg->payload_len ? (seg->payload_len + seg->size - 1) / seg->size : 1;
    return true;
}

bool segment_begin(struct segment *seg, const uint8_t *frame, uint32_t caplen, uint32_t len,
                   uint32_t tags_len, uint32_t max_ip_len)
{
    struct nvgre_l2 l2;
    struct nvgre_ip ip;
    enum nvgre_reason reason;
    uint32_t value;
    uint32_t l4_header_len;

    if (!nvgre_l2_decode(NVGRE_LINK_ETHERNET, frame, caplen, &l2) ||
        nvgre_ip_decode(frame, caplen, len, &l2, &ip, &reason, &value) != NVGRE_CLASS_CLEAN ||
        ip.len <= max_ip_len || ip.len > SEGMENT_IP_LEN_MAX || ip.fragment ||
        !nvgre_has_ports(ip.protocol) || (ip.version == 6 && is_on_route(frame, &ip)))
        return false;
    *seg = (struct segment){.frame = frame,
                            .caplen = caplen < ip.offset + ip.len ? caplen : ip.offset + ip.len,
                            .ip_offset = ip.offset,
                            .l4_offset = ip.offset + ip.header_len,
                            .tags_len = tags_len,
                            .jumbo_len = ip.version == 6 ? jumbo_len(frame, &ip) : 0,
                            .version = ip.version,
                            .protocol = ip.protocol};
    return transport(frame + seg->l4_offset, &ip, seg->caplen - seg->l4_offset, &l4_header_len) &&
           divide(seg, &ip, l4_header_len, max_ip_len);
}

/* Bytes of payload of segment `i`. */
static uint32_t payload_of(const struct segment *seg, uint32_t i)
{
    uint32_t rest = seg->payload_len - i * seg->size;

    return rest < seg->size ? rest : seg->size;
}

uint32_t segment_len(const struct segment *seg, uint32_t i)
{
    return seg->headers_len - seg->tags_len - seg->jumbo_len + payload_of(seg, i);
}

/* Returns how many of the `len` payload bytes from `start` were captured. */
static uint32_t captured_of(const struct segment *seg, uint32_t start, uint32_t len)
{
    uint32_t captured = seg->caplen - seg->headers_len;

    if (captured <= start)
        return 0;
    return captured - start < len ? captured - start : len;
}

/* Copies the headers for a segment. Returns their length. */
static uint32_t copy_headers(const struct segment *seg, uint8_t *room)
{
    uint32_t before = seg->ip_offset + NVGRE_IPV6_LEN;
    uint32_t behind = before + seg->jumbo_len;

    if (seg->jumbo_len == 0) {
        copy_untagged(room, seg->frame, seg->headers_len, seg->tags_len);
        return seg->headers_len - seg->tags_len;
    }
    copy_untagged(room, seg->frame, before, seg->tags_len);
    before -= seg->tags_len;
    memcpy(room + before, seg->frame + behind, seg->headers_len - behind);
    room[seg->ip_offset - seg->tags_len + NVGRE_IPV6_NEXT_AT] = seg->frame[behind - seg->jumbo_len];
    return before + seg->headers_len - behind;
}

/*
 * Updates the IP header of segment `i`. `len` is the length from there to the end of the segment.
 */
static void write_ip(const struct segment *seg, uint32_t i, uint8_t *ip, uint32_t len)
{
    uint32_t header_len = (ip[0] & 0xFu) * 4;

    if (seg->version == 6) {
        wire_put16(ip + NVGRE_IPV6_PAYLOAD_LEN_AT, (uint16_t)(len - NVGRE_IPV6_LEN));
        return;
    }
    wire_put16(ip + NVGRE_IPV4_TOTAL_LEN_AT, (uint16_t)len);
    wire_put16(ip + NVGRE_IPV4_ID_AT, (uint16_t)(wire_get16(ip + NVGRE_IPV4_ID_AT) + i));
    wire_put16(ip + NVGRE_IPV4_CHECKSUM_AT, 0);
    wire_put16(ip + NVGRE_IPV4_CHECKSUM_AT, nvgre_checksum(ip, header_len));
}

/*
 * Updates the TCP header of segment `i`, whose payload begins at byte `start` of the whole payload.
 */
static void write_tcp(const struct segment *seg, uint32_t i, uint8_t *tcp, uint32_t start)
{
    uint32_t urgent = wire_get16(tcp + 18);

    wire_put32(tcp + 4, wire_get32(tcp + 4) + start);
    if (i != 0)
        tcp[13] &= (uint8_t)~TCP_CWR;
    if (i != seg->count - 1)
        tcp[13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
    if (i == 0 || !(tcp[13] & TCP_URG))
        return;
    if (urgent <= start)
        tcp[13] &= (uint8_t)~TCP_URG;
    wire_put16(tcp + 18, (uint16_t)(urgent > start ? urgent - start : 0));
}

/* Returns the checksum over transport header and payload: `len` bytes at `l4`. */
static uint16_t transport_checksum(const struct segment *seg, const uint8_t *ip, const uint8_t *l4,
                                   uint32_t len)
{
    uint32_t sum = nvgre_pseudo_sum(ip + nvgre_src_at(seg->version),
                                    2 * nvgre_address_len(seg->version), seg->protocol, len);
    uint16_t checksum = (uint16_t)~nvgre_sum_fold(nvgre_sum(l4, len, sum));

    return seg->protocol == NVGRE_UDP && checksum == 0 ? 0xFFFF : checksum; /* 0: no checksum */
}

static void write_checksum(const struct segment *seg, const uint8_t *ip, uint8_t *l4, uint32_t len,
                           bool captured)
{
    uint8_t *field = l4 + (seg->protocol == NVGRE_TCP ? 16 : 6);
    bool none = seg->protocol == NVGRE_UDP && seg->version == 4 && wire_get16(field) == 0;

    wire_put16(field, 0);
    if (captured && !none)
        wire_put16(field, transport_checksum(seg, ip, l4, len));
}

uint32_t segment_write(const struct segment *seg, uint32_t i, uint8_t *room)
{
    uint32_t start = i * seg->size;
    uint32_t payload_len = payload_of(seg, i);
    uint32_t captured = captured_of(seg, start, payload_len);
    uint32_t headers_len = copy_headers(seg, room);
    uint8_t *ip = room + seg->ip_offset - seg->tags_len;
    uint8_t *l4 = room + seg->l4_offset - seg->tags_len - seg->jumbo_len;
    uint32_t l4_len = (uint32_t)(room + headers_len - l4) + payload_len;

    if (captured)
        memcpy(room + headers_len, seg->frame + seg->headers_len + start, captured);
    write_ip(seg, i, ip, (uint32_t)(l4 - ip) + l4_len);
    if (seg->protocol == NVGRE_TCP)
        write_tcp(seg, i, l4, start);
    else
        wire_put16(l4 + 4, (uint16_t)l4_len);
    write_checksum(seg, ip, l4, l4_len, captured == payload_len);
    return headers_len + captured;
}

/* Finds the value of the MSS option between `p` and `end`. Returns NULL if there is none. */
static uint8_t *find_mss(uint8_t *p, const uint8_t *end)
{
    while (p < end && *p != OPTION_END) {
        if (*p == OPTION_NOP) {
            p++;
            continue;
        }
        if (end - p < 2 || p[1] < 2 || p[1] > end - p)
            return NULL;
        if (p[0] == OPTION_MSS)
            return p[1] == OPTION_MSS_LEN ? p + 2 : NULL;
        p += p[1];
    }
    return NULL;
}

static uint16_t swap16(uint16_t v)
{
    return (uint16_t)(v << 8 | v >> 8);
}

bool segment_mss_clamp(uint8_t *frame, uint32_t caplen, uint16_t mss)
{
    struct nvgre_inner inner;
    const struct nvgre_ip *ip = &inner.ip;
    uint32_t offset;
    uint32_t end;
    uint32_t header_len;
    uint8_t *tcp;
    uint8_t *value;
    uint16_t was;
    bool odd;

    nvgre_inner_decode(frame, caplen, &inner);
    if (!inner.has_ip || ip->fragment || ip->protocol != NVGRE_TCP)
        return false;
    offset = ip->offset + ip->header_len;
    end = caplen - ip->offset < ip->len ? caplen : ip->offset + ip->len;
    if (offset > end || end - offset < TCP_LEN)
        return false;
    tcp = frame + offset;
    header_len = (tcp[12] >> 4) * 4u;
    if (!(tcp[13] & TCP_SYN) || header_len < TCP_LEN)
        return false;
    if (header_len > end - offset)
        header_len = end - offset;
    value = find_mss(tcp + TCP_LEN, tcp + header_len);
    if (!value || wire_get16(value) <= mss)
        return false;
    /* A checksum adds words at even offsets, but the option may be at an odd offset. */
    odd = (value - tcp) % 2 != 0;
    was = wire_get16(value);
    wire_put16(value, mss);
    wire_put16(tcp + 16, nvgre_checksum_update(wire_get16(tcp + 16), odd ? swap16(was) : was,
                                               odd ? swap16(mss) : mss));
    return true;
}
