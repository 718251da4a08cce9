/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_SETTLE_H
#define PIPELINE_SETTLE_H

/* What becomes of a packet after its transform: a part of run.c, as is fragments.h. */

#include "capfile/retime.h"
#include "output.h"
#include "scan.h"
#include "transform/reassemble.h"

struct run_config;

/* A run in progress. */
struct run {
    const struct run_config *config; /* for run.c */
    struct transform transform;
    struct scan scan;
    struct output output;
    struct transform_result result; /* of the packet in hand */
    struct cap_retime retime;
    struct reassembler reassembler; /* if the transform reassembles */
};

/* What follows the attempt to write a result: counts, and the other packets that come of it. */
int settle_written(struct run *run, const struct cap_packet *packet, enum cap_result written);

/* Writes a result that the transform made of a packet (OUTCOME_DONE). Returns an exit code. */
int settle_done(struct run *run, const struct cap_packet *packet);

/*
 * Keeps or leaves out a packet that has no result, by its outcome; OUTCOME_BAD_BLOCK is of the
 * scan's block. `detail` says more in a message, or is NULL. Returns an exit code.
 */
int settle_rest(struct run *run, const struct cap_packet *packet, enum outcome outcome,
                const char *detail);

#endif
