/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_ENCAP_H
#define TRANSFORM_ENCAP_H

/* Encapsulates Ethernet frames in NVGRE, as an NVE sends them (RFC 7637 section 3.2). */

#include "base/range_set.h"
#include "flowid.h"
#include "outer.h"
#include "transform.h"
#include "ways.h"

/* What the outer headers copy from the inner packet instead of using the configured value. */
enum encap_inherit {
    INHERIT_DSCP = 1,  /* from inner IP (RFC 2983, uniform model) */
    INHERIT_PCP = 2,   /* for tagged frames: 802.1Q priority as DSCP class selector */
    INHERIT_TTL = 4,   /* TTL or hop limit of inner IP, unless it is 0 */
    INHERIT_DF = 8,    /* from inner IPv4 */
    INHERIT_VSID = 16, /* from the interface of the capture (iface_name.h) */
    INHERIT_VLAN = 32  /* from the map, by the frame's VLAN */
};

/*
 * What to do with frames whose outer IP packet exceeds the MTU. Outer packets are never fragmented.
 */
enum mtu_action { MTU_KEEP, MTU_DROP, MTU_TRUNC, MTU_SEGMENT, MTU_ERROR };

struct encap_config {
    struct nvgre_template tmpl;
    uint32_t key; /* FlowID is 0 if it comes from the flow's hash */
    uint8_t tos;
    uint8_t ttl;
    bool df;
    uint8_t inherit;            /* set of enum encap_inherit */
    struct range_set vsids;     /* VSIDs to encapsulate; empty for all */
    const struct ways *ways;    /* from the map, instead of `tmpl`; or NULL */
    uint32_t mtu;               /* bytes of an outer IP packet; 0 for no limit */
    uint16_t mss_max;           /* upper limit for the MSS of TCP SYNs; 0 for none */
    uint32_t usual_max;         /* bytes of the longest frame for the fast path */
    enum mtu_action mtu_action; /* for longer packets that an IP packet could carry */
    bool hash_flow;             /* FlowID and flow label come from the inner flow */
    struct nvgre_hasher hasher; /* set if hash_flow is */
    enum inner_vlan inner_vlan;
    enum ecn_mode ecn;
};

/* Returns the bytes of the longest inner frame for an outer MTU (0 for none) and an IP version. */
static inline uint32_t encap_inner_max(uint32_t mtu, uint8_t ip_version)
{
    uint32_t headers = NVGRE_HEADER_LEN + (ip_version == 4 ? NVGRE_IPV4_LEN : NVGRE_IPV6_LEN);
    uint32_t max = nvgre_inner_max(ip_version);

    return mtu && mtu - headers < max ? mtu - headers : max;
}

/* Returns the transform for a configuration. The configuration must outlive it. */
struct transform encap_transform(const struct encap_config *config);

#endif
