/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay.h"

#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"
#include "dispatch.h"
#include "look_ahead.h"
#include "pace.h"

static bool go_on(void *context)
{
    return pace_go_on(context);
}

/* Sends the waiting frames before waiting for more input from a pipe. */
static bool wait_for_input(void *context, int fd)
{
    struct replay *replay = context;

    if (dispatch_room(replay) && !dispatch_send(replay))
        return false;
    while (!signals_wait(fd, NAP_NS / 1000000)) {
        if (!pace_go_on(replay) || pace_is_over(replay))
            return false;
        if (replay->start_ns)
            pace_report(replay);
    }
    return true;
}

/* Sends the frames that are due before the next frame. Then waits until that one is due. */
static bool make_way(struct replay *replay, int64_t due_ns)
{
    replay->due_ns = due_ns;
    if (replay->schedule.kind == SCHEDULE_TOPSPEED || due_ns <= pace_now())
        return true;
    return dispatch_send(replay) && pace_wait_until_due(replay);
}

static bool is_over(const struct replay *replay)
{
    const struct replay_config *config = replay->config;

    return (config->limit && replay->packets >= config->limit) || pace_is_over(replay);
}

/*
 * Sends the capture once. The last frames still wait in their batches. Returns false to end the
 * replay.
 */
static bool replay_once(struct replay *replay)
{
    enum source_event event = SOURCE_FRAME;
    struct replay_target *target;
    struct source_frame frame;

    while (!is_over(replay)) {
        if (dispatch_is_full(replay) && !dispatch_send(replay))
            return false;
        event = source_next(&replay->source, dispatch_room(replay), &frame);
        if (event != SOURCE_FRAME)
            break;
        if (!make_way(replay,
                      schedule_next(&replay->schedule, frame.has_time, frame.time_ns, frame.len)))
            return false;
        target = dispatch_target(replay, &frame);
        if (!target) {
            diag(replay->targets->name, "out of memory");
            replay->source.code = EXIT_RUNTIME;
            return false;
        }
        if (!dispatch_add(replay, target, &frame))
            return false;
    }
    return event == SOURCE_END;
}

static void begin(struct replay *replay)
{
    for (uint32_t i = 0; i < replay->target_count; i++)
        if (replay->config->sender.kind != SENDER_FILE)
            (void)iface_counters(replay->targets[i].name, &replay->targets[i].before);
    replay->schedule = replay->config->schedule;
    replay->start_ns = pace_now();
    replay->epoch_ns = pace_time_of_day() - replay->start_ns;
    replay->report_ns = replay->start_ns + replay->config->stats_ns;
    schedule_begin(&replay->schedule, replay->start_ns);
}

/* The next loop starts on schedule, even if this loop was late. At top speed it starts now. */
static bool begin_loop(struct replay *replay)
{
    const int64_t delay = replay->config->loop_delay_ns;
    const bool at_once = replay->schedule.kind == SCHEDULE_TOPSPEED;

    if ((delay || !at_once) && !dispatch_send(replay))
        return false;
    replay->due_ns = schedule_later(at_once ? pace_now() : schedule_end(&replay->schedule), delay);
    if (delay && !pace_wait_until_due(replay))
        return false;
    schedule_begin(&replay->schedule, replay->due_ns);
    return true;
}

/* Sends all loops. Returns an exit code. */
static int send_loops(struct replay *replay)
{
    const struct replay_config *config = replay->config;
    int code = EXIT_CLEAN;

    begin(replay);
    for (uint64_t before = 0;; before = replay->packets) {
        replay->loops++;
        if (!replay_once(replay) || (config->loops && replay->loops == config->loops) ||
            replay->packets == before)
            break; /* the loop sent nothing: do not loop forever */
        code = source_rewind(&replay->source, replay->loops);
        if (code != EXIT_CLEAN || !begin_loop(replay))
            break;
    }
    (void)dispatch_send(replay);
    replay->ns = pace_now() - replay->start_ns;
    progress_end();
    for (uint32_t i = 0; i < replay->target_count; i++) {
        dispatch_finish(replay, &replay->targets[i]);
        if (replay->targets[i].lost)
            code = EXIT_RUNTIME;
    }
    return code != EXIT_CLEAN ? code : replay->source.code;
}

/* Whether the capture can be read twice. */
static bool is_regular(const char *path)
{
    struct stat status;

    return strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Returns EXIT_PARTLY if some frames were not sent. */
static int judge(const struct replay *replay)
{
    bool partly = summary_is_partial(&replay->source.scan.summary);

    for (uint32_t i = 0; i < replay->target_count; i++)
        partly |= replay->targets[i].counts.failed || replay->targets[i].counts.missing;
    return partly ? EXIT_PARTLY : EXIT_CLEAN;
}

/* Runs the replay with an open source. Returns an exit code. */
static int run_open(struct replay *replay)
{
    int code = targets_open(replay);

    if (code == EXIT_CLEAN && (replay->source.kept || is_regular(replay->config->in)))
        code = look_ahead(replay);
    progress_phase(NULL);
    if (code == EXIT_CLEAN && dispatch_begin(replay) != 0) {
        diag(replay->targets->name, "out of memory");
        code = EXIT_RUNTIME;
    }
    if (code == EXIT_CLEAN) {
        code = send_loops(replay);
        dispatch_end(replay);
    }
    return code == EXIT_CLEAN ? judge(replay) : code;
}

int replay_run(struct replay *replay, const struct transform *transform)
{
    const struct replay_config *config = replay->config;
    const bool again = config->loops != 1 && !is_regular(config->in);
    const struct source_config source = {.in = config->in,
                                         .select = config->select,
                                         .transform = transform,
                                         .linktype = replay->linktype,
                                         .strict = config->strict,
                                         .preload = config->preload || again,
                                         .unique_cas = config->unique_cas,
                                         .unique_vsids = config->unique_vsids,
                                         .hasher = config->hasher,
                                         .go_on = go_on,
                                         .wait = wait_for_input,
                                         .context = replay};
    int code;

    progress_phase("reading the capture");
    code = source_open(&replay->source, &source);
    if (code == EXIT_CLEAN)
        code = run_open(replay);
    source_close(&replay->source);
    return code;
}
