/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_VSID_MAP_H
#define TRANSFORM_VSID_MAP_H

/* Maps VSIDs to VSIDs, as --vsidmap describes them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Old VSIDs from old_first on become the ones from new_first on, or all become new_first. */
struct vsid_pair {
    uint32_t old_first;
    uint32_t old_last;
    uint32_t new_first;
    uint32_t new_last;
};

struct vsid_map {
    struct vsid_pair *pairs; /* sorted by old VSIDs, which do not overlap */
    size_t count;
};

/*
 * Reads a list of OLD:NEW such as `5001:6001,6001:5001,7000-7009:8000-8009,9000-9999:9000`: a VSID
 * to a VSID, a range to a range of the same length, or a range to a VSID. Returns 0, -1 if the list
 * is invalid or has an old VSID twice (*map is then empty), or -2 if out of memory.
 */
int vsid_map_parse(struct vsid_map *map, const char *text);
void vsid_map_free(struct vsid_map *map);

/* Maps a VSID once, so pairs may swap VSIDs. Returns false if it is not in the map. */
bool vsid_map_apply(const struct vsid_map *map, uint32_t *vsid);

/*
 * Returns the lowest new VSID of the first pair with new VSIDs that no tenant may have: reserved,
 * or the vendor's (RFC 7637 section 3.4). Returns NVGRE_VSID_NONE if there is none.
 */
uint32_t vsid_map_find_reserved(const struct vsid_map *map);

#endif
