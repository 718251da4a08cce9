/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FLOWID_H
#define NVGRE_FLOWID_H

/*
 * FlowID from the inner flow (RFC 7637 section 3.2: as much entropy as there is, so that
 * routers spread the flows of one tunnel, and one value for all packets of a flow).
 */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The bytes that identify the flow of a frame, pointing into the frame:
 *   TCP, UDP over IP   addresses, ports
 *   other IP           addresses (all fragments too, so that they stay with each other)
 *   other              destination and source MAC, EtherType behind any VLAN tags (but not the
 *                      length that 802.3 has there: it differs from frame to frame)
 * Both lengths are 0 in a frame too short for any of them.
 */
struct nvgre_flow {
    const uint8_t *addresses;
    uint32_t addresses_len; /* 8, 32, 12 or 0 */
    const uint8_t *ports;   /* or the EtherType */
    uint32_t ports_len;     /* 4, 2 or 0 */
};

#define NVGRE_FLOW_LEN_MAX 36u /* bytes of the longest flow: IPv6 addresses and ports */

/* Finds the flow of a frame that nvgre_inner_decode took apart; it points into inner->data. */
static inline void nvgre_flow_find(const struct nvgre_inner *inner, struct nvgre_flow *flow);

/* Hash functions of a flow's bytes. */
enum nvgre_hash {
    NVGRE_HASH_TOEPLITZ,     /* with the key of Microsoft's RSS verification suite */
    NVGRE_HASH_TOEPLITZ_SYM, /* with 6d5a repeated: the same for both directions */
    NVGRE_HASH_CRC32C        /* Castagnoli, as in iSCSI (RFC 3720 appendix B.4) */
};

/*
 * A hash made ready: for each byte position of the input, what each value adds to the hash (of
 * CRC-32C only the first row is used, its table by bytes). 36 KiB, which stay as they are: one
 * hasher serves all threads.
 */
struct nvgre_hasher {
    enum nvgre_hash kind;
    uint32_t table[NVGRE_FLOW_LEN_MAX][256];
};

/* Makes a hash ready: all of `hasher` that the functions below look at. */
void nvgre_hasher_init(struct nvgre_hasher *hasher, enum nvgre_hash kind);

/*
 * The 32-bit hash of a flow: its addresses, then its ports, each as they stand in the packet; 0 for
 * an empty one. The FlowID is its lowest 8 bits.
 */
NVGRE_SHORT_WAY uint32_t nvgre_flow_hash(const struct nvgre_hasher *hasher,
                                         const struct nvgre_flow *flow);

/*
 * The same without the short way for Toeplitz over IPv4 addresses and ports. Both lengths together
 * are at most NVGRE_FLOW_LEN_MAX.
 */
uint32_t nvgre_flow_hash_any(const struct nvgre_hasher *hasher, const uint8_t *addresses,
                             uint32_t addresses_len, const uint8_t *ports, uint32_t ports_len);

/* TCP or UDP, told without a branch for each: they come mixed, and no processor foresees it. */
static inline bool nvgre_has_ports(uint8_t protocol)
{
    return protocol < 32 && (1u << NVGRE_TCP | 1u << NVGRE_UDP) >> protocol & 1;
}

/* The flow of a frame with an IP header (inner->has_ip). */
static inline void nvgre_ip_flow(const struct nvgre_inner *inner, struct nvgre_flow *flow)
{
    const struct nvgre_ip *ip = &inner->ip;
    uint32_t ports = ip->offset + ip->header_len;

    flow->addresses = inner->data + ip->offset + nvgre_src_at(ip->version);
    flow->addresses_len = ip->version == 4 ? 8 : 32;
    flow->ports = inner->data + ports;
    flow->ports_len = 0;
    if (!ip->fragment && nvgre_has_ports(ip->protocol) && ip->header_len + 4 <= ip->len &&
        ports + 4 <= inner->caplen)
        flow->ports_len = 4;
}

static inline void nvgre_flow_find(const struct nvgre_inner *inner, struct nvgre_flow *flow)
{
    if (inner->has_ip) {
        nvgre_ip_flow(inner, flow);
        return;
    }
    flow->addresses = inner->data;
    flow->addresses_len = 0;
    flow->ports = inner->data;
    flow->ports_len = 0;
    if (inner->has_l2) {
        flow->addresses_len = 12;
        flow->ports = inner->data + inner->l2.l3_offset - 2;
        flow->ports_len = inner->l2.ethertype < NVGRE_ETHERTYPE_MIN ? 0 : 2;
    }
}

/* Toeplitz of 4 bytes: what each adds, from the row of its position on. */
NVGRE_SHORT_WAY uint32_t nvgre_toeplitz4(const uint32_t (*table)[256], const uint8_t *p)
{
    return table[0][p[0]] ^ table[1][p[1]] ^ table[2][p[2]] ^ table[3][p[3]];
}

/* Whether a flow takes the short way: Toeplitz over IPv4 addresses and ports. */
static inline bool nvgre_flow_is_usual(const struct nvgre_hasher *hasher,
                                       const struct nvgre_flow *flow)
{
    return flow->addresses_len == 8 && flow->ports_len == 4 && hasher->kind != NVGRE_HASH_CRC32C;
}

NVGRE_SHORT_WAY uint32_t nvgre_flow_hash(const struct nvgre_hasher *hasher,
                                         const struct nvgre_flow *flow)
{
    const uint32_t(*table)[256] = hasher->table;

    if (!nvgre_flow_is_usual(hasher, flow))
        return nvgre_flow_hash_any(hasher, flow->addresses, flow->addresses_len, flow->ports,
                                   flow->ports_len);
    return nvgre_toeplitz4(table, flow->addresses) ^
           nvgre_toeplitz4(table + 4, flow->addresses + 4) ^
           nvgre_toeplitz4(table + 8, flow->ports);
}

#ifdef __cplusplus
}
#endif

#endif
