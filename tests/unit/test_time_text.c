/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "time_text.h"

#include <stdlib.h>
#include <time.h>

#include "support.h"

enum { START = 1767261600 }; /* 2026-01-01 10:00:00 UTC */

struct time_row {
    const char *name; /* the text too */
    int64_t sec;
    uint32_t nsec;
};

/* Local time is an hour ahead of UTC here. */
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
    struct cap_time time;

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
    struct cap_time time;

    assert_false(time_text_read(row->name, &time));
}

int main(void)
{
    setenv("TZ", "XXX-1", 1);
    tzset();
    return (RUN_ROWS(test_time, times) + RUN_ROWS(test_refused, refusals)) != 0;
}
