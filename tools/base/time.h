/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TIME_H
#define BASE_TIME_H

/* Times, spans of time and what multiplies them, as users write them. */

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
 * Reads a time as editcap takes it: `2026-01-01 10:00:00`, also with T between date and time,
 * without seconds, with up to 9 digits behind a point or comma, and with Z or an offset such as
 * +01:00 (local time without); or seconds since 1970 such as 1767261600.5. Returns false where
 * it is none.
 */
bool time_text_read(const char *text, struct time_point *time);

/*
 * Reads seconds such as `-3600`, `0.5` or `+1.000000001`, with up to 9 digits behind the point;
 * at most 292 years, 2^63-1 ns. Returns false where it is no such text.
 */
bool time_span_read(const char *text, int64_t *ns);

/*
 * Reads a decimal such as `0.5`, `2` or `1.001`, above 0, up to `max` (at most 10^9) and with up to
 * 9 digits behind the point, as a fraction in lowest terms. Returns false where it is no such text.
 */
bool time_scale_read(const char *text, uint32_t max, uint64_t *numerator, uint64_t *denominator);

#endif
