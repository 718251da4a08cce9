/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "progress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "diag.h"
#include "signals.h"
#include "text.h"

enum { NAME_SHOWN = 40 };

static const char *volatile phase;
static struct timespec begun;

static void on_tick(int number)
{
    const int error = errno;

    (void)number;
    if (!phase) {
        signals_tick = 1;
        signals_pending = 1;
    } else {
        diag_progress(phase);
    }
    errno = error;
}

void progress_begin(bool quiet)
{
    const struct sigaction tick = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    const struct itimerval twice_a_second = {.it_value.tv_sec = 1, .it_interval.tv_usec = 500000};

    if (quiet || !isatty(STDERR_FILENO))
        return;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    if (sigaction(SIGALRM, &tick, NULL) == 0)
        (void)setitimer(ITIMER_REAL, &twice_a_second, NULL);
}

void progress_phase(const char *text)
{
    phase = text;
    if (!text)
        diag_progress_end();
}

void progress_show(const char *in, uint64_t packets, uint64_t bytes, double share)
{
    char line[NAME_SHOWN + 4 * TEXT_MAX];
    char text[3][TEXT_MAX];
    const char *slash = strrchr(in, '/');
    struct timespec now;
    double seconds;
    int len;

    clock_gettime(CLOCK_MONOTONIC, &now);
    seconds = (double)(now.tv_sec - begun.tv_sec) + (double)(now.tv_nsec - begun.tv_nsec) / 1e9;
    len = snprintf(line, sizeof line, "%.*s: %s packets, %s/s, %s", NAME_SHOWN,
                   slash ? slash + 1 : in, text_scaled((double)packets, "", text[0]),
                   text_scaled((double)packets / seconds, "", text[1]),
                   text_scaled((double)bytes / seconds, "B/s", text[2]));
    if (share > 0)
        snprintf(line + len, sizeof line - (size_t)len, ", %.0f%%, %.0f s left", 100 * share,
                 seconds * (1 - share) / share);
    diag_progress(line);
}

void progress_end(void)
{
    const struct itimerval never = {.it_value.tv_sec = 0};

    (void)setitimer(ITIMER_REAL, &never, NULL);
    phase = NULL;
    diag_progress_end();
}
