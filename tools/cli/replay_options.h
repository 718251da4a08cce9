/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_REPLAY_OPTIONS_H
#define CLI_REPLAY_OPTIONS_H

/* The options of the command replay. */

#include "encap_options.h"
#include "replay/replay.h"

struct replay_options {
    struct encap_options encap;
    const char *interface, *interface2;
    struct option_number direction; /* enum direction_kind */
    struct range_set sources;
    const char *vsids;
    bool encapsulates;
    bool decapsulates;
    struct option_scale multiplier, mbps, pps;
    struct option_number pps_multi;
    bool topspeed;
    struct option_number max_sleep, loops, loop_delay, limit, duration, stats;
    bool preload;
    bool unique_cas, unique_vsids;
    struct option_number sender; /* enum sender_kind */
    bool qdisc_bypass;
};

/*
 * Takes IN from the positional argument or -r, and checks options that depend on each other.
 * Returns OPTIONS_GO_ON or a code, after a message.
 */
int replay_options_check(struct replay_options *options, const char *in);
void replay_options_config(const struct replay_options *options, struct replay_config *config);

#endif
