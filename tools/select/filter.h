/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SELECT_FILTER_H
#define SELECT_FILTER_H

/* A filter expression of libpcap (pcap-filter(7)), compiled for each link type in the input. */

#include <stdbool.h>
#include <stdint.h>

struct filter;

enum filter_answer {
    FILTER_MATCH,
    FILTER_MISS,
    FILTER_UNFIT,    /* does not compile for the first link type */
    FILTER_PASSED_BY /* does not compile for a later link type; its packets are then FILTER_MISS */
};

/* The expression must outlive the filter. Returns NULL if out of memory. */
struct filter *filter_new(const char *expression);
void filter_free(struct filter *filter);

/*
 * Compiles for a LINKTYPE_ value and a file's byte order, unless that is done already. Returns
 * FILTER_MATCH; or, once for each link type, FILTER_UNFIT or FILTER_PASSED_BY.
 */
enum filter_answer filter_prepare(struct filter *filter, uint16_t linktype, bool swapped);

/* Whether a packet of `caplen` captured bytes and `len` bytes on the wire matches. */
enum filter_answer filter_ask(struct filter *filter, uint16_t linktype, bool swapped,
                              const uint8_t *data, uint32_t caplen, uint32_t len);

/* libpcap's reason for the last answer of FILTER_UNFIT or FILTER_PASSED_BY. */
const char *filter_reason(const struct filter *filter);
const char *filter_expression(const struct filter *filter);

#endif
