/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_SUPPORT_H
#define MAP_SUPPORT_H

#include "map/map.h"
#include "support.h"

/* Loads a text from a block of exactly its size. */
static inline enum map_result load_bytes(const void *data, size_t len, bool allow_reserved,
                                         struct map **map, struct map_report *report)
{
    const struct map_options options = {.allow_reserved = allow_reserved};
    uint8_t *copy = exact_copy(data, (uint32_t)len);
    enum map_result result = map_load_text("map", copy, len, &options, map, report);

    free(copy);
    return result;
}

/* Loads a map that must be valid and without warnings. */
static inline struct map *load_map(const char *text)
{
    struct map_report report;
    struct map *map = NULL;

    if (load_bytes(text, strlen(text), false, &map, &report) != MAP_OK)
        fail_msg("%s: %s", report.error.place, report.error.text);
    assert_int_equal(report.warning_count, 0);
    return map;
}

/* Returns what map_write writes. The caller frees it. */
static inline char *written(const struct map *map)
{
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);

    assert_non_null(stream);
    map_write(map, stream);
    assert_int_equal(fclose(stream), 0);
    return text;
}

#endif
