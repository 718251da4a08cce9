/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_WAYS_H
#define TRANSFORM_WAYS_H

/*
 * Where an NVE sends a tenant's frame by its location map (RFC 7637 sections 4.2 to 4.6): outer
 * headers made ready for each provider address, as a sender and as a receiver.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "map/macs.h"
#include "map/map.h"
#include "outer.h"
#include "transform.h"

/* What becomes of a frame for which the map knows no receiver. */
enum on_miss { MISS_ERROR, MISS_DROP, MISS_DEFAULT };

struct ways {
    const struct map *map;
    enum on_miss on_miss;
    struct nvgre_outer outer;      /* what goes into all templates; addresses and VLAN if fixed */
    struct address local;          /* the sender, where not looked up; version 0 for none */
    struct nvgre_template standby; /* of MISS_DEFAULT */
    bool src_mac_fixed;
    bool dst_mac_fixed;
    bool vlan_fixed;

    /* Made ready by ways_init, by indexes of PAs. */
    uint32_t count;
    struct nvgre_template *senders; /* and at [count] the fixed one */
    struct nvgre_receiver *receivers;
    struct table macs; /* of the map */
    uint32_t self;     /* index of the fixed sender's PA, or MAP_NONE */
};

struct way {
    const struct nvgre_template *tmpl;
    const struct nvgre_receiver *to; /* or NULL: the template's own */
    uint32_t vsid;                   /* of the receiver */
    const uint8_t *mac;              /* to be the inner destination, where routed; else NULL */
    uint32_t next; /* copy that is to be sent, of broadcasts and the like; else 0 */
};

/* Makes headers ready for all PAs, when all else is set. Returns 0, or -1 where memory is out. */
int ways_init(struct ways *ways);
void ways_free(struct ways *ways);

/*
 * Finds the way of a frame's copy: 0, then what way->next says. Returns OUTCOME_DONE, or what else
 * becomes of the frame.
 */
enum outcome ways_find(const struct ways *ways, uint32_t vsid, const struct nvgre_inner *inner,
                       uint32_t hash, uint32_t copy, struct way *way);

/*
 * The short way, for an Ethernet frame (its MACs are captured) between MACs of which the map knows
 * just one PA each: what ways_find finds, or false where it must look.
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

/* The MAC of a PA that nobody tells: the group's (RFC 1112, RFC 2464), or one of its last bytes. */
void ways_pa_mac(const struct address *pa, uint8_t mac[6]);

#endif
