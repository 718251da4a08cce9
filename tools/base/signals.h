/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/*
 * SIGINT, SIGTERM and SIGHUP ask for a clean end, SIGUSR1 for counters. A second signal of the
 * first three ends the process at once. SIGPIPE and SIGXFSZ are ignored: a closed pipe and a file
 * that must not grow are failed writes.
 */

#include <signal.h>
#include <stdbool.h>

extern volatile sig_atomic_t signals_pending; /* any of those below */
extern volatile sig_atomic_t signals_stop;    /* the signal that asks for an end, or 0 */
extern volatile sig_atomic_t signals_report;  /* counters are asked for */
extern volatile sig_atomic_t signals_pause;   /* SIGTSTP came, after signals_catch_pause */
extern volatile sig_atomic_t signals_tick;    /* the line of progress is due (progress.h) */

/* What to do at signals that do not end the process; each may be NULL. */
struct signals_actions {
    void (*report)(void *context);   /* print counters */
    void (*progress)(void *context); /* show the line of progress */
    void (*pause)(void *context);    /* stop until SIGCONT, with signals_suspend */
    void *context;
};

/* Does what pending signals ask for. Returns false if one of them asks for an end. */
bool signals_handle(const struct signals_actions *actions);

void signals_install(void);

/*
 * Waits until a read of `fd` would return at once, for `timeout_ms` at the most (-1 for ever).
 * Returns false when that time is over or a signal is pending; none is missed in between.
 */
bool signals_wait(int fd, int timeout_ms);

/* Waits for ever, but asks at each signal whether to go on; false where that says no. */
bool signals_wait_while(bool (*go_on)(void *context), void *context, int fd);

/* Sets signals_pause at SIGTSTP instead of stopping; and stops then, until SIGCONT. */
void signals_catch_pause(void);
void signals_suspend(void);

/* Ends the process by signals_stop, so that the caller's shell sees it. */
void signals_end(void);

#endif
