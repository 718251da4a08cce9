/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay/schedule.h"

#include "support.h"

#define S INT64_C(1000000000)
#define NONE INT64_MIN /* a packet without a time */

enum { PACKETS_MAX = 6, LEN = 125 /* bytes: 1000 bits */ };

struct row {
    const char *name;
    struct schedule schedule;
    int64_t recorded[PACKETS_MAX];
    int64_t due[PACKETS_MAX];
    size_t count;
};

#define RECORDED(n, d)                                                                             \
    {                                                                                              \
        .kind = SCHEDULE_RECORDED, .rate = {n, d}, .pps_multi = 1                                  \
    }
#define RATE(k, n, d, multi)                                                                       \
    {                                                                                              \
        .kind = SCHEDULE_##k, .rate = {n, d}, .pps_multi = multi                                   \
    }

static const struct row rows[] = {
    {"as recorded", RECORDED(1, 1), {7 * S, 7 * S + 1, 9 * S}, {0, 1, 2 * S}, 3},
    {"twice as fast", RECORDED(2, 1), {7, 8, 9, 10, 17}, {0, 0, 1, 1, 5}, 5},
    {"half as fast", RECORDED(1, 2), {7, 8, 9}, {0, 2, 4}, 3},
    {"a third as fast, no error adds up", RECORDED(10, 3), {0, 1, 2, 3, 10}, {0, 0, 0, 0, 3}, 5},
    {"the same time", RECORDED(1, 1), {5, 5, 6, 6}, {0, 0, 1, 1}, 4},
    {"back in time", RECORDED(1, 1), {5, 8, 6, 7, 8, 9}, {0, 3, 3, 3, 3, 4}, 6},
    {"without times", RECORDED(1, 1), {NONE, 5, NONE, 8, NONE}, {0, 0, 0, 3, 3}, 5},
    {"before 1970", RECORDED(1, 1), {-5, -2, 3}, {0, 3, 8}, 3},
    {"from end to end of time", RECORDED(2, 1), {INT64_MIN + 1, INT64_MAX}, {0, INT64_MAX}, 2},
    {"too slow to end", RECORDED(1, S), {0, INT64_MAX, INT64_MAX}, {0, INT64_MAX, INT64_MAX}, 3},
    {"limited gaps",
     {.kind = SCHEDULE_RECORDED, .rate = {1, 1}, .pps_multi = 1, .max_gap_ns = 10},
     {0, 5, 100, 110, 121},
     {0, 5, 15, 25, 35},
     5},
    {"1 Mbit/s", RATE(MBPS, 1, 1, 1), {0, 0, 0}, {0, 1000000, 2000000}, 3},
    {"10 Gbit/s", RATE(MBPS, 10000, 1, 1), {0, 0, 0}, {0, 100, 200}, 3},
    {"0.3 Mbit/s, no error adds up", RATE(MBPS, 3, 10, 1), {0}, {0, 3333333, 6666666, 10000000}, 4},
    {"3 packets a second", RATE(PPS, 3, 1, 1), {0}, {0, 333333333, 666666666, S}, 4},
    {"3 packets a second, 2 at a time", RATE(PPS, 3, 1, 2), {0}, {0, 0, 666666666, 666666666}, 4},
    {"half a packet a second", RATE(PPS, 1, 2, 1), {0}, {0, 2 * S, 4 * S}, 3},
    {"at once", RATE(TOPSPEED, 1, 1, 1), {0, 5, 9}, {0, 0, 0}, 3},
};

static void test_due(void **state)
{
    const struct row *row = *state;
    struct schedule schedule = row->schedule;

    for (int64_t begin = 0; begin <= 5 * S; begin += 5 * S) {
        schedule_begin(&schedule, begin);
        for (size_t i = 0; i < row->count; i++) {
            bool has_time = row->recorded[i] != NONE;
            int64_t due = schedule_next(&schedule, has_time, row->recorded[i], LEN);

            assert_int_equal(due, row->due[i] == INT64_MAX ? INT64_MAX : begin + row->due[i]);
        }
    }
}

/* The last of a billion packets must be due at the exact nanosecond. */
static void test_no_drift(void **state)
{
    struct schedule schedule = RATE(PPS, 999999937, 7, 1);
    int64_t due = 0;

    (void)state;
    schedule_begin(&schedule, 0);
    schedule.packets = 999999936;
    schedule.bits = 0;
    due = schedule_next(&schedule, false, 0, LEN);
    assert_int_equal(due, 6999999992); /* 999999936 * 7 / 999999937 s, rounded down */
    schedule = (struct schedule)RECORDED(1000000007, 1000000000);
    schedule_begin(&schedule, 0);
    for (int64_t i = 0; i <= 1000000; i++)
        due = schedule_next(&schedule, true, i * 1000, LEN);
    assert_int_equal(due, 999999993); /* 10^9 / 1.000000007, rounded down */
}

static void test_shift(void **state)
{
    struct schedule schedule = RECORDED(1, 1);

    (void)state;
    schedule_begin(&schedule, 100);
    assert_int_equal(schedule_next(&schedule, true, 50, LEN), 100);
    schedule_shift(&schedule, 1000);
    assert_int_equal(schedule_next(&schedule, true, 60, LEN), 1110);
}

/* Where the next loop begins. */
static void test_end(void **state)
{
    struct schedule recorded = RECORDED(1, 1);
    struct schedule pps = RATE(PPS, 1, 1, 2);
    struct schedule mbps = RATE(MBPS, 1, 1, 1);

    (void)state;
    schedule_begin(&recorded, 100);
    (void)schedule_next(&recorded, true, 5, LEN);
    (void)schedule_next(&recorded, true, 8, LEN);
    assert_int_equal(schedule_end(&recorded), 103);
    schedule_begin(&pps, 0);
    (void)schedule_next(&pps, false, 0, LEN);
    assert_int_equal(schedule_end(&pps), 0);
    (void)schedule_next(&pps, false, 0, LEN);
    assert_int_equal(schedule_end(&pps), 2 * S);
    schedule_begin(&mbps, 0);
    (void)schedule_next(&mbps, false, 0, LEN);
    assert_int_equal(schedule_end(&mbps), 1000000);
}

int main(void)
{
    const struct CMUnitTest whole[] = {cmocka_unit_test(test_no_drift),
                                       cmocka_unit_test(test_shift), cmocka_unit_test(test_end)};

    return (RUN_ROWS(test_due, rows) + cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
