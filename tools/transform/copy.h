/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_COPY_H
#define TRANSFORM_COPY_H

#include <stdint.h>
#include <string.h>

/*
 * Copies a frame of `caplen` bytes without its VLAN tags, `tags_len` bytes behind the MACs (0
 * for a frame as it is): what stays is the MACs, then from the last tag's EtherType on.
 */
static inline void copy_untagged(uint8_t *out, const uint8_t *frame, uint32_t caplen,
                                 uint32_t tags_len)
{
    if (tags_len == 0) {
        memcpy(out, frame, caplen);
        return;
    }
    memcpy(out, frame, 12);
    memcpy(out + 12, frame + 12 + tags_len, caplen - tags_len - 12);
}

#endif
