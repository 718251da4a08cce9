/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_NAMES_H
#define NVGRE_NAMES_H

/* Tenant names that the user entered in the table "nvgre_tenants". */

#include <stdint.h>

#include <wireshark.h>

#include <epan/prefs.h>

/* Returns the name of this VSID, or NULL. Valid until the user changes the table. */
const char *nvgre_tenant_name(uint32_t vsid);

/* The text for a tenant: "Blue (5001)", or "5001" if it has no name. Allocated in `pool`. */
char *nvgre_tenant_label(wmem_allocator_t *pool, uint32_t vsid);

void nvgre_names_register(module_t *preferences);

#endif
