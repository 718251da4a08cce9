/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_PREFIX_H
#define MAP_PREFIX_H

/*
 * Routes by longest prefix: one hash table of all prefixes, and for each routing domain the
 * lengths that occur in it, of which each costs a probe.
 */

#include "base/table.h"
#include "map.h"

struct prefix_lengths {
    uint64_t bits[2][3]; /* of IPv4 and IPv6: a bit for each length, 0 to 128 */
};

struct route {
    uint32_t domain; /* index, or MAP_NONE for provider routes */
    uint32_t vsid;   /* subnet of the next hop; NVGRE_VSID_NONE for provider routes */
    uint32_t metric;
    uint32_t line;
    uint32_t column;
    uint16_t file;
    uint8_t prefix_len;
    bool has_mac;
    uint8_t mac[6];          /* of the next hop, provider routes only */
    struct address prefix;   /* bits behind prefix_len are 0 */
    struct address next_hop; /* zero: on link */
};

struct prefix_table {
    struct table table;
    struct route *routes;
    uint32_t count, room;
};

int prefix_add(struct prefix_table *prefixes, struct prefix_lengths *lengths,
               const struct route *route);

/* The route with just this prefix, and the longest one that an address is in; or NULL. */
struct route *prefix_get(const struct prefix_table *prefixes, uint32_t domain,
                         const struct address *prefix, uint8_t len);
const struct route *prefix_find(const struct prefix_table *prefixes,
                                const struct prefix_lengths *lengths, uint32_t domain,
                                const struct address *address);
void prefix_free(struct prefix_table *prefixes);

#endif
