/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CURSOR_H
#define NVGRE_CURSOR_H

/* The only bounds-checked cursor. It is internal to libnvgre and not installed. */

#include <stdint.h>

/*
 * A position in a packet: `caplen` bytes were captured, `len` bytes were on the wire (caplen <=
 * len, off <= caplen). A read past `caplen` means that the capture was cut. A read past `len` means
 * that a length field is wrong.
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

/* Limits the cursor to `len` bytes from its position, at most the bytes that it has there. */
static inline void wire_limit(struct wire_cursor *c, uint32_t len)
{
    c->len = c->off + len;
    if (c->caplen > c->len)
        c->caplen = c->len;
}

#endif
