/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "object_add.h"
#include "parse.h"

/*
 * CSV as Export-Csv writes it: an optional line `#TYPE ...`, column names, rows. The delimiter is a
 * comma, or a semicolon or tab in some cultures. A quoted field may contain delimiters, line breaks
 * and doubled quotes.
 */

enum { COLUMNS_MAX = 256 };

enum csv_end { CSV_FIELD, CSV_ROW, CSV_BROKEN };

struct csv {
    const char *at;
    const char *end;
    uint32_t line;
    uint32_t column;
    char between;
};

static void take(struct csv *csv)
{
    if (*csv->at == '\n') {
        csv->line++;
        csv->column = 1;
    } else if (((unsigned char)*csv->at & 0xC0) != 0x80) {
        csv->column++; /* columns count characters, not bytes of UTF-8 */
    }
    csv->at++;
}

static bool at_break(const struct csv *csv)
{
    return *csv->at == '\n' || (*csv->at == '\r' && csv->end - csv->at > 1 && csv->at[1] == '\n');
}

static void add(struct value *value, char byte)
{
    if (value->len < VALUE_TEXT_LEN - 1)
        value->text[value->len] = byte;
    value->len++;
}

static void end_value(struct value *value)
{
    value->text[value->len < VALUE_TEXT_LEN ? value->len : VALUE_TEXT_LEN - 1] = '\0';
}

/* Takes the content of a quoted field. Returns false if the closing quote is missing. */
static bool take_quoted(struct csv *csv, struct value *value)
{
    take(csv);
    while (csv->at < csv->end) {
        if (*csv->at == '"') {
            take(csv);
            if (csv->at == csv->end || *csv->at != '"')
                return true;
        }
        add(value, *csv->at);
        take(csv);
    }
    return false;
}

/* Takes a field and the delimiter or line break after it. */
static enum csv_end take_field(struct csv *csv, struct value *value)
{
    bool whole = true;

    value->line = csv->line;
    value->column = csv->column;
    value->len = 0;
    if (csv->at < csv->end && *csv->at == '"')
        whole = take_quoted(csv, value);
    else
        while (csv->at < csv->end && *csv->at != csv->between && !at_break(csv)) {
            add(value, *csv->at);
            take(csv);
        }
    end_value(value);
    if (!whole)
        return CSV_BROKEN;
    if (csv->at == csv->end)
        return CSV_ROW;
    if (*csv->at == csv->between) {
        take(csv);
        return CSV_FIELD;
    }
    if (!at_break(csv))
        return CSV_BROKEN;
    while (*csv->at != '\n')
        take(csv);
    take(csv);
    return CSV_ROW;
}

static void skip_line(struct csv *csv)
{
    while (csv->at < csv->end && *csv->at != '\n')
        take(csv);
    if (csv->at < csv->end)
        take(csv);
}

/*
 * Skips `#TYPE`, so the header is next. The text after the first column name shows the delimiter.
 */
static struct csv begin(const struct text *text)
{
    struct csv csv = {text->start, text->end, 1, 1, ','};
    struct value value;
    const char *p;

    if (csv.end - csv.at >= 5 && memcmp(csv.at, "#TYPE", 5) == 0)
        skip_line(&csv);
    p = csv.at;
    if (p < csv.end && *p == '"') {
        struct csv first = csv;

        if (take_field(&first, &value) == CSV_BROKEN && first.at < first.end)
            p = first.at;
    }
    while (p < csv.end && *p != '\n' && !strchr(",;\t", *p))
        p++;
    if (p < csv.end && (*p == ';' || *p == '\t'))
        csv.between = *p;
    return csv;
}

bool csv_is(const struct text *text)
{
    struct csv csv = begin(text);
    struct object cmdlet = {.cmdlet = true};
    struct value value;
    enum csv_end end;

    do {
        end = take_field(&csv, &value);
        if (end != CSV_BROKEN && object_field(&cmdlet, value.text) != FIELD_COUNT)
            return true;
    } while (end == CSV_FIELD);
    return false;
}

static int broken(struct builder *builder, const struct object *object, const struct csv *csv,
                  const struct value *value)
{
    const struct place at = {csv->line, csv->column, object->at.file};

    if (csv->at == csv->end)
        return build_fail(builder, value_place(object, value),
                          "expected a quote at the end of %.40s", value->text);
    return build_fail(builder, at, "expected %s behind the quote, not %.1s",
                      csv->between == ',' ? "a comma" : "a delimiter", csv->at);
}

/* Finds the fields that the header names. FIELD_COUNT means that the column is not used. */
static int parse_header(struct builder *builder, struct object *object, struct csv *csv,
                        enum field columns[COLUMNS_MAX], uint32_t *count)
{
    struct value value;
    enum csv_end end;
    uint32_t seen = 0;

    *count = 0;
    do {
        end = take_field(csv, &value);
        if (end == CSV_BROKEN)
            return broken(builder, object, csv, &value);
        if (*count == COLUMNS_MAX)
            return build_fail(builder, value_place(object, &value), "more than %d columns",
                              COLUMNS_MAX);
        columns[*count] = object_field(object, value.text);
        if (columns[*count] < FIELD_COUNT && seen >> columns[*count] & 1)
            return build_fail(builder, value_place(object, &value), "column %.40s is there twice",
                              value.text);
        seen |= columns[*count] < FIELD_COUNT ? 1u << columns[*count] : 0;
        ++*count;
    } while (end == CSV_FIELD);
    return 0;
}

static int parse_row(struct builder *builder, struct object *object, struct csv *csv,
                     const enum field columns[COLUMNS_MAX], uint32_t count)
{
    struct value value;
    enum csv_end end;
    uint32_t column = 0;

    do {
        end = take_field(csv, &value);
        if (end == CSV_BROKEN)
            return broken(builder, object, csv, &value);
        if (column < count && columns[column] < FIELD_COUNT &&
            object_set(builder, object, columns[column], &value) != 0)
            return -1;
        column++;
    } while (end == CSV_FIELD);
    if (column != count)
        return build_fail(builder, object->at, "expected %u fields as in the header, not %u", count,
                          column);
    return object_add(builder, object);
}

int csv_parse(struct builder *builder, struct object *object, const struct text *text)
{
    struct csv csv = begin(text);
    enum field columns[COLUMNS_MAX];
    uint32_t count;

    object_begin(object, OBJECT_RECORD, true, (struct place){1, 1, text->file});
    if (parse_header(builder, object, &csv, columns, &count) != 0)
        return -1;
    while (csv.at < csv.end) {
        struct place at = {csv.line, csv.column, text->file};

        if (at_break(&csv)) {
            skip_line(&csv);
            continue;
        }
        object_begin(object, OBJECT_RECORD, true, at);
        if (parse_row(builder, object, &csv, columns, count) != 0)
            return -1;
    }
    return 0;
}
