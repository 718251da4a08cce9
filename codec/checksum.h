/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CHECKSUM_H
#define NVGRE_CHECKSUM_H

/* The Internet checksum (RFC 1071) and its incremental update (RFC 1624). */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Adds `len` bytes at `data` to a running sum, as 16-bit words in network order, and returns the
 * new sum. The first call passes 0. If `len` is odd, the last byte is the high half of a word that
 * ends with 0. To sum data in several calls, all parts except the last must have even lengths.
 */
uint32_t nvgre_sum(const uint8_t *data, uint32_t len, uint32_t sum);

/*
 * Folds a running sum of any value into 16 bits. The checksum field is the complement of the
 * result.
 */
static inline uint16_t nvgre_sum_fold(uint32_t sum)
{
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}

/*
 * Returns the running sum of the pseudo-header that TCP and UDP checksums include (RFC 9293 section
 * 3.1, RFC 8200 section 8.1): the source and destination address, which are adjacent and in network
 * order (8 bytes for IPv4, 32 for IPv6), `protocol`, and `len`, the bytes of transport header and
 * payload. To complete the checksum, add these bytes with nvgre_sum.
 */
static inline uint32_t nvgre_pseudo_sum(const uint8_t *addresses, uint32_t addresses_len,
                                        uint8_t protocol, uint32_t len)
{
    return nvgre_sum(addresses, addresses_len, (len >> 16) + (len & 0xFFFF) + protocol);
}

/*
 * Returns the value of the checksum field, in host order, for bytes in which that field is 0. For
 * bytes that include a correct checksum it returns 0. UDP sends 0xFFFF instead of 0 (RFC 768): the
 * caller must do that.
 */
static inline uint16_t nvgre_checksum(const uint8_t *data, uint32_t len)
{
    return (uint16_t)~nvgre_sum_fold(nvgre_sum(data, len, 0));
}

/*
 * Returns the checksum after one of the 16-bit words that it covers changed from `was` to `is` (RFC
 * 1624 equation 3). All values are in host order. A wrong checksum stays wrong by the same amount.
 */
static inline uint16_t nvgre_checksum_update(uint16_t checksum, uint16_t was, uint16_t is)
{
    return (uint16_t)~nvgre_sum_fold((uint32_t)(uint16_t)~checksum + (uint16_t)~was + is);
}

#ifdef __cplusplus
}
#endif

#endif
