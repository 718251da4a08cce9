/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

/*
 * Sends the frames of a capture to interfaces, each when it is due.
 *
 *     code = targets_prepare(&replay, &config);      finds out about the interfaces
 *     ... choose a transform that suits replay.mtu and replay.linktype ...
 *     code = replay_run(&replay, &transform);
 *     targets_free(&replay);                         in any case
 */

#include "targets.h"

/*
 * Sends the frames that the transform makes of the capture. Returns an exit code, after a message
 * for EXIT_RUNTIME and EXIT_USAGE. If replay->start_ns is 0, nothing was tried.
 */
int replay_run(struct replay *replay, const struct transform *transform);

#endif
