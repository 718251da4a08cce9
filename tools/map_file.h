/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_MAP_FILE_H
#define TOOLS_MAP_FILE_H

#include <stdbool.h>

#include "map/map.h"

/*
 * Loads the location map of --map, with messages about all that is wrong. Returns OPTIONS_GO_ON,
 * or the exit code to end with; *map is then NULL.
 */
int map_file_load(const char *path, bool allow_reserved, struct map **map);

#endif
