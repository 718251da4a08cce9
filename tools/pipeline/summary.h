/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_SUMMARY_H
#define PIPELINE_SUMMARY_H

/* What a command did, counted; and as text or JSON, in the same words for all commands. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "transform/transform.h"

struct summary {
    const char *done;  /* what happened to packets of OUTCOME_DONE */
    const char *in;    /* what messages call the input */
    uint32_t harmless; /* outcomes that count as others, never as failures: a bit 1 << n for each */
    bool others_dropped; /* packets that the command does not apply to are left out */
    uint64_t packets_read, bytes_read;
    uint64_t packets_written, bytes_written;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t notes[NOTE_COUNT]; /* of packets of OUTCOME_DONE */
    uint32_t mtu_excess;        /* the most bytes above the MTU */
    uint32_t split_files;       /* files of tenants */
    uint64_t retimed;           /* packets with another time */
    bool cut;                   /* the input ended inside a record, or could not be read on */
};

/* The disposition of an outcome in this command. */
enum disposition summary_disposition(const struct summary *summary, enum outcome outcome);

/* Packets of all outcomes with a disposition. */
uint64_t summary_total(const struct summary *summary, enum disposition disposition);

/* Whether something could not be handled: exit code 3. */
bool summary_is_partial(const struct summary *summary);

/* As text, one line a fact: what was read; what became of packets but those that are done. */
void summary_print_read(const struct summary *summary, FILE *stream);
void summary_print_outcomes(const struct summary *summary, FILE *stream);

/* As text, all of it. */
void summary_print(const struct summary *summary, FILE *stream);

/*
 * The same as members of a JSON object. They return 0, or another value if out of memory, as do all
 * functions of jansson.
 */
int summary_set_read(const struct summary *summary, json_t *object);
int summary_set_outcomes(const struct summary *summary, json_t *object);
int summary_set_all(const struct summary *summary, json_t *object);

/* An integer, or the name of a file: null where it is not UTF-8, which JSON is. */
json_t *summary_json_count(uint64_t count);
json_t *summary_json_name(const char *name);

/*
 * Prints a JSON value on one line and lets go of it; prints nothing if making it `failed`. Returns
 * 0, or -1 then. A failed write shows when the stream is flushed.
 */
int summary_put_json(json_t *value, int failed, FILE *stream);

#endif
