/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_OBJECT_H
#define MAP_OBJECT_H

/*
 * One entry of a file, as named texts with their places: what YAML, JSON and CSV have in common.
 * Entries of our own YAML have a kind from the section they are in and our names; entries that
 * cmdlets gave have their names, and tell their kind by them. Internal to the module.
 */

#include "build.h"
#include "value.h"

enum object_kind {
    OBJECT_PROVIDER,
    OBJECT_PROVIDER_ROUTE,
    OBJECT_SUBNET,
    OBJECT_RECORD,
    OBJECT_ROUTE,
    OBJECT_KIND_COUNT
};

enum field {
    FIELD_ADDRESS,
    FIELD_MAC,
    FIELD_VLAN,
    FIELD_SVLAN,
    FIELD_PREFIX_LEN,
    FIELD_LOCAL,
    FIELD_PREFIX,
    FIELD_NEXT_HOP,
    FIELD_VSID,
    FIELD_RDID,
    FIELD_FLOOD,
    FIELD_CA,
    FIELD_PA,
    FIELD_TYPE,
    FIELD_RULE,
    FIELD_METRIC,
    FIELD_COUNT
};

#define OBJECT_LIST_MAX 65536u /* PAs in a list */

struct object {
    enum object_kind kind;
    bool cmdlet;    /* of a cmdlet */
    uint32_t given; /* a bit 1 << field for each */
    struct place at;
    struct value fields[FIELD_COUNT];
    struct value *list; /* of FIELD_PA or FIELD_FLOOD */
    uint32_t list_count, list_room;
    uint32_t *pas; /* their indexes */
    uint32_t pa_room;
};

/* The section of our YAML that holds a kind; OBJECT_KIND_COUNT for no such name. */
enum object_kind object_section(const char *name);

/* Starts the next entry; of a cmdlet's the kind does not matter. */
void object_begin(struct object *object, enum object_kind kind, bool cmdlet, struct place at);

/* The field of a name, or FIELD_COUNT; for cmdlets of all kinds of entries. */
enum field object_field(const struct object *object, const char *name);

/*
 * Whether a name is one under which cmdlets' objects are collected: that of a cmdlet, in some
 * spelling, or `value`, which ConvertTo-Json gives.
 */
bool object_is_collection(const char *name);

/* A list may stand for the value of FIELD_PA of any record, and of FIELD_FLOOD. */
bool object_takes_list(enum field field);

/* Gives a field its value, or the next element of its list. An empty value of a cmdlet is none. */
int object_set(struct builder *builder, struct object *object, enum field field,
               const struct value *value);

/* Says that a name is not known to this kind of entry. */
int object_unknown(struct builder *builder, const struct object *object, const struct value *name);

/* What a field is called in the file. */
const char *object_name(const struct object *object, enum field field);

/* Finds out what kind a cmdlet's entry is, and checks that an entry has all that it needs. */
int object_check(struct builder *builder, struct object *object);
void object_free(struct object *object);

static inline struct place value_place(const struct object *object, const struct value *value)
{
    return (struct place){value->line, value->column, object->at.file};
}

#endif
