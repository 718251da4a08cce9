/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_ENCAP_H
#define TRANSFORM_ENCAP_H

/* Plain Ethernet frames into NVGRE, as an NVE sends them (RFC 7637 section 3.2). */

#include "base/range_set.h"
#include "flowid.h"
#include "outer.h"
#include "transform.h"
#include "ways.h"

/* What outer headers take from a tenant's packet, instead of the value that is set. */
enum encap_inherit {
    INHERIT_DSCP = 1,  /* of inner IP (RFC 2983, uniform) */
    INHERIT_PCP = 2,   /* DSCP as class selector of the 802.1Q priority, of tagged frames */
    INHERIT_TTL = 4,   /* TTL or hop limit of inner IP, unless that is 0 */
    INHERIT_DF = 8,    /* of inner IPv4 */
    INHERIT_VSID = 16, /* of the interface it was captured on (iface_tags.h) */
    INHERIT_VLAN = 32  /* the VSID that the map has for its VLAN */
};

/* What happens to frames that make an outer IP packet above the MTU. It is never fragmented. */
enum mtu_action { MTU_KEEP, MTU_DROP, MTU_TRUNC, MTU_SEGMENT, MTU_ERROR };

struct encap_config {
    struct nvgre_template tmpl;
    uint32_t key; /* with FlowID 0 where the flow's hash gives it */
    uint8_t tos;
    uint8_t ttl;
    bool df;
    uint8_t inherit;            /* of enum encap_inherit, combined */
    struct range_set vsids;     /* to take; empty for all */
    const struct ways *ways;    /* by the map, instead of `tmpl`; or NULL */
    uint32_t mtu;               /* bytes of an outer IP packet, or 0 for no limit */
    uint16_t mss_max;           /* that TCP SYNs may announce, or 0 for any */
    uint32_t usual_max;         /* bytes of the longest frame that may take the short way */
    enum mtu_action mtu_action; /* of longer packets, if their headers could take them */
    bool hash_flow;             /* FlowID and flow label come from the inner flow */
    struct nvgre_hasher hasher; /* set where hash_flow is */
    enum inner_vlan inner_vlan;
    enum ecn_mode ecn;
};

/* Bytes of the longest inner frame for an outer MTU (0 for none) and IP version. */
static inline uint32_t encap_inner_max(uint32_t mtu, uint8_t ip_version)
{
    uint32_t headers = NVGRE_HEADER_LEN + (ip_version == 4 ? NVGRE_IPV4_LEN : NVGRE_IPV6_LEN);
    uint32_t max = nvgre_inner_max(ip_version);

    return mtu && mtu - headers < max ? mtu - headers : max;
}

/* The transform for a configuration, which must outlive it. */
struct transform encap_transform(const struct encap_config *config);

#endif
