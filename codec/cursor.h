/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CURSOR_H
#define NVGRE_CURSOR_H

/* The one bounds-checked cursor. Internal to libnvgre, and not installed. */

#include <stdint.h>

/*
 * A position in bytes of which `caplen` were captured and `len` were on the wire
 * (caplen <= len, off <= caplen). Running out of captured bytes means the capture was cut;
 * running past the wire's bytes means that a length field lies.
 */
struct wire_cursor {
    const uint8_t *data;
    uint32_t off;
    uint32_t caplen;
    uint32_t len;
};

enum wire_status { WIRE_OK, WIRE_CUT, WIRE_BEYOND };

static inline enum wire_status wire_need(const struct wire_cursor *c, uint32_t n)
{
    if (n <= c->caplen - c->off)
        return WIRE_OK;
    return n <= c->len - c->off ? WIRE_CUT : WIRE_BEYOND;
}

static inline const uint8_t *wire_at(const struct wire_cursor *c)
{
    return c->data + c->off;
}

/* Narrows the cursor to `len` bytes from its position (at most what it has). */
static inline void wire_limit(struct wire_cursor *c, uint32_t len)
{
    c->len = c->off + len;
    if (c->caplen > c->len)
        c->caplen = c->len;
}

#endif
