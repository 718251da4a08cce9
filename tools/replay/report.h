/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_REPORT_H
#define REPLAY_REPORT_H

/* The counters of a replay, in the words of tcpreplay, for scripts that read its output. */

#include <stdio.h>

#include "state.h"

void replay_print(const struct replay *replay, FILE *stream);

/* As JSON on one line. Returns 0, or -1 if out of memory. */
int replay_print_json(const struct replay *replay, FILE *stream);

#endif
