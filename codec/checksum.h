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

/*
 * The sum of the pseudo-header that TCP and UDP count in: source and destination address,
 * adjacent in network order (8 bytes of IPv4 or 32 of IPv6), protocol, and `len` bytes of
 * transport header and payload (RFC 9293 section 3.1, RFC 8200 section 8.1).
 */
static inline uint32_t nvgre_pseudo_sum(const uint8_t *addresses, uint32_t addresses_len,
                                        uint8_t protocol, uint32_t len)
{
    return nvgre_sum(addresses, addresses_len, (len >> 16) + (len & 0xFFFF) + protocol);
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
