/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_CAPTURE_H
#define INFO_CAPTURE_H

/* Counting what is in a capture. */

#include "base/range_set.h"
#include "collect.h"
#include "pipeline/summary.h"
#include "select/select.h"

struct info_result {
    struct info *info; /* to be freed by info_free; NULL if out of memory */
    struct summary summary;
    enum cap_format format;
};

struct info_config {
    const char *in; /* path of the capture; - is standard input */
    struct select_config select;
    struct range_set vsids;
    bool quiet;                                                      /* no messages about packets */
    void (*report)(void *context, const struct info_result *result); /* at SIGUSR1 */
    void *context;
};

/*
 * Counts all packets of the input. Returns an exit code: unless that is EXIT_CLEAN or EXIT_PARTLY,
 * a message was printed.
 */
int info_capture(const struct info_config *config, struct info_result *result);

#endif
