/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dispatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"
#include "base/signals.h"
#include "pace.h"

/*
 * Time to wait for a busy interface before the next try. It is short so that signals are handled.
 */
#define BUSY_NS 10000000

/* At the end, wait this long for the interface's counters if they do not increase. */
#define DRAIN_NS 1000000000
#define DRAIN_NAP_NS 5000000

/* Size of the buffer for waiting frames, in bytes. */
enum { ARENA = 1024 * 1024 };

int dispatch_begin(struct replay *replay)
{
    replay->arena = malloc(ARENA + SOURCE_FRAME_MAX);
    return replay->arena ? 0 : -1;
}

void dispatch_end(struct replay *replay)
{
    free(replay->arena);
    replay->arena = NULL;
}

uint8_t *dispatch_room(const struct replay *replay)
{
    return replay->arena ? replay->arena + replay->fill : NULL;
}

static void take_sent(struct replay_target *target, uint32_t from, uint32_t count)
{
    target->counts.sent += count;
    for (uint32_t i = from; i < from + count; i++)
        target->counts.bytes += target->batch[i].len;
}

/*
 * Whether nothing more can be sent: the interface is gone or down, or the file cannot be written.
 */
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

/* Sends the batch of a target. Returns false to end the replay. */
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
            go_on = !pace_is_over(replay);
        } else if (done < target->count) {
            take_failed(replay, target, 1, reason);
            done++;
        }
        go_on = pace_go_on(replay) && !target->lost && go_on;
    }
    if (target->lost)
        target->counts.failed += target->count - done;
    else
        replay->packets -= target->count - done; /* not tried: a signal, or the time limit */
    target->count = 0;
    return go_on;
}

bool dispatch_send(struct replay *replay)
{
    bool go_on = pace_go_on(replay);

    for (uint32_t i = 0; i < replay->target_count; i++)
        if (replay->targets[i].count)
            go_on &= send_to(replay, &replay->targets[i]);
    replay->fill = 0;
    pace_report(replay);
    return go_on;
}

struct replay_target *dispatch_target(struct replay *replay, const struct source_frame *frame)
{
    const bool raw = replay->linktype != CAP_LINKTYPE_ETHERNET;
    uint32_t index = direction_of(replay->config->direction, frame->data, frame->caplen, frame->len,
                                  raw, frame->iface_id);

    return index < replay->target_count ? &replay->targets[index] : NULL;
}

/*
 * Keeps the order of both directions of a conversation: frames for one target are sent before a
 * frame for another target is added. Different tenants need no order.
 */
static bool keep_order(struct replay *replay, struct replay_target *target)
{
    struct replay_target *last = replay->last;

    replay->last = target;
    return !last || last == target || last->count == 0 ||
           replay->config->direction->kind == DIRECTION_VSID || dispatch_send(replay);
}

bool dispatch_add(struct replay *replay, struct replay_target *target, struct source_frame *frame)
{
    const uint32_t excess = iface_excess(&target->iface, frame->data, frame->caplen);
    if (excess) {
        target->counts.over_mtu++;
        if (replay->config->mtu_action == MTU_ERROR) { /* look_ahead was not possible */
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
    if (frame->in_room) /* the frame was made at the end of the used buffer */
        replay->fill = (size_t)(frame->data - replay->arena) + frame->caplen;
    return true;
}

bool dispatch_is_full(const struct replay *replay)
{
    bool full = replay->fill > ARENA;

    for (uint32_t i = 0; i < replay->target_count && !full; i++)
        full = replay->targets[i].count == SENDER_BATCH_MAX;
    return full;
}

/*
 * Returns the number of sent frames that the interface's own counters do not show. Frames may still
 * wait in its queue, so this waits as long as the counters increase.
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

void dispatch_finish(struct replay *replay, struct replay_target *target)
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
