/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_GRID_H
#define INFO_GRID_H

/*
 * A table of text with aligned columns, as wide as a window: columns that are less needed are left
 * out where it is narrow, and one column takes what the others leave.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct grid_style {
    unsigned width; /* characters in a line */
    bool utf8;
    bool colours;
};

#define GRID_CELL_MAX 512

struct grid_column {
    const char *title;
    bool left;     /* aligned so; numbers are not */
    unsigned rank; /* 0 is always shown; the highest is left out first */
    /* Writes a cell, "" for nothing. One of the next two is set for the column that stretches. */
    void (*text)(const void *context, uint32_t row, char out[GRID_CELL_MAX]);
    double (*share)(const void *context, uint32_t row); /* a bar, 0 to 1 */
    void (*fill)(const void *context, uint32_t row, const struct grid_style *style, unsigned width,
                 char out[GRID_CELL_MAX]); /* text of so many characters, if that is possible */
};

#define GRID_COLUMNS_MAX 12

/* Begins a function for `text`. */
#define GRID_CELL(name) static void name(const void *context, uint32_t row, char out[GRID_CELL_MAX])

void grid_print(const struct grid_column *columns, unsigned count, uint32_t rows,
                const void *context, const struct grid_style *style, FILE *stream);

/* The same with an array. */
#define GRID_PRINT(columns, ...)                                                                   \
    grid_print(columns, sizeof(columns) / sizeof((columns)[0]), __VA_ARGS__)

/* Characters of UTF-8 text. */
unsigned grid_width(const char *text);

/* A line in bold. */
void grid_title(const char *title, const struct grid_style *style, FILE *stream);

/* Items in a row, as many as fit: `a, b, +3`. */
struct grid_list {
    char *out; /* of GRID_CELL_MAX */
    unsigned width;
    unsigned used;
    unsigned items;
    bool full;
};

/* Adds an item, `left` of which follow; without it, and full, where there is no room. */
void grid_list_add(struct grid_list *list, const char *item, uint64_t left);

/* Ends a list to which nothing more is added, though `left` items are not in it. */
void grid_list_end(struct grid_list *list, uint64_t left);

#endif
