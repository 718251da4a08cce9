/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_DISPATCH_H
#define REPLAY_DISPATCH_H

/* Collects frames in a batch for each target and sends the batches. */

#include "state.h"

/* Allocates memory for the waiting frames. Returns 0, or -1 if out of memory. */
int dispatch_begin(struct replay *replay);
void dispatch_end(struct replay *replay);

/* Returns the buffer for the next frame, or NULL before dispatch_begin. */
uint8_t *dispatch_room(const struct replay *replay);

/* Returns the target of a frame, or NULL if out of memory. */
struct replay_target *dispatch_target(struct replay *replay, const struct source_frame *frame);

/*
 * Adds a frame to its target's batch, as it will be sent. A frame made in dispatch_room is not
 * copied. Returns false to end the replay.
 */
bool dispatch_add(struct replay *replay, struct replay_target *target, struct source_frame *frame);

/* Whether a batch or the buffer is full. If so, call dispatch_send before making the next frame. */
bool dispatch_is_full(const struct replay *replay);

/* Sends all waiting frames. Returns false to end the replay. */
bool dispatch_send(struct replay *replay);

/* Ends sending: flushes the target's sender and sets the final values of its counters. */
void dispatch_finish(struct replay *replay, struct replay_target *target);

#endif
