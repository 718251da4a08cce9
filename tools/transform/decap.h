/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_DECAP_H
#define TRANSFORM_DECAP_H

/* NVGRE packets into the tenants' frames, as an NVE receives them. */

#include "base/range_set.h"
#include "dedupe.h"
#include "map/map.h"
#include "transform.h"

#define DECAP_LAYERS_MAX 8

struct decap_config {
    struct range_set vsids; /* empty for all */
    struct range_set peers; /* outer sources to take packets from; empty for all */
    enum inner_vlan inner_vlan;
    enum ecn_mode ecn;
    const struct map *map; /* whose VLAN of the VSID a frame gets; NULL for none */
    struct dedupe *dedupe; /* knows copies, which are dropped; NULL to keep them */
    bool reassembles;      /* outer fragments */
    bool all_layers;       /* tunnels within tunnels too, up to DECAP_LAYERS_MAX in all */
    bool strict;           /* no deviation from RFC 7637 section 3.2 is taken */
};

/* The transform for a configuration, which must outlive it. A result's VSID is the outermost. */
struct transform decap_transform(const struct decap_config *config);

#endif
