/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_ENCAP_H
#define TRANSFORM_ENCAP_H

/* Plain Ethernet frames into NVGRE, as an NVE sends them (RFC 7637 section 3.2). */

#include "flowid.h"
#include "outer.h"
#include "transform.h"

struct encap_config {
    struct nvgre_template tmpl;
    uint32_t key; /* with FlowID 0 where the flow's hash gives it */
    uint8_t tos;
    bool ip_id_counts; /* the IP ID is the packet number, as without DF; otherwise it is 0 */
    bool hash_flow;    /* FlowID and flow label come from the inner flow */
    struct nvgre_hasher hasher; /* set where hash_flow is */
    enum inner_vlan inner_vlan;
    enum ecn_mode ecn;
};

/* The transform for a configuration, which must outlive it. */
struct transform encap_transform(const struct encap_config *config);

#endif
