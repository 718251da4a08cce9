/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_SETTLE_H
#define PIPELINE_SETTLE_H

/* What happens to a packet after its transform. Like fragments.h, internal to run.c. */

#include "capfile/retime.h"
#include "output.h"
#include "scan.h"
#include "transform/reassemble.h"

struct run_config;

struct run {
    const struct run_config *config; /* for run.c */
    struct transform transform;
    struct scan scan;
    struct output output;
    struct transform_result result; /* of the current packet */
    struct cap_retime retime;
    struct reassembler reassembler; /* used if the transform reassembles */
};

/*
 * After an attempt to write a result: counts it, then makes and writes the further results of the
 * same packet. Returns an exit code.
 */
int settle_written(struct run *run, const struct cap_packet *packet, enum cap_result written);

/* Writes the result of a packet (OUTCOME_DONE). Returns an exit code. */
int settle_done(struct run *run, const struct cap_packet *packet);

/*
 * Keeps or leaves out a packet that has no result, by its outcome. For OUTCOME_BAD_BLOCK the scan's
 * block takes the place of the packet. `detail` adds to a message, or is NULL. Returns an exit
 * code.
 */
int settle_rest(struct run *run, const struct cap_packet *packet, enum outcome outcome,
                const char *detail);

#endif
