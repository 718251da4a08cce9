/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_PACE_H
#define REPLAY_PACE_H

/* Time and signals in a replay. A part of replay.c, like dispatch.h and look_ahead.h. */

#include "state.h"

#define NS_PER_S INT64_C(1000000000)

/*
 * Maximum sleep. A signal that arrives just before the sleep is handled after this time at the
 * latest.
 */
#define NAP_NS 500000000

/* Nanoseconds of CLOCK_MONOTONIC, and of CLOCK_REALTIME. */
int64_t pace_now(void);
int64_t pace_time_of_day(void);

/* Handles pending signals. Returns false to end the replay. */
bool pace_go_on(struct replay *replay);

/* Whether the replay has reached its maximum duration. */
bool pace_is_over(const struct replay *replay);

/* Prints the counters if a report is due. */
void pace_report(struct replay *replay);

/* Waits until replay->due_ns. A pause by signal delays that. Returns false to end the replay. */
bool pace_wait_until_due(struct replay *replay);

#endif
