/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_OBJECT_ADD_H
#define MAP_OBJECT_ADD_H

/* An entry's texts become values in the map. Internal to the module. */

#include "object.h"

/* Checks an entry of which all fields are set, and adds it to the map. */
int object_add(struct builder *builder, struct object *object);

#endif
