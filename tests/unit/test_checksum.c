/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checksum.h"

#include "support.h"

/* Bytes and their checksum, from RFC 1071 section 3 and from real packets. */
struct sum_case {
    const char *name;
    const char *hex;
    uint16_t checksum;
};

static const struct sum_case sums[] = {
    {"nothing", "", 0xFFFF},
    {"RFC 1071", "0001 f203 f4f5 f6f7", 0x220D},
    {"RFC 1071, odd length", "0001 f203 f4f5 f6", 0x2304},
    {"one byte", "ab", 0x54FF},
    {"zeros", "0000 0000", 0xFFFF},
    {"ones", "ffff ffff", 0x0000},
    {"carry out of the carry", "ffff ffff 0001", 0xFFFE},
    {"IPv4 header", "4500003c 00010000 40010000 0a000005 0a000007", 0x66B5},
    {"IPv4 header with its checksum", "4500003c 00010000 400166b5 0a000005 0a000007", 0},
    {"zeek erspan.pcap", "45000066 d13b0000 3f2f0000 0ac80003 0ac800e0", 0x93BB},
};

static void test_checksum(void **state)
{
    const struct sum_case *row = *state;
    struct bytes bytes = from_hex(row->hex);
    uint8_t *copy = exact_copy(bytes.data, bytes.len);

    assert_int_equal(nvgre_checksum(copy, bytes.len), row->checksum);
    for (uint32_t half = 0; half <= bytes.len; half += 2)
        assert_int_equal(
            nvgre_sum_fold(nvgre_sum(copy + half, bytes.len - half, nvgre_sum(copy, half, 0))),
            (uint16_t)~row->checksum);
    free(copy);
}

struct fold_case {
    const char *name;
    uint32_t sum;
    uint16_t folded;
};

static const struct fold_case folds[] = {
    {"0", 0, 0},
    {"largest without a carry", 0x0000FFFF, 0xFFFF},
    {"carry", 0x00010000, 0x0001},
    {"RFC 1071", 0x0002DDF0, 0xDDF2},
    {"carry that carries", 0x0001FFFF, 0x0001},
    {"carry to the limit", 0xFFFE0001, 0xFFFF},
    {"carry of a large sum", 0xFFFF0001, 0x0001},
    {"largest", 0xFFFFFFFF, 0xFFFF},
};

static void test_fold(void **state)
{
    const struct fold_case *row = *state;

    assert_int_equal(nvgre_sum_fold(row->sum), row->folded);
}

/* A running sum must not lose a carry, however large it is. */
static void test_large(void **state)
{
    enum { LEN = 0xFFFF };
    uint8_t *data = malloc(LEN);
    uint32_t sum = 0xFFFF0000;

    (void)state;
    memset(data, 0xFF, LEN);
    for (uint32_t round = 0; round < 4; round++)
        sum = nvgre_sum(data, LEN, sum);
    /* Each round adds multiples of 0xFFFF, which count as 0, and an odd last byte, 0xFF00. */
    assert_int_equal(nvgre_sum_fold(sum), 0xFFFF - 4 * 0xFF);
    free(data);
}

/* RFC 1624 section 4, and the update of a word to the same value. */
struct update_case {
    const char *name;
    uint16_t checksum, was, is, updated;
};

static const struct update_case updates[] = {
    {"RFC 1624", 0xDD2F, 0x5555, 0x3285, 0x0000},
    {"RFC 1624, back", 0x0000, 0x3285, 0x5555, 0xDD2F},
    {"by one", 0x66B5, 0x0001, 0x0002, 0x66B4},
    {"wraps down", 0x0000, 0x0001, 0x0002, 0xFFFE},
    {"unchanged", 0x66B5, 0x4500, 0x4500, 0x66B5},
    {"unchanged 0", 0x0000, 0x4500, 0x4500, 0x0000},
};

static void test_update(void **state)
{
    const struct update_case *row = *state;

    assert_int_equal(nvgre_checksum_update(row->checksum, row->was, row->is), row->updated);
}

/*
 * An update must give the same as a sum over all words. While another word is not 0, the checksum
 * is never 0xFFFF, and it is 0x0000 when it has to be.
 */
static void test_update_is_sum(void **state)
{
    uint8_t data[6] = {0x12, 0x34, 0, 0, 0, 0};
    uint32_t seed = 1, zeros = 0;

    (void)state;
    for (uint32_t is = 0; is <= 0xFFFF; is++) {
        uint16_t was = (uint16_t)next_random(&seed);
        uint16_t before;

        data[3] = (uint8_t)was;
        data[2] = (uint8_t)(was >> 8);
        before = nvgre_checksum(data, sizeof(data));
        data[3] = (uint8_t)is;
        data[2] = (uint8_t)(is >> 8);
        assert_int_equal(nvgre_checksum_update(before, was, (uint16_t)is),
                         nvgre_checksum(data, sizeof(data)));
        zeros += nvgre_checksum(data, sizeof(data)) == 0;
    }
    assert_int_equal(zeros, 1);
}

/* The words of a pseudo-header, written out and summed. */
struct pseudo_case {
    const char *name;
    const char *addresses;
    uint8_t protocol;
    uint32_t len;
    const char *rest; /* pseudo-header after the addresses */
};

static const struct pseudo_case pseudos[] = {
    {"IPv4", "0a000005 0a000007", 6, 0x0154, "0006 0154"},
    {"IPv4, longest", "c0a8040b c0a80416", 17, 0xFFFF, "0011 ffff"},
    {"IPv6", "fd000000 00000000 00000000 0000000b fd000000 00000000 00000000 00000016", 17, 0x0154,
     "00000154 00000011"},
    {"IPv6, jumbo", "fd000000 00000000 00000000 0000000b fd000000 00000000 00000000 00000016", 6,
     0x12345678, "12345678 00000006"},
};

static void test_pseudo(void **state)
{
    const struct pseudo_case *row = *state;
    struct bytes header = from_hex(row->addresses);
    uint8_t *addresses = exact_copy(header.data, header.len);
    uint32_t sum = nvgre_pseudo_sum(addresses, header.len, row->protocol, row->len);

    add_hex(&header, row->rest);
    assert_int_equal(nvgre_sum_fold(sum), naive_sum(header.data, header.len));
    free(addresses);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_update_is_sum),
    };

    return (RUN_ROWS(test_checksum, sums) + RUN_ROWS(test_fold, folds) +
            RUN_ROWS(test_update, updates) + RUN_ROWS(test_pseudo, pseudos) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
