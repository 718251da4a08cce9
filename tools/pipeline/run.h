/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_RUN_H
#define PIPELINE_RUN_H

/* Reads a capture, transforms its packets, and writes a capture. */

#include "capfile/retime.h"
#include "output.h"
#include "select/select.h"
#include "summary.h"
#include "transform/transform.h"

struct run_config {
    const char *in; /* path of the capture; - is standard input */
    struct output_config output;
    struct select_config select;
    struct cap_retime retime; /* how to change the packets' times */
    bool drop_others;         /* leave out packets that the transform does not apply to */
    bool strict;              /* stop without OUT at the first packet that cannot be handled */
    void (*report)(const struct summary *summary); /* prints counters at SIGUSR1; may be NULL */
};

/*
 * Runs the transform over all packets of the input and fills in *summary. Returns an exit code. If
 * it is not EXIT_CLEAN or EXIT_PARTLY, there is no new OUT, and a message says why.
 */
int run_transform(const struct run_config *config, const struct transform *transform,
                  struct summary *summary);

#endif
