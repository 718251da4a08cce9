/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/*
 * SIGINT, SIGTERM and SIGHUP request a clean end. The same signal a second time ends the process at
 * once. SIGUSR1 requests counters. SIGPIPE and SIGXFSZ are ignored: a closed pipe or a file at its
 * size limit is a failed write.
 */

#include <signal.h>
#include <stdbool.h>

extern volatile sig_atomic_t signals_pending; /* one of those below is set */
extern volatile sig_atomic_t signals_stop;    /* the signal that requests an end, or 0 */
extern volatile sig_atomic_t signals_report;  /* counters are requested */
extern volatile sig_atomic_t signals_pause;   /* SIGTSTP came, after signals_catch_pause */
extern volatile sig_atomic_t signals_tick;    /* a progress line is due (progress.h) */

/* Actions for signals that do not end the process. Each may be NULL. */
struct signals_actions {
    void (*report)(void *context);   /* print counters */
    void (*progress)(void *context); /* show the progress line */
    void (*pause)(void *context);    /* stop until SIGCONT, with signals_suspend */
    void *context;
};

/* Runs the actions for pending signals. Returns false if one of the signals requests an end. */
bool signals_handle(const struct signals_actions *actions);

void signals_install(void);

/*
 * Waits until a read of `fd` would not block, for at most `timeout_ms` (-1: no limit). Returns
 * false after that time or if a signal is pending. No signal is missed before the wait starts.
 */
bool signals_wait(int fd, int timeout_ms);

/* Waits without limit. Calls `go_on` at each signal; returns false if that returns false. */
bool signals_wait_while(bool (*go_on)(void *context), void *context, int fd);

/* signals_catch_pause: SIGTSTP sets signals_pause. signals_suspend: stops until SIGCONT. */
void signals_catch_pause(void);
void signals_suspend(void);

/*
 * Ends the process by the signal in signals_stop, so that the shell sees it. Returns if there was
 * none.
 */
void signals_end(void);

#endif
