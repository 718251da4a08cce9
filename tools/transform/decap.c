/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decap.h"

#include "classes.h"
#include "describe.h"
#include "ecn.h"
#include "inner.h"

static bool is_peer(const struct decap_config *decap, const struct nvgre_frame *frame,
                    const uint8_t *data)
{
    const struct address source = address_of_ip(data, &frame->ip, false);

    return range_set_has_address(&decap->peers, &source);
}

/*
 * Checks the NVGRE header. Returns OUTCOME_DONE if the packet may be decapsulated. `usual` is the
 * result of is_usual.
 */
TRANSFORM_STEP enum outcome judge_header(const struct decap_config *decap, bool usual,
                                         const struct nvgre_frame *frame, const uint8_t *data,
                                         struct transform_result *result)
{
    uint32_t vsid = nvgre_key_vsid(frame->gre.key);

    if (!usual && decap->peers.count && !is_peer(decap, frame, data))
        return OUTCOME_NO_PEER;
    if (!usual && !range_set_selects(&decap->vsids, vsid))
        return OUTCOME_NOT_SELECTED;
    result->notes = 0;
    result->vsid = vsid;
    if (nvgre_vsid_is_reserved(vsid))
        result->notes = 1u << NOTE_RESERVED_VSID;
    if (!frame->gre.deviations)
        return OUTCOME_DONE;
    result->notes |= 1u << NOTE_DEVIANT;
    result->value = frame->gre.flags;
    if (frame->gre.deviations & NVGRE_DEV_DISCARD)
        return OUTCOME_MUST_DISCARD;
    return decap->strict ? OUTCOME_DEVIANT : OUTCOME_DONE;
}

/*
 * For the few inner frames that are tagged, short or have an outer ECN mark. *result has the
 * lengths of the frame.
 */
TRANSFORM_REST enum outcome take_special(const struct decap_config *decap,
                                         const uint8_t *inner_data, uint8_t outer_tos,
                                         uint8_t *room, struct transform_result *result)
{
    struct nvgre_inner inner;
    uint32_t tags_len = 0;
    uint8_t ecn;

    nvgre_inner_decode(inner_data, result->caplen, &inner);
    if (!inner.has_l2)
        return no_ethernet_header(result->caplen, result->len, result);
    if (inner.l2.vlan_count && decap->inner_vlan == INNER_VLAN_DROP)
        return OUTCOME_INNER_VLAN;
    if (inner.l2.vlan_count && decap->inner_vlan == INNER_VLAN_STRIP) {
        tags_len = inner.l2.vlan_count * NVGRE_VLAN_TAG_LEN;
        result->notes |= 1u << NOTE_UNTAGGED;
    }
    if (tags_len || room != inner_data)
        copy_untagged(room, inner_data, result->caplen, tags_len);
    result->caplen -= tags_len;
    result->len -= tags_len;
    if (!inner.has_ip || decap->ecn == ECN_IGNORE)
        return OUTCOME_DONE;
    ecn = nvgre_ecn_decap(outer_tos, inner.ip.tos);
    if (ecn == NVGRE_ECN_DROP)
        return OUTCOME_CONGESTION;
    if (ecn != (inner.ip.tos & NVGRE_ECN_MASK))
        nvgre_ecn_set(room + inner.ip.offset - tags_len, inner.ip.version, ecn);
    return OUTCOME_DONE;
}

TRANSFORM_STEP enum outcome take(const struct decap_config *decap, bool usual,
                                 const struct nvgre_frame *frame, const uint8_t *data,
                                 uint8_t *room, struct transform_result *result)
{
    const uint8_t *inner = data + frame->inner_offset;
    enum outcome outcome = judge_header(decap, usual, frame, data, result);

    if (outcome != OUTCOME_DONE)
        return outcome;
    result->caplen = frame->inner_caplen;
    result->len = frame->inner_len;
    if (frame->inner_caplen < NVGRE_ETH_LEN || nvgre_is_tagged(inner) ||
        frame->ip.tos & NVGRE_ECN_MASK)
        return take_special(decap, inner, frame->ip.tos, room, result);
    memcpy(room, inner, frame->inner_caplen);
    return OUTCOME_DONE;
}

/*
 * Decapsulates the frame in `room` again, as long as it is NVGRE. Stops at a header that a receiver
 * must discard.
 */
static enum outcome take_further(const struct decap_config *decap, uint8_t *room,
                                 struct transform_result *result)
{
    enum outcome outcome = OUTCOME_DONE;

    for (int layers = 1; outcome == OUTCOME_DONE && layers < DECAP_LAYERS_MAX; layers++) {
        struct nvgre_frame frame;
        enum nvgre_class kind =
            nvgre_frame_decode(NVGRE_LINK_ETHERNET, room, result->caplen, result->len, &frame);

        if (!nvgre_class_has_inner(kind) || frame.gre.deviations & NVGRE_DEV_DISCARD)
            break;
        result->notes |= 1u << NOTE_NESTED;
        result->caplen = frame.inner_caplen;
        result->len = frame.inner_len;
        memmove(room, room + frame.inner_offset, frame.inner_caplen);
        outcome = take_special(decap, room, frame.ip.tos, room, result);
    }
    return outcome;
}

static void put_tag(uint16_t tpid, uint16_t vlan, uint8_t *room, struct transform_result *result)
{
    memmove(room + NVGRE_ETH_TYPE_AT + NVGRE_VLAN_TAG_LEN, room + NVGRE_ETH_TYPE_AT,
            result->caplen - NVGRE_ETH_TYPE_AT);
    wire_put16(room + NVGRE_ETH_TYPE_AT, tpid);
    wire_put16(room + 14, vlan);
    result->caplen += NVGRE_VLAN_TAG_LEN;
    result->len += NVGRE_VLAN_TAG_LEN;
}

/* Adds the VLAN tags of the frame's subnet: the reverse of --vsid from-vlan. */
static enum outcome put_vlans(const struct map *map, uint8_t *room, struct transform_result *result)
{
    const struct map_vlans vlans = map_vsid_vlans(map, result->vsid);

    result->value = result->vsid;
    if (!vlans.svlan && !vlans.vlan)
        return OUTCOME_NO_VLAN;
    if (vlans.vlan)
        put_tag(NVGRE_TPID_8021Q, vlans.vlan, room, result);
    if (vlans.svlan)
        put_tag(NVGRE_TPID_8021AD, vlans.svlan, room, result);
    return OUTCOME_DONE;
}

TRANSFORM_REST enum outcome run_any(const void *config, const struct cap_packet *packet,
                                    uint8_t *room, struct transform_result *result)
{
    const struct decap_config *decap = config;
    struct nvgre_frame frame;
    enum outcome outcome = decode_packet(packet, &frame, result);

    if (outcome != OUTCOME_DONE)
        return outcome;
    outcome = take(decap, false, &frame, packet->data, room, result);
    if (outcome == OUTCOME_DONE && decap->dedupe && dedupe_is_copy(decap->dedupe, packet, &frame))
        return OUTCOME_COPY;
    if (outcome == OUTCOME_DONE && decap->all_layers)
        outcome = take_further(decap, room, result);
    return outcome == OUTCOME_DONE && decap->map ? put_vlans(decap->map, room, result) : outcome;
}

static enum outcome run_usual(const void *config, const struct cap_packet *packet, uint8_t *room,
                              struct transform_result *result)
{
    const struct decap_config *decap = config;
    struct nvgre_frame frame;

    if (packet->iface->linktype == CAP_LINKTYPE_ETHERNET &&
        nvgre_frame_decode_usual(packet->data, packet->caplen, packet->len, &frame))
        return take(decap, true, &frame, packet->data, room, result);
    return run_any(decap, packet, room, result);
}

/* Whether a configuration only decapsulates: no selection, no map, no dedupe, no inner tunnels. */
static bool is_usual(const struct decap_config *decap)
{
    return decap->vsids.count == 0 && decap->peers.count == 0 && !decap->all_layers &&
           !decap->map && !decap->dedupe;
}

static uint16_t decap_linktype(uint16_t linktype)
{
    enum nvgre_link link;

    return link_of(linktype, &link) ? CAP_LINKTYPE_ETHERNET : linktype;
}

struct transform decap_transform(const struct decap_config *config)
{
    return (struct transform){.done = "decapsulated",
                              .config = config,
                              .run = is_usual(config) ? run_usual : run_any,
                              .linktype = decap_linktype,
                              .describe = describe_outer,
                              .reassembles = config->reassembles,
                              .growth = 0,
                              .inner_frame = INNER_IN_RESULT};
}
