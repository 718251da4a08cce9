/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SELECT_FILTER_H
#define SELECT_FILTER_H

/* A filter expression of libpcap (pcap-filter(7)), compiled for each link type it meets. */

#include <stdbool.h>
#include <stdint.h>

struct filter;

enum filter_answer {
    FILTER_MATCH,
    FILTER_MISS,
    FILTER_UNFIT,    /* just found not to compile for the first link type asked */
    FILTER_PASSED_BY /* the same for a later one: its packets do not match, now and later */
};

/* For an expression, which must outlive it; NULL where memory is out. */
struct filter *filter_new(const char *expression);
void filter_free(struct filter *filter);

/* Prepares for packets of a LINKTYPE_ value, of files whose integers are swapped or not. */
enum filter_answer filter_prepare(struct filter *filter, uint16_t linktype, bool swapped);

/* Asks whether a packet of `caplen` captured bytes and `len` on the wire matches. */
enum filter_answer filter_ask(struct filter *filter, uint16_t linktype, bool swapped,
                              const uint8_t *data, uint32_t caplen, uint32_t len);

/* libpcap's reason for the last answer of FILTER_UNFIT or FILTER_PASSED_BY. */
const char *filter_reason(const struct filter *filter);
const char *filter_expression(const struct filter *filter);

#endif
