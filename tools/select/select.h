/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SELECT_SELECT_H
#define SELECT_SELECT_H

/* Which packets of a capture a command works on: filters, times, numbers, and how many. */

#include "base/range_set.h"
#include "capfile/reader.h"
#include "capfile/timestamp.h"
#include "filter.h"
#include "transform/transform.h"

/* What to select. All zero selects every packet. */
struct select_config {
    const char *filter;       /* pcap-filter(7) for the packet; NULL for none */
    const char *inner_filter; /* the same for the inner frame */
    bool has_start, has_stop;
    struct time_point start; /* the first time that is selected */
    struct time_point stop;  /* the first time after it that is not */
    struct range_set include, exclude;
    uint32_t count; /* selected packets after which reading ends; 0 for no limit */
};

struct selection {
    bool wanted; /* something is selected; if not, no function need be called for a packet */
    bool enough; /* `count` packets were selected: nothing more need be read */
    struct select_config config;
    enum inner_frame inner_frame;
    uint64_t selected;
    struct filter *filter; /* NULL for none; so the next */
    struct filter *inner_filter;
    const char *file; /* for messages */
    unsigned messages;
};

enum select_answer {
    SELECT_YES,
    SELECT_NO,
    SELECT_UNFIT /* a filter does not compile for the file's first link type; a message said so */
};

/*
 * Sets up a selection for packets of `file`. What `config` points to must outlive it. Returns 0,
 * or -1 if out of memory.
 */
int select_init(struct selection *selection, const struct select_config *config,
                enum inner_frame inner_frame, const char *file);
void select_free(struct selection *selection);

/* Compiles filters for the link type of a reader that knows it already. Not SELECT_NO. */
enum select_answer select_prepare(struct selection *selection, const struct cap_reader *reader);

/* Asks about a packet that was read. */
enum select_answer select_packet(struct selection *selection, const struct cap_packet *packet);

/* Asks about the Ethernet frame that was made of a selected packet (INNER_IN_RESULT). */
enum select_answer select_result(struct selection *selection, const uint8_t *frame, uint32_t caplen,
                                 uint32_t len);

/*
 * Counts a packet that was not found unselected. If --inner-filter looks at results, a packet
 * without a result was not looked at and does not count.
 */
void select_count(struct selection *selection, bool has_result);

#endif
