/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encap.h"

#include <string.h>

#include "encap_any.h"

/* The usual frame: to one endpoint, and without anything to think about. */
TRANSFORM_STEP void encapsulate(const struct encap_config *encap, const struct cap_packet *packet,
                                const struct nvgre_inner *inner, const struct nvgre_flow *flow,
                                const struct way *way, uint8_t *room,
                                struct transform_result *result)
{
    struct nvgre_outer_fields fields;
    uint32_t outer_len;

    fields.inner_len = packet->len;
    fields.ip_id = encap->df ? 0 : (uint16_t)packet->number;
    fields.key = encap->key;
    fill_fields(encap, inner, encap->hash_flow ? nvgre_flow_hash(&encap->hasher, flow) : 0,
                encap->tos, &fields);
    outer_len = nvgre_template_write_to(way->tmpl, way->to, &fields, room);
    result->notes = 0;
    result->caplen = outer_len + packet->caplen;
    result->len = outer_len + packet->len;
    memcpy(room + outer_len, packet->data, packet->caplen);
}

/* What tells a usual frame's headers. */
enum headers { OF_CONFIG, OF_MAP, OF_MAP_FROM_LOCAL };

TRANSFORM_STEP enum outcome run_step(const struct encap_config *encap,
                                     const struct cap_packet *packet, uint8_t *room,
                                     struct transform_result *result, enum headers headers)
{
    struct way way = {.tmpl = &encap->tmpl};
    struct nvgre_inner inner;
    struct nvgre_flow flow;

    if (packet->iface->linktype != CAP_LINKTYPE_ETHERNET || encap->inherit ||
        packet->len > encap->usual_max ||
        !nvgre_inner_decode_usual(packet->data, packet->caplen, &inner))
        return encap_any(encap, packet, room, result);
    nvgre_flow_find(&inner, &flow);
    if (!nvgre_flow_is_usual(&encap->hasher, &flow))
        return encap_any(encap, packet, room, result);
    if (headers != OF_CONFIG &&
        __builtin_expect(!ways_find_usual(encap->ways, nvgre_key_vsid(encap->key), packet->data,
                                          headers == OF_MAP_FROM_LOCAL, &way),
                         0))
        return encap_any(encap, packet, room, result);
    encapsulate(encap, packet, &inner, &flow, &way, room, result);
    return OUTCOME_DONE;
}

static enum outcome run(const void *config, const struct cap_packet *packet, uint8_t *room,
                        struct transform_result *result)
{
    return run_step(config, packet, room, result, OF_CONFIG);
}

static enum outcome run_by_map(const void *config, const struct cap_packet *packet, uint8_t *room,
                               struct transform_result *result)
{
    return run_step(config, packet, room, result, OF_MAP);
}

static enum outcome run_by_map_from_local(const void *config, const struct cap_packet *packet,
                                          uint8_t *room, struct transform_result *result)
{
    return run_step(config, packet, room, result, OF_MAP_FROM_LOCAL);
}

static uint16_t same_linktype(uint16_t linktype)
{
    return linktype;
}

struct transform encap_transform(const struct encap_config *config)
{
    const struct ways *ways = config->ways;

    return (struct transform){.done = "encapsulated",
                              .config = config,
                              .run = !ways                 ? run
                                     : ways->local.version ? run_by_map_from_local
                                                           : run_by_map,
                              .linktype = same_linktype,
                              .inner_frame = INNER_IN_PACKET,
                              .growth = ways ? NVGRE_OUTER_LEN_MAX : config->tmpl.len};
}
