/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CHECKSUM_H
#define NVGRE_CHECKSUM_H

/* The Internet checksum (RFC 1071) and its incremental update (RFC 1624). */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Adds `len` bytes at `data`, as 16-bit words in network order, to a running sum (0 to begin with)
 * and returns it. An odd last byte counts as its word's high half: but for the last, parts of
 * something that is summed up in several calls must have even lengths.
 */
uint32_t nvgre_sum(const uint8_t *data, uint32_t len, uint32_t sum);

/* Folds a running sum of any value into 16 bits; the checksum field is its complement. */
static inline uint16_t nvgre_sum_fold(uint32_t sum)
{
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}

/*
 * The sum of the pseudo-header that TCP and UDP count in: source and destination address,
 * adjacent in network order (8 bytes of IPv4 or 32 of IPv6), protocol, and `len` bytes of
 * transport header and payload (RFC 9293 section 3.1, RFC 8200 section 8.1). A running sum, to
 * which nvgre_sum adds those.
 */
static inline uint32_t nvgre_pseudo_sum(const uint8_t *addresses, uint32_t addresses_len,
                                        uint8_t protocol, uint32_t len)
{
    return nvgre_sum(addresses, addresses_len, (len >> 16) + (len & 0xFFFF) + protocol);
}

/*
 * The checksum field's value (in host order) for these bytes, in which the field itself is 0; of
 * bytes that hold a right checksum it is 0. UDP sends 0xFFFF for it (RFC 768): that is the
 * caller's.
 */
static inline uint16_t nvgre_checksum(const uint8_t *data, uint32_t len)
{
    return (uint16_t)~nvgre_sum_fold(nvgre_sum(data, len, 0));
}

/*
 * The checksum after one of the 16-bit words it covers changed from `was` to `is` (RFC 1624
 * equation 3), all in host order. A wrong checksum stays as wrong as it was.
 */
static inline uint16_t nvgre_checksum_update(uint16_t checksum, uint16_t was, uint16_t is)
{
    return (uint16_t)~nvgre_sum_fold((uint32_t)(uint16_t)~checksum + (uint16_t)~was + is);
}

#ifdef __cplusplus
}
#endif

#endif
