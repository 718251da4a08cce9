/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

/* Numbers and times as text. Each writes into `out` and returns it. */

#include <stdint.h>

#define TEXT_MAX 128 /* enough for any of them */

/* Three digits, a prefix of SI and a unit: `4.61 kB`. */
const char *text_scaled(double value, const char *unit, char out[TEXT_MAX]);

/* A share of 1: `51%`, `5.1%`, `<0.1%`, `>99.9%`. */
const char *text_percent(double share, char out[TEXT_MAX]);

/*
 * Seconds since 1970 and nanoseconds as RFC 3339 has them, in UTC, with 6 or 9 digits after the
 * point. NULL for a year before 0 or after 9999.
 */
const char *text_time(int64_t seconds, uint32_t nanoseconds, char out[TEXT_MAX]);

#endif
