/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_DIRECTION_H
#define REPLAY_DIRECTION_H

/* Chooses the interface for each frame. */

#include <stdbool.h>
#include <stdint.h>

#include "base/range_set.h"
#include "base/table.h"

#define DIRECTION_TARGETS_MAX 64u

enum direction_kind {
    DIRECTION_ONE,   /* all frames to the first interface */
    DIRECTION_PA,    /* by outer addresses: sender and receiver are on opposite sides */
    DIRECTION_CIDR,  /* outer sources in a list to the first interface, others to the second */
    DIRECTION_IFACE, /* the capture's first interface to the first, others to the second */
    DIRECTION_VSID   /* by VSID lists; VSIDs in no list to the first interface */
};

/* A range of VSIDs (first to last) and the index of their interface. */
struct direction_vsids {
    uint32_t first;
    uint32_t last;
    uint32_t target;
};

struct direction {
    enum direction_kind kind;
    struct range_set sources; /* for DIRECTION_CIDR */
    struct direction_vsids *vsids;
    uint32_t vsid_count;
    struct table sides; /* for DIRECTION_PA: maps an address to its side */
};

/*
 * Reads a list such as `5001=veth1,6000-6009=veth2`. Adds each new name to `names`, which has
 * *count entries and room for DIRECTION_TARGETS_MAX. Changes `text`; `names` then points into it.
 * Returns 0, -1 if the list is invalid, -2 if out of memory.
 */
int direction_read_vsids(struct direction *direction, char *text, const char **names,
                         uint32_t *count);
void direction_free(struct direction *direction);

/*
 * Returns the index of the interface for an Ethernet or raw IP frame that was captured on interface
 * number `iface_id`. Returns UINT32_MAX if out of memory.
 */
uint32_t direction_of(struct direction *direction, const uint8_t *frame, uint32_t caplen,
                      uint32_t len, bool raw, uint32_t iface_id);

#endif
