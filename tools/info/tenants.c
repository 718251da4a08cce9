/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tenants.h"

#include <stdlib.h>

void info_tenants_free(struct info_tenants *tenants)
{
    for (uint32_t i = 0; i < tenants->count && i < INFO_DETAILS_MAX; i++)
        free(info_tenant_at(tenants, i)->details);
    table_free(&tenants->by_vsid);
    free(tenants->items);
    info_addresses_free(&tenants->addresses);
}

struct info_tenant *info_tenants_add(struct info_tenants *tenants, uint32_t vsid)
{
    struct info_tenant tenant = {.vsid = vsid};

    if (tenants->count >= INFO_TENANTS_MAX)
        return &tenants->others;
    if (array_grow(&tenants->items, tenants->count, &tenants->room, sizeof tenant) != 0)
        return NULL;
    if (tenants->count < INFO_DETAILS_MAX) {
        tenant.details = calloc(1, sizeof *tenant.details);
        if (!tenant.details)
            return NULL;
    }
    if (table_add(&tenants->by_vsid, (struct table_key){vsid, 0}, tenants->count, 0) != 0) {
        free(tenant.details);
        return NULL;
    }
    *info_tenant_at(tenants, tenants->count) = tenant;
    return info_tenant_at(tenants, tenants->count++);
}

double info_span_seconds(const struct info_span *span)
{
    return (double)span->last.sec - (double)span->first.sec +
           ((double)span->last.nsec - (double)span->first.nsec) / 1e9;
}
