/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CHECKSUM_H
#define NVGRE_CHECKSUM_H

/* The Internet checksum (RFC 1071) and its incremental update (RFC 1624). */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Adds `len` bytes at `data` to a running sum; an odd last byte counts as its word's high half. */
uint32_t nvgre_sum(const uint8_t *data, uint32_t len, uint32_t sum);

/* Folds a running sum into 16 bits; the checksum field is its complement. */
static inline uint16_t nvgre_sum_fold(uint32_t sum)
{
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}

/* The checksum field's value for these bytes; 0 over bytes that hold a right checksum. */
static inline uint16_t nvgre_checksum(const uint8_t *data, uint32_t len)
{
    return (uint16_t)~nvgre_sum_fold(nvgre_sum(data, len, 0));
}

/* The checksum after one of the 16-bit words it covers changed (RFC 1624 equation 3). */
static inline uint16_t nvgre_checksum_update(uint16_t checksum, uint16_t was, uint16_t is)
{
    return (uint16_t)~nvgre_sum_fold((uint32_t)(uint16_t)~checksum + (uint16_t)~was + is);
}

#ifdef __cplusplus
}
#endif

#endif
