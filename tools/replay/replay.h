/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

/*
 * Sends the frames of a capture to interfaces, each at its scheduled time.
 *
 *     code = targets_prepare(&replay, &config);      reads the properties of the interfaces
 *     ... choose a transform that suits replay.mtu and replay.linktype ...
 *     code = replay_run(&replay, &transform);
 *     targets_free(&replay);                         always
 */

#include "targets.h"

/*
 * Transforms the packets of the capture and sends the frames. Returns an exit code. For
 * EXIT_RUNTIME and EXIT_USAGE a message was printed. If replay->start_ns is 0, no frame was sent.
 */
int replay_run(struct replay *replay, const struct transform *transform);

#endif
