/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ecn.h"

#include "support.h"

/* RFC 6040 figure 4, in numbers: Not-ECT 0, ECT(1) 1, ECT(0) 2, CE 3; 4 means drop. */
struct decap_case {
    const char *name;
    uint8_t inner;
    uint8_t by_outer[4]; /* the result for outer ECN 0 to 3 */
    bool unused[4];      /* marked as currently unused */
};

static const struct decap_case decaps[] = {
    {"inner Not-ECT", 0, {0, 0, 0, 4}, {0, 1, 1, 1}},
    {"inner ECT(1)", 1, {1, 1, 1, 3}, {0, 0, 1, 0}},
    {"inner ECT(0)", 2, {2, 1, 2, 3}, {0, 0, 0, 0}},
    {"inner CE", 3, {3, 3, 3, 3}, {0, 1, 0, 0}},
};

/* The DSCP must not matter. */
static void test_decap(void **state)
{
    const struct decap_case *row = *state;

    for (uint32_t outer = 0; outer <= 0xFF; outer++)
        for (uint32_t dscp = 0; dscp <= 0xFC; dscp += 4) {
            uint8_t inner = (uint8_t)(dscp | row->inner);

            assert_int_equal(nvgre_ecn_decap((uint8_t)outer, inner), row->by_outer[outer % 4]);
            assert_int_equal(nvgre_ecn_is_unused((uint8_t)outer, inner), row->unused[outer % 4]);
        }
}

/* Headers with a correct checksum, then with a wrong one, before and after. */
static void assert_ipv4(struct bytes header, uint8_t ecn)
{
    uint8_t *ip = exact_copy(header.data, header.len);
    uint32_t sum = naive_sum(header.data, header.len);

    nvgre_ecn_set(ip, 4, ecn);
    assert_int_equal(ip[1], (header.data[1] & 0xFC) | ecn);
    assert_int_equal(naive_sum(ip, header.len), sum);
    memcpy(ip + 10, header.data + 10, 2);
    ip[1] = header.data[1];
    assert_memory_equal(ip, header.data, header.len);
    free(ip);
}

static struct bytes ipv4_header(uint8_t tos, uint32_t id)
{
    struct bytes header = from_hex("4500003c 00010000 40010000 0a000005 0a000007");
    uint32_t checksum;

    header.data[1] = tos;
    header.data[4] = (uint8_t)(id >> 8);
    header.data[5] = (uint8_t)id;
    checksum = 0xFFFF - naive_sum(header.data, header.len);
    header.data[10] = (uint8_t)(checksum >> 8);
    header.data[11] = (uint8_t)checksum;
    return header;
}

static void test_set_ipv4(void **state)
{
    (void)state;
    for (uint32_t tos = 0; tos <= 0xFF; tos++)
        for (uint8_t ecn = 0; ecn < 4; ecn++) {
            struct bytes header = ipv4_header((uint8_t)tos, 1);

            assert_ipv4(header, ecn);
            header.data[10] ^= 0x80;
            assert_ipv4(header, ecn);
        }
}

/* All possible checksums, with their carries. */
static void test_set_ipv4_checksums(void **state)
{
    (void)state;
    for (uint32_t id = 0; id <= 0xFFFF; id++)
        for (uint8_t ecn = 0; ecn < 4; ecn++)
            assert_ipv4(ipv4_header((uint8_t)(id * 7), id), ecn);
}

static void test_set_ipv6(void **state)
{
    (void)state;
    for (uint32_t tc = 0; tc <= 0xFF; tc++)
        for (uint8_t ecn = 0; ecn < 4; ecn++) {
            struct bytes header = from_hex("600abcde 00103a40 fe800000");
            struct bytes expected = header;
            uint8_t *ip;

            header.data[0] = (uint8_t)(0x60 | tc >> 4);
            header.data[1] = (uint8_t)((tc & 0xF) << 4 | 0xA);
            expected.data[0] = header.data[0];
            expected.data[1] = (uint8_t)((header.data[1] & 0xCF) | ecn << 4);
            ip = exact_copy(header.data, header.len);
            nvgre_ecn_set(ip, 6, ecn);
            assert_memory_equal(ip, expected.data, header.len);
            free(ip);
        }
}

/* 12 bytes are enough, as in a packet that the capture cut. */
static void test_set_cut(void **state)
{
    uint8_t *ip = exact_copy(ipv4_header(0xB8, 1).data, 12);

    (void)state;
    nvgre_ecn_set(ip, 4, NVGRE_ECN_CE);
    assert_int_equal(ip[1], 0xBB);
    free(ip);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_set_ipv4),
        cmocka_unit_test(test_set_ipv4_checksums),
        cmocka_unit_test(test_set_ipv6),
        cmocka_unit_test(test_set_cut),
    };

    return (RUN_ROWS(test_decap, decaps) + cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
