/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_OUTPUT_H
#define PIPELINE_OUTPUT_H

/* Where a run writes: one capture, and with `split` also a file for each tenant. */

#include "capfile/split.h"
#include "capfile/writer.h"
#include "summary.h"
#include "transform/transform.h"

/* What shows the VSID of a result in pcapng: an interface with its name, or a comment. */
enum result_tag { RESULT_TAG_NONE, RESULT_TAG_INTERFACE, RESULT_TAG_COMMENT };

struct output_config {
    const char *out; /* path of the capture; - is standard output */
    bool has_format, has_compression;
    enum cap_format format; /* else as the name's extension says, else as the input */
    enum cap_compression compression;
    enum result_tag tag;
    const char *split; /* pattern of the tenants' files (cap_split_is_pattern), or NULL */
};

struct output {
    const struct output_config *config;
    const struct transform *transform;
    const char *name; /* what messages call OUT */
    struct cap_writer writer;
    struct cap_split *split; /* where results go, or NULL for the writer */
    uint8_t *split_room;
    bool labelling;  /* results are tagged or split */
    bool keeps_link; /* results have the link type of their packet, else Ethernet's */
    bool open;
};

/*
 * Whether a path is standard output by any name, such as /dev/stdout: replacing that file, or
 * printing JSON into it, would lose what is written.
 */
bool output_is_standard(const char *path);

/* Opens all files; returns EXIT_CLEAN, or another exit code after a message. */
int output_open(struct output *output, const struct output_config *config,
                const struct cap_reader *reader, const struct transform *transform);

/* Completes all files and gives them their names. Returns an exit code, after a message. */
int output_finish(struct output *output);

/* Frees all; files that were not finished are removed. */
void output_close(struct output *output);

/* Whether something could not be written; a message says what. */
bool output_has_failed(const struct output *output);

/* Writes out what is buffered. Returns 0, or -1 if that fails. */
int output_flush(struct output *output);

/* Sets what the summary says of written packets. */
void output_count(const struct output *output, struct summary *summary);

/* Interfaces are numbered anew from here on: a pcapng section begins. */
void output_section(struct output *output);

/* Where a transform writes a result. */
static inline uint8_t *output_room(struct output *output)
{
    return output->split ? output->split_room : cap_writer_room(&output->writer);
}

/* output_commit if nothing is labelled. */
static inline enum cap_result output_commit_plain(struct output *output,
                                                  const struct cap_packet *packet,
                                                  const struct transform_result *result)
{
    return cap_writer_commit(&output->writer, packet,
                             output->keeps_link ? packet->iface->linktype : CAP_LINKTYPE_ETHERNET,
                             result->caplen, result->len);
}

/* Writes the result at output_room that `packet` became. */
enum cap_result output_commit(struct output *output, const struct cap_packet *packet,
                              const struct transform_result *result);

#endif
