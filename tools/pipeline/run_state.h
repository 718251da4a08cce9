/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_RUN_STATE_H
#define TOOLS_RUN_STATE_H

/* A run in progress: what run.c and its parts share. */

#include "capfile/reader.h"
#include "capfile/retime.h"
#include "capfile/split.h"
#include "capfile/writer.h"
#include "run.h"
#include "select/select.h"
#include "summary.h"
#include "transform/reassemble.h"
#include "transform/transform.h"

/* What there is to ask for each packet; the compiler knows in the ways for the first two. */
enum way_of_run {
    WAY_USUAL,     /* nothing: results are Ethernet's, and all go to the writer */
    WAY_SAME_LINK, /* nothing: results have their packet's link type */
    WAY_SPECIAL    /* not all packets are wanted, or results go elsewhere or have other times */
};

struct run {
    const struct run_options *options;
    struct transform transform;
    const char *out; /* OUT, or - where that is standard output by another name */
    struct cap_reader reader;
    struct cap_writer writer;
    struct transform_result result; /* of the packet in hand */
    struct selection selection;
    struct summary summary;
    bool writing;                   /* the writer is open */
    struct reassembler reassembler; /* of a transform that reassembles */
    enum reassemble_reason reason;  /* of the fragment in hand */
    bool reassembling;
    struct cap_split *split; /* where results go, or NULL for the writer */
    uint8_t *split_room;     /* of it */
    enum result_tag tag;
    bool labelling; /* something is to be done for either */
    struct cap_retime retime;
    enum way_of_run way;
};

/* run_open.c: takes over the names of the files. */
void run_name_files(struct run *run);

/* run_open.c: takes over what is to become of time stamps. */
void run_set_times(struct run *run);

/* run_open.c: opens all files; returns an exit code. run_close after EXIT_CLEAN only. */
int run_open(struct run *run);
void run_close(struct run *run);

/* run_open.c: as cap_split_commit, with a message where writing failed. */
enum cap_result run_split_commit(struct run *run, const char *comment);

/* run.c: what signals ask for, with a struct run; false to stop. */
bool run_go_on(void *context);

/* run.c: transforms the packet at run->reader.packet, where its inner frame is wanted. */
enum outcome run_transform_packet(struct run *run);

/* run.c: handles that packet by its outcome. Returns an exit code. */
int run_settle(struct run *run, enum outcome outcome);

/* run_report.c: counts an outcome and tells of a bad one. Returns false where --strict stops. */
bool run_note_outcome(struct run *run, enum outcome outcome, const char *fate);
void run_count_notes(struct run *run);

/*
 * run_fragments.c: offers the packet in hand to reassembly; *held where there is nothing more to
 * do with it. Returns an exit code, as does the next.
 */
int run_offer_fragment(struct run *run, bool *held);

/* Lets go of all fragments, at the end of the input or of a section. */
int run_flush_fragments(struct run *run);

#endif
