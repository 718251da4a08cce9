/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_ANONYMISE_H
#define TRANSFORM_ANONYMISE_H

/*
 * Replaces addresses so that nobody can be identified, but the relations between addresses stay.
 * If two addresses share exactly n leading bits, the new ones do too. So subnets stay subnets, and
 * two different addresses stay different. The method is Crypto-PAn (Xu, Fan, Ammar, Moon:
 * Prefix-Preserving IP Address Anonymization, 2002). Its 32 bytes of secret are the SHA-256 of the
 * seed's 8 bytes in network order: the same seed gives the same addresses in every file. Who can
 * guess the seed can compute the original addresses.
 *
 * Some bits do not change, because protocols depend on them:
 * - the first 4 bits of IPv4 and the first 16 of IPv6: unicast stays unicast. IPv6 global, unique
 *   local and other addresses keep their type; IPv4 private addresses do not;
 * - all bits of multicast addresses, because MAC addresses are derived from them. So a
 * solicited-node address still shows the last 24 bits of an address;
 * - all bits of 0.0.0.0, 127.0.0.0/8, 255.255.255.255, :: and ::1;
 * - the first 64 bits of link-local IPv6, fe80::/10.
 * No other address may become one of these: an address that shares k leading bits with one keeps
 * k + 1 bits. For example 10.0.0.0/8 shares 4 bits with 0.0.0.0 and keeps 5. A subnet's broadcast
 * address becomes an ordinary address of the new subnet.
 */

#include <stdint.h>

struct anonymise;

/* Returns NULL if out of memory. It takes 1 MiB, mostly a cache of results. */
struct anonymise *anonymise_new(uint64_t seed);
void anonymise_free(struct anonymise *anonymise);

/* Replaces an address in place: 4 bytes if `version` is 4, 16 bytes if it is 6. */
void anonymise_address(struct anonymise *anonymise, uint8_t version, uint8_t *address);

#endif
