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

/* The bits, and their values (RFC 3168 section 5). */
#define NVGRE_ECN_MASK 3u
#define NVGRE_ECN_NOT_ECT 0u
#define NVGRE_ECN_ECT1 1u
#define NVGRE_ECN_ECT0 2u
#define NVGRE_ECN_CE 3u

/* The inner packet MUST be dropped: congestion that its transport could not learn of. */
#define NVGRE_ECN_DROP 4u

/*
 * The ECN that an inner packet leaves the tunnel with (RFC 6040 section 4.2), or
 * NVGRE_ECN_DROP. Of both arguments only the ECN bits are looked at.
 */
uint8_t nvgre_ecn_decap(uint8_t outer_tos, uint8_t inner_tos);

/*
 * Whether both, of which only the ECN bits are looked at, are a pair that RFC 6040 calls
 * currently unused: no endpoint and no router along the tunnel makes it (section 4.2, figure 4).
 */
bool nvgre_ecn_is_unused(uint8_t outer_tos, uint8_t inner_tos);

/*
 * Sets the ECN bits of the IP header at `ip`, of which 12 bytes (version 4) or 2 (version 6) must
 * be there, to `ecn`, 0 to 3. Keeps the IPv4 header checksum as right or wrong as it was.
 */
void nvgre_ecn_set(uint8_t *ip, uint8_t version, uint8_t ecn);

#ifdef __cplusplus
}
#endif

#endif
