/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_DECAP_H
#define TRANSFORM_DECAP_H

/* Decapsulates NVGRE packets as an NVE that receives them. */

#include "base/range_set.h"
#include "dedupe.h"
#include "map/map.h"
#include "transform.h"

#define DECAP_LAYERS_MAX 8

struct decap_config {
    struct range_set vsids; /* empty for all */
    struct range_set peers; /* accepted outer source addresses; empty for all */
    enum inner_vlan inner_vlan;
    enum ecn_mode ecn;
    const struct map *map; /* adds the VLAN tags of the VSID in this map; NULL for none */
    struct dedupe *dedupe; /* finds copies, which are dropped; NULL to keep them */
    bool reassembles;      /* reassemble outer fragments */
    bool all_layers;       /* also tunnels in tunnels, up to DECAP_LAYERS_MAX */
    bool strict;           /* refuse every deviation from RFC 7637 section 3.2 */
};

/*
 * Returns the transform for a configuration. The configuration must outlive it. The VSID of a
 * result is the outermost one.
 */
struct transform decap_transform(const struct decap_config *config);

#endif
