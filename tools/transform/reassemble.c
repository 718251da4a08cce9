/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reassemble.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "capfile/order.h"
#include "datagram.h"
#include "wire.h"

const struct reassemble_config reassemble_defaults = {
    .max_bytes = 16u << 20, .max_datagrams = 1024, .max_fragments = 2048, .timeout_s = 30};

const char *reassemble_reason_text(enum reassemble_reason reason)
{
    static const char *const texts[REASSEMBLE_REASON_COUNT] = {
        [REASSEMBLE_INCOMPLETE] = "others of its packet are missing",
        [REASSEMBLE_TIMEOUT] = "others of its packet did not come in time",
        [REASSEMBLE_EVICTED] = "no memory to wait for others of its packet",
        [REASSEMBLE_CUT] = "not captured to its end",
        [REASSEMBLE_EMPTY] = "without payload",
        [REASSEMBLE_UNALIGNED] = "payload is no multiple of 8 bytes",
        [REASSEMBLE_TOO_LONG] = "its packet would be too long",
        [REASSEMBLE_TOO_MANY] = "its packet has too many fragments",
        [REASSEMBLE_OVERLAP] = "it overlaps others that are not the same",
        [REASSEMBLE_ENDS] = "its packet has different ends",
        [REASSEMBLE_ECN] = "Not-ECT and ECT are mixed in its packet (RFC 3168)",
        [REASSEMBLE_NOT_TAKEN] = "its packet was not taken",
    };

    return texts[reason];
}

/* A fragment, as its headers describe it. */
struct piece {
    struct datagram_key key;
    uint32_t ip_offset;
    uint32_t header_len; /* from the start of the packet to its payload */
    uint32_t start;
    uint32_t len;
    bool last;
    uint8_t tos;
};

static bool may_carry_gre(const struct nvgre_ip *ip)
{
    if (ip->protocol == NVGRE_IP_PROTOCOL)
        return true;
    return ip->version == 6 && (ip->protocol == NVGRE_HOP_BY_HOP || ip->protocol == NVGRE_ROUTING ||
                                ip->protocol == NVGRE_DESTINATION_OPTIONS);
}

static bool piece_read(const struct cap_packet *packet, enum nvgre_link link, struct piece *piece)
{
    struct nvgre_l2 l2;
    struct nvgre_ip ip;
    enum nvgre_reason reason;
    uint32_t value;
    const uint8_t *header;
    struct nvgre_fragment fragment;

    if (!nvgre_l2_decode(link, packet->data, packet->caplen, &l2) ||
        nvgre_ip_decode(packet->data, packet->caplen, packet->len, &l2, &ip, &reason, &value) !=
            NVGRE_CLASS_CLEAN ||
        !ip.fragment || !may_carry_gre(&ip))
        return false;
    header = packet->data + ip.offset;
    *piece = (struct piece){.key = {.version = ip.version, .iface_id = packet->iface_id},
                            .ip_offset = ip.offset,
                            .header_len = ip.offset + ip.header_len,
                            .len = ip.len - ip.header_len,
                            .tos = ip.tos};
    nvgre_fragment_read(packet->data, &ip, &fragment);
    piece->key.id = fragment.id;
    piece->start = fragment.offset;
    piece->last = !fragment.more;
    memcpy(piece->key.addresses, header + nvgre_src_at(ip.version),
           (size_t)2 * nvgre_address_len(ip.version));
    if (ip.version == 4)
        piece->key.protocol = ip.protocol;
    return true;
}

/* Whether a fragment can be part of any datagram. */
static bool piece_is_sound(const struct piece *piece, const struct cap_packet *packet,
                           enum reassemble_reason *reason)
{
    if (packet->caplen - piece->header_len < piece->len)
        *reason = REASSEMBLE_CUT;
    else if (piece->len == 0)
        *reason = REASSEMBLE_EMPTY;
    else if (!piece->last && piece->len % 8 != 0)
        *reason = REASSEMBLE_UNALIGNED;
    else
        return true;
    return false;
}

static struct reassemble_datagram **bucket_of(struct reassembler *r, const struct datagram_key *key)
{
    return &r->buckets[table_key_bytes(key, sizeof *key).low % REASSEMBLE_BUCKETS];
}

static struct reassemble_datagram *find(struct reassembler *r, const struct datagram_key *key)
{
    struct reassemble_datagram *datagram = *bucket_of(r, key);

    while (datagram && memcmp(&datagram->key, key, sizeof *key) != 0)
        datagram = datagram->next_in_bucket;
    return datagram;
}

static struct reassemble_datagram *begin(struct reassembler *r, const struct datagram_key *key,
                                         struct time_point since)
{
    struct reassemble_datagram **bucket = bucket_of(r, key);
    struct reassemble_datagram *datagram = calloc(1, sizeof *datagram);

    if (!datagram)
        return NULL;
    datagram->key = *key;
    datagram->since = since;
    datagram->next_in_bucket = *bucket;
    *bucket = datagram;
    datagram->older = r->newest;
    if (r->newest)
        r->newest->newer = datagram;
    else
        r->oldest = datagram;
    r->newest = datagram;
    r->datagrams++;
    r->bytes += (uint32_t)sizeof *datagram;
    return datagram;
}

/* Removes all fragments from a datagram, to return them. */
static void give_back(struct reassembler *r, struct reassemble_datagram *datagram,
                      enum reassemble_reason reason)
{
    if (!datagram->first_held)
        return;
    for (struct reassemble_fragment *f = datagram->first_held; f; f = f->next_held)
        f->reason = reason;
    if (r->returned)
        r->last_returned->next_held = datagram->first_held;
    else
        r->returned = datagram->first_held;
    r->last_returned = datagram->last_held;
    r->bytes -= datagram->size;
    datagram->size = 0;
    datagram->first_held = datagram->last_held = NULL;
    datagram->first_in_place = datagram->last_in_place = NULL;
}

static void free_fragments(struct reassemble_fragment *fragment)
{
    while (fragment) {
        struct reassemble_fragment *next = fragment->next_held;

        free(fragment);
        fragment = next;
    }
}

/* Frees a datagram and the fragments in it. */
static void end(struct reassembler *r, struct reassemble_datagram *datagram)
{
    struct reassemble_datagram **link = bucket_of(r, &datagram->key);

    while (*link != datagram)
        link = &(*link)->next_in_bucket;
    *link = datagram->next_in_bucket;
    *(datagram->older ? &datagram->older->newer : &r->oldest) = datagram->newer;
    *(datagram->newer ? &datagram->newer->older : &r->newest) = datagram->older;
    r->datagrams--;
    r->bytes -= datagram->size + (uint32_t)sizeof *datagram;
    free_fragments(datagram->first_held);
    free(datagram);
}

static void end_and_give_back(struct reassembler *r, struct reassemble_datagram *datagram,
                              enum reassemble_reason reason)
{
    give_back(r, datagram, reason);
    end(r, datagram);
}

static bool is_expired(const struct reassembler *r, const struct reassemble_datagram *datagram,
                       struct time_point now)
{
    struct time_point since = datagram->since;
    uint64_t passed = (uint64_t)now.sec - (uint64_t)since.sec;

    if (now.sec < since.sec || passed < r->config.timeout_s)
        return false;
    return passed > r->config.timeout_s || now.nsec > since.nsec;
}

/*
 * Makes room for `size` bytes of a datagram: `datagram`, or a new one if NULL. Returns false if
 * there is never enough room.
 */
static bool make_room(struct reassembler *r, uint32_t size,
                      const struct reassemble_datagram *datagram)
{
    uint32_t needed = size + (uint32_t)sizeof(struct reassemble_datagram);

    if (needed > r->config.max_bytes)
        return false;
    while (r->oldest && (r->bytes > r->config.max_bytes - needed ||
                         (!datagram && r->datagrams >= r->config.max_datagrams)))
        end_and_give_back(r, r->oldest, REASSEMBLE_EVICTED);
    return true;
}

/* Bytes of memory for a packet as a fragment. */
static uint32_t fragment_size(const struct cap_packet *packet)
{
    return (uint32_t)sizeof(struct reassemble_fragment) +
           (packet->raw ? packet->raw_len
                        : CAP_PLAIN_RECORD_LEN + packet->caplen + packet->options_len);
}

/*
 * Copies the data of a packet: the raw block around it; or the packet data, before it the record
 * header that the pcap writer expects there, and after it the options.
 */
static void copy_packet(struct reassemble_fragment *fragment, const struct cap_packet *packet)
{
    struct cap_packet *copy = &fragment->packet;
    uint8_t *p = fragment->bytes;

    fragment->iface = *packet->iface;
    *copy = *packet;
    copy->iface = &fragment->iface;
    copy->options = NULL;
    if (packet->raw) {
        memcpy(p, packet->raw, packet->raw_len);
        copy->raw = p;
        copy->data = p + (packet->data - packet->raw);
        if (packet->options_len)
            copy->options = p + (packet->options - packet->raw);
        return;
    }
    memcpy(p, &packet->ts, sizeof packet->ts);
    order_put32(p + 8, packet->caplen, packet->swapped);
    order_put32(p + 12, packet->len, packet->swapped);
    copy->data = p + CAP_PLAIN_RECORD_LEN;
    memcpy(p + CAP_PLAIN_RECORD_LEN, packet->data, packet->caplen);
    if (packet->options_len) {
        copy->options = copy->data + packet->caplen;
        memcpy(p + CAP_PLAIN_RECORD_LEN + packet->caplen, packet->options, packet->options_len);
    }
}

static struct reassemble_fragment *fragment_make(const struct cap_packet *packet,
                                                 const struct piece *piece)
{
    uint32_t size = fragment_size(packet);
    struct reassemble_fragment *fragment = malloc(size);

    if (!fragment)
        return NULL;
    copy_packet(fragment, packet);
    fragment->header_len = piece->header_len;
    fragment->ip_offset = piece->ip_offset;
    fragment->start = piece->start;
    fragment->len = piece->len;
    fragment->size = size;
    return fragment;
}

static enum reassemble_result refuse(struct reassembler *r, enum reassemble_reason reason)
{
    r->refused = reason;
    return REASSEMBLE_REFUSED;
}

/* Returns the held fragments. Later fragments of this datagram are refused. */
static enum reassemble_result discard(struct reassembler *r, struct reassemble_datagram *datagram,
                                      enum reassemble_reason reason)
{
    give_back(r, datagram, reason);
    datagram->discarded = true;
    datagram->reason = reason;
    return REASSEMBLE_HELD;
}

static enum reassemble_result complete(struct reassembler *r, struct reassemble_datagram *datagram,
                                       const struct cap_packet *packet)
{
    enum reassemble_reason reason;
    uint32_t len;

    if (!datagram_can_join(datagram, &len, &reason))
        return discard(r, datagram, reason);
    r->whole_bytes = malloc(len);
    if (!r->whole_bytes)
        return REASSEMBLE_NO_MEMORY;
    datagram_join(datagram, r->whole_bytes, len);
    r->complete = datagram;
    r->whole = *packet;
    r->whole.data = r->whole_bytes;
    r->whole.caplen = r->whole.len = len;
    r->whole.raw = NULL;
    r->whole.raw_len = 0;
    return REASSEMBLE_WHOLE;
}

enum reassemble_result reassemble_add(struct reassembler *r, const struct cap_packet *packet,
                                      enum nvgre_link link)
{
    struct piece piece;
    struct time_point now;
    struct reassemble_datagram *datagram;
    struct reassemble_fragment *fragment;
    enum reassemble_reason reason;

    if (!piece_read(packet, link, &piece))
        return REASSEMBLE_NOT_OURS;
    now = cap_packet_time(packet);
    while (r->oldest && is_expired(r, r->oldest, now))
        end_and_give_back(r, r->oldest, REASSEMBLE_TIMEOUT);
    if (!piece_is_sound(&piece, packet, &reason))
        return refuse(r, reason);
    datagram = find(r, &piece.key);
    if (datagram && is_expired(r, datagram, now)) {
        end_and_give_back(r, datagram, REASSEMBLE_TIMEOUT);
        datagram = NULL;
    }
    if (datagram && datagram->discarded)
        return refuse(r, datagram->reason);
    if (!make_room(r, fragment_size(packet), datagram))
        return refuse(r, REASSEMBLE_EVICTED);
    datagram = find(r, &piece.key); /* again: it may have been evicted */
    if (!datagram)
        datagram = begin(r, &piece.key, now);
    fragment = datagram ? fragment_make(packet, &piece) : NULL;
    if (!fragment)
        return REASSEMBLE_NO_MEMORY;
    r->bytes += fragment->size;
    if (!datagram_place(datagram, fragment, piece.last, piece.tos, &reason))
        return discard(r, datagram, reason);
    if (datagram->count > r->config.max_fragments)
        return discard(r, datagram, REASSEMBLE_TOO_MANY);
    return datagram_is_complete(datagram) ? complete(r, datagram, packet) : REASSEMBLE_HELD;
}

void reassemble_settle(struct reassembler *r, bool taken)
{
    if (taken)
        end(r, r->complete);
    else
        end_and_give_back(r, r->complete, REASSEMBLE_NOT_TAKEN);
    r->complete = NULL;
    free(r->whole_bytes);
    r->whole_bytes = NULL;
}

void reassemble_flush(struct reassembler *r)
{
    for (struct reassemble_datagram *datagram = r->oldest, *newer; datagram; datagram = newer) {
        newer = datagram->newer;
        end_and_give_back(r, datagram, REASSEMBLE_INCOMPLETE);
    }
}

const struct reassemble_fragment *reassemble_returned(struct reassembler *r)
{
    free(r->handed_out);
    r->handed_out = r->returned;
    if (r->returned)
        r->returned = r->returned->next_held;
    return r->handed_out;
}

void reassemble_init(struct reassembler *r, const struct reassemble_config *config)
{
    memset(r, 0, sizeof *r);
    r->config = *config;
}

void reassemble_free(struct reassembler *r)
{
    for (struct reassemble_datagram *datagram = r->oldest, *newer; datagram; datagram = newer) {
        newer = datagram->newer;
        free_fragments(datagram->first_held);
        free(datagram);
    }
    free(r->handed_out);
    free_fragments(r->returned);
    free(r->whole_bytes);
    memset(r, 0, sizeof *r);
}
