/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grid.h"

#include <inttypes.h>
#include <string.h>

enum { INDENT = 2, GAP = 2, BAR_MIN = 6, BAR_MAX = 40, FILL_MIN = 16 };

#define BOLD "\033[1m"
#define BAR_COLOUR "\033[36m"
#define PLAIN "\033[0m"

struct layout {
    unsigned widths[GRID_COLUMNS_MAX]; /* 0 for a column that is left out */
};

unsigned grid_width(const char *text)
{
    unsigned width = 0;

    for (; *text; text++)
        width += (*text & 0xC0) != 0x80;
    return width;
}

static bool stretches(const struct grid_column *column)
{
    return column->share || column->fill;
}

static unsigned least_width(const struct grid_column *column, uint32_t rows, const void *context)
{
    unsigned width = grid_width(column->title);
    char cell[GRID_CELL_MAX];

    if (column->share)
        return BAR_MIN;
    if (column->fill)
        return width > FILL_MIN ? width : FILL_MIN;
    for (uint32_t row = 0; row < rows; row++) {
        unsigned len;

        column->text(context, row, cell);
        len = grid_width(cell);
        width = len > width ? len : width;
    }
    return width;
}

static unsigned total_width(const struct layout *layout, unsigned count)
{
    unsigned total = INDENT;

    for (unsigned i = 0; i < count; i++)
        total += layout->widths[i] ? layout->widths[i] + (total > INDENT ? GAP : 0) : 0;
    return total;
}

/* Leaves out the least needed column; false where all that are left are needed. */
static bool leave_out(struct layout *layout, const struct grid_column *columns, unsigned count)
{
    unsigned worst = count;

    for (unsigned i = 0; i < count; i++)
        if (layout->widths[i] && columns[i].rank &&
            (worst == count || columns[i].rank > columns[worst].rank))
            worst = i;
    if (worst == count)
        return false;
    layout->widths[worst] = 0;
    return true;
}

static void lay_out(struct layout *layout, const struct grid_column *columns, unsigned count,
                    uint32_t rows, const void *context, unsigned width)
{
    for (unsigned i = 0; i < count; i++)
        layout->widths[i] = least_width(&columns[i], rows, context);
    while (total_width(layout, count) > width && leave_out(layout, columns, count)) {
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned total = total_width(layout, count);

        if (!layout->widths[i] || !stretches(&columns[i]) || total >= width)
            continue;
        layout->widths[i] += width - total;
        if (columns[i].share && layout->widths[i] > BAR_MAX)
            layout->widths[i] = BAR_MAX;
    }
}

/* A line in the making. Spaces wait until something follows. */
struct line {
    FILE *stream;
    unsigned spaces;
};

static void put_text(struct line *line, const char *text)
{
    if (!*text)
        return;
    fprintf(line->stream, "%*s%s", (int)line->spaces, "", text);
    line->spaces = 0;
}

static void put_cell(struct line *line, const char *text, unsigned width, bool left)
{
    unsigned used = grid_width(text);
    unsigned spaces = used < width ? width - used : 0;

    line->spaces += left ? 0 : spaces;
    put_text(line, text);
    line->spaces += left ? spaces : 0;
}

/* In eighths of a character where there are such. */
static void put_bar(struct line *line, double share, unsigned width, const struct grid_style *style)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned steps = style->utf8 ? 8 : 1;
    unsigned length = (unsigned)(share * width * steps + 0.5);
    unsigned used = length / steps + (length % steps > 0);

    if (used && style->colours)
        put_text(line, BAR_COLOUR);
    for (unsigned i = 0; i < length / steps; i++)
        put_text(line, style->utf8 ? "█" : "#");
    put_text(line, eighths[length % steps]);
    if (used && style->colours)
        put_text(line, PLAIN);
    line->spaces += width - used;
}

static void put_row(const struct layout *layout, const struct grid_column *columns, unsigned count,
                    uint32_t row, const void *context, const struct grid_style *style, FILE *stream)
{
    struct line line = {stream, INDENT};
    char cell[GRID_CELL_MAX];

    for (unsigned i = 0; i < count; i++) {
        const struct grid_column *column = &columns[i];
        unsigned width = layout->widths[i];

        if (!width)
            continue;
        if (column->share) {
            put_bar(&line, column->share(context, row), width, style);
        } else if (column->fill) {
            column->fill(context, row, style, width, cell);
            put_cell(&line, cell, width, true);
        } else {
            column->text(context, row, cell);
            put_cell(&line, cell, width, column->left);
        }
        line.spaces += GAP;
    }
    fputc('\n', stream);
}

void grid_print(const struct grid_column *columns, unsigned count, uint32_t rows,
                const void *context, const struct grid_style *style, FILE *stream)
{
    struct line head = {stream, INDENT};
    struct layout layout;

    lay_out(&layout, columns, count, rows, context, style->width);
    for (unsigned i = 0; i < count; i++) {
        if (!layout.widths[i])
            continue;
        put_cell(&head, columns[i].title, layout.widths[i],
                 columns[i].left || stretches(&columns[i]));
        head.spaces += GAP;
    }
    fputc('\n', stream);
    for (uint32_t row = 0; row < rows; row++)
        put_row(&layout, columns, count, row, context, style, stream);
}

void grid_title(const char *title, const struct grid_style *style, FILE *stream)
{
    fprintf(stream, "%s%s%s\n", style->colours ? BOLD : "", title, style->colours ? PLAIN : "");
}

void grid_list_end(struct grid_list *list, uint64_t left)
{
    size_t at = strlen(list->out);

    if (!list->full && left)
        snprintf(list->out + at, GRID_CELL_MAX - at, ", +%" PRIu64, left);
    list->full = true;
}

void grid_list_add(struct grid_list *list, const char *item, uint64_t left)
{
    char more[32] = "";
    unsigned needed = grid_width(item) + (list->items ? 2 : 0);
    size_t at = strlen(list->out);

    if (list->full)
        return;
    if (left)
        snprintf(more, sizeof more, ", +%" PRIu64, left);
    if (list->items && (list->used + needed + strlen(more) > list->width ||
                        at + strlen(item) + sizeof more >= GRID_CELL_MAX)) {
        grid_list_end(list, left + 1);
        return;
    }
    snprintf(list->out + at, GRID_CELL_MAX - at, "%s%s", list->items ? ", " : "", item);
    list->used += needed;
    list->items++;
}
