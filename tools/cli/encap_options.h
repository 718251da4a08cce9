/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_ENCAP_OPTIONS_H
#define CLI_ENCAP_OPTIONS_H

/* Options of all commands that encapsulate frames in NVGRE, and their configuration. */

#include "run_options.h"
#include "transform/encap.h"

/* The first member of each such command's options struct, so that the rows' offsets fit. */
struct encap_options {
    struct run_options run;
    struct option_number vsid, key, flowid;
    struct address local, remote;
    struct option_mac src_mac, dst_mac;
    struct option_number vlan_id, vlan_pri, vlan_cfi, vlan_proto;
    struct option_number ttl, tos, df;
    struct option_number mtu, mtu_action; /* enum mtu_action */
    struct option_number mss_clamp;
    struct option_names maps;
    struct option_number on_miss; /* enum on_miss */
    struct range_set vsids;
    struct option_number inner_vlan; /* enum inner_vlan */
    struct option_number ecn;        /* enum ecn_mode */
    bool allow_reserved;
};

extern const struct option_row encap_option_rows[];

/* Follow encap_option_rows. A command may use its own rows instead, with other defaults. */
extern const struct option_row encap_frame_rows[];

/* Words of --mtu-action (enum mtu_action). */
extern const struct option_word mtu_words[];

/* Checks options that depend on each other. Returns OPTIONS_GO_ON or a code, after a message. */
int encap_options_check(const struct option_set *set, const struct encap_options *options);

/* A configuration, and the map if there is one. */
struct encap_setup {
    struct encap_config config;
    struct map *map;
    struct ways ways;
};

/*
 * Makes a configuration from options, which must outlive it. The setup must not move in memory
 * afterwards. Returns OPTIONS_GO_ON or a code, after a message. Call encap_setup_free in both
 * cases.
 */
int encap_setup(struct encap_setup *setup, const struct encap_options *options);
void encap_setup_free(struct encap_setup *setup);

#endif
