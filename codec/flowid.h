/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FLOWID_H
#define NVGRE_FLOWID_H

/*
 * FlowID from the inner flow (RFC 7637 section 3.2: as much entropy as there is, so that
 * routers spread the flows of one tunnel, and one value for all packets of a flow).
 */

#include <stdint.h>

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The bytes that identify the flow of a frame, pointing into the frame:
 *   TCP, UDP over IP   addresses, ports
 *   other IP           addresses (all fragments too, so that they stay with each other)
 *   other              destination and source MAC, EtherType behind any VLAN tags
 * Both lengths are 0 in a frame too short for any of them.
 */
struct nvgre_flow {
    const uint8_t *addresses;
    const uint8_t *ports;   /* or the EtherType */
    uint32_t addresses_len; /* 8, 32, 12 or 0 */
    uint32_t ports_len;     /* 4, 2 or 0 */
};

#define NVGRE_FLOW_LEN_MAX 36u

/* Finds the flow of a frame that nvgre_inner_decode took apart. */
void nvgre_flow_find(const struct nvgre_inner *inner, struct nvgre_flow *flow);

enum nvgre_hash {
    NVGRE_HASH_TOEPLITZ,     /* with the key of Microsoft's RSS verification suite */
    NVGRE_HASH_TOEPLITZ_SYM, /* with 6d5a repeated: the same for both directions */
    NVGRE_HASH_CRC32C        /* Castagnoli, as in iSCSI (RFC 3720 appendix B.4) */
};

/* A hash made ready: for each byte position of the input, what each value adds to the hash. */
struct nvgre_hasher {
    enum nvgre_hash kind;
    uint32_t table[NVGRE_FLOW_LEN_MAX][256];
};

void nvgre_hasher_init(struct nvgre_hasher *hasher, enum nvgre_hash kind);

/* The 32-bit hash of a flow; 0 for an empty one. The FlowID is its lowest 8 bits. */
uint32_t nvgre_flow_hash(const struct nvgre_hasher *hasher, const struct nvgre_flow *flow);

#ifdef __cplusplus
}
#endif

#endif
