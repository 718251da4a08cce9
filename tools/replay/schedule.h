/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SCHEDULE_H
#define REPLAY_SCHEDULE_H

/*
 * Calculates when each packet of a replay is due. Deadlines are absolute, so a late packet does not
 * delay the packets after it, and errors do not accumulate.
 */

#include <stdbool.h>
#include <stdint.h>

enum schedule_kind {
    SCHEDULE_RECORDED, /* recorded gaps between packets, divided by the multiplier */
    SCHEDULE_MBPS,     /* megabits per second, counted in frame bits */
    SCHEDULE_PPS,      /* packets per second, pps_multi at a time */
    SCHEDULE_TOPSPEED  /* no waiting */
};

/* A rate above 0 as a fraction. The numerator is at most 10^18, the denominator is 10^9. */
struct schedule_rate {
    uint64_t numerator;
    uint64_t denominator;
};

struct schedule {
    enum schedule_kind kind;
    struct schedule_rate rate; /* multiplier, megabits per second, or packets per second */
    uint32_t pps_multi;        /* packets that are due together, at least 1 */
    int64_t max_gap_ns;        /* maximum gap between two packets (--maxsleep), 0 for no limit */

    /* State since the last schedule_begin. */
    int64_t begun_ns;  /* time of schedule_begin */
    uint64_t packets;  /* packets scheduled so far */
    uint64_t bits;     /* bits in these packets */
    bool has_time;     /* a packet with a time has been scheduled */
    int64_t last_ns;   /* the latest recorded time */
    int64_t due_ns;    /* due time of the last packet, since begun_ns */
    uint64_t due_rest; /* fraction of due_ns, in 1 / rate.numerator ns */
};

/*
 * Starts a schedule at `now_ns`. Call this at the start and for each loop. All members except the
 * last group must be set.
 */
void schedule_begin(struct schedule *schedule, int64_t now_ns);

/*
 * Returns when the next packet is due. `recorded_ns` is its time in the capture. If it has none
 * (has_time is false), it is due together with the previous packet. `len` is its bytes on the wire.
 * Deadlines never go back: a recorded time before the previous one counts as equal. Results above
 * INT64_MAX become INT64_MAX.
 */
int64_t schedule_next(struct schedule *schedule, bool has_time, int64_t recorded_ns, uint32_t len);

/* Returns when a packet after the last one would be due if it had the same recorded time. */
int64_t schedule_end(const struct schedule *schedule);

/* Returns the sum, at most INT64_MAX. */
int64_t schedule_later(int64_t time_ns, int64_t by_ns);

/* Delays all future packets, for example after a pause. */
void schedule_shift(struct schedule *schedule, int64_t ns);

#endif
