/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_VSID_MAP_H
#define TRANSFORM_VSID_MAP_H

/* VSIDs to VSIDs, as --vsidmap names them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From old_first on, VSIDs become those from new_first on, or all of them new_first. */
struct vsid_pair {
    uint32_t old_first;
    uint32_t old_last;
    uint32_t new_first;
    uint32_t new_last;
};

struct vsid_map {
    struct vsid_pair *pairs; /* in order of old VSIDs, which are apart from each other */
    size_t count;
};

/*
 * Reads a list of OLD:NEW such as `5001:6001,6001:5001,7000-7009:8000-8009,9000-9999:9000`: a
 * VSID to a VSID, a range to one of the same length, or a range to a VSID. Returns 0; -1 where it
 * is no such list or has an old VSID twice (*map is then empty), -2 where memory is out.
 */
int vsid_map_parse(struct vsid_map *map, const char *text);
void vsid_map_free(struct vsid_map *map);

/* Maps a VSID, once: pairs may swap VSIDs. Returns false where it is not in the map. */
bool vsid_map_apply(const struct vsid_map *map, uint32_t *vsid);

/*
 * The lowest VSID that comes of a pair and is none of a tenant (RFC 7637 section 3.4: reserved, or
 * the vendor's), of the first such pair; NVGRE_VSID_NONE where there is none.
 */
uint32_t vsid_map_find_reserved(const struct vsid_map *map);

#endif
