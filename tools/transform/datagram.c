/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datagram.h"

#include <string.h>

#include "checksum.h"
#include "ecn.h"
#include "wire.h"

enum { IP_LEN_MAX = 0xFFFF };

static uint32_t end_of(const struct reassemble_fragment *fragment)
{
    return fragment->start + fragment->len;
}

static const uint8_t *payload_of(const struct reassemble_fragment *fragment)
{
    return fragment->packet.data + fragment->header_len;
}

static void hold(struct reassemble_datagram *datagram, struct reassemble_fragment *fragment)
{
    fragment->next_held = NULL;
    if (datagram->last_held)
        datagram->last_held->next_held = fragment;
    else
        datagram->first_held = fragment;
    datagram->last_held = fragment;
    datagram->count++;
    datagram->size += fragment->size;
}

/* Whether a fragment and the earlier ones agree on the end of the datagram. */
static bool ends_agree(const struct reassemble_datagram *datagram,
                       const struct reassemble_fragment *fragment, bool last)
{
    const struct reassemble_fragment *furthest = datagram->last_in_place;

    if (datagram->len)
        return last ? end_of(fragment) == datagram->len : end_of(fragment) < datagram->len;
    return !last || !furthest || end_of(furthest) < end_of(fragment);
}

static bool is_same(const struct reassemble_fragment *a, const struct reassemble_fragment *b)
{
    return a->start == b->start && a->len == b->len &&
           memcmp(payload_of(a), payload_of(b), a->len) == 0;
}

/* Inserts a fragment after `previous`; NULL means at the beginning. */
static void link_in(struct reassemble_datagram *datagram, struct reassemble_fragment *fragment,
                    struct reassemble_fragment *previous, struct reassemble_fragment *next)
{
    fragment->previous_in_place = previous;
    fragment->next_in_place = next;
    if (previous)
        previous->next_in_place = fragment;
    else
        datagram->first_in_place = fragment;
    if (next)
        next->previous_in_place = fragment;
    else
        datagram->last_in_place = fragment;
}

bool datagram_place(struct reassemble_datagram *datagram, struct reassemble_fragment *fragment,
                    bool last, uint8_t tos, enum reassemble_reason *reason)
{
    struct reassemble_fragment *previous = datagram->last_in_place;
    struct reassemble_fragment *next;

    hold(datagram, fragment);
    if (end_of(fragment) > IP_LEN_MAX) {
        *reason = REASSEMBLE_TOO_LONG;
        return false;
    }
    if (!ends_agree(datagram, fragment, last)) {
        *reason = REASSEMBLE_ENDS;
        return false;
    }
    while (previous && previous->start > fragment->start)
        previous = previous->previous_in_place;
    if (previous && is_same(previous, fragment))
        return true;
    next = previous ? previous->next_in_place : datagram->first_in_place;
    if ((previous && end_of(previous) > fragment->start) ||
        (next && end_of(fragment) > next->start)) {
        *reason = REASSEMBLE_OVERLAP;
        return false;
    }
    link_in(datagram, fragment, previous, next);
    datagram->filled += fragment->len;
    datagram->ecns |= 1u << (tos & NVGRE_ECN_MASK);
    if (last)
        datagram->len = end_of(fragment);
    return true;
}

/* Bytes of link and IP header that the whole packet takes from the first fragment. */
static uint32_t whole_header_len(const struct reassemble_datagram *datagram)
{
    return datagram->first_in_place->header_len -
           (datagram->key.version == 6 ? NVGRE_IPV6_FRAGMENT_LEN : 0);
}

bool datagram_can_join(const struct reassemble_datagram *datagram, uint32_t *len,
                       enum reassemble_reason *reason)
{
    uint32_t ip_offset = datagram->first_in_place->ip_offset;
    uint32_t ip_len = whole_header_len(datagram) - ip_offset + datagram->len;
    uint32_t not_ect = 1u << NVGRE_ECN_NOT_ECT;

    *len = ip_offset + ip_len;
    if (ip_len - (datagram->key.version == 6 ? NVGRE_IPV6_LEN : 0) > IP_LEN_MAX ||
        *len > CAP_PACKET_MAX) {
        *reason = REASSEMBLE_TOO_LONG;
        return false;
    }
    if (datagram->ecns & not_ect && datagram->ecns != not_ect) {
        *reason = REASSEMBLE_ECN;
        return false;
    }
    return true;
}

static void fix_ipv4(uint8_t *ip, uint32_t ip_len)
{
    wire_put16(ip + NVGRE_IPV4_TOTAL_LEN_AT, (uint16_t)ip_len);
    wire_put16(ip + NVGRE_IPV4_FLAGS_AT,
               (uint16_t)(wire_get16(ip + NVGRE_IPV4_FLAGS_AT) & ~NVGRE_IPV4_FRAGMENT));
    wire_put16(ip + NVGRE_IPV4_CHECKSUM_AT, 0);
    wire_put16(ip + NVGRE_IPV4_CHECKSUM_AT, nvgre_checksum(ip, (ip[0] & 0xFu) * 4));
}

/* Removes the fragment header from the chain; header_len is the length of the headers before it. */
static void fix_ipv6(uint8_t *ip, uint32_t header_len, uint32_t ip_len,
                     const uint8_t *fragment_header)
{
    uint8_t *next = ip + NVGRE_IPV6_NEXT_AT;
    uint32_t offset = NVGRE_IPV6_LEN;

    while (offset < header_len) {
        uint8_t *extension = ip + offset;

        offset += *next == NVGRE_FRAGMENT ? NVGRE_IPV6_FRAGMENT_LEN : 8 + extension[1] * 8u;
        next = extension;
    }
    *next = fragment_header[0];
    wire_put16(ip + NVGRE_IPV6_PAYLOAD_LEN_AT, (uint16_t)(ip_len - NVGRE_IPV6_LEN));
}

void datagram_join(const struct reassemble_datagram *datagram, uint8_t *out, uint32_t len)
{
    const struct reassemble_fragment *first = datagram->first_in_place;
    uint32_t header_len = whole_header_len(datagram);
    uint8_t *ip = out + first->ip_offset;

    memcpy(out, first->packet.data, header_len);
    for (const struct reassemble_fragment *f = first; f; f = f->next_in_place)
        memcpy(out + header_len + f->start, payload_of(f), f->len);
    if (datagram->key.version == 4)
        fix_ipv4(ip, len - first->ip_offset);
    else
        fix_ipv6(ip, header_len - first->ip_offset, len - first->ip_offset,
                 first->packet.data + header_len);
    if (datagram->ecns & 1u << NVGRE_ECN_CE)
        nvgre_ecn_set(ip, (uint8_t)datagram->key.version, NVGRE_ECN_CE);
}
