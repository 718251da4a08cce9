/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rewrite.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "classes.h"
#include "link.h"
#include "rewrite_parts.h"

enum { FRAGMENTS = 4096 };

/* What the first fragments of outer packets were found to carry, the last of each hash. */
struct rewrite_fragments {
    struct known {
        uint64_t key; /* 0 for nothing */
        enum outcome outcome;
    } known[FRAGMENTS];
};

struct rewrite_fragments *rewrite_fragments_new(void)
{
    return calloc(1, sizeof(struct rewrite_fragments));
}

void rewrite_fragments_free(struct rewrite_fragments *fragments)
{
    free(fragments);
}

/* A hash of what fragments of a packet share, and never 0. */
static uint64_t packet_key(const struct rewrite *r, const uint8_t *data)
{
    const bool v4 = r->ip.version == 4;
    const uint8_t *addresses = data + r->ip.offset + (v4 ? 12 : 8);

    return XXH3_64bits_withSeed(addresses, v4 ? 8 : 32, r->part.id) | 1;
}

/* The header of the first fragment is NVGRE's, or the others are left alone too. */
static enum outcome decode_first(struct rewrite *r, const uint8_t *data, uint32_t payload_caplen)
{
    const uint32_t offset = r->ip.offset + r->ip.header_len;
    enum nvgre_class kind =
        nvgre_gre_decode(data + offset, payload_caplen, r->ip.len - r->ip.header_len, &r->gre);

    if (!nvgre_class_has_inner(kind))
        return OUTCOME_NOT_NVGRE;
    r->has_gre = true;
    return range_set_selects(&r->config->vsids, nvgre_key_vsid(r->gre.key)) ? OUTCOME_DONE
                                                                            : OUTCOME_NOT_SELECTED;
}

/*
 * A fragment of an outer packet with GRE: later ones go with the first. Where that was not seen,
 * it is taken for NVGRE, unless the VSID matters.
 */
static enum outcome decode_fragment(struct rewrite *r, const struct cap_packet *packet)
{
    const uint8_t *data = packet->data;
    const uint32_t offset = r->ip.offset + r->ip.header_len;
    const uint32_t end = r->ip.offset + r->ip.len;
    const uint32_t payload_caplen = (packet->caplen < end ? packet->caplen : end) - offset;
    enum outcome outcome = r->config->vsids.count ? OUTCOME_FRAGMENT : OUTCOME_DONE;
    struct known *known;
    uint64_t key;

    nvgre_fragment_read(data, &r->ip, &r->part);
    key = packet_key(r, data);
    known = &r->config->fragments->known[key >> 32 & (FRAGMENTS - 1)];
    if (r->part.offset == 0) {
        outcome = decode_first(r, data, payload_caplen);
        *known = (struct known){key, outcome};
    } else if (known->key == key) {
        outcome = known->outcome;
    }
    if (!r->has_gre)
        r->gre.header_len = 0;
    r->inner_offset = offset + r->gre.header_len;
    r->inner_caplen = payload_caplen - r->gre.header_len;
    return outcome;
}

static enum outcome decode(struct rewrite *r, const struct cap_packet *packet, enum nvgre_link link,
                           struct transform_result *result)
{
    struct nvgre_frame frame;
    enum nvgre_class kind = NVGRE_CLASS_CLEAN;

    if (link != NVGRE_LINK_ETHERNET ||
        !nvgre_frame_decode_usual(packet->data, packet->caplen, packet->len, &frame))
        kind = nvgre_frame_decode(link, packet->data, packet->caplen, packet->len, &frame);
    if (!nvgre_class_has_inner(kind) && kind != NVGRE_CLASS_FRAGMENT)
        return outcome_of_class(&frame, result);
    r->l2 = frame.l2;
    r->ip = frame.ip;
    if (kind == NVGRE_CLASS_FRAGMENT)
        return decode_fragment(r, packet);
    r->has_gre = true;
    r->gre = frame.gre;
    r->inner_offset = frame.inner_offset;
    r->inner_caplen = frame.inner_caplen;
    return range_set_selects(&r->config->vsids, nvgre_key_vsid(r->gre.key)) ? OUTCOME_DONE
                                                                            : OUTCOME_NOT_SELECTED;
}

static uint32_t flow_hash(const struct rewrite *r)
{
    struct nvgre_inner inner;
    struct nvgre_flow flow;

    nvgre_inner_decode(r->data + r->inner_offset, r->inner_caplen, &inner);
    nvgre_flow_find(&inner, &flow);
    return nvgre_flow_hash(&r->config->hasher, &flow);
}

/* Reserved VSIDs stay, and no other becomes one of them. */
static uint32_t add_to_vsid(uint32_t vsid, uint32_t add)
{
    const uint32_t first = NVGRE_VSID_RESERVED_MAX + 1;

    if (nvgre_vsid_is_reserved(vsid) || vsid == NVGRE_VSID_VENDOR)
        return vsid;
    return first + (vsid - first + add % (NVGRE_VSID_VENDOR - first)) % (NVGRE_VSID_VENDOR - first);
}

/* What becomes of a key, but for a FlowID that is hashed. */
static uint32_t map_key(const struct rewrite_config *config, uint32_t key)
{
    uint32_t vsid;

    key = (key & ~config->key_mask) | (config->key & config->key_mask);
    if (config->vsid_map.count == 0 && config->vsid_add == 0)
        return key;
    vsid = nvgre_key_vsid(key);
    (void)vsid_map_apply(&config->vsid_map, &vsid);
    vsid = add_to_vsid(vsid, config->vsid_add);
    return nvgre_key(vsid, nvgre_key_flowid(key));
}

static void change_key(struct rewrite *r)
{
    uint8_t *gre = r->data + r->inner_offset - r->gre.header_len;
    uint8_t *at = gre + (r->gre.flags & (NVGRE_FLAG_C | NVGRE_FLAG_R) ? 8 : 4);
    uint32_t key = map_key(r->config, r->gre.key);
    uint8_t bytes[4];

    if (r->config->hash_flow)
        key = nvgre_key(nvgre_key_vsid(key), (uint8_t)flow_hash(r));
    wire_put32(bytes, key);
    edit_put(&r->changed, at, bytes, sizeof bytes, &r->gre_sum, NULL);
}

/* What an outer IPv6 header that was one of IPv4 says of the flow, as encap writes it. */
static void put_flow_label(struct rewrite *r)
{
    uint8_t *ip = r->data + r->ip.offset;

    wire_put32(ip, (wire_get32(ip) & 0xFFF00000) | flow_hash(r) >> 12);
}

static void change_payload(struct rewrite *r, bool new_version)
{
    uint8_t *frame = r->data + r->inner_offset;

    if (r->config->inner_wanted)
        rewrite_inner(&r->changed, &r->config->inner, frame, r->inner_caplen, &r->gre_sum);
    if (r->config->fix_checksums && !r->ip.fragment)
        rewrite_fix_inner(&r->changed, frame, r->inner_caplen,
                          r->ip.len - r->ip.header_len - r->gre.header_len, &r->gre_sum);
    change_key(r);
    if (r->gre.flags & NVGRE_FLAG_C)
        edit_follow(&r->changed, r->data + r->inner_offset - r->gre.header_len + 4, &r->gre_sum);
    if (new_version && r->ip.version == 6 && !r->ip.fragment)
        put_flow_label(r);
}

/* A packet of any kind. */
TRANSFORM_REST enum outcome run_any(const void *config, const struct cap_packet *packet,
                                    uint8_t *room, struct transform_result *result)
{
    struct rewrite r = {.config = config, .data = room};
    enum outcome outcome;
    enum nvgre_link link;
    uint8_t version;

    if (!link_of(packet->iface->linktype, &link)) {
        result->value = packet->iface->linktype;
        return OUTCOME_LINK_TYPE;
    }
    outcome = decode(&r, packet, link, result);
    if (outcome != OUTCOME_DONE)
        return outcome;
    version = r.ip.version;
    outcome = rewrite_assemble(&r, packet, link, result);
    if (outcome != OUTCOME_DONE)
        return outcome;
    rewrite_outer(&r, link);
    if (r.has_gre)
        change_payload(&r, version != r.ip.version);
    if (r.config->fix_checksums)
        rewrite_fix_outer(&r);
    result->caplen = r.caplen;
    result->len = r.len;
    result->notes = 0;
    return r.changed ? OUTCOME_DONE : OUTCOME_UNCHANGED;
}

/* Where what changes stands in usual packets. */
enum { USUAL_IP = 14, USUAL_TTL = 22, USUAL_SUM = 24, USUAL_PAS = 26, USUAL_KEY = 38 };

/* It, as it is in memory but for the key. */
struct usual {
    struct rewrite_words words;
    uint32_t source;
    uint32_t destination;
    uint32_t key;
};

static inline void words_load(struct rewrite_words *words, const uint8_t *data)
{
    memcpy(&words->macs, data, sizeof words->macs);
    memcpy(&words->macs_end, data + sizeof words->macs, sizeof words->macs_end);
    memcpy(&words->ip, data + USUAL_IP, sizeof words->ip);
    memcpy(&words->ttl, data + USUAL_TTL, sizeof words->ttl);
}

static inline void words_store(const struct rewrite_words *words, uint8_t *data)
{
    memcpy(data, &words->macs, sizeof words->macs);
    memcpy(data + sizeof words->macs, &words->macs_end, sizeof words->macs_end);
    memcpy(data + USUAL_IP, &words->ip, sizeof words->ip);
    memcpy(data + USUAL_TTL, &words->ttl, sizeof words->ttl);
}

static inline struct rewrite_words words_change(const struct rewrite_usual *usual,
                                                const struct rewrite_words *was)
{
    const struct rewrite_words *mask = &usual->mask;
    const struct rewrite_words *value = &usual->value;

    return (struct rewrite_words){
        (was->macs & ~mask->macs) | value->macs, (was->ip & ~mask->ip) | value->ip,
        (was->macs_end & ~mask->macs_end) | value->macs_end, (was->ttl & ~mask->ttl) | value->ttl};
}

/* What a change of 8 bytes adds to a sum, as edit_sum_add does; in any byte order. */
static inline uint64_t change64(uint64_t was, uint64_t is)
{
    return (~was & UINT32_MAX) + (~was >> 32) + (is & UINT32_MAX) + (is >> 32);
}

static inline uint16_t usual_checksum(uint16_t checksum, const struct usual *was,
                                      const struct usual *is)
{
    uint64_t sum = (uint16_t)~checksum + change64(was->words.ip, is->words.ip) +
                   (uint32_t)~was->words.ttl + (uint64_t)is->words.ttl + (uint32_t)~was->source +
                   is->source + (uint32_t)~was->destination + is->destination;

    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~nvgre_sum_fold((uint32_t)sum);
}

/* Each of its own, as reading both at once would wait for the one that was just written. */
static inline uint32_t change_usual_pa(const struct rewrite_config *config, bool destination,
                                       uint32_t pa)
{
    uint8_t bytes[sizeof pa];

    if (destination ? !config->usual.maps_destinations : !config->usual.maps_sources)
        return pa;
    memcpy(bytes, &pa, sizeof pa);
    rewrite_map(&config->outer.pas, destination, 4, bytes);
    memcpy(&pa, bytes, sizeof pa);
    return pa;
}

/* The same as run_any. */
TRANSFORM_STEP enum outcome run_usual(const struct rewrite_config *config,
                                      const struct cap_packet *packet, uint32_t key, uint8_t *room,
                                      struct transform_result *result)
{
    struct usual was = {.key = key};
    struct usual is = {.key = map_key(config, key)};
    bool ip_changes;
    uint16_t checksum;

    if (!range_set_selects(&config->vsids, nvgre_key_vsid(key)))
        return OUTCOME_NOT_SELECTED;
    words_load(&was.words, packet->data);
    memcpy(&was.source, packet->data + USUAL_PAS, sizeof was.source);
    memcpy(&was.destination, packet->data + USUAL_PAS + 4, sizeof was.destination);
    is.words = words_change(&config->usual, &was.words);
    is.source = change_usual_pa(config, false, was.source);
    is.destination = change_usual_pa(config, true, was.destination);
    ip_changes = was.words.ip != is.words.ip || was.words.ttl != is.words.ttl ||
                 was.source != is.source || was.destination != is.destination;
    if (!ip_changes && was.words.macs == is.words.macs && was.words.macs_end == is.words.macs_end &&
        was.key == is.key)
        return OUTCOME_UNCHANGED;
    memcpy(room, packet->data, packet->caplen);
    words_store(&is.words, room);
    if (ip_changes) {
        memcpy(room + USUAL_PAS, &is.source, sizeof is.source);
        memcpy(room + USUAL_PAS + 4, &is.destination, sizeof is.destination);
        memcpy(&checksum, packet->data + USUAL_SUM, sizeof checksum);
        checksum = usual_checksum(checksum, &was, &is);
        memcpy(room + USUAL_SUM, &checksum, sizeof checksum);
    }
    wire_put32(room + USUAL_KEY, is.key);
    result->caplen = packet->caplen;
    result->len = packet->len;
    result->notes = 0;
    return OUTCOME_DONE;
}

static enum outcome run(const void *context, const struct cap_packet *packet, uint8_t *room,
                        struct transform_result *result)
{
    const struct rewrite_config *config = context;
    struct nvgre_frame frame;

    if (config->usual.possible && packet->iface->linktype == CAP_LINKTYPE_ETHERNET &&
        nvgre_frame_decode_usual(packet->data, packet->caplen, packet->len, &frame))
        return run_usual(config, packet, frame.gre.key, room, result);
    return run_any(config, packet, room, result);
}

/* The outer headers' fields as bytes, or with `masks` the bits of them that are given. */
static struct rewrite_words usual_words(const struct rewrite_outer *outer, bool masks)
{
    static const uint8_t all[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    uint8_t bytes[USUAL_PAS] = {0};
    struct rewrite_words words;

    if (outer->dst_mac.given)
        memcpy(bytes, masks ? all : outer->dst_mac.bytes, sizeof all);
    if (outer->src_mac.given)
        memcpy(bytes + 6, masks ? all : outer->src_mac.bytes, sizeof all);
    bytes[15] = (uint8_t)(masks ? outer->tos.mask : rewrite_bits(outer->tos, 0));
    wire_put16(bytes + 18, masks ? outer->ip_id.mask : rewrite_bits(outer->ip_id, 0));
    wire_put16(bytes + 20, masks ? outer->df.mask : rewrite_bits(outer->df, 0));
    bytes[USUAL_TTL] = (uint8_t)(masks ? outer->ttl.mask : rewrite_bits(outer->ttl, 0));
    words_load(&words, bytes);
    return words;
}

void rewrite_prepare(struct rewrite_config *config)
{
    const struct rewrite_outer *outer = &config->outer;
    const bool maps_both = outer->pas.both.count || outer->pas.anonymise;

    config->usual = (struct rewrite_usual){
        .possible = outer->tag != REWRITE_TAG_ADD && !outer->ip_version && !config->inner_wanted &&
                    !config->inner.strip_tags && !config->hash_flow && !config->fix_checksums,
        .maps_sources = maps_both || outer->pas.sources.count,
        .maps_destinations = maps_both || outer->pas.destinations.count,
        .mask = usual_words(outer, true),
        .value = usual_words(outer, false)};
}

static uint16_t same_linktype(uint16_t linktype)
{
    return linktype;
}

/* Bytes by which headers grow at most: a VLAN tag, and IPv6 with a fragment header for IPv4. */
static uint32_t growth(const struct rewrite_outer *outer)
{
    return (outer->tag == REWRITE_TAG_ADD ? NVGRE_VLAN_TAG_LEN : 0) +
           (outer->ip_version == 6 ? NVGRE_IPV6_LEN + NVGRE_IPV6_FRAGMENT_LEN - NVGRE_IPV4_LEN : 0);
}

struct transform rewrite_transform(const struct rewrite_config *config)
{
    return (struct transform){.done = "rewritten",
                              .config = config,
                              .run = run,
                              .linktype = same_linktype,
                              .keeps_link = true,
                              .growth = growth(&config->outer),
                              .inner_frame = INNER_IN_TUNNEL};
}
