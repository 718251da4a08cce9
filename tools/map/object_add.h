/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_OBJECT_ADD_H
#define MAP_OBJECT_ADD_H

/* Converts the texts of an entry and adds it to the map. Internal to the module. */

#include "object.h"

/* Checks an entry and adds it to the map. All its fields must be set before. */
int object_add(struct builder *builder, struct object *object);

#endif
