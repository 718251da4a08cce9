/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

/*
 * How far a command is: one line on the terminal, from its first second on, twice a second, and
 * nothing where standard error is no terminal or the process is in its background. A timer's signal
 * asks for it (signals_tick), so that it costs nothing a packet.
 */

#include <stdbool.h>

#include "capfile/reader.h"

/* Begins, unless the command is to be quiet. */
void progress_begin(bool quiet);

/*
 * What the process is busy with while nobody looks at signals_tick, such as "reading map.yaml"; it
 * must stay until the next call. NULL where that is over.
 */
void progress_phase(const char *text);

/* Shows how much of a capture, called `in`, was read: as a share where it is a file. */
void progress_show(const char *in, const struct cap_reader *reader);

/* Takes the line off the terminal. */
void progress_end(void);

#endif
