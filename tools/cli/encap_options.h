/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_ENCAP_OPTIONS_H
#define CLI_ENCAP_OPTIONS_H

/* How frames are put into NVGRE: the options of all commands that do so, and what they lead to. */

#include "run_options.h"
#include "transform/encap.h"

/* The first member of each such command's options. */
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

/* Behind those: rows of which a command may have its own, with other defaults. */
extern const struct option_row encap_frame_rows[];

/* Words of --mtu-action (enum mtu_action). */
extern const struct option_word mtu_words[];

/* What the rows cannot say of each other: OPTIONS_GO_ON or a code, after a message. */
int encap_options_check(const struct option_set *set, const struct encap_options *options);

/* A configuration, with the map if there is one. */
struct encap_setup {
    struct encap_config config;
    struct map *map;
    struct ways ways;
};

/*
 * Makes a configuration of options, which must outlive it; the setup must not be moved then.
 * Returns OPTIONS_GO_ON or a code, after a message.
 */
int encap_setup(struct encap_setup *setup, const struct encap_options *options);
void encap_setup_free(struct encap_setup *setup);

#endif
