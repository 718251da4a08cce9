/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

/* Numbers and times as text, in `out`, which is returned; and text in lines. */

#include <stdint.h>
#include <stdio.h>

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

/*
 * Prints words in lines of `width` characters, and a line break at the end. The first line has `at`
 * characters already, the others begin with `indent` spaces. A line break in the text is a space,
 * but as in YAML's folded text it stays where a space follows it.
 */
void text_wrap(FILE *stream, const char *text, unsigned at, unsigned indent, unsigned width);

#endif
