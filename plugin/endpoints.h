/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_ENDPOINTS_H
#define NVGRE_ENDPOINTS_H

/*
 * Provider and customer addresses as text, alone and with their tenant: what filters and columns
 * use whatever kind of addresses there are, and what the tables of conversations show.
 */

#include <stdbool.h>
#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>

#include "packet-nvgre.h"

/*
 * An address of a tenant, "5001 10.0.0.5" or "Blue (5001) 10.0.0.5"; NULL without an address.
 * It can stand between double quotes in a filter: quotes and backslashes in a name are replaced.
 */
char *nvgre_endpoint(wmem_allocator_t *pool, uint32_t vsid, const address *address);

/* Whether any of the fields is to be seen, or a filter or a column asks for it. */
bool nvgre_endpoints_wanted(proto_tree *tree);

/* Adds the fields that are to be seen, or that a filter or a column asks for. */
void nvgre_endpoints_show(packet_info *pinfo, proto_tree *tree, const struct nvgre_packet *packet);

void nvgre_endpoints_register(int proto);

#endif
