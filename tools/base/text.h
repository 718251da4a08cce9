/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

/* Numbers and times as text, and text in lines. Functions with `out` return it or a constant. */

#include <stdint.h>
#include <stdio.h>

#define TEXT_MAX 128 /* bytes, enough for each function here */

/* Three digits, an SI prefix and a unit: `4.61 kB`. */
const char *text_scaled(double value, const char *unit, char out[TEXT_MAX]);

/* A share from 0 to 1 as a percentage: `51%`, `5.1%`, `<0.1%`, `>99.9%`. */
const char *text_percent(double share, char out[TEXT_MAX]);

/*
 * Seconds since 1970 and nanoseconds in the format of RFC 3339, in UTC, with 6 or 9 digits after
 * the point. Returns NULL for a year before 0 or after 9999.
 */
const char *text_time(int64_t seconds, uint32_t nanoseconds, char out[TEXT_MAX]);

/*
 * Prints words in lines of `width` characters, then a line break. The first line already has `at`
 * characters. Later lines begin with `indent` spaces. A line break in the text counts as a space,
 * but is kept if a space follows it (as in folded text of YAML).
 */
void text_wrap(FILE *stream, const char *text, unsigned at, unsigned indent, unsigned width);

#endif
