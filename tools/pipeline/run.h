/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

/* From a capture through a transform to a capture: what all such commands share. */

#include "flowid.h"
#include "select/select.h"
#include "transform/transform.h"

enum others { OTHERS_KEEP, OTHERS_DROP };

/* What tells the VSID of a result in pcapng: an interface of its name, or a comment. */
enum result_tag { RESULT_TAG_NONE, RESULT_TAG_INTERFACE, RESULT_TAG_COMMENT };

/* The options that these commands share; the first member of each command's options. */
struct run_options {
    struct select_options select;
    const char *in;
    const char *out;
    char *const *filter; /* words of FILTER, NULL at the end */
    struct option_number others;
    struct option_number format;      /* enum cap_format */
    struct option_number compression; /* enum cap_compression */
    enum result_tag tag;              /* of commands with tenants' results, as is the next */
    struct option_span shift;         /* of time stamps, of commands that change them */
    struct option_scale scale;
    const char *split; /* pattern of a tenant's file, or NULL */
    bool strict;
    bool quiet;
    bool json;
};

extern const struct option_row run_option_rows[];

/*
 * Words of --inner-vlan (enum inner_vlan), --ecn (enum ecn_mode) and --enet-vlan-proto (a TPID),
 * alike in all commands.
 */
extern const struct option_word inner_vlan_words[];
extern const struct option_word ecn_words[];
extern const struct option_word vlan_proto_words[];

/* --flowid: a fixed value, or one of these above all values. */
enum flowid_word { FLOWID_KEEP = 256, FLOWID_TOEPLITZ, FLOWID_TOEPLITZ_SYM, FLOWID_CRC32C };

/* The first word is FLOWID_KEEP's, for commands that can keep it. */
extern const struct option_word flowid_words[];

/* Whether a value of --flowid is a hash of the flow; the hasher is made for it, or for any other.
 */
bool flowid_hasher(uint32_t flowid, struct nvgre_hasher *hasher);

/* Takes IN and OUT from positional arguments or -r and -w. Returns OPTIONS_GO_ON or a code. */
int run_files(const struct option_set *set, struct run_options *options,
              const char *const positional[2]);

/* Runs the transform over all packets of IN. Returns the exit code. */
int run_transform(const char *command, const struct run_options *options,
                  const struct transform *transform);

#endif
