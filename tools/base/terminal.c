/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH = 80, WIDTH_MIN = 40, WIDTH_MAX = 500 };

unsigned terminal_width(int fd)
{
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    struct winsize window;

    if (width <= 0 && ioctl(fd, TIOCGWINSZ, &window) == 0)
        width = window.ws_col;
    if (width <= 0)
        return WIDTH;
    if (width > WIDTH_MAX)
        return WIDTH_MAX;
    return width < WIDTH_MIN ? WIDTH_MIN : (unsigned)width;
}

bool terminal_has_colours(int fd)
{
    const char *no_color = getenv("NO_COLOR");

    return isatty(fd) && !(no_color && *no_color);
}

bool terminal_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
