/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/list.h"

/* One side of a pair. Bits after the prefix are 0. */
struct net {
    struct address bits;
    struct address mask;
};

static bool read_net(const char **text, struct net *net)
{
    bool bracket = **text == '[';
    uint8_t len;

    *text += bracket;
    if (!address_read_prefix(text, bracket ? "]" : ":,", &net->bits, &len) ||
        net->bits.version != (bracket ? 6 : 4))
        return false;
    memset(&net->mask, 0xFF, sizeof net->mask);
    address_mask(&net->bits, len);
    address_mask(&net->mask, len);
    return !bracket || *(*text)++ == ']';
}

static bool read_pair(const char **text, void *item)
{
    struct net_pair *pair = item;
    struct net from;
    struct net to;

    if (!read_net(text, &from) || *(*text)++ != ':' || !read_net(text, &to) ||
        from.bits.version != to.bits.version)
        return false;
    pair->version = from.bits.version;
    memcpy(pair->old_bits, from.bits.bytes, sizeof pair->old_bits);
    memcpy(pair->old_mask, from.mask.bytes, sizeof pair->old_mask);
    memcpy(pair->new_bits, to.bits.bytes, sizeof pair->new_bits);
    memcpy(pair->new_mask, to.mask.bytes, sizeof pair->new_mask);
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

/* A 4-byte address goes through a register: an 8-byte read just after a 4-byte write stalls. */
static void load_bits(uint64_t bits[2], uint8_t version, const uint8_t *address)
{
    uint32_t word;

    if (version == 6) {
        memcpy(bits, address, 16);
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
        memcpy(address, bits, 16);
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
