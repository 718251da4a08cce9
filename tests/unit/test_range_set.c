/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/range_set.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "support.h"

enum { RANGES_MAX = 6, VSID_MAX = 0xFFFFFF };

/* ---- VSIDs ---- */

struct vsid_row {
    const char *name;
    const char *text;
    size_t count; /* ranges, sorted and not adjacent */
    struct {
        uint32_t first;
        uint32_t last;
    } ranges[RANGES_MAX];
};

static const struct vsid_row vsid_lists[] = {
    {"one VSID", "5001", 1, {{5001, 5001}}},
    {"a range", "6000-6009", 1, {{6000, 6009}}},
    {"the lowest", "0", 1, {{0, 0}}},
    {"the highest", "16777215", 1, {{VSID_MAX, VSID_MAX}}},
    {"all", "0-16777215", 1, {{0, VSID_MAX}}},
    {"hexadecimal", "0x1389-0X138a,0xffffff", 2, {{5001, 5002}, {VSID_MAX, VSID_MAX}}},
    {"leading zeros, still decimal", "010-0020", 1, {{10, 20}}},
    {"several", "5001,6000-6009,7000", 3, {{5001, 5001}, {6000, 6009}, {7000, 7000}}},
    {"out of order", "7000,6000-6009,5001", 3, {{5001, 5001}, {6000, 6009}, {7000, 7000}}},
    {"twice the same", "5001,5001", 1, {{5001, 5001}}},
    {"a range of one", "5001-5001", 1, {{5001, 5001}}},
    {"overlapping", "10-20,15-30,40", 2, {{10, 30}, {40, 40}}},
    {"one inside another", "10-40,20-30,35-38", 1, {{10, 40}}},
    {"the same start", "10-20,10-30,10", 1, {{10, 30}}},
    {"touching at one VSID", "10-20,20-30", 1, {{10, 30}}},
    {"side by side", "10-20,21-30", 2, {{10, 20}, {21, 30}}},
    {"a chain of overlaps", "30-40,20-30,10-20,5-10,50", 2, {{5, 40}, {50, 50}}},
    {"many", "1,3,5,7,9,11", 6, {{1, 1}, {3, 3}, {5, 5}, {7, 7}, {9, 9}, {11, 11}}},
};

/* Tests the VSIDs at each border and next to it. */
static void assert_members(const struct range_set *set, const struct vsid_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const uint32_t borders[] = {row->ranges[i].first, row->ranges[i].last};

        for (size_t b = 0; b < COUNT(borders); b++) {
            for (uint32_t vsid = borders[b] - 1; vsid != borders[b] + 2; vsid++) {
                bool expected = false;

                for (size_t r = 0; r < row->count; r++)
                    expected |= vsid >= row->ranges[r].first && vsid <= row->ranges[r].last;
                assert_int_equal(range_set_has(set, vsid), expected);
                assert_int_equal(range_set_selects(set, vsid), expected);
            }
        }
    }
}

static void test_vsids(void **state)
{
    const struct vsid_row *row = *state;
    struct range_set set;

    assert_int_equal(range_set_parse(&set, RANGES_OF_VSIDS, row->text), 0);
    assert_int_equal(set.count, row->count);
    for (size_t i = 0; i < set.count; i++) {
        assert_int_equal(set.ranges[i].first.low, row->ranges[i].first);
        assert_int_equal(set.ranges[i].last.low, row->ranges[i].last);
    }
    assert_members(&set, row);
    range_set_free(&set);
}

/* Sets of many ranges, compared with a table of all VSIDs in them. */
static void test_random_vsids(void **state)
{
    enum { VSIDS = 1000 };
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < 100; round++) {
        bool expected[VSIDS] = {false};
        char text[1000] = "";
        size_t used = 0;
        struct range_set set;

        for (uint32_t i = 0, count = next_random(&random) % 40 + 1; i < count; i++) {
            uint32_t first = next_random(&random) % VSIDS;
            uint32_t last = first + next_random(&random) % 20;

            last = last < VSIDS ? last : VSIDS - 1;
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u-%u", i ? "," : "",
                                     first, last);
            memset(expected + first, true, last - first + 1);
        }
        assert_int_equal(range_set_parse(&set, RANGES_OF_VSIDS, text), 0);
        for (uint32_t vsid = 0; vsid < VSIDS; vsid++)
            assert_int_equal(range_set_has(&set, vsid), expected[vsid]);
        range_set_free(&set);
    }
}

/* ---- Numbers of packets ---- */

struct packet_row {
    const char *name;
    const char *text;
    const char *members; /* one character for each number from 1; the last one repeats */
};

static const struct packet_row packet_lists[] = {
    {"one", "3", "..x."},
    {"the first", "1", "x."},
    {"a range", "2-4", ".xxx."},
    {"from a number on", "3-", "..x"},
    {"all", "1-", "x"},
    {"several", "1,3-4,6-", "x.xx.x"},
    {"out of order", "6-,3-4,1", "x.xx.x"},
    {"one inside another", "1-6,2-3,8", "xxxxxx.x."},
    {"overlapping", "1-3,2-5", "xxxxx."},
    {"a short one first", "2,2-4", ".xxx."},
    {"open inside open", "3-,5-6,4-", "..x"},
    {"leading zeros", "003-04", "..xx."},
    {"the largest", "2-18446744073709551615", ".x"},
};

static void test_packets(void **state)
{
    const struct packet_row *row = *state;
    size_t last = strlen(row->members) - 1;
    struct range_set set;

    assert_int_equal(range_set_parse(&set, RANGES_OF_PACKETS, row->text), 0);
    assert_false(range_set_has(&set, 0));
    for (uint64_t number = 1; number <= 30; number++)
        assert_int_equal(range_set_has(&set, number),
                         row->members[number - 1 < last ? number - 1 : last] == 'x');
    assert_int_equal(range_set_has(&set, UINT64_MAX), row->members[last] == 'x');
    range_set_free(&set);
}

/* ---- Addresses ---- */

struct address_row {
    const char *name;
    const char *text;
    size_t count; /* ranges */
    const char *members[4];
    const char *others[4];
};

static const struct address_row address_lists[] = {
    {"an IPv4 address", "10.0.0.1", 1, {"10.0.0.1"}, {"10.0.0.0", "10.0.0.2", "a00:1::"}},
    {"an IPv6 address", "2001:db8::1", 1, {"2001:db8::1"}, {"2001:db8::", "2001:db8::2"}},
    {"an IPv4 prefix",
     "192.168.4.0/23",
     1,
     {"192.168.4.0", "192.168.4.255", "192.168.5.0", "192.168.5.255"},
     {"192.168.3.255", "192.168.6.0", "c0a8:400::"}},
    {"an IPv6 prefix of the first half",
     "2001:db8::/33",
     1,
     {"2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"},
     {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8:8000::"}},
    {"an IPv6 prefix of the second half",
     "2001:db8::4000/114",
     1,
     {"2001:db8::4000", "2001:db8::7fff"},
     {"2001:db8::3fff", "2001:db8::8000", "2001:db8:0:1::4000"}},
    {"bits after a prefix", "10.1.2.3/8", 1, {"10.0.0.0", "10.255.255.255"}, {"9.255.255.255"}},
    {"all of IPv4", "0.0.0.0/0", 1, {"0.0.0.0", "255.255.255.255"}, {"::", "ffff::", "::1.2.3.4"}},
    {"all of IPv6", "::/0", 1, {"::", "ffff::ffff", "::ffff:1.2.3.4"}, {"0.0.0.0", "1.2.3.4"}},
    {"both", "::/0,0.0.0.0/0", 2, {"::", "1.2.3.4", "255.255.255.255", "::1"}, {NULL}},
    {"overlaps", "10.0.0.0/8,10.1.0.0/16,10.0.0.0", 1, {"10.0.0.0", "10.2.0.0"}, {"11.0.0.0"}},
    {"side by side", "10.0.0.0/9,10.128.0.0/9", 2, {"10.127.255.255", "10.128.0.0"}, {"11.0.0.0"}},
    {"the same bytes in both versions", "::,0.0.0.0", 2, {"::", "0.0.0.0"}, {"::1", "0.0.0.1"}},
};

/* Reads the address with inet_pton. */
static bool has_address(const struct range_set *set, const char *text)
{
    struct address address = {strchr(text, ':') ? 6 : 4, {0}};

    assert_int_equal(inet_pton(address.version == 6 ? AF_INET6 : AF_INET, text, address.bytes), 1);
    return range_set_has_address(set, &address);
}

static void test_addresses(void **state)
{
    const struct address_row *row = *state;
    struct range_set set;

    assert_int_equal(range_set_parse(&set, RANGES_OF_ADDRESSES, row->text), 0);
    assert_int_equal(set.count, row->count);
    for (size_t i = 0; i < COUNT(row->members) && row->members[i]; i++)
        assert_true(has_address(&set, row->members[i]));
    for (size_t i = 0; i < COUNT(row->others) && row->others[i]; i++)
        assert_false(has_address(&set, row->others[i]));
    range_set_free(&set);
}

/* Whether the first `len` bits of two addresses are equal. */
static bool is_in(const struct address *address, const struct address *net, uint32_t len)
{
    for (uint32_t bit = 0; bit < len; bit++)
        if ((address->bytes[bit / 8] ^ net->bytes[bit / 8]) & 0x80 >> bit % 8)
            return false;
    return address->version == net->version;
}

static struct address random_address(uint32_t *random)
{
    struct address address = {next_random(random) & 1 ? 4 : 6, {0}};

    /* Few different bytes, so that many addresses share prefixes. */
    for (uint32_t i = 0; i < address_len(address.version); i++)
        address.bytes[i] = next_random(random) & 1 ? 0 : (uint8_t)(next_random(random) & 0x81);
    return address;
}

static void test_random_addresses(void **state)
{
    enum { NETS_MAX = 8, ASKED = 200 };
    uint32_t random = 1;
    uint32_t members = 0;

    (void)state;
    for (int round = 0; round < 100; round++) {
        struct address nets[NETS_MAX];
        uint32_t lens[NETS_MAX];
        uint32_t count = next_random(&random) % NETS_MAX + 1;
        char text[1000] = "";
        size_t used = 0;
        struct range_set set;

        for (uint32_t i = 0; i < count; i++) {
            char address[INET6_ADDRSTRLEN];

            nets[i] = random_address(&random);
            lens[i] = next_random(&random) % (8 * address_len(nets[i].version) + 1);
            inet_ntop(nets[i].version == 6 ? AF_INET6 : AF_INET, nets[i].bytes, address,
                      sizeof address);
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s/%u", i ? "," : "",
                                     address, lens[i]);
        }
        assert_int_equal(range_set_parse(&set, RANGES_OF_ADDRESSES, text), 0);
        for (int asked = 0; asked < ASKED; asked++) {
            const struct address address = random_address(&random);
            bool expected = false;

            for (uint32_t i = 0; i < count; i++)
                expected |= is_in(&address, &nets[i], lens[i]);
            assert_int_equal(range_set_has_address(&set, &address), expected);
            members += expected;
        }
        range_set_free(&set);
    }
    assert_in_range(members, 100 * ASKED / 10, 100 * ASKED / 10 * 9);
}

/* ---- Invalid lists ---- */

struct refusal_row {
    const char *name;
    enum range_kind kind;
    const char *text;
};

static const struct refusal_row refusals[] = {
    {"nothing", RANGES_OF_VSIDS, ""},
    {"a comma", RANGES_OF_VSIDS, ","},
    {"a comma at the end", RANGES_OF_VSIDS, "5001,"},
    {"a comma at the start", RANGES_OF_VSIDS, ",5001"},
    {"two commas", RANGES_OF_VSIDS, "5001,,5002"},
    {"a range without an end", RANGES_OF_VSIDS, "5001-"},
    {"a range without a start", RANGES_OF_VSIDS, "-5001"},
    {"a range of three", RANGES_OF_VSIDS, "1-2-3"},
    {"a range backwards", RANGES_OF_VSIDS, "6009-6000"},
    {"a range backwards after a valid one", RANGES_OF_VSIDS, "5001,6009-6000"},
    {"above all VSIDs", RANGES_OF_VSIDS, "16777216"},
    {"a range to above all VSIDs", RANGES_OF_VSIDS, "5001-16777216"},
    {"above 32 bits", RANGES_OF_VSIDS, "4294972297"},
    {"above 64 bits", RANGES_OF_VSIDS, "18446744073709556617"},
    {"a word", RANGES_OF_VSIDS, "blue"},
    {"a word after a number", RANGES_OF_VSIDS, "5001blue"},
    {"a space before", RANGES_OF_VSIDS, " 5001"},
    {"a space after", RANGES_OF_VSIDS, "5001 "},
    {"a space between", RANGES_OF_VSIDS, "5001, 5002"},
    {"a sign", RANGES_OF_VSIDS, "+5001"},
    {"a negative end", RANGES_OF_VSIDS, "5001--1"},
    {"only a prefix", RANGES_OF_VSIDS, "0x"},
    {"a digit that is none", RANGES_OF_VSIDS, "0x13g9"},
    {"a hexadecimal digit", RANGES_OF_VSIDS, "a"},

    {"no packets", RANGES_OF_PACKETS, ""},
    {"packets: a comma", RANGES_OF_PACKETS, ","},
    {"packets: a comma at the end", RANGES_OF_PACKETS, "1,"},
    {"packets: zero", RANGES_OF_PACKETS, "0"},
    {"packets: a range from zero", RANGES_OF_PACKETS, "0-3"},
    {"packets: a range backwards", RANGES_OF_PACKETS, "3-2"},
    {"packets: a range without a start", RANGES_OF_PACKETS, "-3"},
    {"packets: a range of three", RANGES_OF_PACKETS, "1-2-3"},
    {"packets: above 64 bits", RANGES_OF_PACKETS, "18446744073709551616"},
    {"packets: a range to above 64 bits", RANGES_OF_PACKETS, "1-18446744073709551616"},
    {"packets: a word", RANGES_OF_PACKETS, "x"},
    {"packets: a word after a number", RANGES_OF_PACKETS, "1x"},
    {"packets: a word after an open range", RANGES_OF_PACKETS, "1-x"},
    {"packets: a space", RANGES_OF_PACKETS, "1, 2"},
    {"packets: a sign", RANGES_OF_PACKETS, "+1"},
    {"packets: hexadecimal", RANGES_OF_PACKETS, "0x10"},

    {"no addresses", RANGES_OF_ADDRESSES, ""},
    {"addresses: a comma at the end", RANGES_OF_ADDRESSES, "1.2.3.4,"},
    {"addresses: two commas", RANGES_OF_ADDRESSES, "1.2.3.4,,::1"},
    {"addresses: a range", RANGES_OF_ADDRESSES, "1.2.3.4-1.2.3.5"},
    {"addresses: a length above 32", RANGES_OF_ADDRESSES, "1.2.3.4/33"},
    {"addresses: a length above 128", RANGES_OF_ADDRESSES, "::/129"},
    {"addresses: no length", RANGES_OF_ADDRESSES, "1.2.3.4/"},
    {"addresses: two lengths", RANGES_OF_ADDRESSES, "1.2.3.4/8/8"},
    {"addresses: a space", RANGES_OF_ADDRESSES, "1.2.3.4, ::1"},
    {"addresses: a word", RANGES_OF_ADDRESSES, "blue"},
    {"addresses: a number", RANGES_OF_ADDRESSES, "5001"},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    struct range_set set;

    assert_int_equal(range_set_parse(&set, row->kind, row->text), -1);
    assert_null(set.ranges);
    assert_int_equal(set.count, 0);
    assert_true(range_set_selects(&set, 5001));
    range_set_free(&set);
}

static void test_empty(void **state)
{
    struct range_set set = {NULL, 0};

    (void)state;
    assert_true(range_set_selects(&set, 0));
    assert_true(range_set_selects(&set, UINT64_MAX));
    assert_false(range_set_has(&set, 1));
    assert_false(range_set_has_address(&set, &(struct address){.version = 4}));
    range_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_random_vsids),
        cmocka_unit_test(test_random_addresses),
    };

    return (RUN_ROWS(test_vsids, vsid_lists) + RUN_ROWS(test_packets, packet_lists) +
            RUN_ROWS(test_addresses, address_lists) + RUN_ROWS(test_refused, refusals) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
