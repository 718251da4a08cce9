/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tenant.h"

#include <glib.h>

/* Links of a chain are VSIDs, or address numbers with this bit set. */
#define LINK_ADDRESS 0x80000000u

static wmem_map_t *links;           /* maps (tenant, link), as 64 bits, to the next tenant */
static wmem_map_t *address_numbers; /* maps an address to its number, 1 or more */
static uint32_t now;

static uint32_t follow_link(uint32_t tenant, uint32_t link)
{
    int64_t key = (int64_t)((uint64_t)tenant << 32 | link);
    uint32_t next = GPOINTER_TO_UINT(wmem_map_lookup(links, &key));
    int64_t *kept;

    if (next)
        return next;
    kept = wmem_new(wmem_file_scope(), int64_t);
    *kept = key;
    next = wmem_map_size(links) + 1;
    wmem_map_insert(links, kept, GUINT_TO_POINTER(next));
    return next;
}

uint32_t tenant_of_vsid(uint32_t enclosing, uint32_t vsid)
{
    return follow_link(enclosing, vsid);
}

static unsigned address_hash(const void *key)
{
    return add_address_to_hash(0, key);
}

static gboolean address_equal(const void *a, const void *b)
{
    return addresses_equal(a, b);
}

static uint32_t address_number(const address *wanted)
{
    uint32_t number = GPOINTER_TO_UINT(wmem_map_lookup(address_numbers, wanted));
    address *kept;

    if (number)
        return number;
    kept = wmem_new(wmem_file_scope(), address);
    copy_address_wmem(wmem_file_scope(), kept, wanted);
    number = wmem_map_size(address_numbers) + 1;
    wmem_map_insert(address_numbers, kept, GUINT_TO_POINTER(number));
    return number;
}

uint32_t tenant_of_addresses(uint32_t tenant, const address *a, const address *b)
{
    uint32_t first = address_number(a);
    uint32_t second = address_number(b);

    tenant = follow_link(tenant, LINK_ADDRESS | MIN(first, second));
    return follow_link(tenant, LINK_ADDRESS | MAX(first, second));
}

uint32_t tenant_now(void)
{
    return now;
}

uint32_t tenant_switch(uint32_t tenant)
{
    uint32_t before = now;

    now = tenant;
    return before;
}

static void new_file(void)
{
    now = TENANT_NONE;
}

void tenant_register(void)
{
    links =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_int64_hash, g_int64_equal);
    address_numbers =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), address_hash, address_equal);
    register_init_routine(new_file);
}
