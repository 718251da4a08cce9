/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pace.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/diag.h"
#include "base/signals.h"

/*
 * Wake up this long before a frame is due, then poll the clock. A sleep ends late, by up to this
 * time.
 */
#define SPIN_NS 60000

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t pace_now(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t pace_time_of_day(void)
{
    return clock_ns(CLOCK_REALTIME);
}

/* Suspends the process (Ctrl-Z). Everything after the pause is delayed by its length. */
static void pause_replay(void *context)
{
    struct replay *replay = context;
    const int64_t before = pace_now();
    int64_t pause;

    signals_suspend();
    if (!replay->start_ns) /* not sending yet */
        return;
    pause = pace_now() - before;
    schedule_shift(&replay->schedule, pause);
    replay->due_ns = schedule_later(replay->due_ns, pause);
    replay->start_ns += pause;
    replay->report_ns += pause;
}

static void print_report(void *context)
{
    struct replay *replay = context;

    scan_count_read(&replay->source.scan);
    if (replay->start_ns)
        replay->ns = pace_now() - replay->start_ns;
    if (replay->config->report)
        replay->config->report(replay);
}

static void print_progress(void *context)
{
    const struct replay *replay = context;
    const double seconds = (double)(pace_now() - replay->start_ns) / (double)NS_PER_S;
    const double rate = (double)replay->packets / seconds;
    char line[DIAG_PROGRESS_MAX + 1];
    int len =
        snprintf(line, sizeof line, "%" PRIu64 " packets, %.0f a second", replay->packets, rate);

    if (!replay->start_ns)
        return;
    if (replay->expected > replay->packets && rate > 0)
        snprintf(line + len, sizeof line - (size_t)len, ", %.0f%%, %.0f s left",
                 100 * (double)replay->packets / (double)replay->expected,
                 (double)(replay->expected - replay->packets) / rate);
    diag_progress(line);
}

bool pace_go_on(struct replay *replay)
{
    const struct signals_actions actions = {.report = print_report,
                                            .progress = print_progress,
                                            .pause = pause_replay,
                                            .context = replay};

    return !signals_pending || signals_handle(&actions);
}

bool pace_is_over(const struct replay *replay)
{
    const int64_t duration = replay->config->duration_ns;

    return duration && replay->start_ns && pace_now() - replay->start_ns >= duration;
}

void pace_report(struct replay *replay)
{
    const struct replay_config *config = replay->config;
    const int64_t now = config->stats_ns ? pace_now() : 0;

    if (!config->stats_ns || now < replay->report_ns)
        return;
    diag_progress_end();
    print_report(replay);
    while (replay->report_ns <= now)
        replay->report_ns += config->stats_ns;
}

bool pace_wait_until_due(struct replay *replay)
{
    const int64_t duration = replay->config->duration_ns;

    for (int64_t now = pace_now(); now < replay->due_ns; now = pace_now()) {
        const int64_t left = replay->due_ns - SPIN_NS - now;

        if (duration && replay->due_ns - replay->start_ns >= duration)
            return false;
        if (left > 0) {
            const int64_t wake = now + (left < NAP_NS ? left : NAP_NS);
            const struct timespec until = {wake / NS_PER_S, wake % NS_PER_S};

            (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
            if (!pace_go_on(replay))
                return false;
            pace_report(replay);
        }
    }
    return true;
}
