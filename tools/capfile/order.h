/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_ORDER_H
#define CAPFILE_ORDER_H

/* Integers of capture files, in host byte order or `swapped`. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t order16(uint16_t v, bool swapped)
{
    return swapped ? __builtin_bswap16(v) : v;
}

static inline uint32_t order32(uint32_t v, bool swapped)
{
    return swapped ? __builtin_bswap32(v) : v;
}

static inline uint64_t order64(uint64_t v, bool swapped)
{
    return swapped ? __builtin_bswap64(v) : v;
}

static inline uint16_t order_get16(const uint8_t *p, bool swapped)
{
    uint16_t v;

    memcpy(&v, p, sizeof v);
    return order16(v, swapped);
}

static inline uint32_t order_get32(const uint8_t *p, bool swapped)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return order32(v, swapped);
}

static inline uint64_t order_get64(const uint8_t *p, bool swapped)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return order64(v, swapped);
}

static inline void order_put16(uint8_t *p, uint16_t v, bool swapped)
{
    v = order16(v, swapped);
    memcpy(p, &v, sizeof v);
}

static inline void order_put32(uint8_t *p, uint32_t v, bool swapped)
{
    v = order32(v, swapped);
    memcpy(p, &v, sizeof v);
}

#endif
