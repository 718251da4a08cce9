/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_EDIT_H
#define TRANSFORM_EDIT_H

/*
 * Changes fields and updates the checksums over them (RFC 1624). A wrong checksum stays wrong by
 * the same amount. Only the changed words are read, so this also works for cut packets and
 * fragments.
 */

#include <stdbool.h>
#include <string.h>

#include "checksum.h"
#include "wire.h"

/* Collects the changes under one checksum. Nested checksums form a chain. */
struct edit_sum {
    uint32_t delta;          /* sum of ~old + new of the changed words; 0 for none */
    struct edit_sum *within; /* the checksum that covers this one's field, or NULL */
};

/* What a changed word adds to a sum of words, before folding. */
static inline uint32_t edit_difference(uint16_t was, uint16_t is)
{
    return was == is ? 0 : (uint32_t)(uint16_t)~was + is;
}

static inline void edit_sum_add(struct edit_sum *sum, uint32_t difference)
{
    for (; sum; sum = sum->within)
        sum->delta = nvgre_sum_fold(sum->delta + difference);
}

/* Sets a word. Its offset must be even in all data that the checksums in `over` cover. */
static inline void edit_put16(bool *changed, uint8_t *at, uint16_t value, struct edit_sum *over)
{
    uint16_t was = wire_get16(at);

    if (was == value)
        return;
    *changed = true;
    wire_put16(at, value);
    edit_sum_add(over, edit_difference(was, value));
}

/* Sets `len` bytes, an even number. `pseudo` is another checksum that covers them, or NULL. */
static inline void edit_put(bool *changed, uint8_t *at, const uint8_t *bytes, uint32_t len,
                            struct edit_sum *over, struct edit_sum *pseudo)
{
    uint32_t difference = 0;

    if (memcmp(at, bytes, len) == 0)
        return;
    *changed = true;
    for (uint32_t i = 0; i < len; i += 2)
        difference += edit_difference(wire_get16(at + i), wire_get16(bytes + i));
    memcpy(at, bytes, len);
    edit_sum_add(over, difference);
    if (pseudo)
        pseudo->delta = nvgre_sum_fold(pseudo->delta + difference);
}

/* Updates a checksum field. Call this after all the covered bytes are final. */
static inline void edit_follow(bool *changed, uint8_t *at, const struct edit_sum *sum)
{
    uint32_t complement = (uint16_t)~wire_get16(at);

    if (sum->delta)
        edit_put16(changed, at, (uint16_t)~nvgre_sum_fold(complement + sum->delta), sum->within);
}

#endif
