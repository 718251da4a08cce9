/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cap_error_set(struct cap_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
}

void cap_error_system(struct cap_error *error, const char *what)
{
    cap_error_set(error, "%s: %s", what, strerror(errno));
}
