/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_TARGETS_H
#define REPLAY_TARGETS_H

/* The interfaces or files that a replay sends to. */

#include "state.h"

/*
 * Sets up the targets and reads the properties of the interfaces. Returns an exit code. If that is
 * not EXIT_CLEAN, a message was printed. The config must outlive the replay.
 */
int targets_prepare(struct replay *replay, const struct replay_config *config);

/* Opens a sender for each target. Returns an exit code; on errors a message was printed. */
int targets_open(struct replay *replay);

/*
 * Closes the targets. Returns 0. Returns -1 after a message if a file could not be renamed to its
 * final name.
 */
int targets_close(struct replay *replay);
void targets_free(struct replay *replay);

#endif
