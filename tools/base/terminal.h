/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

/* What the user's terminal can show. */

#include <stdbool.h>

/*
 * Characters in a line: the environment variable COLUMNS, else the width of the terminal `fd`, else
 * 80. At least 40, so that words fit, and at most 500.
 */
unsigned terminal_width(int fd);

/* Whether `fd` is a terminal and the environment variable NO_COLOR is unset or empty. */
bool terminal_has_colours(int fd);

/* Whether the locale's character set is UTF-8. The caller has set the locale. */
bool terminal_is_utf8(void);

#endif
