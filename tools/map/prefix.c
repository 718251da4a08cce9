/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "prefix.h"

#include <stdlib.h>
#include <string.h>

static struct table_key key_of(uint32_t domain, const struct address *prefix, uint8_t len)
{
    struct table_key key = table_key_begin();
    uint64_t words[2];

    memcpy(words, prefix->bytes, sizeof words);
    key = table_key_add(key, (uint64_t)domain << 16 | (uint64_t)prefix->version << 8 | len);
    return table_key_add(table_key_add(key, words[0]), words[1]);
}

struct route *prefix_get(const struct prefix_table *prefixes, uint32_t domain,
                         const struct address *prefix, uint8_t len)
{
    struct table_key key = key_of(domain, prefix, len);
    const struct table_slot *slot = table_find(&prefixes->table, key);

    for (; slot; slot = table_next(&prefixes->table, key, slot)) {
        struct route *route = &prefixes->routes[table_slot_index(slot)];

        if (route->domain == domain && route->prefix_len == len &&
            address_equal(&route->prefix, prefix))
            return route;
    }
    return NULL;
}

int prefix_add(struct prefix_table *prefixes, struct prefix_lengths *lengths,
               const struct route *route)
{
    struct table_key key = key_of(route->domain, &route->prefix, route->prefix_len);
    uint8_t len = route->prefix_len;

    if (array_grow((void **)&prefixes->routes, prefixes->count, &prefixes->room, sizeof *route) !=
            0 ||
        table_add(&prefixes->table, key, prefixes->count, 0) != 0)
        return -1;
    prefixes->routes[prefixes->count++] = *route;
    lengths->bits[route->prefix.version == 6][len / 64] |= UINT64_C(1) << len % 64;
    return 0;
}

const struct route *prefix_find(const struct prefix_table *prefixes,
                                const struct prefix_lengths *lengths, uint32_t domain,
                                const struct address *address)
{
    const uint64_t *bits = lengths->bits[address->version == 6];

    for (int word = 2; word >= 0; word--) {
        uint64_t rest = bits[word];

        while (rest) {
            uint32_t bit = 63 - (uint32_t)__builtin_clzll(rest);
            uint8_t len = (uint8_t)((uint32_t)word * 64 + bit);
            struct address prefix = *address;
            const struct route *route;

            rest ^= UINT64_C(1) << bit;
            address_mask(&prefix, len);
            route = prefix_get(prefixes, domain, &prefix, len);
            if (route)
                return route;
        }
    }
    return NULL;
}

void prefix_free(struct prefix_table *prefixes)
{
    table_free(&prefixes->table);
    free(prefixes->routes);
}
