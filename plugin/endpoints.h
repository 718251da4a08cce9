/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_ENDPOINTS_H
#define NVGRE_ENDPOINTS_H

/*
 * Provider and customer addresses as text, with and without the tenant. Filters and columns can use
 * this text for all types of addresses. The conversation tables show it too.
 */

#include <stdbool.h>
#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>

#include "packet-nvgre.h"

/*
 * An address with its tenant: "5001 10.0.0.5" or "Blue (5001) 10.0.0.5". Returns NULL if there is
 * no address. The text can be put in double quotes in a filter: quotes and backslashes in a name
 * are replaced.
 */
char *nvgre_endpoint(wmem_allocator_t *pool, uint32_t vsid, const address *address);

/* Whether the tree is visible, or a filter or a column uses one of the fields. */
bool nvgre_endpoints_wanted(proto_tree *tree);

/*
 * Adds the fields if the tree is visible. Otherwise adds those that a filter or a column may use.
 */
void nvgre_endpoints_show(packet_info *pinfo, proto_tree *tree, const struct nvgre_packet *packet);

void nvgre_endpoints_register(int proto);

#endif
