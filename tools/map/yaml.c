/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "object_add.h"
#include "parse.h"

/*
 * Parses YAML, and JSON as a part of YAML, with libyaml's events. Events have lines and columns,
 * and scalars have the text from the file.
 */

enum { DEPTH_MAX = 32, NESTED_LISTS_MAX = 4 };

struct yaml {
    yaml_parser_t parser;
    yaml_event_t event; /* the current event */
    bool has_event;
    struct builder *builder;
    struct object *object;
    const struct text *text;
};

static struct place place_of(const struct yaml *yaml)
{
    const yaml_mark_t *mark = &yaml->event.start_mark;

    return (struct place){(uint32_t)mark->line + 1, (uint32_t)mark->column + 1, yaml->text->file};
}

/* Finds the line and column of an offset: errors of libyaml's reader only have an offset. */
static struct place place_of_offset(const struct yaml *yaml, size_t offset)
{
    struct place place = {1, 1, yaml->text->file};
    const char *end = yaml->text->end;

    if (offset < (size_t)(end - yaml->text->start))
        end = yaml->text->start + offset;
    for (const char *p = yaml->text->start; p < end; p++) {
        if (*p == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)*p & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static int parser_failed(struct yaml *yaml)
{
    const yaml_parser_t *parser = &yaml->parser;
    const yaml_mark_t *mark = &parser->problem_mark;
    struct place at = {(uint32_t)mark->line + 1, (uint32_t)mark->column + 1, yaml->text->file};

    if (parser->error == YAML_MEMORY_ERROR)
        return build_no_memory(yaml->builder);
    if (parser->error == YAML_READER_ERROR)
        at = place_of_offset(yaml, parser->problem_offset);
    return build_fail(yaml->builder, at, "no YAML, JSON or CSV: %s%s%s",
                      parser->context ? parser->context : "", parser->context ? ", " : "",
                      parser->problem ? parser->problem : "unreadable");
}

/* Anchors, aliases and tags have no meaning in a map. Refuse them instead of guessing. */
static int check_event(const struct yaml *yaml)
{
    const yaml_event_t *event = &yaml->event;
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;

    if (event->type == YAML_ALIAS_EVENT)
        return build_fail(yaml->builder, place_of(yaml), "aliases are not taken: *%.40s",
                          (const char *)event->data.alias.anchor);
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor)
        return build_fail(yaml->builder, place_of(yaml), "anchors are not taken: &%.40s",
                          (const char *)anchor);
    if (tag)
        return build_fail(yaml->builder, place_of(yaml), "tags are not taken: %.40s",
                          (const char *)tag);
    return 0;
}

static int next(struct yaml *yaml)
{
    if (yaml->has_event)
        yaml_event_delete(&yaml->event);
    yaml->has_event = yaml_parser_parse(&yaml->parser, &yaml->event) != 0;
    if (!yaml->has_event)
        return parser_failed(yaml);
    return check_event(yaml);
}

static int next_of(struct yaml *yaml, int count)
{
    while (count-- > 0)
        if (next(yaml) != 0)
            return -1;
    return 0;
}

static bool at_scalar(const struct yaml *yaml)
{
    return yaml->event.type == YAML_SCALAR_EVENT;
}

static bool at_list(const struct yaml *yaml)
{
    return yaml->event.type == YAML_SEQUENCE_START_EVENT;
}

static bool at_mapping(const struct yaml *yaml)
{
    return yaml->event.type == YAML_MAPPING_START_EVENT;
}

static bool at_end(const struct yaml *yaml)
{
    return yaml->event.type == YAML_SEQUENCE_END_EVENT ||
           yaml->event.type == YAML_MAPPING_END_EVENT;
}

static const char *scalar(const struct yaml *yaml)
{
    return (const char *)yaml->event.data.scalar.value;
}

/* Whether a value is empty, or null as in JSON. */
static bool at_null(const struct yaml *yaml)
{
    return at_scalar(yaml) && yaml->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (yaml->event.data.scalar.length == 0 || strcmp(scalar(yaml), "null") == 0 ||
            strcmp(scalar(yaml), "~") == 0);
}

static void get_value(const struct yaml *yaml, struct value *value)
{
    struct place at = place_of(yaml);

    value->line = at.line;
    value->column = at.column;
    value_set(value, scalar(yaml), yaml->event.data.scalar.length);
}

static int expected(const struct yaml *yaml, const char *what)
{
    if (at_scalar(yaml))
        return build_fail(yaml->builder, place_of(yaml), "expected %s, not %s%.48s", what,
                          yaml->event.data.scalar.length ? "" : "nothing", scalar(yaml));
    return build_fail(yaml->builder, place_of(yaml), "expected %s, not %s", what,
                      at_list(yaml)      ? "a list"
                      : at_mapping(yaml) ? "a mapping"
                                         : "the end");
}

/* Skips the current value, up to its last event. */
static int skip(struct yaml *yaml)
{
    int depth = 0;

    for (;;) {
        if (at_list(yaml) || at_mapping(yaml))
            depth++;
        else if (at_end(yaml))
            depth--;
        if (depth == 0)
            return 0;
        if (depth > DEPTH_MAX)
            return build_fail(yaml->builder, place_of(yaml), "nested deeper than %d levels",
                              DEPTH_MAX);
        if (next(yaml) != 0)
            return -1;
    }
}

/* Takes the key of a mapping, which must be a scalar. The next event is its value. */
static int take_key(struct yaml *yaml, struct value *key)
{
    if (!at_scalar(yaml))
        return expected(yaml, "a key");
    get_value(yaml, key);
    return next(yaml);
}

/* ---- Entries ---- */

/* Parses the value of a field: a scalar, or a list of scalars if the field may have a list. */
static int parse_field(struct yaml *yaml, enum field field)
{
    bool is_list = at_list(yaml);
    struct value value;

    if (is_list && (!object_takes_list(field) || next(yaml) != 0))
        return object_takes_list(field) ? -1 : expected(yaml, "a single value");
    if (yaml->object->cmdlet && at_null(yaml))
        return 0;
    while (!at_end(yaml)) {
        if (!at_scalar(yaml))
            return expected(yaml, "a single value");
        get_value(yaml, &value);
        if (object_set(yaml->builder, yaml->object, field, &value) != 0)
            return -1;
        if (!is_list)
            return 0;
        if (next(yaml) != 0)
            return -1;
    }
    return 0;
}

static int parse_pair(struct yaml *yaml, const struct value *key, uint32_t *seen)
{
    struct object *object = yaml->object;
    enum field field = object_field(object, key->text);

    if (field == FIELD_COUNT)
        return object->cmdlet ? skip(yaml) : object_unknown(yaml->builder, object, key);
    if (*seen >> field & 1)
        return build_fail(yaml->builder, value_place(object, key), "key %s is there twice",
                          key->text);
    *seen |= 1u << field;
    return parse_field(yaml, field);
}

/* Parses the pairs of a mapping, from the current key to the end. */
static int parse_pairs(struct yaml *yaml)
{
    uint32_t seen = 0;

    while (!at_end(yaml)) {
        struct value key = {.len = 0};

        if (take_key(yaml, &key) != 0 || parse_pair(yaml, &key, &seen) != 0 || next(yaml) != 0)
            return -1;
    }
    return object_add(yaml->builder, yaml->object);
}

static int parse_entry(struct yaml *yaml, enum object_kind kind, bool cmdlet)
{
    if (!at_mapping(yaml))
        return expected(yaml, "a mapping");
    object_begin(yaml->object, kind, cmdlet, place_of(yaml));
    return next(yaml) == 0 ? parse_pairs(yaml) : -1;
}

/* ---- Our own maps ---- */

static int parse_section(struct yaml *yaml, enum object_kind kind)
{
    if (at_null(yaml))
        return 0;
    if (!at_list(yaml))
        return expected(yaml, "a list");
    for (;;) {
        if (next(yaml) != 0)
            return -1;
        if (at_end(yaml))
            return 0;
        if (parse_entry(yaml, kind, false) != 0)
            return -1;
    }
}

static int parse_version(struct yaml *yaml)
{
    return at_scalar(yaml) && strcmp(scalar(yaml), "1") == 0 ? 0 : expected(yaml, "version 1");
}

/*
 * Parses the document's mapping, from its first key to its end. In `seen`, the version has the bit
 * after those of all kinds.
 */
static int parse_map(struct yaml *yaml, struct place start)
{
    uint32_t seen = 0;

    while (!at_end(yaml)) {
        struct value key = {.len = 0};
        enum object_kind kind;
        bool is_version;

        object_begin(yaml->object, OBJECT_RECORD, false, start);
        if (take_key(yaml, &key) != 0)
            return -1;
        kind = object_section(key.text);
        is_version = strcmp(key.text, "version") == 0;
        if (kind == OBJECT_KIND_COUNT && !is_version)
            return build_fail(yaml->builder, value_place(yaml->object, &key),
                              "unknown key %.40s; a map has version, provider, provider_routes, "
                              "subnets, records and routes",
                              key.text);
        if (seen >> kind & 1)
            return build_fail(yaml->builder, value_place(yaml->object, &key),
                              "key %s is there twice", key.text);
        seen |= 1u << kind;
        if ((is_version ? parse_version(yaml) : parse_section(yaml, kind)) != 0 || next(yaml) != 0)
            return -1;
    }
    if (!(seen >> OBJECT_KIND_COUNT & 1))
        return build_fail(yaml->builder, start, "expected version: 1 in a map");
    return 0;
}

/* ---- Objects from cmdlets ---- */

/* Parses an object, or a list of objects. A list may contain the lists of several cmdlets. */
static int parse_objects(struct yaml *yaml, int depth)
{
    if (at_null(yaml))
        return 0;
    if (!at_list(yaml))
        return parse_entry(yaml, OBJECT_RECORD, true);
    if (depth == NESTED_LISTS_MAX)
        return build_fail(yaml->builder, place_of(yaml), "lists nested deeper than %d levels",
                          NESTED_LISTS_MAX);
    for (;;) {
        if (next(yaml) != 0)
            return -1;
        if (at_end(yaml))
            return 0;
        if (parse_objects(yaml, depth + 1) != 0)
            return -1;
    }
}

/*
 * Parses the document's mapping from its first key: one object of a cmdlet, or named collections of
 * objects. ProviderAddress may be the name of a field or of a collection; its value decides.
 */
static int parse_named(struct yaml *yaml, struct place start)
{
    bool is_object = true;
    uint32_t seen = 0;

    object_begin(yaml->object, OBJECT_RECORD, true, start);
    while (!at_end(yaml)) {
        struct value key = {.len = 0};

        if (take_key(yaml, &key) != 0)
            return -1;
        if (yaml->object->given == 0 && object_is_collection(key.text) && !at_scalar(yaml)) {
            is_object = false;
            if (parse_objects(yaml, 0) != 0)
                return -1;
            object_begin(yaml->object, OBJECT_RECORD, true, start);
        } else if (parse_pair(yaml, &key, &seen) != 0) {
            return -1;
        }
        if (next(yaml) != 0)
            return -1;
    }
    return is_object || yaml->object->given ? object_add(yaml->builder, yaml->object) : 0;
}

static int parse_document(struct yaml *yaml)
{
    struct place start = place_of(yaml);

    if (at_list(yaml))
        return parse_objects(yaml, 0);
    if (!at_mapping(yaml))
        return expected(yaml, "a location map");
    if (next(yaml) != 0)
        return -1;
    if (at_scalar(yaml) &&
        object_field(&(struct object){.cmdlet = true}, scalar(yaml)) == FIELD_COUNT &&
        (strcmp(scalar(yaml), "version") == 0 || object_section(scalar(yaml)) != OBJECT_KIND_COUNT))
        return parse_map(yaml, start);
    return parse_named(yaml, start);
}

static int parse_stream(struct yaml *yaml)
{
    if (next_of(yaml, 2) != 0) /* the start of the stream and of the document */
        return -1;
    if (yaml->event.type == YAML_STREAM_END_EVENT)
        return build_fail(yaml->builder, place_of(yaml), "expected a location map, not nothing");
    if (next(yaml) != 0 || parse_document(yaml) != 0)
        return -1;
    if (next_of(yaml, 2) != 0) /* the end of the document and of the stream */
        return -1;
    return yaml->event.type == YAML_STREAM_END_EVENT
               ? 0
               : build_fail(yaml->builder, place_of(yaml), "expected one document, not another");
}

int yaml_parse(struct builder *builder, struct object *object, const struct text *text)
{
    struct yaml yaml = {.builder = builder, .object = object, .text = text};
    int result;

    if (!yaml_parser_initialize(&yaml.parser))
        return build_no_memory(builder);
    yaml_parser_set_encoding(&yaml.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&yaml.parser, (const unsigned char *)text->start,
                                 (size_t)(text->end - text->start));
    result = parse_stream(&yaml);
    if (yaml.has_event)
        yaml_event_delete(&yaml.event);
    yaml_parser_delete(&yaml.parser);
    return result;
}
