/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grid.h"

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "base/terminal.h"

enum { INDENT = 2, GAP = 2, BAR_WIDTH = 12, LIST_MIN = 16 };

#define LIST_HINT 0.1 /* initial share of the width; lists get the space that others leave */
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

/* Counts the characters of UTF-8 text. */
static size_t characters(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += (text[i] & 0xC0) != 0x80;
    return count;
}

/* ---- Lists in several lines ---- */

static size_t list_width(const struct libscols_column *column, const char *data, void *context)
{
    (void)column;
    (void)context;
    return characters(data, strlen(data));
}

/*
 * Returns the text after the last `mark` that fits in the line, or NULL if there is no such mark.
 */
static char *line_break(char *data, size_t width, const char *mark)
{
    char *found = NULL;

    for (char *p = strstr(data, mark); p; p = strstr(p, mark)) {
        p += strlen(mark);
        if (characters(data, (size_t)(p - data)) - 1 > width)
            break;
        found = p;
    }
    return found;
}

/*
 * Ends a line of a list after an item, or else after a word. Returns the rest, or NULL if all fits.
 */
static char *list_next(const struct libscols_column *column, char *data, void *context)
{
    size_t width = scols_column_get_width(column);
    char *rest;

    if (list_width(column, data, context) <= width)
        return NULL;
    rest = line_break(data, width, ", ");
    if (!rest)
        rest = line_break(data, width, " ");
    if (!rest) {
        rest = strchr(data, ' ');
        rest += rest != NULL;
    }
    if (rest)
        rest[-1] = '\0';
    return rest;
}

/* ---- Cells ---- */

/* Bars have a resolution of 1/8 character if the terminal has the characters for it. */
static void put_bar(double share, char out[GRID_CELL_MAX])
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    bool utf8 = terminal_is_utf8();
    unsigned steps = utf8 ? 8 : 1;
    unsigned length = (unsigned)(share * BAR_WIDTH * steps + 0.5);
    size_t used = 0;

    for (unsigned i = 0; i < length / steps; i++)
        used += (size_t)snprintf(out + used, GRID_CELL_MAX - used, "%s", utf8 ? "█" : "#");
    snprintf(out + used, GRID_CELL_MAX - used, "%s", eighths[length % steps]);
}

/*
 * The functions below collect libsmartcols' errors, and grid_print checks them once. This is safe:
 * its functions fail if they get the NULL that another function returned.
 */

static int add_columns(struct libscols_table *table, const struct grid_column *columns,
                       unsigned count)
{
    int failed = 0;

    for (unsigned i = 0; i < count; i++) {
        const struct grid_column *column = &columns[i];
        bool left = column->left || column->list || column->share;
        struct libscols_column *made =
            scols_table_new_column(table, column->title, column->list ? LIST_HINT : 0,
                                   column->list ? SCOLS_FL_WRAP
                                   : left       ? 0
                                                : SCOLS_FL_RIGHT);

        failed |= !made;
        if (column->list)
            failed |= scols_column_set_wrapfunc(made, list_width, list_next, NULL);
    }
    return failed;
}

static int add_row(struct libscols_table *table, const struct grid_column *columns, unsigned count,
                   uint32_t row, const void *context)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);
    char cell[GRID_CELL_MAX];
    int failed = 0;

    for (unsigned i = 0; i < count; i++) {
        if (columns[i].share)
            put_bar(columns[i].share(context, row), cell);
        else
            columns[i].text(context, row, cell);
        failed |= scols_line_set_data(line, i, cell);
        if (columns[i].share && *cell)
            failed |= scols_cell_set_color(scols_line_get_cell(line, i), "cyan");
    }
    return failed;
}

/* ---- Layout ---- */

/*
 * The minimum width of the visible columns. The table must have been printed before: printing sets
 * the column widths.
 */
static size_t least_width(struct libscols_table *table, const struct grid_column *columns,
                          unsigned count)
{
    size_t total = 0;

    for (unsigned i = 0; i < count; i++) {
        struct libscols_column *column = scols_table_get_column(table, i);
        size_t width = scols_column_get_width(column);

        if (scols_column_is_hidden(column))
            continue;
        if (columns[i].list && width > LIST_MIN)
            width = strlen(columns[i].title) > LIST_MIN ? strlen(columns[i].title) : LIST_MIN;
        total += width + (total ? GAP : 0);
    }
    return total;
}

/* Hides the least important column. Returns false if no more columns may be hidden. */
static bool leave_out(struct libscols_table *table, const struct grid_column *columns,
                      unsigned count)
{
    struct libscols_column *worst = NULL;
    unsigned rank = 0;

    for (unsigned i = 0; i < count; i++) {
        struct libscols_column *column = scols_table_get_column(table, i);

        if (columns[i].rank > rank && !scols_column_is_hidden(column)) {
            worst = column;
            rank = columns[i].rank;
        }
    }
    return worst &&
           scols_column_set_flags(worst, scols_column_get_flags(worst) | SCOLS_FL_HIDDEN) == 0;
}

/*
 * Prints the table to *text, which the caller frees. If out of memory, libsmartcols may leave out a
 * cell and fclose may leave *text NULL. Both report that only by errno.
 */
static int print_text(struct libscols_table *table, char **text)
{
    size_t len;
    FILE *stream = open_memstream(text, &len);
    int failed;

    if (!stream)
        return -1;
    errno = 0;
    failed = scols_table_set_stream(table, stream) | scols_print_table(table) | ferror(stream);
    failed |= fclose(stream);
    return failed || errno == ENOMEM;
}

/*
 * Prints the table twice: first without a limit to find the column widths, then in lines of
 * `width`.
 */
static int fit(struct libscols_table *table, const struct grid_column *columns, unsigned count,
               size_t width, char **text)
{
    if (scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER) | print_text(table, text))
        return -1;
    free(*text);
    *text = NULL;
    while (least_width(table, columns, count) > width && leave_out(table, columns, count)) {
    }
    return scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS) |
           scols_table_set_termwidth(table, width) | print_text(table, text);
}

static void put_lines(const char *text, FILE *stream)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        size_t used = len;

        while (used && text[used - 1] == ' ')
            used--;
        fprintf(stream, "%*s%.*s\n", INDENT, "", (int)used, text);
        text += len + (text[len] == '\n');
    }
}

int grid_print(const struct grid_column *columns, unsigned count, uint32_t rows,
               const void *context, const struct grid_style *style, FILE *stream)
{
    struct libscols_table *table = scols_new_table();
    char *text = NULL;
    int failed = scols_table_set_column_separator(table, "  ") |
                 scols_table_enable_colors(table, style->colours) |
                 add_columns(table, columns, count);

    for (uint32_t row = 0; row < rows && !failed; row++)
        failed = add_row(table, columns, count, row, context);
    if (!failed)
        failed = fit(table, columns, count, style->width - INDENT, &text);
    if (!failed)
        put_lines(text, stream);
    free(text);
    scols_unref_table(table);
    return failed ? -1 : 0;
}

void grid_title(const char *title, const struct grid_style *style, FILE *stream)
{
    fprintf(stream, "%s%s%s\n", style->colours ? BOLD : "", title, style->colours ? PLAIN : "");
}

void grid_list_add(char list[GRID_CELL_MAX], const char *item)
{
    size_t at = strlen(list);

    snprintf(list + at, GRID_CELL_MAX - at, "%s%s", at ? ", " : "", item);
}

void grid_list_end(char list[GRID_CELL_MAX], uint64_t left)
{
    char text[32];

    if (left == 0)
        return;
    snprintf(text, sizeof text, "+%" PRIu64, left);
    grid_list_add(list, text);
}
