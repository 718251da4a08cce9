/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encap.h"

#include <string.h>

#include "capfile/iface_name.h"
#include "ecn.h"
#include "inner.h"
#include "segment.h"

/* Sets the TOS and the fields from the flow's hash. */
TRANSFORM_STEP void fill_fields(const struct encap_config *config, const struct nvgre_inner *inner,
                                uint32_t hash, uint8_t tos, struct nvgre_outer_fields *fields)
{
    fields->flow_label = 0;
    if (config->hash_flow) {
        fields->key |= hash & 0xFF;
        fields->flow_label = hash >> 12;
    }
    fields->tos = tos;
    if (config->ecn == ECN_COPY && inner->has_ip)
        fields->tos = (uint8_t)((tos & ~NVGRE_ECN_MASK) | (inner->ip.tos & NVGRE_ECN_MASK));
}

/* One frame during encapsulation: the receiver, and the part to send. */
struct passage {
    const struct cap_packet *packet;
    struct nvgre_inner inner;
    uint32_t hash; /* of the flow */
    struct way way;
    uint32_t tags_len;  /* bytes of VLAN tags to remove */
    uint32_t inner_max; /* bytes of the longest inner frame */
    uint32_t segment;
};

/* Returns a TOS with the DSCP in its upper 6 bits. */
static uint8_t inherited_tos(const struct encap_config *config, const struct nvgre_inner *inner)
{
    if (config->inherit & INHERIT_DSCP && inner->has_ip)
        return inner->ip.tos & (uint8_t)~NVGRE_ECN_MASK;
    if (config->inherit & INHERIT_PCP && inner->l2.vlan_count)
        return inner->data[NVGRE_ETH_LEN] & 0xE0; /* PCP has the class selector's bits */
    return config->tos;
}

static uint8_t inherited_ttl(const struct encap_config *config, const struct nvgre_inner *inner)
{
    uint8_t ttl = 0;

    if (config->inherit & INHERIT_TTL && inner->has_ip)
        ttl = inner->data[inner->ip.offset + nvgre_ttl_at(inner->ip.version)];
    return ttl ? ttl : config->ttl;
}

static bool inherited_df(const struct encap_config *config, const struct nvgre_inner *inner)
{
    if (config->inherit & INHERIT_DF && inner->has_ip && inner->ip.version == 4)
        return (wire_get16(inner->data + inner->ip.offset + NVGRE_IPV4_FLAGS_AT) & NVGRE_IPV4_DF) !=
               0;
    return config->df;
}

static uint16_t vlan_of_tag(const struct nvgre_inner *inner, uint32_t tag)
{
    return wire_get16(inner->data + NVGRE_ETH_LEN + (size_t)tag * NVGRE_VLAN_TAG_LEN) & 0x0FFF;
}

/* The outermost of several tags is the service tag (IEEE 802.1ad), with any TPID. */
static struct map_vlans vlans_of(const struct nvgre_inner *inner)
{
    struct map_vlans vlans = {0, 0};

    if (inner->l2.vlan_count == 1)
        vlans.vlan = vlan_of_tag(inner, 0);
    if (inner->l2.vlan_count > 1)
        vlans = (struct map_vlans){vlan_of_tag(inner, 0), vlan_of_tag(inner, 1)};
    return vlans;
}

/* Finds the VSID of a frame: by its VLANs, by its interface, or from the configuration. */
static enum outcome find_vsid(const struct encap_config *encap, const struct passage *passage,
                              uint32_t *vsid)
{
    const struct cap_iface *iface = passage->packet->iface;
    const struct nvgre_inner *inner = &passage->inner;

    *vsid = nvgre_key_vsid(encap->key);
    if (encap->inherit & INHERIT_VSID)
        *vsid = iface->vsid;
    if (encap->inherit & INHERIT_VLAN)
        *vsid = map_vlans_vsid(encap->ways->map, vlans_of(inner));
    if (*vsid == NVGRE_VSID_NONE)
        return OUTCOME_NO_VSID;
    return range_set_selects(&encap->vsids, *vsid) ? OUTCOME_DONE : OUTCOME_NOT_SELECTED;
}

static enum outcome find_way(const struct encap_config *encap, struct passage *passage,
                             uint32_t copy)
{
    uint32_t vsid;
    enum outcome outcome = find_vsid(encap, passage, &vsid);

    if (outcome != OUTCOME_DONE)
        return outcome;
    if (encap->ways)
        return ways_find(encap->ways, vsid, &passage->inner, passage->hash, copy, &passage->way);
    passage->way = (struct way){.tmpl = &encap->tmpl, .vsid = vsid};
    return OUTCOME_DONE;
}

/* Writes the outer headers for an inner frame of `inner_len` bytes. Returns their length. */
static uint32_t write_outer(const struct encap_config *encap, const struct passage *passage,
                            uint32_t inner_len, uint8_t *room)
{
    const struct nvgre_template *tmpl = passage->way.tmpl;
    const struct nvgre_inner *inner = &passage->inner;
    bool df = inherited_df(encap, inner);
    struct nvgre_outer_fields fields = {
        .inner_len = inner_len,
        .key = nvgre_key(passage->way.vsid, nvgre_key_flowid(encap->key)),
        .ip_id = df ? 0 : (uint16_t)(passage->packet->number + passage->segment),
    };

    fill_fields(encap, inner, passage->hash, inherited_tos(encap, inner), &fields);
    (void)nvgre_template_write_to(tmpl, passage->way.to, &fields, room);
    if (encap->inherit)
        nvgre_outer_adjust(tmpl, inherited_ttl(encap, inner), df, room);
    return tmpl->len;
}

static enum outcome finish(const struct encap_config *encap, const struct passage *passage,
                           uint8_t *frame, struct transform_result *result)
{
    if (encap->mss_max && segment_mss_clamp(frame, result->caplen, encap->mss_max))
        result->notes |= 1u << NOTE_CLAMPED;
    if (passage->way.mac && result->caplen >= NVGRE_ETH_LEN) {
        memcpy(frame, passage->way.mac, 6);
        result->notes |= 1u << NOTE_ROUTED;
    }
    result->caplen += passage->way.tmpl->len;
    result->len += passage->way.tmpl->len;
    return OUTCOME_DONE;
}

static enum outcome write_frame(const struct encap_config *encap, const struct passage *passage,
                                uint32_t inner_len, uint8_t *room, struct transform_result *result)
{
    const struct cap_packet *packet = passage->packet;
    uint32_t caplen = packet->caplen;
    uint8_t *frame = room + write_outer(encap, passage, inner_len, room);

    if (caplen > inner_len + passage->tags_len)
        caplen = inner_len + passage->tags_len;
    copy_untagged(frame, packet->data, caplen, passage->tags_len);
    result->caplen = caplen - passage->tags_len;
    result->len = inner_len;
    return finish(encap, passage, frame, result);
}

static enum outcome write_segment(const struct encap_config *encap, const struct passage *passage,
                                  const struct segment *seg, uint8_t *room,
                                  struct transform_result *result)
{
    uint8_t *frame;

    result->len = segment_len(seg, passage->segment);
    frame = room + write_outer(encap, passage, result->len, room);
    result->caplen = segment_write(seg, passage->segment, frame);
    result->notes |= 1u << NOTE_SEGMENTED;
    return finish(encap, passage, frame, result);
}

/* For a frame that exceeds the MTU or the IP length field and is not segmented. */
static enum outcome judge_length(const struct encap_config *encap, const struct passage *passage,
                                 uint32_t inner_len, uint8_t *room, struct transform_result *result)
{
    result->value = inner_len;
    if (inner_len > passage->way.tmpl->inner_max)
        return OUTCOME_OVERSIZE;
    result->excess = inner_len - passage->inner_max;
    switch (encap->mtu_action) {
    case MTU_DROP:
        return OUTCOME_OVER_MTU;
    case MTU_TRUNC:
        result->notes |= 1u << NOTE_CUT_TO_MTU;
        return write_frame(encap, passage, passage->inner_max, room, result);
    case MTU_KEEP:
        result->notes |= 1u << NOTE_OVER_MTU;
        return write_frame(encap, passage, inner_len, room, result);
    default:
        return OUTCOME_MTU_ERROR;
    }
}

/*
 * Writes the frame, or its current segment, for one receiver. Sets *count to the number of
 * segments.
 */
static enum outcome pass(const struct encap_config *encap, const struct passage *passage,
                         uint32_t *count, uint8_t *room, struct transform_result *result)
{
    const struct cap_packet *packet = passage->packet;
    const uint32_t max = passage->inner_max - NVGRE_ETH_LEN -
                         (passage->inner.l2.vlan_count * NVGRE_VLAN_TAG_LEN - passage->tags_len);
    uint32_t inner_len = packet->len - passage->tags_len;
    struct segment seg;

    *count = 1;
    if (encap->mtu_action == MTU_SEGMENT && inner_len > passage->inner_max &&
        segment_begin(&seg, packet->data, packet->caplen, packet->len, passage->tags_len, max)) {
        *count = seg.count;
        return write_segment(encap, passage, &seg, room, result);
    }
    return inner_len > passage->inner_max ? judge_length(encap, passage, inner_len, room, result)
                                          : write_frame(encap, passage, inner_len, room, result);
}

/* Returns what comes after this segment: the next segment, else the next receiver. */
static struct transform_next next_after(struct transform_next at, uint32_t count,
                                        uint32_t next_receiver)
{
    if (at.segment + 1 < count)
        return (struct transform_next){true, at.receiver, at.segment + 1};
    return (struct transform_next){next_receiver != 0, next_receiver, 0};
}

/* Decodes the frame and makes all checks that do not depend on the receiver. */
static enum outcome begin(const struct encap_config *encap, struct passage *passage,
                          struct transform_result *result)
{
    const struct cap_packet *packet = passage->packet;
    struct nvgre_inner *inner = &passage->inner;
    struct nvgre_flow flow;

    if (packet->iface->linktype != CAP_LINKTYPE_ETHERNET) {
        result->value = packet->iface->linktype;
        return OUTCOME_LINK_TYPE;
    }
    nvgre_inner_decode(packet->data, packet->caplen, inner);
    if (!inner->has_l2)
        return no_ethernet_header(packet->caplen, packet->len, result);
    if (inner->l2.vlan_count && encap->inner_vlan == INNER_VLAN_DROP)
        return OUTCOME_INNER_VLAN;
    if (inner->l2.vlan_count && encap->inner_vlan == INNER_VLAN_STRIP) {
        passage->tags_len = inner->l2.vlan_count * NVGRE_VLAN_TAG_LEN;
        result->notes = 1u << NOTE_UNTAGGED;
    }
    nvgre_flow_find(inner, &flow);
    passage->hash = nvgre_flow_hash(&encap->hasher, &flow);
    return OUTCOME_DONE;
}

/* The full path, for all frames and configurations. */
TRANSFORM_REST enum outcome run_any(const struct encap_config *encap,
                                    const struct cap_packet *packet, uint8_t *room,
                                    struct transform_result *result)
{
    const struct transform_next at = result->next;
    struct passage passage = {.packet = packet, .segment = at.segment};
    enum outcome outcome;
    uint32_t count;

    result->next = (struct transform_next){false, 0, 0};
    result->notes = 0;
    outcome = begin(encap, &passage, result);
    if (outcome == OUTCOME_DONE)
        outcome = find_way(encap, &passage, at.receiver);
    if (outcome != OUTCOME_DONE)
        return outcome;
    passage.inner_max = encap_inner_max(encap->mtu, passage.way.tmpl->ip_version);
    outcome = pass(encap, &passage, &count, room, result);
    if (passage.way.next || at.receiver)
        result->notes |= 1u << NOTE_COPIED;
    if (outcome == OUTCOME_DONE || at.more)
        result->next = next_after(at, count, passage.way.next);
    return outcome;
}

/* The fast path, for a usual frame with one receiver. */
TRANSFORM_STEP enum outcome run_step(const struct encap_config *encap,
                                     const struct cap_packet *packet, uint8_t *room,
                                     struct transform_result *result, bool by_map)
{
    struct way way = {.tmpl = &encap->tmpl};
    struct nvgre_outer_fields fields;
    struct nvgre_inner inner;
    struct nvgre_flow flow;
    uint32_t outer_len;

    if (packet->iface->linktype != CAP_LINKTYPE_ETHERNET || encap->inherit ||
        packet->len > encap->usual_max ||
        !nvgre_inner_decode_usual(packet->data, packet->caplen, &inner))
        return run_any(encap, packet, room, result);
    nvgre_flow_find(&inner, &flow);
    if (!nvgre_flow_is_usual(&encap->hasher, &flow))
        return run_any(encap, packet, room, result);
    if (by_map &&
        __builtin_expect(
            !ways_find_usual(encap->ways, nvgre_key_vsid(encap->key), packet->data, &way), 0))
        return run_any(encap, packet, room, result);
    fields.inner_len = packet->len;
    fields.ip_id = encap->df ? 0 : (uint16_t)packet->number;
    fields.key = encap->key;
    fill_fields(encap, &inner, encap->hash_flow ? nvgre_flow_hash(&encap->hasher, &flow) : 0,
                encap->tos, &fields);
    outer_len = nvgre_template_write_to(way.tmpl, way.to, &fields, room);
    result->notes = 0;
    result->caplen = outer_len + packet->caplen;
    result->len = outer_len + packet->len;
    memcpy(room + outer_len, packet->data, packet->caplen);
    return OUTCOME_DONE;
}

static enum outcome run(const void *config, const struct cap_packet *packet, uint8_t *room,
                        struct transform_result *result)
{
    return run_step(config, packet, room, result, false);
}

static enum outcome run_by_map(const void *config, const struct cap_packet *packet, uint8_t *room,
                               struct transform_result *result)
{
    return run_step(config, packet, room, result, true);
}

static uint16_t same_linktype(uint16_t linktype)
{
    return linktype;
}

struct transform encap_transform(const struct encap_config *config)
{
    return (struct transform){.done = "encapsulated",
                              .config = config,
                              .run = config->ways ? run_by_map : run,
                              .linktype = same_linktype,
                              .inner_frame = INNER_IN_PACKET,
                              .growth = config->ways ? NVGRE_OUTER_LEN_MAX : config->tmpl.len};
}
