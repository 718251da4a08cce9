/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/vsid_set.h"

#include <stdio.h>

#include "support.h"

enum { RANGES_MAX = 6, VSID_MAX = 0xFFFFFF };

struct list_row {
    const char *name;
    const char *text;
    size_t count; /* of ranges, in order and apart from each other */
    struct vsid_range ranges[RANGES_MAX];
};

static const struct list_row lists[] = {
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

/* Whether the set has a VSID is asked at each border and its neighbours. */
static void assert_members(const struct vsid_set *set, const struct list_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const uint32_t borders[] = {row->ranges[i].first, row->ranges[i].last};

        for (size_t b = 0; b < COUNT(borders); b++) {
            for (uint32_t vsid = borders[b] - 1; vsid != borders[b] + 2; vsid++) {
                bool expected = false;

                for (size_t r = 0; r < row->count; r++)
                    expected |= vsid >= row->ranges[r].first && vsid <= row->ranges[r].last;
                assert_int_equal(vsid_set_has(set, vsid), expected);
                assert_int_equal(vsid_set_selects(set, vsid), expected);
            }
        }
    }
}

static void test_list(void **state)
{
    const struct list_row *row = *state;
    struct vsid_set set;

    assert_int_equal(vsid_set_parse(&set, row->text), 0);
    for (size_t i = 1; i < set.count; i++)
        assert_true(set.ranges[i].first > set.ranges[i - 1].last);
    assert_members(&set, row);
    vsid_set_free(&set);
}

struct refusal_row {
    const char *name;
    const char *text;
};

static const struct refusal_row refusals[] = {
    {"nothing", ""},
    {"a comma", ","},
    {"a comma at the end", "5001,"},
    {"a comma at the start", ",5001"},
    {"two commas", "5001,,5002"},
    {"a range without an end", "5001-"},
    {"a range without a start", "-5001"},
    {"a range of three", "1-2-3"},
    {"a range backwards", "6009-6000"},
    {"a range backwards behind a sound one", "5001,6009-6000"},
    {"above all VSIDs", "16777216"},
    {"a range to above all VSIDs", "5001-16777216"},
    {"above 32 bits", "4294972297"},
    {"above 64 bits", "18446744073709556617"},
    {"a word", "blue"},
    {"a word behind a number", "5001blue"},
    {"a space before", " 5001"},
    {"a space behind", "5001 "},
    {"a space between", "5001, 5002"},
    {"a sign", "+5001"},
    {"a negative end", "5001--1"},
    {"only a prefix", "0x"},
    {"a digit that is none", "0x13g9"},
    {"a hexadecimal digit", "a"},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    struct vsid_set set;

    assert_int_equal(vsid_set_parse(&set, row->text), -1);
    assert_null(set.ranges);
    assert_int_equal(set.count, 0);
    assert_true(vsid_set_selects(&set, 5001));
    vsid_set_free(&set);
}

static void test_empty(void **state)
{
    struct vsid_set set = {NULL, 0};

    (void)state;
    assert_true(vsid_set_selects(&set, 0));
    assert_true(vsid_set_selects(&set, VSID_MAX));
    vsid_set_free(&set);
}

/* Sets of many ranges, against a table of all the VSIDs that they can have. */
static void test_random_sets(void **state)
{
    enum { VSIDS = 1000 };
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < 100; round++) {
        bool expected[VSIDS] = {false};
        char text[1000] = "";
        size_t used = 0;
        struct vsid_set set;

        for (uint32_t i = 0, count = next_random(&random) % 40 + 1; i < count; i++) {
            uint32_t first = next_random(&random) % VSIDS;
            uint32_t last = first + next_random(&random) % 20;

            last = last < VSIDS ? last : VSIDS - 1;
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u-%u", i ? "," : "",
                                     first, last);
            memset(expected + first, true, last - first + 1);
        }
        assert_int_equal(vsid_set_parse(&set, text), 0);
        for (uint32_t vsid = 0; vsid < VSIDS; vsid++)
            assert_int_equal(vsid_set_has(&set, vsid), expected[vsid]);
        vsid_set_free(&set);
    }
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_random_sets),
    };

    return (RUN_ROWS(test_list, lists) + RUN_ROWS(test_refused, refusals) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
