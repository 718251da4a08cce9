/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_SPLIT_H
#define CAPFILE_SPLIT_H

/*
 * One capture file a tenant, for thousands of tenants: memory and file descriptors do not grow
 * with their packets. Files appear under their names when all are complete.
 */

#include "writer.h"

#define CAP_SPLIT_FILES_MAX 65536u

struct cap_split;

/*
 * Whether a pattern names files by VSID: %v stands once for the number, in the name behind the
 * last slash; %% is a percent sign, and there is no other.
 */
bool cap_split_is_pattern(const char *pattern);

/* Whether `path` would be the file of a VSID. */
bool cap_split_names(const char *pattern, const char *path);

/* Opens for what comes from `reader`. Returns NULL with *error set where that fails. */
struct cap_split *cap_split_open(const char *pattern, const struct cap_reader *reader,
                                 const struct cap_writer_config *config, struct cap_error *error);

/* Room for the bytes of the next packet, as cap_writer_room. */
uint8_t *cap_split_room(const struct cap_split *split);

/*
 * Makes a packet of the bytes at cap_split_room in the file of a VSID. Where that is not CAP_OK,
 * *error says why; what is unstorable is so for this packet only.
 */
enum cap_result cap_split_commit(struct cap_split *split, const struct cap_packet *packet,
                                 uint32_t caplen, uint32_t len, uint32_t vsid, const char *comment,
                                 struct cap_error *error);

/* Tells that the input's interfaces are numbered anew. */
void cap_split_section(struct cap_split *split);

struct cap_split_counts {
    uint32_t files;
    uint64_t packets;
    uint64_t bytes; /* captured */
};

void cap_split_count(const struct cap_split *split, struct cap_split_counts *counts);

/* Completes the files and gives them their names. Returns 0, or -1 with *error set. */
int cap_split_publish(struct cap_split *split, struct cap_error *error);

/* Frees all; files that were not published are removed. */
void cap_split_close(struct cap_split *split);

#endif
