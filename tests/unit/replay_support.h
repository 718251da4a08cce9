/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SUPPORT_H
#define REPLAY_SUPPORT_H

/* Shared by the tests of replays: replays into files, without waits unless a test requests them. */

#include "engine_support.h"

#include "replay/replay.h"
#include "transform/copy.h"

static const struct schedule topspeed = {
    .kind = SCHEDULE_TOPSPEED, .rate = {1000000000, 1000000000}, .pps_multi = 1};

/* Replays to the scratch file `a`, once, at top speed. */
static inline struct replay_config file_config(struct direction *direction, const char *in)
{
    return (struct replay_config){.names = {scratch_path("a")},
                                  .name_count = 1,
                                  .direction = direction,
                                  .sender.kind = SENDER_FILE,
                                  .in = in,
                                  .schedule = topspeed,
                                  .loops = 1};
}

/*
 * Runs a replay as its command does. If `transform` is NULL, packets are sent unchanged. Afterwards
 * the files have their names; the caller must call targets_free.
 */
static inline int play(struct replay *replay, const struct replay_config *config,
                       const struct transform *transform, const char **messages)
{
    static struct copy_config copy;
    static struct transform copied;
    int code;

    messages_begin();
    code = targets_prepare(replay, config);
    copy.linktype = replay->linktype;
    copied = copy_transform(&copy);
    if (code == EXIT_CLEAN)
        code = replay_run(replay, transform ? transform : &copied);
    if (targets_close(replay) != 0)
        code = -1;
    *messages = messages_end();
    return code;
}

#endif
