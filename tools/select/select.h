/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_SELECT_H
#define TOOLS_SELECT_H

/* Which packets of a capture a command works on: filters, times, numbers, and how many. */

#include "capfile/reader.h"
#include "cli/options.h"
#include "filter.h"
#include "transform/transform.h"

/* What the rows fill; the first member of the options of each command that selects. */
struct select_options {
    char *const *words; /* all positional arguments; those behind the files are FILTER */
    const char *inner_filter;
    struct option_time start, stop;
    struct packet_list include, exclude;
    struct option_number count;
};

extern const struct option_row select_option_rows[];

struct selection {
    bool wanted; /* something is asked for; where not, there is nothing to call */
    bool enough; /* as many packets as asked for were selected: nothing more need be read */
    struct select_options options;
    enum inner_frame inner_frame;
    uint64_t selected;
    char *expression;      /* FILTER, its words joined */
    struct filter *filter; /* NULL for none; so the next */
    struct filter *inner_filter;
    const char *file; /* for messages */
    unsigned messages;
};

enum select_answer {
    SELECT_YES,
    SELECT_NO,
    SELECT_UNFIT /* a filter does not suit the file's first link type, as a message said */
};

/* What the rows cannot say of each other: OPTIONS_GO_ON or a code, after a message. */
int select_check(const struct option_set *set, const struct select_options *options);
void select_options_free(struct select_options *options);

/*
 * Sets up for packets of `file`, with the words of FILTER, which end with NULL (that may be the
 * first). All that is given must outlive the selection. Returns 0, or -1 where memory is out.
 */
int select_init(struct selection *selection, const struct select_options *options,
                char *const *filter, enum inner_frame inner_frame, const char *file);
void select_free(struct selection *selection);

/* Compiles filters for the link type of a reader that knows it already. Not SELECT_NO. */
enum select_answer select_prepare(struct selection *selection, const struct cap_reader *reader);

/* Asks about a packet that was read. */
enum select_answer select_packet(struct selection *selection, const struct cap_packet *packet);

/* Asks about the Ethernet frame that was made of a selected packet (INNER_IN_RESULT). */
enum select_answer select_result(struct selection *selection, const uint8_t *frame, uint32_t caplen,
                                 uint32_t len);

/*
 * Counts a packet that was not found unselected. Where --inner-filter looks at results, one
 * without a result was not looked at and does not count.
 */
void select_count(struct selection *selection, bool has_result);

#endif
