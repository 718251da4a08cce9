/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_ECN_H
#define NVGRE_ECN_H

/* Explicit congestion notification across a tunnel (RFC 6040). ECN is the low 2 bits of TOS. */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The ECN bits and their values (RFC 3168 section 5). */
#define NVGRE_ECN_MASK 3u
#define NVGRE_ECN_NOT_ECT 0u
#define NVGRE_ECN_ECT1 1u
#define NVGRE_ECN_ECT0 2u
#define NVGRE_ECN_CE 3u

/* The inner packet MUST be dropped: its transport cannot react to a congestion mark. */
#define NVGRE_ECN_DROP 4u

/*
 * Returns the ECN field of an inner packet after decapsulation, 0 to 3, or NVGRE_ECN_DROP (RFC 6040
 * section 4.2). Only the ECN bits of the arguments are used.
 */
uint8_t nvgre_ecn_decap(uint8_t outer_tos, uint8_t inner_tos);

/*
 * Returns whether RFC 6040 calls this combination currently unused: no endpoint and no router along
 * the tunnel creates it (section 4.2, figure 4). Only the ECN bits of the arguments are used.
 */
bool nvgre_ecn_is_unused(uint8_t outer_tos, uint8_t inner_tos);

/*
 * Sets the ECN bits of the IP header at `ip` to `ecn`, 0 to 3. At least 12 bytes (version 4) or 2
 * bytes (version 6) must be present. The IPv4 header checksum is updated; a wrong checksum stays
 * wrong by the same amount.
 */
void nvgre_ecn_set(uint8_t *ip, uint8_t version, uint8_t ecn);

#ifdef __cplusplus
}
#endif

#endif
