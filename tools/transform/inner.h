/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_INNER_H
#define TRANSFORM_INNER_H

/* What encap and decap do in the same way with an inner frame. */

#include <stdint.h>
#include <string.h>

#include "transform.h"

/* Returns the outcome for a frame with an incomplete Ethernet header or incomplete VLAN tags. */
static inline enum outcome no_ethernet_header(uint32_t caplen, uint32_t len,
                                              struct transform_result *result)
{
    if (caplen < len)
        return OUTCOME_TRUNCATED;
    result->reason = NVGRE_REASON_INNER_LEN;
    result->value = len;
    return OUTCOME_MALFORMED;
}

/*
 * Copies a frame of `caplen` bytes, and removes `tags_len` bytes of VLAN tags after the MACs. With
 * 0 the copy is unchanged. If tags_len is not 0, `out` may be `frame`.
 */
static inline void copy_untagged(uint8_t *out, const uint8_t *frame, uint32_t caplen,
                                 uint32_t tags_len)
{
    if (tags_len == 0) {
        memcpy(out, frame, caplen);
        return;
    }
    memmove(out, frame, NVGRE_ETH_TYPE_AT);
    memmove(out + NVGRE_ETH_TYPE_AT, frame + NVGRE_ETH_TYPE_AT + tags_len,
            caplen - tags_len - NVGRE_ETH_TYPE_AT);
}

#endif
