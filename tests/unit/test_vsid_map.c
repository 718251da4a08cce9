/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/vsid_map.h"

#include <stdio.h>

#include "nvgre.h"
#include "support.h"

enum { CHANGES_MAX = 8 };

/* Old and new VSIDs at the borders. `beside` has VSIDs that must not change. */
struct map_row {
    const char *name;
    const char *text;
    struct {
        uint32_t from;
        uint32_t to;
    } changes[CHANGES_MAX];
    uint32_t beside[2]; /* not in the map */
};

static const struct map_row maps[] = {
    {"one", "5001:6001", {{5001, 6001}}, {5000, 5002}},
    {"a swap", "5001:6001,6001:5001", {{5001, 6001}, {6001, 5001}}, {5002, 6000}},
    {"a cycle", "7:8,8:9,9:7", {{7, 8}, {8, 9}, {9, 7}}, {6, 10}},
    {"a range",
     "7000-7009:8000-8009",
     {{7000, 8000}, {7001, 8001}, {7008, 8008}, {7009, 8009}},
     {6999, 7010}},
    {"a range to one", "9000-9999:9000", {{9000, 9000}, {9001, 9000}, {9999, 9000}}, {8999, 10000}},
    {"a range of one", "5001-5001:6001-6001", {{5001, 6001}}, {5000, 5002}},
    {"a range up by one", "10-12:11-13", {{10, 11}, {11, 12}, {12, 13}}, {9, 13}},
    {"to itself", "10-12:10-12", {{10, 10}, {11, 11}, {12, 12}}, {9, 13}},
    {"out of order",
     "30-40:130-140,10:110,20-29:1",
     {{10, 110}, {20, 1}, {29, 1}, {30, 130}, {40, 140}},
     {9, 41}},
    {"between two", "10:110,30:130", {{10, 110}, {30, 130}}, {11, 29}},
    {"two to one", "10:30,20:30", {{10, 30}, {20, 30}}, {30, 11}},
    {"all to one",
     "0-16777215:5001",
     {{0, 5001}, {5001, 5001}, {0xFFFFFF, 5001}},
     {0x1000000, UINT32_MAX}},
    {"the highest", "16777215:4096", {{0xFFFFFF, 4096}}, {0xFFFFFE, 0}},
    {"hexadecimal", "0x1389-0x138a:0X1771-0x1772", {{5001, 6001}, {5002, 6002}}, {5000, 5003}},
};

static void test_map(void **state)
{
    const struct map_row *row = *state;
    char *text = (char *)exact_copy(row->text, (uint32_t)strlen(row->text) + 1);
    struct vsid_map map;

    assert_int_equal(vsid_map_parse(&map, text), 0);
    for (size_t i = 0; i < COUNT(row->changes) && (i == 0 || row->changes[i].from); i++) {
        uint32_t vsid = row->changes[i].from;

        assert_true(vsid_map_apply(&map, &vsid));
        assert_int_equal(vsid, row->changes[i].to);
    }
    for (size_t i = 0; i < COUNT(row->beside); i++) {
        uint32_t vsid = row->beside[i];

        assert_false(vsid_map_apply(&map, &vsid));
        assert_int_equal(vsid, row->beside[i]);
    }
    vsid_map_free(&map);
    assert_false(vsid_map_apply(&map, &(uint32_t){row->changes[0].from}));
    free(text);
}

struct refusal_row {
    const char *name; /* also the text */
};

static const struct refusal_row refusals[] = {
    {""},
    {","},
    {":"},
    {"5001"},
    {"5001:"},
    {":6001"},
    {"5001:6001,"},
    {",5001:6001"},
    {"5001:6001:7001"},
    {"5001:6001 "},
    {"5001: 6001"},
    {"5001-6001"},
    {"5001-:6001"},
    {"5001:6001-"},
    {"5001:6001-6002"},
    {"5001-5003:6001-6002"},
    {"5001-5002:6001-6003"},
    {"5002-5001:6001"},
    {"5001-5002:6002-6001"},
    {"16777216:1"},
    {"1:16777216"},
    {"16777214-16777216:1"},
    {"blue:6001"},
    {"5001:red"},
    /* an old VSID twice */
    {"5001:6001,5001:6001"},
    {"5001:6001,5001:7001"},
    {"10-20:30,20:31"},
    {"20:31,10-20:30"},
    {"10-20:30-40,5-10:1"},
    {"10-40:1,20:2,30:3"},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    char *text = (char *)exact_copy(row->name, (uint32_t)strlen(row->name) + 1);
    struct vsid_map map;

    assert_int_equal(vsid_map_parse(&map, text), -1);
    assert_null(map.pairs);
    assert_int_equal(map.count, 0);
    free(text);
}

struct reserved_row {
    const char *name; /* also the text */
    uint32_t reserved;
};

static const struct reserved_row reserved[] = {
    {"0:4096,4095:16777214", NVGRE_VSID_NONE},
    {"5001:4095", 4095},
    {"5001:0", 0},
    {"5001:16777215", 0xFFFFFF},
    {"5000-5009:4090-4099", 4090},
    {"5000-5009:16777206-16777215", 0xFFFFFF},
    {"5000-5009:4096-4105,6000:16777215,7000:1", 0xFFFFFF},
    {"0-16777215:0-16777215", 0},
};

static void test_reserved(void **state)
{
    const struct reserved_row *row = *state;
    struct vsid_map map;

    assert_int_equal(vsid_map_parse(&map, row->name), 0);
    assert_int_equal(vsid_map_find_reserved(&map), row->reserved);
    vsid_map_free(&map);
    assert_int_equal(vsid_map_find_reserved(&map), NVGRE_VSID_NONE);
}

/* Maps of many ranges, compared with a table of all VSIDs in them. */
static void test_random_maps(void **state)
{
    enum { VSIDS = 1000, PLACES = 20 };
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < 100; round++) {
        int64_t expected[VSIDS];
        char text[1000] = "";
        size_t used = 0;
        struct vsid_map map;

        memset(expected, -1, sizeof(expected));
        for (uint32_t i = 0; i < VSIDS / PLACES; i++) {
            /* The places come in another order, with one range in each. */
            uint32_t first = (i * 7 + (uint32_t)round) % (VSIDS / PLACES) * PLACES;
            uint32_t last = first + next_random(&random) % PLACES;
            uint32_t to = next_random(&random) % 100000;
            bool step = next_random(&random) % 2;

            if (next_random(&random) % 3 == 0 && used)
                continue;
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u-%u:%u",
                                     used ? "," : "", first, last, to);
            if (step)
                used +=
                    (size_t)snprintf(text + used, sizeof(text) - used, "-%u", to + last - first);
            for (uint32_t vsid = first; vsid <= last; vsid++)
                expected[vsid] = to + (step ? vsid - first : 0);
        }
        assert_true(used < sizeof(text) - 1);
        assert_int_equal(vsid_map_parse(&map, text), 0);
        for (uint32_t vsid = 0; vsid < VSIDS; vsid++) {
            uint32_t mapped = vsid;

            assert_int_equal(vsid_map_apply(&map, &mapped), expected[vsid] >= 0);
            assert_int_equal(mapped, expected[vsid] >= 0 ? expected[vsid] : vsid);
        }
        vsid_map_free(&map);
    }
}

int main(void)
{
    const struct CMUnitTest whole[] = {cmocka_unit_test(test_random_maps)};

    return (RUN_ROWS(test_map, maps) + RUN_ROWS(test_refused, refusals) +
            RUN_ROWS(test_reserved, reserved) + cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
