/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_SHOW_H
#define INFO_SHOW_H

/* Showing what was collected: as a table for a terminal, as JSON, as CSV (docs/info.md). */

#include <stdio.h>

#include "capfile/capture.h"
#include "collect.h"
#include "grid.h"

enum info_sort {
    INFO_SORT_PACKETS, /* most first; so are bytes and rate */
    INFO_SORT_BYTES,
    INFO_SORT_RATE,
    INFO_SORT_VSID, /* smallest first; so are first and last seen */
    INFO_SORT_FIRST,
    INFO_SORT_LAST
};

struct info_view {
    const struct info *info;
    const char *in; /* as messages call the input */
    enum cap_format format;
    uint64_t not_selected;
    bool cut;
    bool interrupted;
    uint32_t *order;       /* of tenants: indexes */
    uint32_t shown;        /* of them; at least 0, at most tenants.count */
    uint64_t most_packets; /* that a tenant has, or the other VSIDs together */
};

/* Sets what stands behind `interrupted`, to show at most `top` tenants. Returns 0, or -1 where
 * memory is out. */
int info_view_sort(struct info_view *view, enum info_sort sort, uint32_t top);

/* Packets a second between first and last seen; 0 where that is no time. */
double info_rate(const struct info_tenant *tenant, uint64_t count);

#define INFO_BUSIEST 5 /* addresses that are named */

/* Names of enum info_protocol in JSON and CSV, and in tables. */
extern const char *const info_protocol_names[INFO_PROTOCOL_COUNT];
extern const char *const info_protocol_texts[INFO_PROTOCOL_COUNT];

const char *info_format_text(enum cap_format format);

/* The name of a LINKTYPE_ value, or its number in `out`. */
const char *info_linktype_text(uint16_t linktype, char out[TEXT_MAX]);

/* All tables. Returns 0, or -1 if out of memory, as the next two functions do. */
int info_show_table(const struct info_view *view, const struct grid_style *style, FILE *stream);

/* The tables of tenants. */
int info_show_tenants(const struct info_view *view, const struct grid_style *style, FILE *stream);

/* What cannot be written shows when the stream is flushed. */
int info_show_json(const struct info_view *view, FILE *stream);

void info_show_csv(const struct info_view *view, FILE *stream);

#endif
