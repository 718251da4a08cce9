/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_SUMMARY_H
#define PIPELINE_SUMMARY_H

/* Counters of a command, printed as text or JSON in the same words for all commands. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "transform/transform.h"

struct summary {
    const char *done;    /* a word for packets of OUTCOME_DONE, such as "encapsulated" */
    const char *in;      /* name of the input in messages */
    uint32_t harmless;   /* bits 1 << outcome that count as DISPOSITION_OTHER, never as failures */
    bool others_dropped; /* packets that the command does not apply to are left out */
    uint64_t packets_read, bytes_read;
    uint64_t packets_written, bytes_written;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t notes[NOTE_COUNT]; /* of packets of OUTCOME_DONE */
    uint32_t mtu_excess;        /* most bytes above the MTU */
    uint32_t split_files;       /* tenants' files */
    uint64_t retimed;           /* packets with a changed time */
    bool cut;                   /* the input ends inside a record or is damaged */
};

/* The disposition of an outcome in this command. */
enum disposition summary_disposition(const struct summary *summary, enum outcome outcome);

/* The number of packets of all outcomes with this disposition. */
uint64_t summary_total(const struct summary *summary, enum disposition disposition);

/* Whether packets could not be handled or the input is cut: EXIT_PARTLY. */
bool summary_is_partial(const struct summary *summary);

/* As text, one line for each counter: what was read, and the outcomes other than OUTCOME_DONE. */
void summary_print_read(const struct summary *summary, FILE *stream);
void summary_print_outcomes(const struct summary *summary, FILE *stream);

/* All counters as text. */
void summary_print(const struct summary *summary, FILE *stream);

/*
 * The same as members of a JSON object. They return 0, or another value if out of memory, like all
 * functions of jansson.
 */
int summary_set_read(const struct summary *summary, json_t *object);
int summary_set_outcomes(const struct summary *summary, json_t *object);
int summary_set_all(const struct summary *summary, json_t *object);

/* A JSON integer (NULL if out of memory). A JSON string, or null if `name` is not UTF-8. */
json_t *summary_json_count(uint64_t count);
json_t *summary_json_name(const char *name);

/*
 * Prints a JSON value on one line and releases it. If `failed` is not 0, making the value failed:
 * then prints nothing and returns -1; otherwise returns 0. A write error shows when the stream is
 * flushed.
 */
int summary_put_json(json_t *value, int failed, FILE *stream);

#endif
