/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"

const struct command commands[] = {
    {"encap", cmd_encap, &encap_option_set, "plain Ethernet capture to NVGRE"},
    {"decap", cmd_decap, &decap_option_set, "NVGRE to the tenants' frames"},
    {"rewrite", cmd_rewrite, &rewrite_option_set,
     "NVGRE with other addresses, VSIDs, fields, times"},
    {"replay", cmd_replay, &replay_option_set, "a capture to an interface, as it is or in NVGRE"},
    {"learn", cmd_learn, &learn_option_set, "NVGRE to a location map of its tenants"},
    {"info", cmd_info, &info_option_set, "what is in a capture: tenants, rates, deviations"},
    {NULL, NULL, NULL, NULL}};
