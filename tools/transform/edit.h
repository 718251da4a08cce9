/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_EDIT_H
#define TRANSFORM_EDIT_H

/*
 * Changes of fields that the checksums over them follow (RFC 1624), as right or wrong as they
 * were: nothing but the changed words is looked at, so that cut packets and fragments can be
 * changed.
 */

#include <stdbool.h>
#include <string.h>

#include "checksum.h"
#include "wire.h"

/* A checksum; what is within several has a chain of them. */
struct edit_sum {
    uint32_t delta;          /* sum of ~old + new of the words that changed; 0 for none */
    struct edit_sum *within; /* over that in which this one's field stands, or NULL */
};

static inline void edit_sum_add(struct edit_sum *sum, uint16_t was, uint16_t is)
{
    sum->delta = nvgre_sum_fold(sum->delta + (uint16_t)~was + is);
}

/* Sets a word, which stands at an even offset of what each of the checksums `over` it covers. */
static inline void edit_put16(bool *changed, uint8_t *at, uint16_t value, struct edit_sum *over)
{
    uint16_t was = wire_get16(at);

    if (was == value)
        return;
    *changed = true;
    wire_put16(at, value);
    for (; over; over = over->within)
        edit_sum_add(over, was, value);
}

/* Sets `len` bytes, an even number; `pseudo` is a checksum that counts them too, or NULL. */
static inline void edit_put(bool *changed, uint8_t *at, const uint8_t *bytes, uint32_t len,
                            struct edit_sum *over, struct edit_sum *pseudo)
{
    for (uint32_t i = 0; i < len; i += 2) {
        uint16_t was = wire_get16(at + i);
        uint16_t is = wire_get16(bytes + i);

        if (was != is && pseudo)
            edit_sum_add(pseudo, was, is);
        edit_put16(changed, at + i, is, over);
    }
}

/* Brings the field of a checksum, when all it covers is as it shall be, up to date. */
static inline void edit_follow(bool *changed, uint8_t *at, const struct edit_sum *sum)
{
    uint32_t complement = (uint16_t)~wire_get16(at);

    if (sum->delta)
        edit_put16(changed, at, (uint16_t)~nvgre_sum_fold(complement + sum->delta), sum->within);
}

#endif
