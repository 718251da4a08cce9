/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_VSID_SET_H
#define TRANSFORM_VSID_SET_H

/* A set of VSIDs, as --vsid-filter names them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vsid_range {
    uint32_t first;
    uint32_t last;
};

struct vsid_set {
    struct vsid_range *ranges; /* in order, apart from each other */
    size_t count;
};

/*
 * Reads a list such as `5001,0x1770-0x1779`. Returns 0; -1 where it is no such list (*set is
 * then empty), -2 where memory is out.
 */
int vsid_set_parse(struct vsid_set *set, const char *text);
void vsid_set_free(struct vsid_set *set);

/* Looks up in a set that is not empty; for vsid_set_selects. */
bool vsid_set_has(const struct vsid_set *set, uint32_t vsid);

/* Whether a VSID is in the set; an empty set selects all. */
static inline bool vsid_set_selects(const struct vsid_set *set, uint32_t vsid)
{
    return set->count == 0 || vsid_set_has(set, vsid);
}

#endif
