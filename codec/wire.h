/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_WIRE_H
#define NVGRE_WIRE_H

/* Network byte order access and the one bounds-checked cursor. Internal to libnvgre. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t wire_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t wire_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void wire_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void wire_put32(uint8_t *p, uint32_t v)
{
    wire_put16(p, (uint16_t)(v >> 16));
    wire_put16(p + 2, (uint16_t)v);
}

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
