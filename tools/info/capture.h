/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_CAPTURE_H
#define INFO_CAPTURE_H

/* Counts the contents of a capture. */

#include "base/range_set.h"
#include "collect.h"
#include "pipeline/summary.h"
#include "select/select.h"

struct info_result {
    struct info *info; /* free with info_free; NULL if out of memory */
    struct summary summary;
    enum cap_format format;
};

struct info_config {
    const char *in; /* path of the capture; - for standard input */
    struct select_config select;
    struct range_set vsids;
    bool quiet; /* print no messages about packets */
    void (*report)(void *context, const struct info_result *result); /* called at SIGUSR1 */
    void *context;
};

/*
 * Counts all packets of the input. Returns an exit code. For codes other than EXIT_CLEAN and
 * EXIT_PARTLY a message was printed.
 */
int info_capture(const struct info_config *config, struct info_result *result);

#endif
