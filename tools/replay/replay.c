/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"

#define NS_PER_S INT64_C(1000000000)

/* So long before a frame is due the process is awake: sleep ends late, by that or less. */
#define SPIN_NS 60000

/* So long at most the process sleeps: signals that came just before are looked at then. */
#define NAP_NS 500000000

/* So long a busy interface is waited for before signals are looked at. */
#define BUSY_NS 10000000

/* So long the interface's counters may stand still, at the end, while they miss frames. */
#define DRAIN_NS 1000000000
#define DRAIN_NAP_NS 5000000

enum { ARENA = 1024 * 1024 };

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t replay_now(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* A pause by the terminal: what is to come is as much later. */
static void pause_replay(struct replay *replay)
{
    const int64_t before = replay_now();
    int64_t pause;

    signals_suspend();
    if (!replay->start_ns) /* the capture is still read or looked through */
        return;
    pause = replay_now() - before;
    schedule_shift(&replay->schedule, pause);
    replay->due_ns = schedule_later(replay->due_ns, pause);
    replay->start_ns += pause;
    replay->report_ns += pause;
}

bool replay_go_on(void *context)
{
    struct replay *replay = context;

    if (!signals_pending)
        return true;
    signals_pending = signals_stop != 0;
    if (signals_pause)
        pause_replay(replay);
    if (signals_report) {
        signals_report = 0;
        if (replay->start_ns)
            replay->ns = replay_now() - replay->start_ns;
        diag_progress_end();
        replay_print(replay, stderr);
    }
    if (progress_due && replay->start_ns)
        replay_show_progress(replay);
    return signals_stop == 0;
}

/* ---- Sending ---- */

static bool is_out_of_time(const struct replay *replay)
{
    const int64_t duration = replay->config->duration_ns;

    return duration && replay->start_ns && replay_now() - replay->start_ns >= duration;
}

static void take_sent(struct replay_target *target, uint32_t from, uint32_t count)
{
    target->counts.sent += count;
    for (uint32_t i = from; i < from + count; i++)
        target->counts.bytes += target->batch[i].len;
}

/* Whether nothing more can be sent: the interface is gone or down, the file cannot be written. */
static bool is_final(const struct replay *replay, int reason)
{
    if (replay->config->sender.kind == SENDER_FILE)
        return reason != EMSGSIZE && reason != EOVERFLOW;
    return reason == ENETDOWN || reason == ENODEV || reason == ENXIO;
}

static void take_failed(const struct replay *replay, struct replay_target *target, uint32_t count,
                        int reason)
{
    target->counts.failed += count;
    target->counts.reason = reason;
    target->lost |= is_final(replay, reason);
}

/* Counters on the way. */
static void report(struct replay *replay)
{
    const struct replay_config *config = replay->config;
    const int64_t now = config->stats_ns ? replay_now() : 0;

    if (!config->stats_ns || now < replay->report_ns)
        return;
    replay->ns = now - replay->start_ns;
    diag_progress_end();
    replay_print(replay, stderr);
    while (replay->report_ns <= now)
        replay->report_ns += config->stats_ns;
}

/* Sends what is gathered for a target; false to end the replay. */
static bool send_to(struct replay *replay, struct replay_target *target)
{
    uint32_t done = 0;
    bool go_on = true;

    while (done < target->count && go_on) {
        int reason = 0;
        uint32_t sent =
            sender_send(target->sender, target->batch + done, target->count - done, &reason);

        take_sent(target, done, sent);
        done += sent;
        if (done < target->count && sender_is_busy(reason)) {
            *(reason == ENOBUFS ? &target->counts.queue_full : &target->counts.busy) += 1;
            sender_wait(target->sender, BUSY_NS);
            go_on = !is_out_of_time(replay);
        } else if (done < target->count) {
            take_failed(replay, target, 1, reason);
            done++;
        }
        go_on = replay_go_on(replay) && !target->lost && go_on;
    }
    if (target->lost)
        target->counts.failed += target->count - done;
    else
        replay->packets -= target->count - done; /* not tried: a signal came, or time is over */
    target->count = 0;
    return go_on;
}

static bool send_batches(struct replay *replay)
{
    bool go_on = replay_go_on(replay);

    for (uint32_t i = 0; i < replay->target_count; i++)
        if (replay->targets[i].count)
            go_on &= send_to(replay, &replay->targets[i]);
    replay->fill = 0;
    report(replay);
    return go_on;
}

/* The target of a frame, or NULL where memory is out. */
struct replay_target *replay_target_of(struct replay *replay, const struct source_frame *frame)
{
    const bool raw = replay->targets->iface.linktype != CAP_LINKTYPE_ETHERNET;
    uint32_t index = direction_of(replay->direction, frame->data, frame->caplen, frame->len, raw,
                                  frame->iface_id);

    return index < replay->target_count ? &replay->targets[index] : NULL;
}

/* What both sides of a talk say keeps its order. Tenants have nothing to do with each other. */
static bool keep_order(struct replay *replay, struct replay_target *target)
{
    struct replay_target *last = replay->last;

    replay->last = target;
    return !last || last == target || last->count == 0 ||
           replay->direction->kind == DIRECTION_VSID || send_batches(replay);
}

/*
 * Puts a frame for a target into its batch, as it is to be sent; it stands in the arena already.
 * Returns false to end the replay.
 */
static bool add_frame(struct replay *replay, struct replay_target *target,
                      struct source_frame *frame)
{
    const uint32_t excess = iface_excess(&target->iface, frame->data, frame->caplen);
    if (excess) {
        target->counts.over_mtu++;
        if (replay->config->mtu_action == MTU_ERROR) { /* it could not be looked at before */
            replay->packets++;
            take_failed(replay, target, 1, EMSGSIZE);
            return true;
        }
        if (replay->config->mtu_action == MTU_DROP)
            return true;
        if (replay->config->mtu_action == MTU_TRUNC)
            frame->caplen -= excess;
    }
    if (!keep_order(replay, target))
        return false;
    replay->packets++;
    target->counts.cut += frame->caplen < frame->len;
    target->batch[target->count++] =
        (struct sender_frame){frame->data, frame->caplen, replay->due_ns + replay->epoch_ns};
    if (frame->in_room) /* it stands where the arena was filled to when it was made */
        replay->fill = (size_t)(frame->data - replay->arena) + frame->caplen;
    return true;
}

static bool is_over(const struct replay *replay)
{
    const struct replay_config *config = replay->config;

    return (config->limit && replay->packets >= config->limit) || is_out_of_time(replay);
}

static bool is_full(const struct replay *replay)
{
    bool full = replay->fill > ARENA;

    for (uint32_t i = 0; i < replay->target_count && !full; i++)
        full = replay->targets[i].count == SENDER_BATCH_MAX;
    return full;
}

/* ---- Waiting ---- */

/* Waits until replay->due_ns, which a pause moves; false to end the replay. */
static bool wait_until_due(struct replay *replay)
{
    const int64_t duration = replay->config->duration_ns;

    for (int64_t now = replay_now(); now < replay->due_ns; now = replay_now()) {
        const int64_t left = replay->due_ns - SPIN_NS - now;

        if (duration && replay->due_ns - replay->start_ns >= duration)
            return false;
        if (left > 0) {
            const int64_t wake = now + (left < NAP_NS ? left : NAP_NS);
            const struct timespec until = {wake / NS_PER_S, wake % NS_PER_S};

            (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
            if (!replay_go_on(replay))
                return false;
            report(replay);
        }
    }
    return true;
}

bool replay_wait_for_input(void *context, int fd)
{
    struct replay *replay = context;

    if (replay->arena && !send_batches(replay))
        return false;
    while (!signals_wait(fd, NAP_NS / 1000000)) {
        if (!replay_go_on(replay) || is_out_of_time(replay))
            return false;
        if (replay->start_ns)
            report(replay);
    }
    return true;
}

/* Sends what is due before the frame that comes next, and waits for that one. */
static bool make_way(struct replay *replay, int64_t due_ns)
{
    replay->due_ns = due_ns;
    if (replay->schedule.kind == SCHEDULE_TOPSPEED || due_ns <= replay_now())
        return true;
    return send_batches(replay) && wait_until_due(replay);
}

/* One loop through the capture; false to end the replay. The last frames are not sent yet. */
static bool replay_once(struct replay *replay)
{
    enum source_event event = SOURCE_FRAME;
    struct replay_target *target;
    struct source_frame frame;

    while (!is_over(replay)) {
        if (is_full(replay) && !send_batches(replay))
            return false;
        event = source_next(replay->source, replay->arena + replay->fill, &frame);
        if (event != SOURCE_FRAME)
            break;
        if (!make_way(replay,
                      schedule_next(&replay->schedule, frame.has_time, frame.time_ns, frame.len)))
            return false;
        target = replay_target_of(replay, &frame);
        if (!target) {
            diag(replay->targets->name, "out of memory");
            replay->source->code = EXIT_RUNTIME;
            return false;
        }
        if (!add_frame(replay, target, &frame))
            return false;
    }
    return event == SOURCE_END;
}

/*
 * Frames that the interface's own counters do not show. Those that still wait in its queue are
 * given time, as long as the counters go on.
 */
static uint64_t missing_at(const struct replay_target *target)
{
    const struct timespec nap = {.tv_nsec = DRAIN_NAP_NS};
    struct iface_counters now;
    uint64_t missing = target->counts.sent;

    for (int64_t naps = 0; missing && naps < DRAIN_NS / DRAIN_NAP_NS && !signals_stop; naps++) {
        uint64_t before = missing;

        if (naps)
            (void)nanosleep(&nap, NULL);
        if (iface_counters(target->name, &now) != 0)
            return 0;
        missing = now.packets - target->before.packets;
        missing = missing < target->counts.sent ? target->counts.sent - missing : 0;
        if (missing < before)
            naps = 0;
    }
    return missing;
}

/* What turned out at the end; and whether the interface's own counters agree. */
static void finish(struct replay *replay, struct replay_target *target)
{
    int reason = 0;
    uint32_t failed = sender_flush(target->sender, &reason);

    target->counts.sent -= failed;
    if (failed)
        take_failed(replay, target, failed, reason);
    if (target->counts.sent == 0)
        target->counts.bytes = 0;
    if (target->lost)
        diag(target->name, "cannot send: %s", strerror(target->counts.reason));
    if (replay->config->sender.kind != SENDER_FILE && !target->lost)
        target->counts.missing = missing_at(target);
}

static void begin(struct replay *replay)
{
    for (uint32_t i = 0; i < replay->target_count; i++)
        if (replay->config->sender.kind != SENDER_FILE)
            (void)iface_counters(replay->targets[i].name, &replay->targets[i].before);
    replay->schedule = replay->config->schedule;
    replay->start_ns = replay_now();
    replay->epoch_ns = clock_ns(CLOCK_REALTIME) - replay->start_ns;
    replay->report_ns = replay->start_ns + replay->config->stats_ns;
    schedule_begin(&replay->schedule, replay->start_ns);
}

/* The next loop begins when it is due, however late this one was; at top speed it is due now. */
static bool begin_loop(struct replay *replay)
{
    const int64_t delay = replay->config->loop_delay_ns;
    const bool at_once = replay->schedule.kind == SCHEDULE_TOPSPEED;

    if ((delay || !at_once) && !send_batches(replay))
        return false;
    replay->due_ns =
        schedule_later(at_once ? replay_now() : schedule_end(&replay->schedule), delay);
    if (delay && !wait_until_due(replay))
        return false;
    schedule_begin(&replay->schedule, replay->due_ns);
    return true;
}

int replay_run(struct replay *replay)
{
    const struct replay_config *config = replay->config;
    int code = EXIT_CLEAN;

    replay->arena = malloc(ARENA + SOURCE_FRAME_MAX);
    if (!replay->arena) {
        diag(replay->targets->name, "out of memory");
        return EXIT_RUNTIME;
    }
    begin(replay);
    for (uint64_t before = 0;; before = replay->packets) {
        replay->loops++;
        if (!replay_once(replay) || (config->loops && replay->loops == config->loops) ||
            replay->packets == before)
            break; /* where there is nothing to send, there is no end either */
        code = source_rewind(replay->source, replay->loops);
        if (code != EXIT_CLEAN || !begin_loop(replay))
            break;
    }
    (void)send_batches(replay);
    replay->ns = replay_now() - replay->start_ns;
    progress_end();
    free(replay->arena);
    replay->arena = NULL;
    for (uint32_t i = 0; i < replay->target_count; i++) {
        finish(replay, &replay->targets[i]);
        if (replay->targets[i].lost)
            code = EXIT_RUNTIME;
    }
    return code != EXIT_CLEAN ? code : replay->source->code;
}
