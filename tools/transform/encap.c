/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encap.h"

#include "capfile/iface_tags.h"
#include "ecn.h"
#include "inner.h"

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

/* What the flow's hash gives, and TOS. */
TRANSFORM_STEP void fill_fields(const struct encap_config *config, const struct nvgre_inner *inner,
                                const struct nvgre_flow *flow, uint8_t tos,
                                struct nvgre_outer_fields *fields)
{
    fields->flow_label = 0;
    if (config->hash_flow) {
        uint32_t hash = nvgre_flow_hash(&config->hasher, flow);

        fields->key |= hash & 0xFF;
        fields->flow_label = hash >> 12;
    }
    fields->tos = tos;
    if (config->ecn == ECN_COPY && inner->has_ip)
        fields->tos = (uint8_t)((tos & ~NVGRE_ECN_MASK) | (inner->ip.tos & NVGRE_ECN_MASK));
}

/* An inner frame that is too long, by the MTU or for any IP packet. */
TRANSFORM_REST enum outcome judge_length(const struct encap_config *encap, uint32_t *inner_len,
                                         struct transform_result *result)
{
    result->value = *inner_len;
    if (*inner_len > encap->tmpl.inner_max)
        return OUTCOME_OVERSIZE;
    result->excess = *inner_len - encap->inner_max;
    switch (encap->mtu_action) {
    case MTU_DROP:
        return OUTCOME_OVER_MTU;
    case MTU_ERROR:
        return OUTCOME_MTU_ERROR;
    case MTU_TRUNC:
        *inner_len = encap->inner_max;
        result->notes |= 1u << NOTE_CUT_TO_MTU;
        return OUTCOME_DONE;
    default:
        result->notes |= 1u << NOTE_OVER_MTU;
        return OUTCOME_DONE;
    }
}

TRANSFORM_STEP enum outcome encapsulate(const struct encap_config *encap,
                                        const struct cap_packet *packet,
                                        const struct nvgre_inner *inner,
                                        const struct nvgre_flow *flow, bool usual, uint8_t *room,
                                        struct transform_result *result)
{
    bool inheriting = !usual && encap->inherit;
    bool df = inheriting ? inherited_df(encap, inner) : encap->df;
    struct nvgre_outer_fields fields;
    uint32_t caplen = packet->caplen;
    uint32_t tags_len = 0;
    uint32_t outer_len;

    if (inner->l2.vlan_count && encap->inner_vlan == INNER_VLAN_DROP)
        return OUTCOME_INNER_VLAN;
    if (inner->l2.vlan_count && encap->inner_vlan == INNER_VLAN_STRIP)
        tags_len = inner->l2.vlan_count * NVGRE_VLAN_TAG_LEN;
    result->notes = tags_len ? 1u << NOTE_UNTAGGED : 0;
    fields.inner_len = packet->len - tags_len;
    if (!usual && fields.inner_len > encap->inner_max) {
        enum outcome outcome = judge_length(encap, &fields.inner_len, result);

        if (outcome != OUTCOME_DONE)
            return outcome;
        if (caplen > fields.inner_len + tags_len)
            caplen = fields.inner_len + tags_len;
    }
    fields.ip_id = df ? 0 : (uint16_t)packet->number;
    fields.key = encap->key;
    if (!usual && encap->inherit & INHERIT_VSID) {
        if (packet->iface->tag == CAP_TAG_NONE)
            return OUTCOME_NO_VSID;
        fields.key |= nvgre_key(packet->iface->tag - 1, 0);
    }
    fill_fields(encap, inner, flow, inheriting ? inherited_tos(encap, inner) : encap->tos, &fields);
    outer_len = nvgre_template_write(&encap->tmpl, &fields, room);
    if (inheriting)
        nvgre_outer_adjust(&encap->tmpl, inherited_ttl(encap, inner), df, room);
    result->caplen = outer_len + caplen - tags_len;
    result->len = outer_len + fields.inner_len;
    copy_untagged(room + outer_len, packet->data, caplen, tags_len);
    return OUTCOME_DONE;
}

TRANSFORM_REST enum outcome run_any(const struct encap_config *encap,
                                    const struct cap_packet *packet, uint8_t *room,
                                    struct transform_result *result)
{
    struct nvgre_inner inner;
    struct nvgre_flow flow;

    if (packet->iface->linktype != CAP_LINKTYPE_ETHERNET) {
        result->value = packet->iface->linktype;
        return OUTCOME_LINK_TYPE;
    }
    nvgre_inner_decode(packet->data, packet->caplen, &inner);
    if (!inner.has_l2)
        return no_ethernet_header(packet->caplen, packet->len, result);
    nvgre_flow_find(&inner, &flow);
    return encapsulate(encap, packet, &inner, &flow, false, room, result);
}

static enum outcome run(const void *config, const struct cap_packet *packet, uint8_t *room,
                        struct transform_result *result)
{
    const struct encap_config *encap = config;
    struct nvgre_inner inner;
    struct nvgre_flow flow;

    if (packet->iface->linktype != CAP_LINKTYPE_ETHERNET || encap->inherit ||
        packet->len > encap->inner_max ||
        !nvgre_inner_decode_usual(packet->data, packet->caplen, &inner))
        return run_any(encap, packet, room, result);
    nvgre_flow_find(&inner, &flow);
    if (!nvgre_flow_is_usual(&encap->hasher, &flow))
        return run_any(encap, packet, room, result);
    return encapsulate(encap, packet, &inner, &flow, true, room, result);
}

static uint16_t same_linktype(uint16_t linktype)
{
    return linktype;
}

struct transform encap_transform(const struct encap_config *config)
{
    return (struct transform){.done = "encapsulated",
                              .config = config,
                              .run = run,
                              .linktype = same_linktype,
                              .inner_frame = INNER_IN_PACKET,
                              .growth = config->tmpl.len};
}
