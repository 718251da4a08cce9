/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

/*
 * Progress of a command: one line on the terminal, updated twice a second after the first second.
 * Nothing is shown if standard error is not a terminal, or if the process is in its background. A
 * timer signal requests each update (signals_tick), so that packets cost nothing extra.
 */

#include <stdbool.h>
#include <stdint.h>

/* Starts the timer, unless `quiet`. */
void progress_begin(bool quiet);

/*
 * Sets the line for work that does not check signals_tick, such as "reading map.yaml". The text
 * must stay valid until the next call. NULL ends that work.
 */
void progress_phase(const char *text);

/*
 * Shows how much of the capture `in` was read: packets, bytes, and the share between 0 and 1.
 * A share of 0 means unknown.
 */
void progress_show(const char *in, uint64_t packets, uint64_t bytes, double share);

/* Stops the timer and erases the line. */
void progress_end(void);

#endif
