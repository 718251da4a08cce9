/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LEARN_CAPTURE_H
#define LEARN_CAPTURE_H

/* From a capture to a location map. */

#include "base/range_set.h"
#include "learn.h"
#include "pipeline/summary.h"

struct learn_result {
    struct summary summary; /* OUTCOME_DONE is of packets that were learned from */
    struct map_learn_counts counts;
};

struct learn_config {
    const char *in;  /* path of the capture; - is standard input */
    const char *out; /* path of the map (YAML); - is standard output */
    struct range_set vsids;
    uint32_t entries; /* addresses and subnets that are learned at most */
    bool strict;      /* stop without a map at the first packet that cannot be handled */
    void (*report)(const struct learn_result *result); /* prints counters, at SIGUSR1 */
};

/*
 * Learns from all packets of the input, writes the map and fills in *result. Returns an exit code:
 * unless that is EXIT_CLEAN or EXIT_PARTLY, a message was printed and there is no new map.
 */
int learn_capture(const struct learn_config *config, struct learn_result *result);

#endif
