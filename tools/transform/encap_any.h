/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_ENCAP_ANY_H
#define TRANSFORM_ENCAP_ANY_H

/* The long way of encap, for frames and configurations of any kind. */

#include "ecn.h"
#include "encap.h"

/* What the flow's hash gives, and TOS. */
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

enum outcome encap_any(const struct encap_config *encap, const struct cap_packet *packet,
                       uint8_t *room, struct transform_result *result);

#endif
