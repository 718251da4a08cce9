/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_TENANT_H
#define NVGRE_TENANT_H

/*
 * Tenants, numbered as they turn up in a capture file: a VSID, in nested tunnels the chain of
 * VSIDs from the outside in.
 */

#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>

#define TENANT_NONE 0u /* outside of any NVGRE tunnel */

/* The number, from 1 on, of the tenant with this VSID within another one or TENANT_NONE. */
uint32_t tenant_of_vsid(uint32_t enclosing, uint32_t vsid);

/* Tells such a tenant apart by the two provider addresses too, whichever way a packet goes. */
uint32_t tenant_of_addresses(uint32_t tenant, const address *a, const address *b);

/* The tenant whose frame is being dissected. */
uint32_t tenant_now(void);

/* Makes it another one and returns the one before. */
uint32_t tenant_switch(uint32_t tenant);

void tenant_register(void);

#endif
