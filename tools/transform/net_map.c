/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net_map.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/number.h"

enum { ADDRESS_MAX = 16 };

static uint32_t address_len(uint8_t version)
{
    return version == 4 ? 4 : ADDRESS_MAX;
}

/* One side of a pair, its bits behind the prefix length cleared. */
struct net {
    uint8_t version;
    uint8_t bits[ADDRESS_MAX];
    uint8_t mask[ADDRESS_MAX];
};

static void set_mask(struct net *net, uint32_t prefix_len)
{
    for (uint32_t i = 0; i < ADDRESS_MAX; i++) {
        uint32_t ones = prefix_len > 8 * i ? prefix_len - 8 * i : 0;

        net->mask[i] = (uint8_t)(0xFF00u >> (ones < 8 ? ones : 8));
        net->bits[i] &= net->mask[i];
    }
}

static bool read_net(const char **text, struct net *net)
{
    bool bracket = **text == '[';
    char address[INET6_ADDRSTRLEN];
    uint32_t prefix_len;
    size_t len;

    *net = (struct net){.version = bracket ? 6 : 4};
    *text += bracket;
    len = strcspn(*text, bracket ? "/]" : "/:,");
    if (len >= sizeof address)
        return false;
    memcpy(address, *text, len);
    address[len] = '\0';
    if (inet_pton(bracket ? AF_INET6 : AF_INET, address, net->bits) != 1)
        return false;
    *text += len;
    prefix_len = 8 * address_len(net->version);
    if (**text == '/') {
        ++*text;
        if (!number_read(text, prefix_len, &prefix_len))
            return false;
    }
    set_mask(net, prefix_len);
    return !bracket || *(*text)++ == ']';
}

static bool read_pair(const char **text, void *item)
{
    struct net_pair *pair = item;
    struct net from;
    struct net to;

    if (!read_net(text, &from) || *(*text)++ != ':' || !read_net(text, &to) ||
        from.version != to.version)
        return false;
    pair->version = from.version;
    memcpy(pair->old_bits, from.bits, ADDRESS_MAX);
    memcpy(pair->old_mask, from.mask, ADDRESS_MAX);
    memcpy(pair->new_bits, to.bits, ADDRESS_MAX);
    memcpy(pair->new_mask, to.mask, ADDRESS_MAX);
    return true;
}

int net_map_parse(struct net_map *map, const char *text)
{
    void *pairs;
    int result = list_read(text, sizeof *map->pairs, read_pair, &pairs, &map->count);

    map->pairs = pairs;
    return result;
}

void net_map_free(struct net_map *map)
{
    free(map->pairs);
    *map = (struct net_map){NULL, 0};
}

/* In registers: 8 bytes cannot be read at once where 4 were just written without a wait. */
static void load_bits(uint64_t bits[2], uint8_t version, const uint8_t *address)
{
    uint32_t word;

    if (version == 6) {
        memcpy(bits, address, ADDRESS_MAX);
        return;
    }
    memcpy(&word, address, sizeof word);
    bits[0] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word : (uint64_t)word << 32;
    bits[1] = 0;
}

static void store_bits(const uint64_t bits[2], uint8_t version, uint8_t *address)
{
    uint32_t word;

    if (version == 6) {
        memcpy(address, bits, ADDRESS_MAX);
        return;
    }
    word = (uint32_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? bits[0] : bits[0] >> 32);
    memcpy(address, &word, sizeof word);
}

bool net_map_apply(const struct net_map *map, uint8_t version, uint8_t *address)
{
    uint64_t bits[2];

    if (map->count == 0)
        return false;
    load_bits(bits, version, address);
    for (size_t p = 0; p < map->count; p++) {
        const struct net_pair *pair = &map->pairs[p];

        if (pair->version != version || (((bits[0] ^ pair->old_bits[0]) & pair->old_mask[0]) |
                                         ((bits[1] ^ pair->old_bits[1]) & pair->old_mask[1])))
            continue;
        for (int i = 0; i < 2; i++)
            bits[i] = (bits[i] & ~pair->new_mask[i]) | pair->new_bits[i];
        store_bits(bits, version, address);
        return true;
    }
    return false;
}
