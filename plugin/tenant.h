/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_TENANT_H
#define NVGRE_TENANT_H

/*
 * Numbers for tenants, in order of appearance in a capture file. A tenant is a VSID. In nested
 * tunnels it is the chain of VSIDs from the outermost to the innermost.
 */

#include <stdint.h>

#include <wireshark.h>

#include <epan/packet.h>

#define TENANT_NONE 0u /* outside of all NVGRE tunnels */

/*
 * The number (1 or more) of the tenant with this VSID inside of `enclosing`, which may be
 * TENANT_NONE.
 */
uint32_t tenant_of_vsid(uint32_t enclosing, uint32_t vsid);

/*
 * The number of the part of a tenant between two provider addresses. Their order does not matter,
 * so both directions have the same number.
 */
uint32_t tenant_of_addresses(uint32_t tenant, const address *a, const address *b);

/* The tenant whose frame is being dissected. */
uint32_t tenant_now(void);

/* Sets the current tenant. Returns the previous one. */
uint32_t tenant_switch(uint32_t tenant);

void tenant_register(void);

#endif
