/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_TIME_TEXT_H
#define TOOLS_TIME_TEXT_H

/* Times as users write them. */

#include <stdbool.h>

#include "capfile/timestamp.h"

/*
 * Reads a time as editcap takes it: `2026-01-01 10:00:00`, also with T between date and time,
 * without seconds, with up to 9 digits behind a point or comma, and with Z or an offset such as
 * +01:00 (local time without); or seconds since 1970 such as 1767261600.5. Returns false where
 * it is none.
 */
bool time_text_read(const char *text, struct cap_time *time);

#endif
