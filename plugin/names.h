/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_NAMES_H
#define NVGRE_NAMES_H

/* The names that the user has given to tenants, in the table "nvgre_tenants". */

#include <stdint.h>

#include <wireshark.h>

#include <epan/prefs.h>

/* The name of this VSID, or NULL. It holds until the user changes the table. */
const char *nvgre_tenant_name(uint32_t vsid);

/* What to call a tenant: "Blue (5001)", or "5001" where it has no name. */
char *nvgre_tenant_label(wmem_allocator_t *pool, uint32_t vsid);

void nvgre_names_register(module_t *preferences);

#endif
