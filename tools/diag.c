/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diag.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *diag_file_name(const char *path, const char *standard)
{
    return strcmp(path, "-") == 0 ? standard : path;
}

void diag(const char *subject, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "%s: ", subject);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void diag_packet(const char *file, uint64_t number, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "%s: packet %" PRIu64 ": ", file, number);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}
