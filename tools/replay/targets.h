/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_TARGETS_H
#define REPLAY_TARGETS_H

/* The interfaces or files that a replay sends to. */

#include "state.h"

/*
 * Sets up the targets and asks the system about them. Returns EXIT_CLEAN, or another exit code
 * after a message. The config must outlive the replay.
 */
int targets_prepare(struct replay *replay, const struct replay_config *config);

/* Opens a sender for each target. Returns an exit code, after a message. */
int targets_open(struct replay *replay);

/* Closes the targets; returns 0, or -1 after a message if a file could not get its name. */
int targets_close(struct replay *replay);
void targets_free(struct replay *replay);

#endif
