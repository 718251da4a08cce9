/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encap_any.h"

#include "capfile/iface_tags.h"
#include "inner.h"
#include "segment.h"

/* A frame on its way: to which endpoint, and how much of it. */
struct passage {
    const struct cap_packet *packet;
    struct nvgre_inner inner;
    uint32_t hash; /* of the flow */
    struct way way;
    uint32_t tags_len;  /* of VLAN tags to leave out */
    uint32_t inner_max; /* bytes of an inner frame */
    uint32_t part;      /* of the segments */
};

/* The DSCP in the upper 6 bits. */
static uint8_t inherited_tos(const struct encap_config *config, const struct nvgre_inner *inner)
{
    if (config->inherit & INHERIT_DSCP && inner->has_ip)
        return inner->ip.tos & (uint8_t)~NVGRE_ECN_MASK;
    if (config->inherit & INHERIT_PCP && inner->l2.vlan_count)
        return inner->data[NVGRE_ETH_LEN] & 0xE0; /* PCP is in the place of the class selector */
    return config->tos;
}

static uint8_t inherited_ttl(const struct encap_config *config, const struct nvgre_inner *inner)
{
    uint8_t ttl = 0;

    if (config->inherit & INHERIT_TTL && inner->has_ip)
        ttl = inner->data[inner->ip.offset + (inner->ip.version == 4 ? 8 : 7)];
    return ttl ? ttl : config->ttl;
}

static bool inherited_df(const struct encap_config *config, const struct nvgre_inner *inner)
{
    if (config->inherit & INHERIT_DF && inner->has_ip && inner->ip.version == 4)
        return (inner->data[inner->ip.offset + 6] & 0x40) != 0;
    return config->df;
}

static uint16_t vlan_of_tag(const struct nvgre_inner *inner, uint32_t tag)
{
    return wire_get16(inner->data + NVGRE_ETH_LEN + (size_t)tag * NVGRE_VLAN_TAG_LEN) & 0x0FFF;
}

/* Of stacked tags the outermost is the service's (IEEE 802.1ad), whatever its TPID. */
static struct map_vlans vlans_of(const struct nvgre_inner *inner)
{
    struct map_vlans vlans = {0, 0};

    if (inner->l2.vlan_count == 1)
        vlans.vlan = vlan_of_tag(inner, 0);
    if (inner->l2.vlan_count > 1)
        vlans = (struct map_vlans){vlan_of_tag(inner, 0), vlan_of_tag(inner, 1)};
    return vlans;
}

/* The VSID of a frame, with 0 where the key has it already. */
static enum outcome find_vsid(const struct encap_config *encap, const struct passage *passage,
                              uint32_t *vsid)
{
    const struct cap_iface *iface = passage->packet->iface;
    const struct nvgre_inner *inner = &passage->inner;

    *vsid = nvgre_key_vsid(encap->key);
    if (encap->inherit & INHERIT_VSID)
        *vsid = iface->tag == CAP_TAG_NONE ? MAP_NONE : iface->tag - 1;
    if (encap->inherit & INHERIT_VLAN)
        *vsid = map_vlans_vsid(encap->ways->map, vlans_of(inner));
    if (*vsid == MAP_NONE)
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

/* Writes the outer headers for an inner frame of `inner_len` bytes; returns their length. */
static uint32_t write_outer(const struct encap_config *encap, const struct passage *passage,
                            uint32_t inner_len, uint8_t *room)
{
    const struct nvgre_template *tmpl = passage->way.tmpl;
    const struct nvgre_inner *inner = &passage->inner;
    bool df = inherited_df(encap, inner);
    struct nvgre_outer_fields fields = {
        .inner_len = inner_len,
        .key = nvgre_key(passage->way.vsid, nvgre_key_flowid(encap->key)),
        .ip_id = df ? 0 : (uint16_t)(passage->packet->number + passage->part),
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

    result->len = segment_len(seg, passage->part);
    frame = room + write_outer(encap, passage, result->len, room);
    result->caplen = segment_write(seg, passage->part, frame);
    result->notes |= 1u << NOTE_SEGMENTED;
    return finish(encap, passage, frame, result);
}

/* A frame that is too long, by the MTU or for any IP packet, and is not cut into segments. */
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

/* What comes behind this part: the next of `count` segments, or the next copy. */
static void go_on(const struct passage *passage, uint32_t count, struct transform_result *result)
{
    if (passage->part + 1 < count) {
        result->notes |= TRANSFORM_MORE;
    } else if (passage->way.next) {
        result->notes |= TRANSFORM_MORE;
        result->copy = passage->way.next;
        result->copy_part = result->part + 1;
    }
}

/* The copies of a frame are made one after another, and the segments of each. */
static enum outcome pass(const struct encap_config *encap, struct passage *passage, uint8_t *room,
                         struct transform_result *result)
{
    const struct cap_packet *packet = passage->packet;
    const uint32_t max = passage->inner_max - NVGRE_ETH_LEN -
                         (passage->inner.l2.vlan_count * NVGRE_VLAN_TAG_LEN - passage->tags_len);
    uint32_t inner_len = packet->len - passage->tags_len;
    uint32_t count = 1;
    struct segment seg;
    enum outcome outcome;

    if (encap->mtu_action == MTU_SEGMENT && inner_len > passage->inner_max &&
        segment_begin(&seg, packet->data, packet->caplen, packet->len, passage->tags_len, max) ==
            SEGMENT_CUT) {
        count = seg.count;
        outcome = write_segment(encap, passage, &seg, room, result);
    } else {
        outcome = inner_len > passage->inner_max
                      ? judge_length(encap, passage, inner_len, room, result)
                      : write_frame(encap, passage, inner_len, room, result);
    }
    if (passage->way.next || result->copy)
        result->notes |= 1u << NOTE_COPIED;
    go_on(passage, count, result);
    return outcome;
}

enum outcome encap_any(const struct encap_config *encap, const struct cap_packet *packet,
                       uint8_t *room, struct transform_result *result)
{
    struct passage passage = {.packet = packet};
    struct nvgre_inner *inner = &passage.inner;
    struct nvgre_flow flow;
    enum outcome outcome;

    result->notes = 0;
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
        passage.tags_len = inner->l2.vlan_count * NVGRE_VLAN_TAG_LEN;
        result->notes = 1u << NOTE_UNTAGGED;
    }
    nvgre_flow_find(inner, &flow);
    passage.hash = nvgre_flow_hash(&encap->hasher, &flow);
    if (result->part == 0)
        result->copy = result->copy_part = 0;
    passage.part = result->part - result->copy_part;
    outcome = find_way(encap, &passage, result->copy);
    if (outcome != OUTCOME_DONE)
        return outcome;
    passage.inner_max = encap_inner_max(encap->mtu, passage.way.tmpl->ip_version);
    return pass(encap, &passage, room, result);
}
