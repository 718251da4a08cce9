/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SELECT_SELECT_H
#define SELECT_SELECT_H

/* Selects the packets that a command works on: by filters, times, numbers and a count. */

#include "base/range_set.h"
#include "capfile/reader.h"
#include "capfile/timestamp.h"
#include "filter.h"
#include "transform/transform.h"

/* All zero selects every packet. */
struct select_config {
    const char *filter;       /* pcap-filter(7) for the packet; NULL for none */
    const char *inner_filter; /* the same for the inner frame */
    bool has_start, has_stop;
    struct time_point start; /* packets from this time on */
    struct time_point stop;  /* packets before this time */
    struct range_set include, exclude;
    uint32_t count; /* reading ends after this many selected packets; 0 for no limit */
};

struct selection {
    bool wanted; /* if false, all packets are selected, without calling a function here */
    bool enough; /* `count` packets were selected: reading can end */
    struct select_config config;
    enum inner_frame inner_frame;
    uint64_t selected;
    struct filter *filter;       /* NULL for none */
    struct filter *inner_filter; /* NULL for none */
    const char *file;            /* for messages */
    unsigned messages;
};

enum select_answer {
    SELECT_YES,
    SELECT_NO,
    SELECT_UNFIT /* a filter does not compile for the first link type; a message was printed */
};

/*
 * Sets up a selection for packets of `file`. Data that `config` points to must outlive it. Returns
 * 0, or -1 if out of memory. Call select_free in both cases.
 */
int select_init(struct selection *selection, const struct select_config *config,
                enum inner_frame inner_frame, const char *file);
void select_free(struct selection *selection);

/* Compiles filters if the reader knows its link type already. Never returns SELECT_NO. */
enum select_answer select_prepare(struct selection *selection, const struct cap_reader *reader);

/* Whether a packet that was read is selected. */
enum select_answer select_packet(struct selection *selection, const struct cap_packet *packet);

/* Whether the Ethernet frame made from a selected packet matches (INNER_IN_RESULT). */
enum select_answer select_result(struct selection *selection, const uint8_t *frame, uint32_t caplen,
                                 uint32_t len);

/*
 * Counts a packet towards `count`, unless it was found not to be selected. If --inner-filter checks
 * results (INNER_IN_RESULT), a packet without a result was not checked and does not count.
 */
void select_count(struct selection *selection, bool has_result);

#endif
