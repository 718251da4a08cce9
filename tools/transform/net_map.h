/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_NET_MAP_H
#define TRANSFORM_NET_MAP_H

/* Addresses to addresses, as tcprewrite's --srcipmap, --dstipmap and --pnat name them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits as they stand in an address, whose bytes are the first of both words. */
struct net_pair {
    uint64_t old_bits[2];
    uint64_t old_mask[2];
    uint64_t new_bits[2];
    uint64_t new_mask[2];
    uint8_t version; /* 4 or 6 */
};

struct net_map {
    struct net_pair *pairs; /* as they were given */
    size_t count;
};

/*
 * Reads a list of OLD:NEW such as `10.0.0.0/8:172.16.0.0/12,[2001:db8::/32]:[fd00::/32]`. Both
 * sides are of one IP version, IPv6 in brackets; without a length all bits count, and bits behind
 * a length do not. Returns 0; -1 where it is no such list (*map is then empty), -2 where memory is
 * out.
 */
int net_map_parse(struct net_map *map, const char *text);
void net_map_free(struct net_map *map);

/*
 * Maps an address of 4 or 16 bytes in place, once, by the first pair whose OLD it is in: NEW's
 * bits replace as many leading ones, whatever OLD's length, and the others stay. Returns false
 * where it is in none.
 *
 * tcprewrite 4.4 does the same, but for lengths that it gets wrong: a NEW of length 0, which
 * changes nothing here, and IPv6 lengths that are not whole bytes. Multicast and broadcast
 * addresses are mapped as all others (with tcprewrite's --skipbroadcast they are not).
 */
bool net_map_apply(const struct net_map *map, uint8_t version, uint8_t *address);

#endif
