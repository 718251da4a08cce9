/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_OBJECT_H
#define MAP_OBJECT_H

/*
 * One entry of a file, as named texts with their places. YAML, JSON and CSV all produce it. Entries
 * of our own YAML use our field names; their section determines their kind. Entries from cmdlets
 * use the cmdlets' names, which determine their kind. Internal to the module.
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
    bool cmdlet;    /* from a cmdlet */
    uint32_t given; /* bit 1 << field for each field that is set */
    struct place at;
    struct value fields[FIELD_COUNT];
    struct value *list; /* the values of FIELD_PA or FIELD_FLOOD */
    uint32_t list_count, list_room;
    uint32_t *pas; /* the indexes of these PAs */
    uint32_t pa_room;
};

/* Returns the kind of a section of our YAML, or OBJECT_KIND_COUNT if the name is unknown. */
enum object_kind object_section(const char *name);

/* Starts the next entry. For a cmdlet `kind` does not matter. */
void object_begin(struct object *object, enum object_kind kind, bool cmdlet, struct place at);

/*
 * Returns the field with this name, or FIELD_COUNT. For cmdlets it searches the names of all kinds.
 */
enum field object_field(const struct object *object, const char *name);

/*
 * Whether objects of cmdlets may be listed under this name: the name of a cmdlet, in several
 * spellings, or `value`, which ConvertTo-Json writes.
 */
bool object_is_collection(const char *name);

/* Whether a field may have a list of values. FIELD_PA may in any record, also FIELD_FLOOD. */
bool object_takes_list(enum field field);

/* Sets a field, or appends to its list. An empty value from a cmdlet is ignored. */
int object_set(struct builder *builder, struct object *object, enum field field,
               const struct value *value);

/* Fails because this kind of entry has no field with this name. */
int object_unknown(struct builder *builder, const struct object *object, const struct value *name);

/* Returns the name of a field as the file spells it. */
const char *object_name(const struct object *object, enum field field);

/* Determines the kind of a cmdlet's entry. Checks that an entry has all required fields. */
int object_check(struct builder *builder, struct object *object);
void object_free(struct object *object);

static inline struct place value_place(const struct object *object, const struct value *value)
{
    return (struct place){value->line, value->column, object->at.file};
}

#endif
