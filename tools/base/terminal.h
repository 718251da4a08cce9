/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

/* What the user's terminal can show. */

#include <stdbool.h>

/*
 * Characters in a line: the environment's COLUMNS, else the width of the terminal `fd`, else 80. It
 * is at least 40, so that words fit, and at most 500.
 */
unsigned terminal_width(int fd);

/* Whether `fd` is a terminal, and the environment's NO_COLOR is not set or empty. */
bool terminal_has_colours(int fd);

/* Whether the program's locale is one of UTF-8. */
bool terminal_is_utf8(void);

#endif
