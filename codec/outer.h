/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_OUTER_H
#define NVGRE_OUTER_H

/*
 * The headers that an NVE puts in front of a tenant's frame (RFC 7637 section 3.2): Ethernet,
 * an optional VLAN tag, IPv4 or IPv6, GRE. They are built once as a template, and written for
 * each packet with only length, TOS, key, flow label and checksum filled in.
 */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "nvgre.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NVGRE_OUTER_LEN_MAX 66u /* Ethernet 14, VLAN 4, IPv6 40, GRE 8 */

struct nvgre_outer {
    uint8_t src_mac[6];
    uint8_t dst_mac[6];
    uint16_t vlan_tpid; /* 0 for no tag */
    uint16_t vlan_tci;  /* priority, DEI and VLAN ID as on the wire */
    uint8_t ip_version; /* 4 or 6 */
    uint8_t src_pa[16]; /* 4 or 16 bytes, network order */
    uint8_t dst_pa[16];
    uint8_t ttl; /* or hop limit */
    bool df;     /* IPv4 only */
};

struct nvgre_template {
    uint8_t bytes[NVGRE_OUTER_LEN_MAX];
    uint8_t ip_version;
    uint8_t len; /* bytes of all headers */
    uint8_t ip_offset;
    uint32_t ip_sum; /* of the IPv4 header without TOS and total length */
};

void nvgre_template_init(struct nvgre_template *tmpl, const struct nvgre_outer *outer);

/* The longest inner frame (bytes on the wire) whose packet has a representable IP length. */
uint32_t nvgre_template_inner_max(const struct nvgre_template *tmpl);

/* What differs from packet to packet. */
struct nvgre_outer_fields {
    uint32_t inner_len;  /* bytes of the inner frame on the wire, at most ..._inner_max */
    uint32_t key;        /* nvgre_key(vsid, flowid) */
    uint32_t flow_label; /* 20 bits, IPv6 only */
    uint8_t tos;         /* TOS or traffic class, DSCP and ECN */
};

/*
 * Writes tmpl->len bytes to `out`, which must have room for NVGRE_OUTER_LEN_MAX: what
 * stands behind the headers may be overwritten. Returns tmpl->len.
 */
uint32_t nvgre_template_write(const struct nvgre_template *tmpl,
                              const struct nvgre_outer_fields *fields, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
