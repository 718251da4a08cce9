/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_SELECT_OPTIONS_H
#define CLI_SELECT_OPTIONS_H

/* The options that select packets, the same in all commands that have them. */

#include "options.h"
#include "select/select.h"

struct select_options {
    char *const *words; /* all positional arguments: the files, then FILTER */
    const char *inner_filter;
    struct option_time start, stop;
    struct range_set include, exclude;
    struct option_number count;
    char *filter; /* FILTER's words joined; NULL for none */
};

extern const struct option_row select_option_rows[];

/*
 * Checks options that depend on each other, and joins the positional arguments from index `first`
 * on to a filter. Returns OPTIONS_GO_ON or an exit code, after a message.
 */
int select_options_check(const struct option_set *set, struct select_options *options, int first);

/* The selection by these options, valid until they are freed. */
struct select_config select_options_config(const struct select_options *options);
void select_options_free(struct select_options *options);

#endif
