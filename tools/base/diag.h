/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

/* The only printer of messages: one line each, on standard error. */

#include <stdint.h>

/* How the process ends. */
enum exit_code {
    EXIT_CLEAN = 0,
    EXIT_RUNTIME = 1, /* file, device, memory; with --strict, a bad packet */
    EXIT_USAGE = 2,
    EXIT_PARTLY = 3 /* finished, but with packets that could not be handled, or a cut input */
};

/* Messages of a kind: a capture of nothing but bad packets must not flood the terminal. */
#define DIAG_MESSAGES_MAX 10

#define DIAG_PROGRESS_MAX 160

/*
 * A line of the terminal, at most DIAG_PROGRESS_MAX bytes, that stands until the next one, the next
 * message or diag_progress_end. Not while the process is in the terminal's background. Safe in a
 * signal handler.
 */
void diag_progress(const char *text);
void diag_progress_end(void);

/* What messages call a file: - is the standard one. */
const char *diag_file_name(const char *path, const char *standard);

/* `subject: message` */
void diag(const char *subject, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `file: packet N: message` */
void diag_packet(const char *file, uint64_t number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
