/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_REPORT_H
#define REPLAY_REPORT_H

/*
 * Prints the counters of a replay. The text is the same as that of tcpreplay, for scripts that read
 * it.
 */

#include <stdio.h>

#include "state.h"

void replay_print(const struct replay *replay, FILE *stream);

/* Prints one line of JSON. Returns 0, or -1 if out of memory. */
int replay_print_json(const struct replay *replay, FILE *stream);

#endif
