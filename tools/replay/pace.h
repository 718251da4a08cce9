/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_PACE_H
#define REPLAY_PACE_H

/* Time and signals in a replay: a part of replay.c, as are dispatch.h and look_ahead.h. */

#include "state.h"

#define NS_PER_S INT64_C(1000000000)

/* The process sleeps this long at most, so that a signal that came just before it is seen. */
#define NAP_NS 500000000

/* Nanoseconds of CLOCK_MONOTONIC and of the time of day. */
int64_t pace_now(void);
int64_t pace_time_of_day(void);

/* Reacts to signals; false to end the replay. */
bool pace_go_on(struct replay *replay);

/* Whether the replay's duration is over. */
bool pace_is_over(const struct replay *replay);

/* Reports counters if it is time for that. */
void pace_report(struct replay *replay);

/* Waits until replay->due_ns, which a pause moves; false to end the replay. */
bool pace_wait_until_due(struct replay *replay);

#endif
