/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

/*
 * How far a command is: one line on the terminal, from its first second on, twice a second, and
 * nothing where standard error is no terminal or the process is in its background. A timer's signal
 * asks for it (signals_tick), so that it costs nothing a packet.
 */

#include <stdbool.h>
#include <stdint.h>

/* Begins, unless the command is to be quiet. */
void progress_begin(bool quiet);

/*
 * What the process is busy with while nobody looks at signals_tick, such as "reading map.yaml"; it
 * must stay until the next call. NULL where that is over.
 */
void progress_phase(const char *text);

/*
 * Shows how much of a capture, called `in`, was read: packets, bytes, and the share of it between
 * 0 and 1, or 0 where that is not known.
 */
void progress_show(const char *in, uint64_t packets, uint64_t bytes, double share);

/* Takes the line off the terminal. */
void progress_end(void);

#endif
