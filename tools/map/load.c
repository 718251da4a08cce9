/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"

struct bytes {
    uint8_t *data;
    size_t len, room;
};

static int system_failed(struct builder *builder, uint16_t file)
{
    build_fail(builder, (struct place){0, 0, file}, "cannot read: %s", strerror(errno));
    builder->result = MAP_UNREADABLE;
    return -1;
}

static int make_room(struct builder *builder, uint16_t file, struct bytes *bytes)
{
    size_t room = bytes->room ? bytes->room * 2 : (size_t)64 * 1024;
    uint8_t *data;

    if (bytes->len < bytes->room)
        return 0;
    if (bytes->len >= MAP_FILE_MAX)
        return build_fail(builder, (struct place){0, 0, file}, "larger than %u MiB",
                          MAP_FILE_MAX >> 20);
    data = realloc(bytes->data, room);
    if (!data)
        return build_no_memory(builder);
    bytes->data = data;
    bytes->room = room;
    return 0;
}

static int read_all(struct builder *builder, uint16_t file, int fd, struct bytes *bytes)
{
    for (;;) {
        ssize_t got;

        if (make_room(builder, file, bytes) != 0)
            return -1;
        got = read(fd, bytes->data + bytes->len, bytes->room - bytes->len);
        if (got == 0)
            return 0;
        if (got > 0)
            bytes->len += (size_t)got;
        else if (errno != EINTR)
            return system_failed(builder, file);
    }
}

static int read_file(struct builder *builder, uint16_t file, const char *path, struct bytes *bytes)
{
    int fd = STDIN_FILENO;
    int result;

    if (strcmp(path, "-") != 0)
        fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return system_failed(builder, file);
    result = read_all(builder, file, fd, bytes);
    if (fd != STDIN_FILENO)
        close(fd);
    return result;
}

/* Adds the entries of a file: YAML, JSON or CSV, in UTF-8 or UTF-16. */
static int parse(struct builder *builder, struct object *object, uint16_t file, const uint8_t *data,
                 size_t len)
{
    bool big_endian = len >= 2 && data[0] == 0xFE && data[1] == 0xFF;
    bool little_endian = len >= 2 && data[0] == 0xFF && data[1] == 0xFE;
    bool has_utf8_mark = len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0;
    struct text text = {.start = (const char *)data + (has_utf8_mark ? 3 : 0),
                        .end = (const char *)data + len,
                        .file = file};
    char *converted = NULL;
    int result;

    if (big_endian || little_endian) {
        converted = utf16_convert(data + 2, len - 2, big_endian, &len);
        if (!converted)
            return system_failed(builder, file);
        text.start = converted;
        text.end = converted + len;
    }
    result = csv_is(&text) ? csv_parse(builder, object, &text) : yaml_parse(builder, object, &text);
    free(converted);
    return result;
}

static int load_file(struct builder *builder, struct object *object, uint16_t file)
{
    const char *path = builder->files[file];
    struct bytes bytes = {NULL, 0, 0};
    int result = read_file(builder, file, path, &bytes);

    if (result == 0)
        result = parse(builder, object, file, bytes.data, bytes.len);
    free(bytes.data);
    return result;
}

/* Ends a load. `result` is 0 if all files were read, or -1. */
static enum map_result finish(struct builder *builder, struct object *object, int result,
                              struct map **map)
{
    if (result == 0)
        result = build_end(builder);
    build_free(builder);
    object_free(object);
    if (result != 0) {
        map_free(builder->map);
        return builder->result;
    }
    *map = builder->map;
    return MAP_OK;
}

enum map_result map_load(const char *const *paths, size_t count, const struct map_options *options,
                         struct map **map, struct map_report *report)
{
    struct builder builder = {.options = options, .report = report, .files = paths};
    struct object object = {.cmdlet = false};
    int result = build_begin(&builder);

    report->warning_count = 0;
    for (size_t i = 0; i < count && i <= UINT16_MAX && result == 0; i++)
        result = load_file(&builder, &object, (uint16_t)i);
    return finish(&builder, &object, result, map);
}

enum map_result map_load_text(const char *name, const void *data, size_t len,
                              const struct map_options *options, struct map **map,
                              struct map_report *report)
{
    struct builder builder = {.options = options, .report = report, .files = &name};
    struct object object = {.cmdlet = false};
    int result = build_begin(&builder);

    report->warning_count = 0;
    if (result == 0)
        result = parse(&builder, &object, 0, data, len);
    return finish(&builder, &object, result, map);
}
