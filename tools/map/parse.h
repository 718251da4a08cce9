/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_PARSE_H
#define MAP_PARSE_H

/* Parses files into entries. Internal to the module. */

#include "object.h"

/* A file in memory, in UTF-8 without a byte order mark. */
struct text {
    const char *start;
    const char *end;
    uint16_t file; /* index in builder.files */
};

/* Whether the first line contains a column name of a cmdlet. */
bool csv_is(const struct text *text);

/* These add all entries of a file to the map. */
int csv_parse(struct builder *builder, struct object *object, const struct text *text);
int yaml_parse(struct builder *builder, struct object *object, const struct text *text);

/* Converts UTF-16 to UTF-8. Returns memory that the caller frees, or NULL with errno set. */
char *utf16_convert(const uint8_t *data, size_t len, bool big_endian, size_t *utf8_len);

#endif
