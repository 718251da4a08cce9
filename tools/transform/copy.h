/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_COPY_H
#define TRANSFORM_COPY_H

/* Packets as they are. */

#include "base/range_set.h"
#include "transform.h"

struct copy_config {
    uint16_t linktype;      /* packets of other link types are OUTCOME_LINK_TYPE */
    struct range_set vsids; /* only NVGRE packets of these VSIDs; empty for all packets */
};

/* The transform for a configuration, which must outlive it. */
struct transform copy_transform(const struct copy_config *config);

#endif
