/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_TARGETS_H
#define REPLAY_TARGETS_H

#include "replay.h"

/* Opens a sender for each target. Returns an exit code, after a message. */
int targets_open(struct replay *replay);

#endif
