/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_WAYS_H
#define TRANSFORM_WAYS_H

/*
 * Where an NVE sends a tenant's frame according to the location map (RFC 7637 sections 4.2 to 4.6).
 * Outer headers are prepared for each provider address, as a sender and as a receiver.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "map/macs.h"
#include "map/map.h"
#include "outer.h"
#include "transform.h"

/* What to do with a frame if the map has no receiver for it. */
enum on_miss { MISS_ERROR, MISS_DROP, MISS_DEFAULT };

struct ways {
    const struct map *map;
    enum on_miss on_miss;
    struct nvgre_outer outer;      /* for all templates; addresses and VLAN only if fixed */
    struct address local;          /* the fixed sender; version 0 to look it up */
    struct nvgre_template standby; /* for MISS_DEFAULT */
    bool src_mac_fixed;
    bool dst_mac_fixed;
    bool vlan_fixed;

    /* Set by ways_init. Arrays are indexed by PA. */
    uint32_t count;
    struct nvgre_template *senders; /* the fixed one is at [count] */
    struct nvgre_receiver *receivers;
    struct table macs; /* of the map */
    uint32_t self;     /* index of the fixed sender's PA, or MAP_NONE */
};

struct way {
    const struct nvgre_template *tmpl;
    const struct nvgre_receiver *to; /* NULL: the template's own receiver */
    uint32_t vsid;                   /* of the receiver */
    const uint8_t *mac;              /* new inner destination MAC if routed, else NULL */
    uint32_t next;                   /* next copy to send, for example of a broadcast; else 0 */
};

/*
 * Prepares headers for all PAs. Set all other members before. Returns 0, or -1 if out of memory.
 * Call ways_free in both cases.
 */
int ways_init(struct ways *ways);
void ways_free(struct ways *ways);

/*
 * Finds the way of a copy of a frame. `copy` is 0 for the first one, then way->next. Returns
 * OUTCOME_DONE, or why the frame is not sent.
 */
enum outcome ways_find(const struct ways *ways, uint32_t vsid, const struct nvgre_inner *inner,
                       uint32_t hash, uint32_t copy, struct way *way);

/*
 * The fast path for an Ethernet frame whose MACs are captured and have exactly one PA each in the
 * map. Sets the same as ways_find; if it returns false, call ways_find.
 */
TRANSFORM_STEP bool ways_find_usual(const struct ways *ways, uint32_t vsid, const uint8_t *frame,
                                    struct way *way)
{
    const bool fixed = ways->local.version != 0;
    uint32_t local = ways->count;
    uint32_t remote;

    bool found =
        ways->macs.count && (fixed ? macs_find_remote(&ways->macs, vsid, frame, &remote)
                                   : macs_find_pair(&ways->macs, vsid, frame, &local, &remote));

    if (__builtin_expect(!found, 0))
        return false;
    way->tmpl = &ways->senders[local];
    way->to = &ways->receivers[remote];
    return remote != (fixed ? ways->self : local) && way->tmpl->ip_version == way->to->ip_version;
}

/*
 * The MAC for a PA if none is configured: the group's MAC (RFC 1112, RFC 2464), or one made from
 * its last bytes.
 */
void ways_pa_mac(const struct address *pa, uint8_t mac[6]);

#endif
