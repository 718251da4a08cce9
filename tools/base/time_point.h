/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TIME_POINT_H
#define BASE_TIME_POINT_H

/* Times, time spans and scale factors, as users write them. */

#include <stdbool.h>
#include <stdint.h>

struct time_point {
    int64_t sec; /* since 1970-01-01 UTC */
    uint32_t nsec;
};

static inline bool time_is_before(const struct time_point *a, const struct time_point *b)
{
    return a->sec != b->sec ? a->sec < b->sec : a->nsec < b->nsec;
}

/*
 * Reads a time in the formats of editcap: `2026-01-01 10:00:00`, or seconds since 1970 such as
 * 1767261600.5. A T may separate date and time. The seconds may be missing, or have up to 9 digits
 * after a point or comma. Z means UTC, +01:00 is an offset from UTC, and without both it is local
 * time. Returns false if the text is not a time.
 */
bool time_text_read(const char *text, struct time_point *time);

/*
 * Reads seconds such as `-3600`, `0.5` or `+1.000000001`, with up to 9 digits after the point, at
 * most 2^63-1 ns (292 years). Returns false if the text is invalid.
 */
bool time_span_read(const char *text, int64_t *ns);

/*
 * Reads a decimal number such as `0.5`, `2` or `1.001` as a fraction in lowest terms. It is above
 * 0, at most `max` (up to 10^9), and has up to 9 digits after the point. Returns false if the text
 * is invalid.
 */
bool time_scale_read(const char *text, uint32_t max, uint64_t *numerator, uint64_t *denominator);

#endif
