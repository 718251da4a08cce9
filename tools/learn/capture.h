/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LEARN_CAPTURE_H
#define LEARN_CAPTURE_H

/* Learns a location map from a capture. */

#include "base/range_set.h"
#include "learn.h"
#include "pipeline/summary.h"

struct learn_result {
    struct summary summary; /* OUTCOME_DONE counts the packets that were learned from */
    struct map_learn_counts counts;
};

struct learn_config {
    const char *in;  /* path of the capture; - means standard input */
    const char *out; /* path of the map (YAML); - means standard output */
    struct range_set vsids;
    uint32_t entries; /* maximum number of addresses and subnets to learn */
    bool strict;      /* stop without a map at the first packet that cannot be handled */
    void (*report)(const struct learn_result *result); /* prints counters after SIGUSR1 */
};

/*
 * Learns from all packets of the input, writes the map and fills in *result. Returns an exit code.
 * Unless that is EXIT_CLEAN or EXIT_PARTLY, it has printed a message and there is no new map.
 */
int learn_capture(const struct learn_config *config, struct learn_result *result);

#endif
