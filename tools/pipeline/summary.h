/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_SUMMARY_H
#define TOOLS_SUMMARY_H

/* What a run did, counted, and shown as text or as one JSON object. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "transform/transform.h"

struct summary {
    const char *command;
    const char *done; /* what happened to packets of OUTCOME_DONE */
    const char *in;
    const char *out;
    uint64_t packets_read, bytes_read;
    uint64_t packets_written, bytes_written;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t notes[NOTE_COUNT]; /* of those done */
    uint32_t mtu_excess;        /* the largest, in bytes */
    uint32_t split_files;       /* of tenants */
    uint64_t retimed;           /* packets with another time */
    bool drop_others;
    bool cut;         /* the input ended inside a record or could not be read on */
    bool interrupted; /* by a signal */
};

/* Packets of all outcomes with a disposition. */
uint64_t summary_total(const struct summary *summary, enum disposition disposition);

/* The outcomes of a disposition that occurred, as an object of counts. */
json_t *summary_outcomes(const struct summary *summary, enum disposition disposition);

/* Whether something could not be handled: exit code 3. */
bool summary_is_partial(const struct summary *summary);

/* One line a fact. */
void summary_print(const struct summary *summary, FILE *stream);

/*
 * Prints a JSON value on one line and lets go of it; nothing where making it has `failed`. Returns
 * 0, or -1 then. A failed write shows when the stream is flushed.
 */
int summary_put_json(json_t *value, int failed, FILE *stream);

/* One JSON object on one line; returns 0, or -1 where memory is out. */
int summary_print_json(const struct summary *summary, FILE *stream);

#endif
