/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_TENANTS_H
#define INFO_TENANTS_H

/*
 * Counters for each VSID. Memory is bounded: the first INFO_DETAILS_MAX VSIDs have counters and
 * details, the first INFO_TENANTS_MAX have counters. All later VSIDs share one tenant, `others`.
 */

#include "addresses.h"
#include "capfile/timestamp.h"
#include "nvgre.h"
#include "spread.h"

#define INFO_TENANTS_MAX 1048576u
#define INFO_DETAILS_MAX 65536u

/* The protocol of the inner frame. Other EtherTypes include the length field of 802.3 frames. */
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
    INFO_UNKNOWN, /* the capture ends too early, or the IP header is invalid */
    INFO_PROTOCOL_COUNT
};

/* The earliest and the latest time of all packets with a time. */
struct info_span {
    struct time_point first, last;
    bool given;
};

/* Counters that only the first INFO_DETAILS_MAX tenants have. */
struct info_details {
    struct info_spread spread;
    uint64_t protocols[INFO_PROTOCOL_COUNT];
    struct info_address_list pa_pairs; /* pairs of source and destination */
    struct info_address_list cas;
};

struct info_tenant {
    uint32_t vsid;
    uint64_t packets;
    uint64_t inner_bytes; /* length of the inner frames on the wire */
    uint64_t outer_bytes; /* length of the whole frames on the wire */
    struct info_span span;
    struct info_details *details; /* NULL if the tenant has none */
};

struct info_tenants {
    void *items; /* array of struct info_tenant */
    uint32_t count;
    uint32_t room;
    struct table by_vsid;
    struct info_tenant others;
    struct info_addresses addresses; /* of all tenants */
};

static inline struct info_tenant *info_tenant_at(const struct info_tenants *tenants, uint32_t index)
{
    return (struct info_tenant *)tenants->items + index;
}

void info_tenants_free(struct info_tenants *tenants);

/* Adds a tenant for a new VSID. Internal to info_tenants_find. */
struct info_tenant *info_tenants_add(struct info_tenants *tenants, uint32_t vsid);

/*
 * Returns the tenant of a VSID and adds it if it is new. The pointer is valid until the next call.
 * Returns NULL if out of memory.
 */
static inline struct info_tenant *info_tenants_find(struct info_tenants *tenants, uint32_t vsid)
{
    const struct table_slot *slot = table_find(&tenants->by_vsid, (struct table_key){vsid, 0});

    return slot ? info_tenant_at(tenants, table_slot_index(slot)) : info_tenants_add(tenants, vsid);
}

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
