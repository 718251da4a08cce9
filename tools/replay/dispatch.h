/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_DISPATCH_H
#define REPLAY_DISPATCH_H

/* Frames on their way to the senders: gathered into a batch for each target. */

#include "state.h"

/* Makes room for the frames that wait. Returns 0, or -1 if out of memory. */
int dispatch_begin(struct replay *replay);
void dispatch_end(struct replay *replay);

/* Where the next frame is made; NULL before dispatch_begin. */
uint8_t *dispatch_room(const struct replay *replay);

/* The target of a frame, or NULL if out of memory. */
struct replay_target *dispatch_target(struct replay *replay, const struct source_frame *frame);

/*
 * Adds a frame to its target's batch, as it is to be sent. A frame made in dispatch_room stays
 * there. Returns false to end the replay.
 */
bool dispatch_add(struct replay *replay, struct replay_target *target, struct source_frame *frame);

/* Whether a batch or the room is full: dispatch_send is due before the next frame is made. */
bool dispatch_is_full(const struct replay *replay);

/* Sends all that waits; false to end the replay. */
bool dispatch_send(struct replay *replay);

/* At the end: waits for what is under way, and sets the counters that only show then. */
void dispatch_finish(struct replay *replay, struct replay_target *target);

#endif
