/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_DIRECTION_H
#define REPLAY_DIRECTION_H

/* Which of several interfaces a frame goes to. */

#include <stdbool.h>
#include <stdint.h>

#include "base/range_set.h"
#include "base/table.h"

#define DIRECTION_TARGETS_MAX 64u

enum direction_kind {
    DIRECTION_ONE,  /* all to the first */
    DIRECTION_PA,   /* by the outer addresses: who talks to the first sender is on the other side */
    DIRECTION_CIDR, /* outer sources of a list to the first, others to the second */
    DIRECTION_IFACE, /* the capture's first interface to the first, others to the second */
    DIRECTION_VSID   /* by a list of VSIDs; what is in none to the first */
};

/* VSIDs, and the interface that their frames go to. */
struct direction_vsids {
    uint32_t first;
    uint32_t last;
    uint32_t target;
};

struct direction {
    enum direction_kind kind;
    struct range_set sources; /* of DIRECTION_CIDR */
    struct direction_vsids *vsids;
    uint32_t vsid_count;
    struct table sides; /* of DIRECTION_PA: addresses */
};

/*
 * Reads a list such as `5001=veth1,6000-6009=veth2` and adds the names to `names`, which has
 * *count of DIRECTION_TARGETS_MAX, each once. Changes `text`, which must stay. Returns 0; -1
 * where it is no such list, -2 where memory is out.
 */
int direction_read_vsids(struct direction *direction, char *text, const char **names,
                         uint32_t *count);
void direction_free(struct direction *direction);

/*
 * The target of an Ethernet or raw IP frame that was captured on interface number `iface_id`;
 * UINT32_MAX where memory is out.
 */
uint32_t direction_of(struct direction *direction, const uint8_t *frame, uint32_t caplen,
                      uint32_t len, bool raw, uint32_t iface_id);

#endif
