/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FLOWID_H
#define NVGRE_FLOWID_H

/*
 * The FlowID of an inner flow. RFC 7637 section 3.2 wants as much entropy as possible, so that
 * routers spread the flows of a tunnel, and one value for all packets of a flow.
 */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The bytes of a frame that identify its flow. The pointers point into the frame.
 *   TCP, UDP over IP   addresses and ports
 *   other IP           addresses; also all fragments, so that they stay together
 *   not IP             destination and source MAC, and the EtherType after any VLAN tags (not the
 *                      802.3 length field: it differs from frame to frame)
 * Both lengths are 0 if the frame is too short for any of these.
 */
struct nvgre_flow {
    const uint8_t *addresses;
    uint32_t addresses_len; /* 8, 32, 12 or 0 */
    const uint8_t *ports;   /* or the EtherType */
    uint32_t ports_len;     /* 4, 2 or 0 */
};

#define NVGRE_FLOW_LEN_MAX 36u /* bytes of the longest flow: IPv6 addresses and ports */

/* Finds the flow of a frame that nvgre_inner_decode decoded. It points into inner->data. */
static inline void nvgre_flow_find(const struct nvgre_inner *inner, struct nvgre_flow *flow);

/* Hash functions for the bytes of a flow. */
enum nvgre_hash {
    NVGRE_HASH_TOEPLITZ,     /* with the key of Microsoft's RSS verification suite */
    NVGRE_HASH_TOEPLITZ_SYM, /* with the bytes 6d 5a repeated: same hash in both directions */
    NVGRE_HASH_CRC32C        /* Castagnoli, as in iSCSI (RFC 3720 appendix B.4) */
};

/*
 * The tables of one hash function, 36 KiB. Toeplitz: table[i][v] is what the value v of input byte
 * i adds to the hash. CRC-32C uses only the first row, as its byte table. A hasher is constant
 * after nvgre_hasher_init, so all threads can share one.
 */
struct nvgre_hasher {
    enum nvgre_hash kind;
    uint32_t table[NVGRE_FLOW_LEN_MAX][256];
};

/* Prepares a hasher. The functions below read only what this function sets. */
void nvgre_hasher_init(struct nvgre_hasher *hasher, enum nvgre_hash kind);

/*
 * Returns the 32-bit hash of the addresses, then the ports, in the byte order of the packet. The
 * hash of an empty flow is 0. The FlowID is the lowest 8 bits.
 */
NVGRE_SHORT_WAY uint32_t nvgre_flow_hash(const struct nvgre_hasher *hasher,
                                         const struct nvgre_flow *flow);

/*
 * Returns the same hash, without the fast path for Toeplitz over IPv4 addresses and ports. The sum
 * of both lengths must be at most NVGRE_FLOW_LEN_MAX.
 */
uint32_t nvgre_flow_hash_any(const struct nvgre_hasher *hasher, const uint8_t *addresses,
                             uint32_t addresses_len, const uint8_t *ports, uint32_t ports_len);

/* TCP or UDP. One test without branches: mixed traffic makes a branch hard to predict. */
static inline bool nvgre_has_ports(uint8_t protocol)
{
    return protocol < 32 && (1u << NVGRE_TCP | 1u << NVGRE_UDP) >> protocol & 1;
}

/* The flow of a frame with an IP header: inner->has_ip must be true. */
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

/* The Toeplitz hash of 4 bytes; `table` begins at the row of the first byte's position. */
NVGRE_SHORT_WAY uint32_t nvgre_toeplitz4(const uint32_t (*table)[256], const uint8_t *p)
{
    return table[0][p[0]] ^ table[1][p[1]] ^ table[2][p[2]] ^ table[3][p[3]];
}

/* Whether the fast path applies: Toeplitz over IPv4 addresses and ports. */
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
