/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_OUTER_H
#define NVGRE_OUTER_H

/*
 * The headers that an NVE puts before a tenant's frame (RFC 7637 section 3.2): Ethernet, an
 * optional VLAN tag, IPv4 or IPv6, GRE. A template is built once. Writing it for a packet fills in
 * only the length, TOS, key, IP ID or flow label, receiver and checksum.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checksum.h"
#include "frame.h"
#include "nvgre.h"
#include "wire.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NVGRE_OUTER_IPV4_LEN_MAX 46u /* Ethernet 14, VLAN 4, IPv4 20, GRE 8 */
#define NVGRE_OUTER_LEN_MAX 66u      /* the same with IPv6 (40) */

/* Whether a provider address (4 or 16 bytes, network order) is a multicast group address. */
static inline bool nvgre_pa_is_group(uint8_t version, const uint8_t *pa)
{
    return version == 4 ? (pa[0] & 0xF0) == 0xE0 : pa[0] == 0xFF;
}

/* The header fields that are the same in all packets from one NVE to another. */
struct nvgre_outer {
    uint8_t src_mac[6];
    uint8_t dst_mac[6];
    uint16_t vlan_tpid; /* 0x8100, 0x88A8 or 0x9100; 0 for no tag */
    uint16_t vlan_tci;  /* priority, DEI and VLAN ID */
    uint8_t ip_version; /* 4 or 6 */
    uint8_t src_pa[16]; /* provider address: 4 or 16 bytes, network order */
    uint8_t dst_pa[16];
    uint8_t ttl; /* or hop limit */
    bool df;     /* do not fragment; IPv4 only */
};

/*
 * Headers that nvgre_template_init prepared. Callers may read `len` and `inner_max`; the other
 * members are private to the library.
 */
struct nvgre_template {
    uint32_t ip_sum; /* sum of the IPv4 header without TOS and total length */
    uint8_t ip_version;
    uint8_t len; /* bytes of all headers */
    uint8_t ip_offset;
    uint8_t bytes[NVGRE_OUTER_LEN_MAX];
    uint32_t inner_max; /* bytes of the longest inner frame: nvgre_inner_max(ip_version) */
};

/*
 * Returns the bytes of the longest inner frame that the IP length field of this version (4 or 6)
 * allows.
 */
static inline uint32_t nvgre_inner_max(uint8_t ip_version)
{
    return 0xFFFF - NVGRE_HEADER_LEN - (ip_version == 4 ? NVGRE_IPV4_LEN : 0);
}

/*
 * Prepares headers: GRE with K=1, C=0, S=0 and protocol type 0x6558 (RFC 7637 section 3.2), and IP
 * without options or extension headers. outer->ip_version must be 4 or 6.
 */
void nvgre_template_init(struct nvgre_template *tmpl, const struct nvgre_outer *outer);

/* The header fields that differ between packets. */
struct nvgre_outer_fields {
    uint32_t inner_len;  /* bytes of the inner frame on the wire, at most tmpl->inner_max */
    uint32_t key;        /* nvgre_key(vsid, flowid) */
    uint32_t flow_label; /* 0..0xFFFFF (RFC 6437), IPv6 only */
    uint16_t ip_id;      /* IPv4 only: 0 with DF, otherwise unique for some time (RFC 6864) */
    uint8_t tos;         /* TOS or traffic class: DSCP and ECN */
};

/* The receiver of a packet, for a template with many receivers. */
struct nvgre_receiver {
    uint32_t ip_sum;    /* nvgre_sum(pa, 4, 0) for IPv4; not used for IPv6 */
    uint8_t ip_version; /* 4 or 6 */
    uint8_t mac[6];
    uint8_t pa[16]; /* 4 or 16 bytes, network order */
};

/*
 * Writes the headers, tmpl->len bytes, to `out` and returns tmpl->len. `out` must have room for
 * NVGRE_OUTER_LEN_MAX bytes. Bytes after the headers may be overwritten, so write the inner frame
 * afterwards. `to` replaces the template's receiver, or is NULL. With `to`, the template's
 * destination PA must be all zeros and of the same IP version.
 */
NVGRE_SHORT_WAY uint32_t nvgre_template_write_to(const struct nvgre_template *tmpl,
                                                 const struct nvgre_receiver *to,
                                                 const struct nvgre_outer_fields *fields,
                                                 uint8_t *out)
{
    uint8_t *ip = out + tmpl->ip_offset;
    uint32_t payload_len = NVGRE_HEADER_LEN + fields->inner_len;
    uint32_t len = tmpl->len;

    if (tmpl->ip_version == 4) {
        uint32_t total_len = NVGRE_IPV4_LEN + payload_len;
        uint32_t sum = tmpl->ip_sum + fields->tos + total_len;

        memcpy(out, tmpl->bytes, NVGRE_OUTER_IPV4_LEN_MAX);
        ip[1] = fields->tos;
        wire_put16(ip + NVGRE_IPV4_TOTAL_LEN_AT, (uint16_t)total_len);
        if (fields->ip_id) {
            wire_put16(ip + NVGRE_IPV4_ID_AT, fields->ip_id);
            sum += fields->ip_id;
        }
        if (to) {
            memcpy(ip + NVGRE_IPV4_DST_AT, to->pa, 4);
            sum += to->ip_sum;
        }
        wire_put16(ip + NVGRE_IPV4_CHECKSUM_AT, (uint16_t)~nvgre_sum_fold(sum));
    } else {
        memcpy(out, tmpl->bytes, NVGRE_OUTER_LEN_MAX);
        wire_put32(ip, 6u << 28 | (uint32_t)fields->tos << 20 | fields->flow_label);
        wire_put16(ip + NVGRE_IPV6_PAYLOAD_LEN_AT, (uint16_t)payload_len);
        if (to)
            memcpy(ip + NVGRE_IPV6_DST_AT, to->pa, 16);
    }
    if (to)
        memcpy(out, to->mac, 6);
    wire_put32(out + len - 4, fields->key);
    return len;
}

/* Writes the headers with the template's own receiver. */
static inline uint32_t nvgre_template_write(const struct nvgre_template *tmpl,
                                            const struct nvgre_outer_fields *fields, uint8_t *out)
{
    return nvgre_template_write_to(tmpl, NULL, fields, out);
}

/*
 * Changes the TTL or hop limit, and in IPv4 also DF, of headers that nvgre_template_write wrote to
 * `out`. The IPv4 checksum is updated.
 */
void nvgre_outer_adjust(const struct nvgre_template *tmpl, uint8_t ttl, bool df, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
