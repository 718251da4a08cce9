/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_WAYS_H
#define TRANSFORM_WAYS_H

/*
 * Where an NVE sends a tenant's frame by its location map (RFC 7637 sections 4.2 to 4.6): outer
 * headers made ready for each pair of provider addresses.
 */

#include <stdbool.h>
#include <stdint.h>

#include "map/map.h"
#include "outer.h"
#include "transform.h"

#define WAYS_TEMPLATES 256u /* kept ready */

/* What becomes of a frame for which the map knows no receiver. */
enum on_miss { MISS_ERROR, MISS_DROP, MISS_DEFAULT };

/* Headers for a pair of PAs, by their indexes in the map. */
struct way_template {
    bool used;
    uint32_t local;
    uint32_t remote;
    struct nvgre_template tmpl;
};

struct ways {
    struct map *map; /* constant while in use */
    enum on_miss on_miss;
    struct nvgre_outer outer;      /* what goes into all templates; addresses and VLAN if fixed */
    struct map_address local;      /* the sender, where not looked up; version 0 for none */
    struct nvgre_template standby; /* of MISS_DEFAULT */
    bool src_mac_fixed;
    bool dst_mac_fixed;
    bool vlan_fixed;
    struct way_template templates[WAYS_TEMPLATES];
};

struct way {
    const struct nvgre_template *tmpl;
    uint32_t vsid;      /* of the receiver */
    const uint8_t *mac; /* to be the inner destination, where routed; else NULL */
    uint32_t copies;    /* that there are; more than 1 for broadcasts and the like */
};

/*
 * Finds the way of copy number `copy` (from 0) of a frame. Returns OUTCOME_DONE, or what else
 * becomes of the frame.
 */
enum outcome ways_find(struct ways *ways, uint32_t vsid, const struct nvgre_inner *inner,
                       uint32_t hash, uint32_t copy, struct way *way);

/* The MAC of a PA that nobody tells: the group's (RFC 1112, RFC 2464), or one of its last bytes. */
void ways_pa_mac(uint8_t version, const uint8_t *pa, uint8_t mac[6]);

#endif
