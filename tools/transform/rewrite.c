/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rewrite.h"

#include <stdlib.h>

#include "base/table.h"
#include "classes.h"
#include "link.h"
#include "rewrite_parts.h"

enum { FRAGMENTS = 4096 };

/* What recent first fragments of outer packets contained, as an outcome. */
struct rewrite_fragments {
    struct table_recent recent;
};

struct rewrite_fragments *rewrite_fragments_new(void)
{
    struct rewrite_fragments *fragments = calloc(1, sizeof *fragments);

    if (fragments && table_recent_init(&fragments->recent, FRAGMENTS) == 0)
        return fragments;
    free(fragments);
    return NULL;
}

void rewrite_fragments_free(struct rewrite_fragments *fragments)
{
    if (fragments)
        table_recent_free(&fragments->recent);
    free(fragments);
}

/* The key that all fragments of a packet share. */
static struct table_key packet_key(const struct rewrite *r, const uint8_t *data)
{
    const uint8_t *addresses = data + r->frame.ip.offset + nvgre_src_at(r->frame.ip.version);

    return table_key_add(
        table_key_bytes(addresses, (size_t)2 * nvgre_address_len(r->frame.ip.version)), r->part.id);
}

/* Decodes a first fragment. If it is not NVGRE, the later fragments stay unchanged too. */
static enum outcome decode_first(struct rewrite *r, const uint8_t *data, uint32_t payload_caplen)
{
    const uint32_t offset = r->frame.ip.offset + r->frame.ip.header_len;
    enum nvgre_class kind = nvgre_gre_decode(
        data + offset, payload_caplen, r->frame.ip.len - r->frame.ip.header_len, &r->frame.gre);

    if (!nvgre_class_has_inner(kind))
        return OUTCOME_NOT_NVGRE;
    r->has_gre = true;
    return range_set_selects(&r->config->vsids, nvgre_key_vsid(r->frame.gre.key))
               ? OUTCOME_DONE
               : OUTCOME_NOT_SELECTED;
}

/*
 * For a fragment of an outer packet with GRE. A later fragment gets the outcome of its first
 * fragment. If that was not seen, it counts as NVGRE, unless VSIDs are selected.
 */
static enum outcome decode_fragment(struct rewrite *r, const struct cap_packet *packet)
{
    const uint8_t *data = packet->data;
    const uint32_t offset = r->frame.ip.offset + r->frame.ip.header_len;
    const uint32_t end = r->frame.ip.offset + r->frame.ip.len;
    const uint32_t payload_caplen = (packet->caplen < end ? packet->caplen : end) - offset;
    enum outcome outcome = r->config->vsids.count ? OUTCOME_FRAGMENT : OUTCOME_DONE;
    struct table_recent *recent = &r->config->fragments->recent;
    const struct table_slot *known;
    struct table_key key;

    nvgre_fragment_read(data, &r->frame.ip, &r->part);
    key = packet_key(r, data);
    if (r->part.offset == 0) {
        outcome = decode_first(r, data, payload_caplen);
        table_recent_add(recent, key, outcome);
    } else if ((known = table_find(&recent->table, key))) {
        outcome = (enum outcome)known->value;
    }
    if (!r->has_gre)
        r->frame.gre.header_len = 0;
    r->frame.inner_offset = offset + r->frame.gre.header_len;
    r->frame.inner_caplen = payload_caplen - r->frame.gre.header_len;
    return outcome;
}

static enum outcome decode(struct rewrite *r, const struct cap_packet *packet, enum nvgre_link link,
                           struct transform_result *result)
{
    enum nvgre_class kind = NVGRE_CLASS_CLEAN;

    if (link != NVGRE_LINK_ETHERNET ||
        !nvgre_frame_decode_usual(packet->data, packet->caplen, packet->len, &r->frame))
        kind = nvgre_frame_decode(link, packet->data, packet->caplen, packet->len, &r->frame);
    if (!nvgre_class_has_inner(kind) && kind != NVGRE_CLASS_FRAGMENT)
        return outcome_of_class(&r->frame, result);
    if (kind == NVGRE_CLASS_FRAGMENT)
        return decode_fragment(r, packet);
    r->has_gre = true;
    return range_set_selects(&r->config->vsids, nvgre_key_vsid(r->frame.gre.key))
               ? OUTCOME_DONE
               : OUTCOME_NOT_SELECTED;
}

static uint32_t flow_hash(const struct rewrite *r)
{
    struct nvgre_inner inner;
    struct nvgre_flow flow;

    nvgre_inner_decode(r->data + r->frame.inner_offset, r->frame.inner_caplen, &inner);
    nvgre_flow_find(&inner, &flow);
    return nvgre_flow_hash(&r->config->hasher, &flow);
}

/* Reserved VSIDs do not change, and no other VSID becomes reserved. */
static uint32_t add_to_vsid(uint32_t vsid, uint32_t add)
{
    const uint32_t first = NVGRE_VSID_RESERVED_MAX + 1;

    if (add == 0 || nvgre_vsid_is_reserved(vsid) || vsid == NVGRE_VSID_VENDOR)
        return vsid;
    return first + (vsid - first + add % (NVGRE_VSID_VENDOR - first)) % (NVGRE_VSID_VENDOR - first);
}

/* Maps a key, except for a hashed FlowID. */
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
    uint8_t *gre = r->data + r->frame.inner_offset - r->frame.gre.header_len;
    uint8_t *at = gre + (r->frame.gre.flags & (NVGRE_FLAG_C | NVGRE_FLAG_R) ? 8 : 4);
    uint32_t key = map_key(r->config, r->frame.gre.key);
    uint8_t bytes[4];

    if (r->config->hash_flow)
        key = nvgre_key(nvgre_key_vsid(key), (uint8_t)flow_hash(r));
    wire_put32(bytes, key);
    edit_put(&r->changed, at, bytes, sizeof bytes, &r->gre_sum, NULL);
}

/* Sets the flow label of an outer header that was converted from IPv4, as encap does. */
static void put_flow_label(struct rewrite *r)
{
    uint8_t *ip = r->data + r->frame.ip.offset;

    wire_put32(ip, (wire_get32(ip) & 0xFFF00000) | flow_hash(r) >> 12);
}

static void change_payload(struct rewrite *r, bool new_version)
{
    uint8_t *frame = r->data + r->frame.inner_offset;

    if (r->config->inner_wanted)
        rewrite_inner(&r->changed, &r->config->inner, frame, r->frame.inner_caplen, &r->gre_sum);
    if (r->config->fix_checksums && !r->frame.ip.fragment)
        rewrite_fix_inner(&r->changed, frame, r->frame.inner_caplen,
                          r->frame.ip.len - r->frame.ip.header_len - r->frame.gre.header_len,
                          &r->gre_sum);
    change_key(r);
    if (r->frame.gre.flags & NVGRE_FLAG_C)
        edit_follow(&r->changed, r->data + r->frame.inner_offset - r->frame.gre.header_len + 4,
                    &r->gre_sum);
    if (new_version && r->frame.ip.version == 6 && !r->frame.ip.fragment)
        put_flow_label(r);
}

static enum outcome run(const void *config, const struct cap_packet *packet, uint8_t *room,
                        struct transform_result *result)
{
    struct rewrite r;
    enum outcome outcome;
    enum nvgre_link link;
    uint8_t version;

    if (!link_of(packet->iface->linktype, &link)) {
        result->value = packet->iface->linktype;
        return OUTCOME_LINK_TYPE;
    }
    r.config = config;
    r.data = room;
    r.changed = r.has_gre = false;
    r.part = (struct nvgre_fragment){0, false, 0};
    r.outer_sum = r.gre_sum = (struct edit_sum){0, NULL};
    outcome = decode(&r, packet, link, result);
    if (outcome != OUTCOME_DONE)
        return outcome;
    version = r.frame.ip.version;
    outcome = rewrite_assemble(&r, packet, link, result);
    if (outcome != OUTCOME_DONE)
        return outcome;
    rewrite_outer(&r, link);
    if (r.has_gre)
        change_payload(&r, version != r.frame.ip.version);
    if (r.config->fix_checksums)
        rewrite_fix_outer(&r);
    result->caplen = r.caplen;
    result->len = r.len;
    result->notes = 0;
    return r.changed ? OUTCOME_DONE : OUTCOME_UNCHANGED;
}

static uint16_t same_linktype(uint16_t linktype)
{
    return linktype;
}

/*
 * The maximum growth of the headers in bytes: a VLAN tag, and IPv6 with a fragment header for IPv4.
 */
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
