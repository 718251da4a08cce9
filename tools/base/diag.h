/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

/* All messages are printed here: one line each, on standard error. */

#include <stdint.h>

enum exit_code {
    EXIT_CLEAN = 0,
    EXIT_RUNTIME = 1, /* failure of a file, device or memory; with --strict, a bad packet */
    EXIT_USAGE = 2,
    EXIT_PARTLY = 3 /* finished, but some packets could not be handled or the input is cut */
};

/* Messages of one kind. A capture full of bad packets must not flood the terminal. */
#define DIAG_MESSAGES_MAX 10

#define DIAG_PROGRESS_MAX 160 /* bytes */

/*
 * Shows a progress line, cut to DIAG_PROGRESS_MAX bytes. The next line, the next message or
 * diag_progress_end replaces it. Shows nothing while the process is in the background of its
 * terminal. Safe in a signal handler.
 */
void diag_progress(const char *text);
void diag_progress_end(void);

/* The name of a file in messages: `standard` for the path -, else the path. */
const char *diag_file_name(const char *path, const char *standard);

/* `subject: message` */
void diag(const char *subject, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `file: packet N: message` */
void diag_packet(const char *file, uint64_t number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
