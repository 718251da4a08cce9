/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_COPY_H
#define TRANSFORM_COPY_H

/* Copies packets unchanged. */

#include "base/range_set.h"
#include "transform.h"

struct copy_config {
    uint16_t linktype;      /* packets with other link types are OUTCOME_LINK_TYPE */
    struct range_set vsids; /* only NVGRE packets with these VSIDs; empty for all packets */
};

/* Returns the transform for a configuration. The configuration must outlive it. */
struct transform copy_transform(const struct copy_config *config);

#endif
