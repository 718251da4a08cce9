/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

/* The commands of nvgre-pcap. option_tables.c reads them too. */

#include "options.h"

/* argv[0] is the command's name. They return an exit code (base/diag.h). */
int cmd_encap(int argc, char **argv);
int cmd_decap(int argc, char **argv);
int cmd_rewrite(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_learn(int argc, char **argv);
int cmd_info(int argc, char **argv);

extern const struct option_set encap_option_set, decap_option_set, rewrite_option_set,
    replay_option_set, learn_option_set, info_option_set;

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const struct option_set *options;
    const char *summary;
};

/* In the order of --help. Ends with a NULL name. */
extern const struct command commands[];

#endif
