/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MAP_FILE_H
#define CLI_MAP_FILE_H

#include <stdbool.h>

#include "map/map.h"
#include "options.h"

/*
 * Loads the location map of all --map files, with messages about all that is wrong. Returns
 * OPTIONS_GO_ON, or the exit code to end with; *map is then NULL.
 */
int map_file_load(const struct option_names *paths, bool allow_reserved, struct map **map);

#endif
