/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_INNER_H
#define TRANSFORM_INNER_H

/* What encap and decap do alike with an inner frame. */

#include <stdint.h>
#include <string.h>

#include "transform.h"

/* The outcome for a frame whose Ethernet header and VLAN tags are not all there. */
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
 * Copies a frame of `caplen` bytes without its VLAN tags, `tags_len` bytes behind the MACs (0
 * for a frame as it is): what stays is the MACs, then from the last tag's EtherType on. With
 * tags, `out` may be `frame`.
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
