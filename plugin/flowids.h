/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FLOWIDS_H
#define NVGRE_FLOWIDS_H

/* The FlowID that each TCP and UDP flow of a tenant had first, each direction for itself. */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* Whether this flow had another FlowID before. Fragments and other protocols have no flow. */
bool flowid_has_changed(uint32_t tenant, const struct nvgre_inner *inner, uint8_t flowid);

void flowids_register(void);

#endif
