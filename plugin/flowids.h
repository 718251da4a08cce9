/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FLOWIDS_H
#define NVGRE_FLOWIDS_H

/* Remembers the first FlowID of each TCP and UDP flow of a tenant. Each direction is a flow. */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* Whether the first FlowID of this flow was different. False for fragments and other protocols. */
bool flowid_has_changed(uint32_t tenant, const struct nvgre_inner *inner, uint8_t flowid);

void flowids_register(void);

#endif
