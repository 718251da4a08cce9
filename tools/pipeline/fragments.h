/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_FRAGMENTS_H
#define PIPELINE_FRAGMENTS_H

/* Outer fragments in a run. They are held until their packet is complete or is given up. */

#include "settle.h"

/*
 * Settles a packet that the transform could not handle. Holds it if it is a fragment that can be
 * reassembled; otherwise does the same as settle_rest. Returns an exit code.
 */
int fragments_settle(struct run *run, const struct cap_packet *packet, enum outcome outcome);

/*
 * Gives up all held fragments, at the end of the input or of a pcapng section. Returns an exit
 * code.
 */
int fragments_flush(struct run *run);

#endif
