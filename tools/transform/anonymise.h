/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_ANONYMISE_H
#define TRANSFORM_ANONYMISE_H

/*
 * Addresses by which nobody is known, and which lie to each other as before: two that share
 * exactly n leading bits do so afterwards, so that subnets stay subnets and no two addresses
 * become one. This is Crypto-PAn (Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address
 * Anonymization, 2002), whose 32 bytes of secret are the SHA-256 of the seed's 8 bytes in network
 * order: the same seed gives the same addresses in every file. Of a seed that can be guessed, the
 * addresses can be found.
 *
 * Some bits stay, since protocols go by them:
 * - the first 4 of IPv4 and the first 16 of IPv6 (unicast stays unicast; of IPv6, global, unique
 *   local, ... stay what they are, while IPv4's private networks do not);
 * - all of multicast addresses, for which MAC addresses are made; that of a solicited node thus
 *   still tells the last 24 bits of an address;
 * - all of 0.0.0.0, 127.0.0.0/8, 255.255.255.255, :: and ::1;
 * - the first 64 of link-local IPv6, fe80::/10.
 * So that nothing else becomes one of these, what shares k bits with one keeps k + 1: 10.0.0.0/8,
 * which shares 4 with 0.0.0.0, keeps 5. A subnet's broadcast address becomes any of its subnet's.
 */

#include <stdint.h>

struct anonymise;

/* NULL where memory is out; 1 MiB, of which a known address touches one place. */
struct anonymise *anonymise_new(uint64_t seed);
void anonymise_free(struct anonymise *anonymise);

/* Replaces an address of 4 or 16 bytes, as `version` is 4 or 6. */
void anonymise_address(struct anonymise *anonymise, uint8_t version, uint8_t *address);

#endif
