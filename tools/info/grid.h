/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_GRID_H
#define INFO_GRID_H

/*
 * A table of text with aligned columns, as wide as a window: columns that are less needed are left
 * out where it is narrow, and lists go on in the next line. The program's locale must be set:
 * characters that it does not have, and control characters, are printed as \x1b.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct grid_style {
    unsigned width; /* characters in a line */
    bool colours;
};

#define GRID_CELL_MAX 512

struct grid_column {
    const char *title;
    bool left;     /* aligned so; numbers are not */
    bool list;     /* items with ", " between them, in several lines where one is too short */
    unsigned rank; /* 0 is always shown; the highest is left out first */
    /* One of these: writes a cell, "" for nothing; or gives the length of a bar, 0 to 1. */
    void (*text)(const void *context, uint32_t row, char out[GRID_CELL_MAX]);
    double (*share)(const void *context, uint32_t row);
};

/* Begins a function for `text`. */
#define GRID_CELL(name) static void name(const void *context, uint32_t row, char out[GRID_CELL_MAX])

/* Returns 0, or -1 if out of memory. What cannot be written shows when the stream is flushed. */
int grid_print(const struct grid_column *columns, unsigned count, uint32_t rows,
               const void *context, const struct grid_style *style, FILE *stream);

/* The same with an array. */
#define GRID_PRINT(columns, ...)                                                                   \
    grid_print(columns, sizeof(columns) / sizeof((columns)[0]), __VA_ARGS__)

/* A line in bold. */
void grid_title(const char *title, const struct grid_style *style, FILE *stream);

/* Adds an item to a list, which is "" at first. It is cut where a cell has no more room. */
void grid_list_add(char list[GRID_CELL_MAX], const char *item);

/* Says at a list's end how many items are not in it: `a, b, +3`. Nothing for none. */
void grid_list_end(char list[GRID_CELL_MAX], uint64_t left);

#endif
