/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_LOOK_AHEAD_H
#define REPLAY_LOOK_AHEAD_H

#include "state.h"

/*
 * Reads all frames once before any is sent. Counts frames above their target's MTU, sets
 * replay->expected and goes back to the start. Returns an exit code. If there are such frames and
 * the action is MTU_ERROR, a message was printed.
 */
int look_ahead(struct replay *replay);

#endif
