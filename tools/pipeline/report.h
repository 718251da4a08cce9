/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_REPORT_H
#define PIPELINE_REPORT_H

/* Messages about packets that could not be handled. */

#include "transform/transform.h"

struct report_line {
    const char *file;
    const struct cap_packet *packet;
    const struct transform_result *result;
    const char *detail; /* more about the outcome, or NULL */
    const char *fate;   /* end of the message: what happens to the packet */
};

/*
 * Prints one line about a packet, the `count`-th with this outcome. After DIAG_MESSAGES_MAX lines
 * for an outcome, one last line says that further packets are only counted.
 */
void report_outcome(const struct report_line *line, enum outcome outcome, uint64_t count);

#endif
