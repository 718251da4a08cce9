/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_TENANTS_H
#define INFO_TENANTS_H

/*
 * What is counted of each VSID. Memory is bounded: the first INFO_DETAILS_MAX VSIDs have details,
 * the first INFO_TENANTS_MAX have counters, all later ones share one tenant.
 */

#include "addresses.h"
#include "capfile/timestamp.h"
#include "nvgre.h"
#include "spread.h"

#define INFO_TENANTS_MAX 1048576u
#define INFO_DETAILS_MAX 65536u

/* What the inner frame carries; other EtherTypes include lengths of 802.3. */
enum info_protocol {
    INFO_ARP,
    INFO_IPV4_TCP,
    INFO_IPV4_UDP,
    INFO_IPV4_ICMP,
    INFO_IPV4_OTHER,
    INFO_IPV6_TCP,
    INFO_IPV6_UDP,
    INFO_IPV6_ICMP,
    INFO_IPV6_OTHER,
    INFO_OTHER_ETHERTYPE,
    INFO_UNKNOWN, /* the capture ends before it, or the IP header makes no sense */
    INFO_PROTOCOL_COUNT
};

/* The earliest and the latest time of packets that have one. */
struct info_span {
    struct time_point first, last;
    bool given;
};

/* What is counted of few tenants. */
struct info_details {
    struct info_spread spread;
    uint64_t protocols[INFO_PROTOCOL_COUNT];
    struct info_address_list pa_pairs; /* source and destination */
    struct info_address_list cas;
};

struct info_tenant {
    uint32_t vsid;
    uint64_t packets;
    uint64_t inner_bytes; /* of inner frames on the wire */
    uint64_t outer_bytes; /* of whole frames */
    struct info_span span;
    struct info_details *details; /* or NULL */
};

struct info_tenants {
    void *items; /* struct info_tenant */
    uint32_t count;
    uint32_t room;
    struct table by_vsid;
    struct info_tenant others;
    struct info_addresses addresses; /* of all */
};

static inline struct info_tenant *info_tenant_at(const struct info_tenants *tenants, uint32_t index)
{
    return (struct info_tenant *)tenants->items + index;
}

void info_tenants_free(struct info_tenants *tenants);

/* The tenant of a VSID that is not known yet; for info_tenants_find. */
struct info_tenant *info_tenants_add(struct info_tenants *tenants, uint32_t vsid);

/* The tenant of a VSID, a new one where need be; holds until the next call. NULL: no memory. */
static inline struct info_tenant *info_tenants_find(struct info_tenants *tenants, uint32_t vsid)
{
    const struct table_slot *slot = table_find(&tenants->by_vsid, (struct table_key){vsid, 0});

    return slot ? info_tenant_at(tenants, table_slot_index(slot)) : info_tenants_add(tenants, vsid);
}

/* Seconds from the first to the last packet. */
double info_span_seconds(const struct info_span *span);

static inline void info_span_add(struct info_span *span, const struct time_point *time)
{
    if (!span->given) {
        *span = (struct info_span){*time, *time, true};
        return;
    }
    if (time->sec > span->last.sec || (time->sec == span->last.sec && time->nsec > span->last.nsec))
        span->last = *time;
    if (time->sec < span->first.sec ||
        (time->sec == span->first.sec && time->nsec < span->first.nsec))
        span->first = *time;
}

#endif
