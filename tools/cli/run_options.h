/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

/* Shared by all commands that write a capture: options, and running the transform. */

#include "flowid.h"
#include "pipeline/run.h"
#include "select_options.h"

enum others { OTHERS_KEEP, OTHERS_DROP };

/* The first member of each such command's options struct, so that the rows' offsets fit. */
struct run_options {
    struct select_options select;
    const char *in;
    const char *out;
    struct option_number others;
    struct option_number format;      /* enum cap_format */
    struct option_number compression; /* enum cap_compression */
    enum result_tag tag;              /* tag and split: set by decap only */
    const char *split;                /* pattern of the tenants' files, or NULL */
    struct option_span shift;         /* shift and scale of times: set by rewrite only */
    struct option_scale scale;
    bool strict;
    bool quiet;
    bool json;
};

extern const struct option_row run_option_rows[];

/*
 * Words of --inner-vlan (enum inner_vlan), --ecn (enum ecn_mode) and --enet-vlan-proto (a TPID).
 * All commands use the same words.
 */
extern const struct option_word inner_vlan_words[];
extern const struct option_word ecn_words[];
extern const struct option_word vlan_proto_words[];

/* Words of --flowid, above all fixed values. */
enum flowid_word { FLOWID_KEEP = 256, FLOWID_TOEPLITZ, FLOWID_TOEPLITZ_SYM, FLOWID_CRC32C };

/* The first word is for FLOWID_KEEP. Commands that cannot keep a FlowID use flowid_words + 1. */
extern const struct option_word flowid_words[];

/* Whether a value of --flowid is a hash of the flow. Initialises the hasher in either case. */
bool flowid_hasher(uint32_t flowid, struct nvgre_hasher *hasher);

/*
 * A command that writes a capture. Its functions get the command's session. The session begins with
 * the command's options, and these begin with struct run_options. Functions return OPTIONS_GO_ON,
 * or an exit code after a message.
 */
struct run_command {
    const struct option_set *set;
    int (*check)(void *session); /* checks options that depend on each other */
    int (*setup)(void *session, struct transform *transform);
    void (*free)(void *session); /* called in any case */
};

/* Runs a command and prints the summary. `session` must be all zero. Returns the exit code. */
int run_command(const struct run_command *command, void *session, int argc, char **argv);

#endif
