/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flowid.h"

#include "wire.h"

#define CRC32C_REVERSED 0x82F63B78u

static const uint8_t microsoft_key[40] = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

static void toeplitz_init(struct nvgre_hasher *hasher)
{
    for (uint32_t position = 0; position < NVGRE_FLOW_LEN_MAX; position++) {
        uint8_t key[5];

        for (uint32_t i = 0; i < 5; i++)
            key[i] = hasher->kind == NVGRE_HASH_TOEPLITZ ? microsoft_key[position + i]
                     : (position + i) % 2 == 0           ? 0x6d
                                                         : 0x5a;
        for (uint32_t value = 0; value < 256; value++) {
            uint32_t hash = 0;

            for (uint32_t bit = 0; bit < 8; bit++)
                if (value & 0x80u >> bit)
                    hash ^= (uint32_t)((((uint64_t)wire_get32(key) << 8 | key[4]) >> (8 - bit)));
            hasher->table[position][value] = hash;
        }
    }
}

static void crc32c_init(struct nvgre_hasher *hasher)
{
    for (uint32_t value = 0; value < 256; value++) {
        uint32_t crc = value;

        for (uint32_t bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? CRC32C_REVERSED : 0);
        hasher->table[0][value] = crc;
    }
}

void nvgre_hasher_init(struct nvgre_hasher *hasher, enum nvgre_hash kind)
{
    hasher->kind = kind;
    if (kind == NVGRE_HASH_CRC32C)
        crc32c_init(hasher);
    else
        toeplitz_init(hasher);
}

static uint32_t crc32c(const uint32_t table[256], uint32_t crc, const uint8_t *p, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        crc = crc >> 8 ^ table[(uint8_t)(crc ^ p[i])];
    return crc;
}

static uint32_t toeplitz(const uint32_t (*table)[256], const uint8_t *p, uint32_t len)
{
    uint32_t hash = 0;

    for (; len >= 4; len -= 4, table += 4, p += 4)
        hash ^= nvgre_toeplitz4(table, p);
    for (uint32_t i = 0; i < len; i++)
        hash ^= table[i][p[i]];
    return hash;
}

uint32_t nvgre_flow_hash_any(const struct nvgre_hasher *hasher, const uint8_t *addresses,
                             uint32_t addresses_len, const uint8_t *ports, uint32_t ports_len)
{
    const uint32_t(*table)[256] = hasher->table;

    if (hasher->kind == NVGRE_HASH_CRC32C) {
        uint32_t crc = crc32c(table[0], ~0u, addresses, addresses_len);

        return ~crc32c(table[0], crc, ports, ports_len);
    }
    return toeplitz(table, addresses, addresses_len) ^
           toeplitz(table + addresses_len, ports, ports_len);
}
