/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_PREFIX_H
#define MAP_PREFIX_H

/*
 * Routes by longest prefix: one hash table for all prefixes and, for each routing domain, the
 * prefix lengths in use. A search probes the table once for each length.
 */

#include "base/table.h"
#include "map.h"

struct prefix_lengths {
    uint64_t bits[2][3]; /* for IPv4 and IPv6: one bit for each length, 0 to 128 */
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
    struct address prefix;   /* bits after prefix_len are 0 */
    struct address next_hop; /* all zeros: on link */
};

struct prefix_table {
    struct table table;
    struct route *routes;
    uint32_t count, room;
};

int prefix_add(struct prefix_table *prefixes, struct prefix_lengths *lengths,
               const struct route *route);

/*
 * prefix_get returns the route with exactly this prefix. prefix_find returns the route with the
 * longest prefix that contains an address. Both return NULL if there is none.
 */
struct route *prefix_get(const struct prefix_table *prefixes, uint32_t domain,
                         const struct address *prefix, uint8_t len);
const struct route *prefix_find(const struct prefix_table *prefixes,
                                const struct prefix_lengths *lengths, uint32_t domain,
                                const struct address *address);
void prefix_free(struct prefix_table *prefixes);

#endif
