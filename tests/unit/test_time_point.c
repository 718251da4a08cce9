/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/time_point.h"

#include <stdlib.h>
#include <time.h>

#include "support.h"

enum { START = 1767261600 }; /* 2026-01-01 10:00:00 UTC */

struct time_row {
    const char *name; /* also the text */
    int64_t sec;
    uint32_t nsec;
};

/* Local time is one hour ahead of UTC here. */
static const struct time_row times[] = {
    {"0", 0, 0},
    {"1767261600", START, 0},
    {"1767261600.5", START, 500000000},
    {"1767261600,000000001", START, 1},
    {"9999999999", 9999999999, 0},
    {"2026-01-01T10:00:00Z", START, 0},
    {"2026-01-01 10:00:00Z", START, 0},
    {"2026-01-01T10:00Z", START, 0},
    {"2026-01-01 11:00:00", START, 0},
    {"2026-01-01T11:00", START, 0},
    {"2026-01-01 11:00:00.25", START, 250000000},
    {"2026-01-01T10:00:00.123456789Z", START, 123456789},
    {"2026-01-01T12:30:00+02:30", START, 0},
    {"2026-01-01T12:30:00+0230", START, 0},
    {"2026-01-01T07:00:00-03", START, 0},
    {"1970-01-01T00:00:00Z", 0, 0},
    {"1969-12-31T23:59:59.5Z", -1, 500000000},
    {"2024-02-29T00:00:00Z", 1709164800, 0},
    {"2000-02-29T00:00:00Z", 951782400, 0},
    {"2016-12-31T23:59:60Z", 1483228800, 0},
};

static void test_time(void **state)
{
    const struct time_row *row = *state;
    struct time_point time;

    assert_true(time_text_read(row->name, &time));
    assert_int_equal(time.sec, row->sec);
    assert_int_equal(time.nsec, row->nsec);
}

struct refusal_row {
    const char *name;
};

static const struct refusal_row refusals[] = {
    {""},
    {"x"},
    {"-1"},
    {"+1"},
    {"1."},
    {".5"},
    {"1.1234567890"},
    {"1 "},
    {"99999999999999999999"},
    {"2026-01-01"},
    {"2026-01-01T"},
    {"2026-01-01T10"},
    {"2026-01-01T10:"},
    {"2026-00-01T10:00Z"},
    {"2026-13-01T10:00Z"},
    {"2026-01-32T10:00Z"},
    {"2026-02-29T10:00Z"},
    {"2100-02-29T10:00Z"},
    {"2026-01-01T24:00Z"},
    {"2026-01-01T10:60Z"},
    {"2026-01-01T10:00:61Z"},
    {"2026-01-01T10:00:00.Z"},
    {"2026-01-01T10:00:00Zx"},
    {"2026-01-01T10:00:00+1"},
    {"2026-01-01T10:00:00+01:"},
    {"2026-01-01T10:00:00+01:60"},
    {"2026-01-01T10:00:00+24"},
    {"2026-1-01T10:00:00Z"},
    {"20260101T100000Z"},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    struct time_point time;

    assert_false(time_text_read(row->name, &time));
}

struct span_row {
    const char *name; /* also the text */
    int64_t ns;
};

static const struct span_row spans[] = {
    {"0", 0},
    {"-0", 0},
    {"1", 1000000000},
    {"+1.000000001", 1000000001},
    {"-3600", -3600000000000},
    {"-0.5", -500000000},
    {"0,000001", 1000},
    {"007", 7000000000},
    {"9223372036.854775807", INT64_MAX},
    {"-9223372036.854775807", -INT64_MAX},
};

static void test_span(void **state)
{
    const struct span_row *row = *state;
    int64_t ns;

    assert_true(time_span_read(row->name, &ns));
    assert_true(ns == row->ns);
}

static const struct refusal_row no_spans[] = {
    {""},
    {"-"},
    {"+"},
    {"--1"},
    {"+-1"},
    {"x"},
    {"1x"},
    {"1."},
    {".5"},
    {"0.1234567890"},
    {" 1"},
    {"1 "},
    {"1e3"},
    {"1:00"},
    {"9223372036.854775808"},
    {"9223372037"},
    {"-9223372037"},
    {"9223372036854775807"},
    {"99999999999999999999"},
    {"0x10"},
};

static void test_no_span(void **state)
{
    const struct refusal_row *row = *state;
    int64_t ns;

    assert_false(time_span_read(row->name, &ns));
}

struct scale_row {
    const char *name; /* also the text */
    uint64_t numerator;
    uint64_t denominator;
};

static const struct scale_row scales[] = {
    {"1", 1, 1},
    {"2", 2, 1},
    {"0.5", 1, 2},
    {"1.001", 1001, 1000},
    {"2.50", 5, 2},
    {"0.000000001", 1, 1000000000},
    {"0.999999999", 999999999, 1000000000},
    {"1000000", 1000000, 1},
    {"1000000.000000000", 1000000, 1},
    {"999999.999999999", 999999999999999, 1000000000},
};

static void test_scale(void **state)
{
    const struct scale_row *row = *state;
    uint64_t numerator;
    uint64_t denominator;

    assert_true(time_scale_read(row->name, 1000000, &numerator, &denominator));
    assert_true(numerator == row->numerator);
    assert_true(denominator == row->denominator);
}

static const struct refusal_row no_scales[] = {
    {""},
    {"0"},
    {"0.0"},
    {"-1"},
    {"+1"},
    {"1x"},
    {"1."},
    {".5"},
    {"0.0000000001"},
    {"1000000.1"},
    {"1000000.000000001"},
    {"1000001"},
    {"99999999999999999999"},
    {"1/2"},
    {"1e3"},
};

static void test_no_scale(void **state)
{
    const struct refusal_row *row = *state;
    uint64_t numerator;
    uint64_t denominator;

    assert_false(time_scale_read(row->name, 1000000, &numerator, &denominator));
}

int main(void)
{
    setenv("TZ", "XXX-1", 1);
    tzset();
    return (RUN_ROWS(test_time, times) + RUN_ROWS(test_refused, refusals) +
            RUN_ROWS(test_span, spans) + RUN_ROWS(test_no_span, no_spans) +
            RUN_ROWS(test_scale, scales) + RUN_ROWS(test_no_scale, no_scales)) != 0;
}
