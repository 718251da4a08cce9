/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diag.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t progress_shown;

const char *diag_file_name(const char *path, const char *standard)
{
    return strcmp(path, "-") == 0 ? standard : path;
}

static void write_progress(const char *text, size_t len)
{
    static const char erase_rest[] = {'\033', '[', 'K'}; /* the old text may be longer */
    char line[1 + DIAG_PROGRESS_MAX + sizeof erase_rest] = "\r";

    memcpy(line + 1, text, len);
    memcpy(line + 1 + len, erase_rest, sizeof erase_rest);
    (void)!write(STDERR_FILENO, line, 1 + len + sizeof erase_rest);
}

void diag_progress(const char *text)
{
    const pid_t group = tcgetpgrp(STDERR_FILENO);

    if (group >= 0 && group != getpgrp()) /* in the background, the terminal is not ours */
        return;
    progress_shown = 1;
    write_progress(text, strnlen(text, DIAG_PROGRESS_MAX));
}

void diag_progress_end(void)
{
    if (progress_shown)
        write_progress("", 0);
    progress_shown = 0;
}

void diag(const char *subject, const char *format, ...)
{
    va_list args;

    diag_progress_end();
    va_start(args, format);
    fprintf(stderr, "%s: ", subject);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void diag_packet(const char *file, uint64_t number, const char *format, ...)
{
    va_list args;

    diag_progress_end();
    va_start(args, format);
    fprintf(stderr, "%s: packet %" PRIu64 ": ", file, number);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}
