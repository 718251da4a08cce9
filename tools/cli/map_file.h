/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MAP_FILE_H
#define CLI_MAP_FILE_H

#include <stdbool.h>

#include "map/map.h"
#include "options.h"

/*
 * Loads all --map files as one location map, and prints the warnings and the error. Returns
 * OPTIONS_GO_ON, or an exit code; *map is then NULL.
 */
int map_file_load(const struct option_names *paths, bool allow_reserved, struct map **map);

#endif
