/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

/* Each command takes argv from its own name on and returns an exit code (diag.h). */

int cmd_encap(int argc, char **argv);
int cmd_decap(int argc, char **argv);
int cmd_rewrite(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_learn(int argc, char **argv);
int cmd_info(int argc, char **argv);

#endif
