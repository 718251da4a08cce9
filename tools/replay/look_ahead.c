/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "look_ahead.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/signals.h"
#include "dispatch.h"
#include "pace.h"

/* Frames of a target, and those above its MTU. */
struct excess {
    uint64_t frames;
    uint64_t above;
    uint32_t most;
};

static int report_excess(const struct replay *replay, const struct excess *found)
{
    bool any = false;

    for (uint32_t i = 0; i < replay->target_count; i++) {
        const struct excess *excess = &found[i];

        any |= excess->above > 0;
        if (excess->above)
            diag(replay->targets[i].name,
                 "%" PRIu64 " of %" PRIu64 " frames exceed the MTU of %u, by %u bytes at most",
                 excess->above, excess->frames, replay->targets[i].iface.mtu, excess->most);
    }
    return any && replay->config->mtu_action == MTU_ERROR ? EXIT_RUNTIME : EXIT_CLEAN;
}

/* The frames that all loops will send, at most the limit. 0 if there is neither count nor limit. */
static uint64_t all_of(const struct replay *replay, const struct excess *found)
{
    const struct replay_config *config = replay->config;
    uint64_t all = 0;

    for (uint32_t i = 0; i < replay->target_count; i++)
        all += found[i].frames - (config->mtu_action == MTU_DROP ? found[i].above : 0);
    all *= config->loops;
    return config->limit && (config->limit < all || !config->loops) ? config->limit : all;
}

int look_ahead(struct replay *replay)
{
    const struct summary before = replay->source.scan.summary;
    struct excess found[DIRECTION_TARGETS_MAX] = {{0, 0, 0}};
    uint8_t *room = malloc(SOURCE_FRAME_MAX);
    enum source_event event = SOURCE_STOPPED;
    bool enough = false;
    uint64_t frames = 0;
    struct source_frame frame;
    int code;

    while (room && !enough &&
           (event = source_next(&replay->source, room, &frame)) == SOURCE_FRAME) {
        const struct replay_target *target = dispatch_target(replay, &frame);
        uint32_t excess;

        if (!target)
            break;
        excess = iface_excess(&target->iface, frame.data, frame.caplen);
        found[target - replay->targets].frames++;
        found[target - replay->targets].above += excess > 0;
        if (excess > found[target - replay->targets].most)
            found[target - replay->targets].most = excess;
        frames += !excess || replay->config->mtu_action != MTU_DROP;
        enough = replay->config->limit && frames == replay->config->limit;
        if (!pace_go_on(replay))
            break;
    }
    free(room);
    replay->source.scan.summary = before;
    replay->expected = all_of(replay, found);
    if (event != SOURCE_END && !enough)
        return replay->source.code != EXIT_CLEAN ? replay->source.code : EXIT_RUNTIME;
    code = report_excess(replay, found);
    return code == EXIT_CLEAN ? source_rewind(&replay->source, 0) : code;
}
