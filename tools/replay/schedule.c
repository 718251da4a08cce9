/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schedule.h"

#define NS_PER_S 1000000000u

__extension__ typedef unsigned __int128 uint128;

int64_t schedule_later(int64_t time_ns, int64_t by_ns)
{
    int64_t result;

    return __builtin_add_overflow(time_ns, by_ns, &result) ? INT64_MAX : result;
}

/* Returns value * numerator / denominator, at most INT64_MAX. */
static int64_t scaled(uint64_t value, uint64_t numerator, uint64_t denominator)
{
    uint128 result = (uint128)value * numerator / denominator;

    return result > INT64_MAX ? INT64_MAX : (int64_t)result;
}

void schedule_begin(struct schedule *schedule, int64_t now_ns)
{
    schedule->begun_ns = now_ns;
    schedule->packets = 0;
    schedule->bits = 0;
    schedule->has_time = false;
    schedule->due_ns = 0;
    schedule->due_rest = 0;
}

/* Adds a recorded gap to the last due time, without rounding errors. */
static void add_gap(struct schedule *schedule, uint64_t gap_ns)
{
    uint128 parts = (uint128)gap_ns * schedule->rate.denominator + schedule->due_rest;
    uint128 ns = parts / schedule->rate.numerator;

    schedule->due_rest = (uint64_t)(parts % schedule->rate.numerator);
    if (schedule->max_gap_ns && ns > (uint64_t)schedule->max_gap_ns) {
        ns = (uint64_t)schedule->max_gap_ns;
        schedule->due_rest = 0;
    }
    schedule->due_ns = ns > INT64_MAX ? INT64_MAX : schedule_later(schedule->due_ns, (int64_t)ns);
}

static void next_recorded(struct schedule *schedule, bool has_time, int64_t recorded_ns)
{
    if (!has_time)
        return;
    if (schedule->has_time && recorded_ns > schedule->last_ns)
        add_gap(schedule, (uint64_t)recorded_ns - (uint64_t)schedule->last_ns);
    if (!schedule->has_time || recorded_ns > schedule->last_ns)
        schedule->last_ns = recorded_ns;
    schedule->has_time = true;
}

int64_t schedule_end(const struct schedule *schedule)
{
    const struct schedule_rate *rate = &schedule->rate;
    const uint64_t steps = schedule->packets - schedule->packets % schedule->pps_multi;
    int64_t due_ns = schedule->due_ns;

    if (schedule->kind == SCHEDULE_MBPS) /* 1 Mbit/s is one bit per 1000 ns */
        due_ns = scaled(schedule->bits, rate->denominator * 1000, rate->numerator);
    else if (schedule->kind == SCHEDULE_PPS)
        due_ns = scaled(steps, rate->denominator * NS_PER_S, rate->numerator);
    return schedule_later(schedule->begun_ns, due_ns);
}

int64_t schedule_next(struct schedule *schedule, bool has_time, int64_t recorded_ns, uint32_t len)
{
    int64_t due;

    if (schedule->kind == SCHEDULE_RECORDED)
        next_recorded(schedule, has_time, recorded_ns);
    due = schedule_end(schedule);
    schedule->packets++;
    schedule->bits += (uint64_t)len * 8;
    return due;
}

void schedule_shift(struct schedule *schedule, int64_t ns)
{
    schedule->begun_ns = schedule_later(schedule->begun_ns, ns);
}
