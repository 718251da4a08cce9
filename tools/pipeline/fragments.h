/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_FRAGMENTS_H
#define PIPELINE_FRAGMENTS_H

/* Outer fragments in a run: held until the packet is whole, or given up. */

#include "settle.h"

/*
 * Settles a packet that the transform could not take: holds it if it is a fragment that may become
 * whole, else as settle_rest. Returns an exit code.
 */
int fragments_settle(struct run *run, const struct cap_packet *packet, enum outcome outcome);

/* Gives up all that is held, at the end of the input or of a pcapng section. */
int fragments_flush(struct run *run);

#endif
