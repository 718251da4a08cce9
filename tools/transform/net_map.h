/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_NET_MAP_H
#define TRANSFORM_NET_MAP_H

/*
 * Maps addresses to addresses, with the syntax of tcprewrite's --srcipmap, --dstipmap and --pnat.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits are in the order of the address's bytes, which fill both words from the first byte on. */
struct net_pair {
    uint64_t old_bits[2];
    uint64_t old_mask[2];
    uint64_t new_bits[2];
    uint64_t new_mask[2];
    uint8_t version; /* 4 or 6 */
};

struct net_map {
    struct net_pair *pairs; /* in the order of the list */
    size_t count;
};

/*
 * Reads a list of OLD:NEW such as `10.0.0.0/8:172.16.0.0/12,[2001:db8::/32]:[fd00::/32]`. Both
 * sides must have the same IP version. IPv6 is in brackets. Without a length all bits count; bits
 * after a length do not count. Returns 0, -1 if the list is invalid (*map is then empty), or -2 if
 * out of memory.
 */
int net_map_parse(struct net_map *map, const char *text);
void net_map_free(struct net_map *map);

/*
 * Maps an address of 4 or 16 bytes in place, once. It uses the first pair whose OLD contains the
 * address. NEW's bits replace the same number of leading bits, whatever OLD's length is; the other
 * bits stay. Returns false if no pair matches.
 *
 * tcprewrite 4.4 does the same, except for lengths that it handles wrongly: a NEW of length 0,
 * which changes nothing here, and IPv6 lengths that are not whole bytes. Multicast and broadcast
 * addresses are mapped like all others (tcprewrite's --skipbroadcast excludes them).
 */
bool net_map_apply(const struct net_map *map, uint8_t version, uint8_t *address);

#endif
