/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/anonymise.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "support.h"

struct vector {
    uint64_t seed;
    uint8_t version;
    const char *from; /* in hex */
    const char *to;
};

#include "vectors/anonymised.h"

enum { V4_LEN = 4, V6_LEN = 16, V4_KEPT = 4, V6_KEPT = 16 };

static uint32_t len_of(uint8_t version)
{
    return version == 4 ? V4_LEN : V6_LEN;
}

static struct anonymise *make(uint64_t seed)
{
    struct anonymise *anonymise = anonymise_new(seed);

    assert_non_null(anonymise);
    return anonymise;
}

/* Each address twice: when it is new, and again after all others, when it is cached or replaced. */
static void test_vectors(void **state)
{
    struct anonymise *anonymise = NULL;

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(vectors); i++) {
        const struct vector *v = &vectors[i % COUNT(vectors)];
        struct bytes from = from_hex(v->from);
        struct bytes to = from_hex(v->to);
        uint8_t *address = exact_copy(from.data, from.len);

        if (i % COUNT(vectors) == 0 || v->seed != (v - 1)->seed) {
            anonymise_free(anonymise);
            anonymise = make(v->seed);
        }
        for (int again = 0; again < 2; again++) {
            memcpy(address, from.data, from.len);
            anonymise_address(anonymise, v->version, address);
            assert_memory_equal(address, to.data, to.len);
        }
        free(address);
    }
    anonymise_free(anonymise);
}

static void random_address(uint8_t *address, uint32_t len, uint32_t *random)
{
    for (uint32_t i = 0; i < len; i++)
        address[i] = (uint8_t)(next_random(random) >> 8);
}

static uint32_t common_len(const uint8_t *a, const uint8_t *b, uint32_t len)
{
    for (uint32_t bit = 0; bit < 8 * len; bit++)
        if ((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8) & 1)
            return bit;
    return 8 * len;
}

/*
 * Two new addresses must share as many leading bits as the old ones, so that no two become equal.
 * There are more addresses than fit into the cache.
 */
static void test_prefixes(void **state)
{
    struct anonymise *anonymise = make(42);
    uint32_t random = 1;

    (void)state;
    for (uint32_t i = 0; i < 200000; i++) {
        uint8_t version = i % 2 ? 4 : 6;
        uint32_t len = len_of(version);
        uint8_t a[V6_LEN], b[V6_LEN], old[V6_LEN];
        uint32_t bit = next_random(&random) % (8 * len);

        random_address(a, len, &random);
        if (i % 3 == 0)
            memset(a, i % 9 ? 0 : 0xFF, len / 2);
        random_address(b, len, &random);
        memcpy(b, a, bit / 8);
        b[bit / 8] = (uint8_t)(a[bit / 8] ^ (0x80 >> bit % 8));
        memcpy(old, a, len);
        anonymise_address(anonymise, version, a);
        anonymise_address(anonymise, version, b);
        assert_int_equal(common_len(a, b, len), bit);
        assert_true(common_len(a, old, len) >= (uint32_t)(version == 4 ? V4_KEPT : V6_KEPT));
    }
    anonymise_free(anonymise);
}

struct kept_row {
    const char *name; /* an address */
    uint32_t bits;    /* leading bits that are the same with every seed */
};

static const struct kept_row kept[] = {
    {"0.0.0.0", 32},
    {"0.0.0.1", 32},
    {"10.0.0.5", 5},
    {"127.0.0.1", 32},
    {"127.255.255.255", 32},
    {"126.0.0.1", 8},
    {"128.0.0.1", 4},
    {"192.168.4.11", 4},
    {"224.0.0.1", 32},
    {"239.255.255.255", 32},
    {"240.0.0.1", 5},
    {"255.255.255.255", 32},
    {"255.255.255.0", 25},
    {"::", 128},
    {"::1", 128},
    {"::2", 127},
    {"2001:db8::1", 16},
    {"fd00::1", 16},
    {"fe80::1", 64},
    {"febf:ffff::1", 64},
    {"fec0::1", 16},
    {"ff02::1:ff00:1", 128},
};

static void test_kept(void **state)
{
    const struct kept_row *row = *state;
    uint8_t version = strchr(row->name, ':') ? 6 : 4;
    uint32_t len = len_of(version);
    uint8_t from[V6_LEN];
    uint32_t least = 8 * len;

    assert_int_equal(inet_pton(version == 4 ? AF_INET : AF_INET6, row->name, from), 1);
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct anonymise *anonymise = make(seed);
        uint8_t *address = exact_copy(from, len);
        uint32_t common;

        anonymise_address(anonymise, version, address);
        common = common_len(address, from, len);
        assert_true(common >= row->bits);
        least = common < least ? common : least;
        free(address);
        anonymise_free(anonymise);
    }
    assert_int_equal(least, row->bits);
}

static void test_free_nothing(void **state)
{
    (void)state;
    anonymise_free(NULL);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_free_nothing),
    };

    return (RUN_ROWS(test_kept, kept) + cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
