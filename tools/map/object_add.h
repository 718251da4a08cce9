/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_OBJECT_ADD_H
#define MAP_OBJECT_ADD_H

/* From the texts of an entry to values, which are added to the map. Internal to the module. */

#include "object.h"

/* What a field is called in the file. */
const char *object_name(const struct object *object, enum field field);

int object_add_provider(struct builder *builder, struct object *object);
int object_add_provider_route(struct builder *builder, struct object *object);
int object_add_subnet(struct builder *builder, struct object *object);
int object_add_record(struct builder *builder, struct object *object);
int object_add_route(struct builder *builder, struct object *object);

#endif
