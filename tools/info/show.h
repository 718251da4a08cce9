/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_SHOW_H
#define INFO_SHOW_H

/* Output as tables for a terminal, as JSON and as CSV (docs/info.md). */

#include <stdio.h>

#include "capfile/capture.h"
#include "collect.h"
#include "grid.h"

enum info_sort {
    INFO_SORT_PACKETS, /* most first; the same for bytes and rate */
    INFO_SORT_BYTES,
    INFO_SORT_RATE,
    INFO_SORT_VSID, /* smallest first; the same for first and last seen */
    INFO_SORT_FIRST,
    INFO_SORT_LAST
};

struct info_view {
    const struct info *info;
    const char *in; /* the input's name in messages */
    enum cap_format format;
    uint64_t not_selected;
    bool cut;
    bool interrupted;
    uint32_t *order;       /* indexes of the tenants, sorted */
    uint32_t shown;        /* number of tenants to show, 0 to tenants.count */
    uint64_t most_packets; /* largest packet count of a row: a tenant, or the other VSIDs */
};

/*
 * Sets `order`, `shown` and `most_packets`; `shown` is at most `top`. The caller frees `order`.
 * Returns 0, or -1 if out of memory.
 */
int info_view_sort(struct info_view *view, enum info_sort sort, uint32_t top);

/* Returns `count` per second between first and last seen, or 0 if these are the same time. */
double info_rate(const struct info_tenant *tenant, uint64_t count);

#define INFO_BUSIEST 5 /* number of addresses to list */

/* Names of enum info_protocol: in JSON and CSV, and in tables. */
extern const char *const info_protocol_names[INFO_PROTOCOL_COUNT];
extern const char *const info_protocol_texts[INFO_PROTOCOL_COUNT];

const char *info_format_text(enum cap_format format);

/* Returns the name of a LINKTYPE_ value. Without a name, writes the number to `out`. */
const char *info_linktype_text(uint16_t linktype, char out[TEXT_MAX]);

/* Prints all tables. Returns 0, or -1 if out of memory; so do the next two functions. */
int info_show_table(const struct info_view *view, const struct grid_style *style, FILE *stream);

/* Prints the tables about tenants. */
int info_show_tenants(const struct info_view *view, const struct grid_style *style, FILE *stream);

/* Write errors are found when the caller flushes the stream. */
int info_show_json(const struct info_view *view, FILE *stream);

void info_show_csv(const struct info_view *view, FILE *stream);

#endif
