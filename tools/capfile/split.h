/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_SPLIT_H
#define CAPFILE_SPLIT_H

/*
 * One capture file for each tenant, for thousands of tenants. Memory does not grow with the number
 * of packets, and no file stays open. The files get their names when all are complete.
 */

#include "writer.h"

#define CAP_SPLIT_FILES_MAX 65536u

struct cap_split;

/*
 * Whether a pattern is valid: it has %v (the VSID) once, after the last slash. %% is a percent
 * sign. Other uses of % are invalid.
 */
bool cap_split_is_pattern(const char *pattern);

/* Whether `path` is the name of a VSID's file. The pattern must be valid. */
bool cap_split_names(const char *pattern, const char *path);

/* Sets up files for packets from `reader`. Returns NULL with *error set on failure. */
struct cap_split *cap_split_open(const char *pattern, const struct cap_reader *reader,
                                 const struct cap_writer_config *config, struct cap_error *error);

/* The buffer for the bytes of the next packet, as cap_writer_room. */
uint8_t *cap_split_room(const struct cap_split *split);

/*
 * Writes the packet whose bytes are at cap_split_room to the file of a VSID. If the result is not
 * CAP_OK, *error is set. After CAP_UNSTORABLE the next packet may still succeed.
 */
enum cap_result cap_split_commit(struct cap_split *split, const struct cap_packet *packet,
                                 uint32_t caplen, uint32_t len, uint32_t vsid, const char *comment,
                                 struct cap_error *error);

/* A pcapng section begins: the input's interface numbers start again at 0. */
void cap_split_section(struct cap_split *split);

struct cap_split_counts {
    uint32_t files;
    uint64_t packets;
    uint64_t bytes; /* captured */
};

void cap_split_count(const struct cap_split *split, struct cap_split_counts *counts);

/* Completes the files and renames them to their names. Returns 0, or -1 with *error set. */
int cap_split_publish(struct cap_split *split, struct cap_error *error);

/* Frees all. Removes files that were not published. */
void cap_split_close(struct cap_split *split);

#endif
