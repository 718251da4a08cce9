/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_TEXT_H
#define INFO_TEXT_H

/* Numbers, times and addresses as text. Each writes into `out` and returns it. */

#include <stdbool.h>

#include "addresses.h"
#include "capfile/timestamp.h"

#define TEXT_MAX 128 /* enough for any of them */

/* Three digits, a prefix of SI and a unit: `4.61 kB`. */
const char *text_scaled(double value, const char *unit, char out[TEXT_MAX]);

/* A share of 1: `51%`, `5.1%`, `<0.1%`, `>99.9%`. */
const char *text_percent(double share, char out[TEXT_MAX]);

/* RFC 3339 with 6 or 9 digits behind the point, UTC; NULL for years that it does not have. */
const char *text_time(const struct cap_time *time, char out[TEXT_MAX]);

/* Source, or destination, of an address or a pair. */
const char *text_address(const struct info_address *address, bool destination, char out[TEXT_MAX]);

/* The name of a LINKTYPE_ value, or its number. */
const char *text_linktype(uint16_t linktype, char out[TEXT_MAX]);

#endif
