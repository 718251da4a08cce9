/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_GRID_H
#define INFO_GRID_H

/*
 * A text table with aligned columns that fits a terminal. If the terminal is too narrow, the less
 * important columns are left out and lists are continued on the next line. The caller must have set
 * the program's locale: control characters, and characters that the locale cannot show, are printed
 * as \x1b.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct grid_style {
    unsigned width; /* characters per line */
    bool colours;
};

#define GRID_CELL_MAX 512

struct grid_column {
    const char *title;
    bool left;     /* left-aligned, for text */
    bool list;     /* items separated by ", "; a long list takes several lines */
    unsigned rank; /* 0: always shown; the highest rank is left out first */
    /*
     * Set one of these. `text` writes a cell ("" for an empty one). `share` returns the length of a
     * bar, 0 to 1.
     */
    void (*text)(const void *context, uint32_t row, char out[GRID_CELL_MAX]);
    double (*share)(const void *context, uint32_t row);
};

/* Starts the definition of a function for `text`. */
#define GRID_CELL(name) static void name(const void *context, uint32_t row, char out[GRID_CELL_MAX])

/* Returns 0, or -1 if out of memory. Write errors are found when the caller flushes the stream. */
int grid_print(const struct grid_column *columns, unsigned count, uint32_t rows,
               const void *context, const struct grid_style *style, FILE *stream);

/* grid_print for an array of columns. */
#define GRID_PRINT(columns, ...)                                                                   \
    grid_print(columns, sizeof(columns) / sizeof((columns)[0]), __VA_ARGS__)

/* Prints a title line, in bold if the style has colours. */
void grid_title(const char *title, const struct grid_style *style, FILE *stream);

/* Adds an item to a list, which is "" at first. If the cell is full, the item is cut. */
void grid_list_add(char list[GRID_CELL_MAX], const char *item);

/* Adds the number of items that the list leaves out: `a, b, +3`. Adds nothing if `left` is 0. */
void grid_list_end(char list[GRID_CELL_MAX], uint64_t left);

#endif
