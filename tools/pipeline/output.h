/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_OUTPUT_H
#define PIPELINE_OUTPUT_H

/* The output of a run: one capture, and with `split` also a file for each tenant. */

#include "capfile/split.h"
#include "capfile/writer.h"
#include "summary.h"
#include "transform/transform.h"

/* How a result shows its VSID in pcapng: an interface named after it, or a comment. */
enum result_tag { RESULT_TAG_NONE, RESULT_TAG_INTERFACE, RESULT_TAG_COMMENT };

struct output_config {
    const char *out; /* path of the capture; - is standard output */
    bool has_format, has_compression;
    enum cap_format format; /* default: by the name's extension, else that of the input */
    enum cap_compression compression;
    enum result_tag tag;
    const char *split; /* pattern of the tenants' files (cap_split_is_pattern), or NULL */
};

struct output {
    const struct output_config *config;
    const struct transform *transform;
    const char *name; /* of OUT in messages */
    struct cap_writer writer;
    struct cap_split *split; /* gets the results; NULL if the writer does */
    uint8_t *split_room;     /* as cap_split_room */
    bool labelling;          /* results are tagged or split */
    bool keeps_link;         /* results keep their packet's link type; else Ethernet */
    bool open;
};

/*
 * Whether a path is standard output under any name, such as - or /dev/stdout. Replacing that file,
 * or printing JSON into it, would damage the capture.
 */
bool output_is_standard(const char *path);

/* Opens all files. Returns EXIT_CLEAN, or another exit code after a message. */
int output_open(struct output *output, const struct output_config *config,
                const struct cap_reader *reader, const struct transform *transform);

/* Completes all files and renames them to their final names. Returns as output_open. */
int output_finish(struct output *output);

/* Frees all. Removes files that were not finished. */
void output_close(struct output *output);

/* Whether a write of OUT failed; prints a message if so. */
bool output_has_failed(const struct output *output);

/* Writes all buffered bytes of OUT. Returns 0, or -1 if that fails. */
int output_flush(struct output *output);

/* Sets the summary's counts of written packets, bytes and files. */
void output_count(const struct output *output, struct summary *summary);

/* A pcapng section begins: the input's interface numbers start again at 0. */
void output_section(struct output *output);

/* The buffer for a transform's next result. */
static inline uint8_t *output_room(struct output *output)
{
    return output->split ? output->split_room : cap_writer_room(&output->writer);
}

/* output_commit without labelling. */
static inline enum cap_result output_commit_plain(struct output *output,
                                                  const struct cap_packet *packet,
                                                  const struct transform_result *result)
{
    return cap_writer_commit(&output->writer, packet,
                             output->keeps_link ? packet->iface->linktype : CAP_LINKTYPE_ETHERNET,
                             result->caplen, result->len);
}

/* Writes the result of `packet`, whose bytes are at output_room. */
enum cap_result output_commit(struct output *output, const struct cap_packet *packet,
                              const struct transform_result *result);

#endif
