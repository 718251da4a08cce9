/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SCHEDULE_H
#define REPLAY_SCHEDULE_H

/*
 * When each packet of a replay is due, in nanoseconds since the replay began. Pure arithmetic:
 * deadlines are absolute, so that a packet that is late does not delay those behind it, and no
 * error adds up.
 */

#include <stdbool.h>
#include <stdint.h>

enum schedule_kind {
    SCHEDULE_RECORDED, /* as the capture's times are apart, divided by a multiplier */
    SCHEDULE_MBPS,     /* so many bits of frames a second */
    SCHEDULE_PPS,      /* so many packets a second, some at a time */
    SCHEDULE_TOPSPEED  /* at once */
};

/* A number above 0 as a fraction, numerator at most 10^18, denominator 10^9. */
struct schedule_rate {
    uint64_t numerator;
    uint64_t denominator;
};

struct schedule {
    enum schedule_kind kind;
    struct schedule_rate rate; /* the multiplier, megabits or packets a second */
    uint32_t pps_multi;        /* packets that are due at one time, at least 1 */
    int64_t max_gap_ns;        /* between two packets (--maxsleep), or 0 for no limit */

    /* Since the last schedule_begin. */
    int64_t begun_ns;  /* when it was */
    uint64_t packets;  /* asked for so far */
    uint64_t bits;     /* in them */
    bool has_time;     /* the last one had a time */
    int64_t last_ns;   /* its recorded time */
    int64_t due_ns;    /* when it was due, since begun_ns */
    uint64_t due_rest; /* and that by which it was later, in 1 / rate.numerator ns */
};

/* Begins with all but the last group set: at the start, and with each loop, at a time `now_ns`. */
void schedule_begin(struct schedule *schedule, int64_t now_ns);

/*
 * When the next packet is due: `recorded_ns` is its time in the capture (has_time says that it has
 * one; else it is due with the one before), `len` its bytes on the wire. Never before an earlier
 * one; a recorded time before that of the last packet counts as the same. Results that do not fit
 * are INT64_MAX.
 */
int64_t schedule_next(struct schedule *schedule, bool has_time, int64_t recorded_ns, uint32_t len);

/* When the packet behind the last one would be due, were it recorded at the same time. */
int64_t schedule_end(const struct schedule *schedule);

/* A time that is later by so much, at most INT64_MAX. */
int64_t schedule_later(int64_t time_ns, int64_t by_ns);

/* Moves all that is to come, as after a pause. */
void schedule_shift(struct schedule *schedule, int64_t ns);

#endif
