/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "build.h"

/* The end of a long file name says more than its beginning. */
enum { NAME_MAX_LEN = 255 };

static void set_place(const struct builder *builder, struct place place,
                      struct map_message *message)
{
    const char *name = builder->files[place.file];
    size_t len = strlen(name);

    if (len > NAME_MAX_LEN)
        name += len - NAME_MAX_LEN;
    if (place.line)
        snprintf(message->place, sizeof message->place, "%s:%u:%u", name, place.line, place.column);
    else
        snprintf(message->place, sizeof message->place, "%s", name);
}

/* Control characters from a file must not reach a terminal. */
static void clean(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            *text = '?';
}

int build_fail(struct builder *builder, struct place place, const char *format, ...)
{
    struct map_message *error = &builder->report->error;
    va_list args;

    set_place(builder, place, error);
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    clean(error->text);
    builder->result = MAP_INVALID;
    return -1;
}

int build_no_memory(struct builder *builder)
{
    struct map_message *error = &builder->report->error;

    snprintf(error->place, sizeof error->place, "location map");
    snprintf(error->text, sizeof error->text, "out of memory");
    builder->result = MAP_UNREADABLE;
    return -1;
}

void build_warn(struct builder *builder, struct place place, const char *format, ...)
{
    struct map_report *report = builder->report;
    struct map_message *warning;
    va_list args;

    if (report->warning_count++ >= MAP_WARNINGS_MAX)
        return;
    warning = &report->warnings[report->warning_count - 1];
    set_place(builder, place, warning);
    va_start(args, format);
    vsnprintf(warning->text, sizeof warning->text, format, args);
    va_end(args);
    clean(warning->text);
}

struct build_text build_earlier(const struct builder *builder, struct place at, uint16_t file,
                                uint32_t line)
{
    struct build_text text;

    if (file == at.file)
        snprintf(text.text, sizeof text.text, "line %u", line);
    else
        snprintf(text.text, sizeof text.text, "line %u of %s", line, builder->files[file]);
    return text;
}
