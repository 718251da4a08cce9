/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_LOOK_AHEAD_H
#define REPLAY_LOOK_AHEAD_H

#include "state.h"

/*
 * Reads all frames once before any is sent: counts those above their target's MTU, sets
 * replay->expected, and goes back to the beginning. Returns an exit code, after a message if there
 * are such frames and the action is MTU_ERROR.
 */
int look_ahead(struct replay *replay);

#endif
