/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "anonymise.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/aes.h>
#include <nettle/sha2.h>

#include "base/table.h"
#include "wire.h"

enum {
    V4_BITS = 32,
    V6_BITS = 128,
    V4_KEPT = 4,
    V6_KEPT = 16,
    V4_CACHE_BITS = 16,
    V6_CACHE_BITS = 14,
    SEED_LEN = 8
};

/* 128 bits; the first ones are in `high`. An IPv4 address is the first 32 bits. */
struct bits {
    uint64_t high;
    uint64_t low;
};

/* A cached result. All zeros are a valid entry: 0.0.0.0 and :: do not change. */
struct v4_known {
    uint32_t from;
    uint32_t to;
};

struct v6_known {
    struct bits from;
    struct bits to;
};

struct anonymise {
    struct aes128_ctx key;
    struct bits pad;
    struct v4_known v4[1u << V4_CACHE_BITS];
    struct v6_known v6[1u << V6_CACHE_BITS];
};

/* An address in this prefix keeps its first `kept` bits. */
struct rule {
    struct bits prefix;
    uint8_t len;
    uint8_t kept;
};

static const struct rule v4_rules[] = {
    {{0, 0}, 32, V4_BITS},                          /* 0.0.0.0 */
    {{UINT64_C(0x7F000000) << 32, 0}, 8, V4_BITS},  /* 127.0.0.0/8 */
    {{UINT64_C(0xE0000000) << 32, 0}, 4, V4_BITS},  /* 224.0.0.0/4 */
    {{UINT64_C(0xFFFFFFFF) << 32, 0}, 32, V4_BITS}, /* 255.255.255.255 */
};

static const struct rule v6_rules[] = {
    {{0, 0}, 127, V6_BITS},                    /* :: and ::1 */
    {{UINT64_C(0xFF00) << 48, 0}, 8, V6_BITS}, /* ff00::/8 */
    {{UINT64_C(0xFE80) << 48, 0}, 10, 64},     /* fe80::/10 */
};

static uint64_t get64(const uint8_t *p)
{
    return (uint64_t)wire_get32(p) << 32 | wire_get32(p + 4);
}

static void put64(uint8_t *p, uint64_t v)
{
    wire_put32(p, (uint32_t)(v >> 32));
    wire_put32(p + 4, (uint32_t)v);
}

static unsigned common_len(struct bits a, struct bits b)
{
    if (a.high != b.high)
        return (unsigned)__builtin_clzll(a.high ^ b.high);
    return a.low != b.low ? 64 + (unsigned)__builtin_clzll(a.low ^ b.low) : V6_BITS;
}

/* Returns how many leading bits an address keeps. */
static unsigned kept_bits(struct bits address, bool v6)
{
    const struct rule *rules = v6 ? v6_rules : v4_rules;
    size_t count = v6 ? sizeof v6_rules / sizeof *v6_rules : sizeof v4_rules / sizeof *v4_rules;
    unsigned kept = v6 ? V6_KEPT : V4_KEPT;

    for (size_t i = 0; i < count; i++) {
        unsigned len = common_len(address, rules[i].prefix);

        len = len < rules[i].len ? len + 1 : rules[i].kept;
        kept = len > kept ? len : kept;
    }
    return kept;
}

/* Writes the first `len` bits (1 to 127) of an address, then bits of the pad. */
static void put_block(uint8_t *block, struct bits address, struct bits pad, unsigned len)
{
    uint64_t high = len < 64 ? ~(~UINT64_C(0) >> len) : ~UINT64_C(0);
    uint64_t low = len > 64 ? ~(~UINT64_C(0) >> (len - 64)) : 0;

    put64(block, (address.high & high) | (pad.high & ~high));
    put64(block + 8, (address.low & low) | (pad.low & ~low));
}

static struct bits encipher(const struct anonymise *anonymise, struct bits address, bool v6)
{
    uint8_t blocks[V6_BITS * AES_BLOCK_SIZE];
    unsigned kept = kept_bits(address, v6);
    unsigned count = v6 ? V6_BITS : V4_BITS;
    size_t len = 0;

    for (unsigned bit = kept; bit < count; bit++, len += AES_BLOCK_SIZE)
        put_block(blocks + len, address, anonymise->pad, bit);
    if (len == 0)
        return address;
    aes128_encrypt(&anonymise->key, len, blocks, blocks);
    for (unsigned bit = kept; bit < count; bit++) {
        uint64_t flip = blocks[(size_t)(bit - kept) * AES_BLOCK_SIZE] >> 7;

        if (bit < 64)
            address.high ^= flip << (63 - bit);
        else
            address.low ^= flip << (127 - bit);
    }
    return address;
}

struct anonymise *anonymise_new(uint64_t seed)
{
    struct anonymise *anonymise = calloc(1, sizeof *anonymise);
    uint8_t secret[SHA256_DIGEST_SIZE];
    uint8_t text[SEED_LEN];
    struct sha256_ctx hash;
    uint8_t *pad = secret + AES128_KEY_SIZE;

    if (!anonymise)
        return NULL;
    put64(text, seed);
    sha256_init(&hash);
    sha256_update(&hash, sizeof text, text);
    sha256_digest(&hash, sizeof secret, secret);
    aes128_set_encrypt_key(&anonymise->key, secret);
    aes128_encrypt(&anonymise->key, AES_BLOCK_SIZE, pad, pad);
    anonymise->pad = (struct bits){get64(pad), get64(pad + 8)};
    return anonymise;
}

void anonymise_free(struct anonymise *anonymise)
{
    free(anonymise);
}

static size_t place_of(uint64_t word, unsigned cache_bits)
{
    return (size_t)(table_key_add(table_key_begin(), word).low >> (64 - cache_bits));
}

static void anonymise_v4(struct anonymise *anonymise, uint8_t *address)
{
    uint32_t from = wire_get32(address);
    struct v4_known *known = &anonymise->v4[place_of(from, V4_CACHE_BITS)];

    if (known->from != from) {
        struct bits bits = {(uint64_t)from << 32, 0};

        *known = (struct v4_known){from, (uint32_t)(encipher(anonymise, bits, false).high >> 32)};
    }
    wire_put32(address, known->to);
}

static void anonymise_v6(struct anonymise *anonymise, uint8_t *address)
{
    struct bits from = {get64(address), get64(address + 8)};
    uint64_t mixed = from.high ^ (from.low << 29 | from.low >> 35);
    struct v6_known *known = &anonymise->v6[place_of(mixed, V6_CACHE_BITS)];

    if (known->from.high != from.high || known->from.low != from.low)
        *known = (struct v6_known){from, encipher(anonymise, from, true)};
    put64(address, known->to.high);
    put64(address + 8, known->to.low);
}

void anonymise_address(struct anonymise *anonymise, uint8_t version, uint8_t *address)
{
    if (version == 4)
        anonymise_v4(anonymise, address);
    else
        anonymise_v6(anonymise, address);
}
