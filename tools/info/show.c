/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "show.h"

#include <stdlib.h>

#include "transform/link.h"

const char *const info_protocol_names[INFO_PROTOCOL_COUNT] = {
    [INFO_ARP] = "arp",
    [INFO_IPV4_TCP] = "ipv4_tcp",
    [INFO_IPV4_UDP] = "ipv4_udp",
    [INFO_IPV4_ICMP] = "ipv4_icmp",
    [INFO_IPV4_OTHER] = "ipv4_other",
    [INFO_IPV6_TCP] = "ipv6_tcp",
    [INFO_IPV6_UDP] = "ipv6_udp",
    [INFO_IPV6_ICMP] = "ipv6_icmpv6",
    [INFO_IPV6_OTHER] = "ipv6_other",
    [INFO_OTHER_ETHERTYPE] = "other_ethertype",
    [INFO_UNKNOWN] = "unknown",
};

const char *const info_protocol_texts[INFO_PROTOCOL_COUNT] = {
    [INFO_ARP] = "ARP",
    [INFO_IPV4_TCP] = "TCP",
    [INFO_IPV4_UDP] = "UDP",
    [INFO_IPV4_ICMP] = "ICMP",
    [INFO_IPV4_OTHER] = "other IPv4",
    [INFO_IPV6_TCP] = "TCP over IPv6",
    [INFO_IPV6_UDP] = "UDP over IPv6",
    [INFO_IPV6_ICMP] = "ICMPv6",
    [INFO_IPV6_OTHER] = "other IPv6",
    [INFO_OTHER_ETHERTYPE] = "other EtherTypes",
    [INFO_UNKNOWN] = "cut or broken",
};

const char *info_format_text(enum cap_format format)
{
    static const char *const texts[] = {[CAP_FORMAT_PCAP] = "pcap",
                                        [CAP_FORMAT_NSECPCAP] = "nsecpcap",
                                        [CAP_FORMAT_PCAPNG] = "pcapng"};

    return texts[format];
}

const char *info_linktype_text(uint16_t linktype, char out[TEXT_MAX])
{
    static const char *const names[] = {
        [NVGRE_LINK_ETHERNET] = "Ethernet",   [NVGRE_LINK_SLL] = "Linux cooked",
        [NVGRE_LINK_SLL2] = "Linux cooked 2", [NVGRE_LINK_RAW] = "raw IP",
        [NVGRE_LINK_NULL] = "BSD loopback",
    };
    enum nvgre_link link;

    if (link_of(linktype, &link))
        return names[link];
    snprintf(out, TEXT_MAX, "link type %u", linktype);
    return out;
}

double info_rate(const struct info_tenant *tenant, uint64_t count)
{
    double seconds = tenant->span.given ? info_span_seconds(&tenant->span) : 0;

    return seconds > 0 ? (double)count / seconds : 0;
}

struct sorter {
    const struct info_tenants *tenants;
    enum info_sort sort;
};

static int compare_times(const struct time_point *a, const struct time_point *b)
{
    return a->sec != b->sec ? (a->sec > b->sec) - (a->sec < b->sec)
                            : (a->nsec > b->nsec) - (a->nsec < b->nsec);
}

/* Tenants without a time come last. */
static int compare_spans(const struct info_span *a, const struct info_span *b, bool by_last)
{
    if (!a->given || !b->given)
        return !a->given - !b->given;
    return by_last ? compare_times(&a->last, &b->last) : compare_times(&a->first, &b->first);
}

static int compare_by(const struct info_tenant *a, const struct info_tenant *b, enum info_sort sort)
{
    double rate_a, rate_b;

    switch (sort) {
    case INFO_SORT_PACKETS:
        return (a->packets < b->packets) - (a->packets > b->packets);
    case INFO_SORT_BYTES:
        return (a->inner_bytes < b->inner_bytes) - (a->inner_bytes > b->inner_bytes);
    case INFO_SORT_RATE:
        rate_a = info_rate(a, a->packets);
        rate_b = info_rate(b, b->packets);
        return (rate_a < rate_b) - (rate_a > rate_b);
    case INFO_SORT_FIRST:
        return compare_spans(&a->span, &b->span, false);
    case INFO_SORT_LAST:
        return compare_spans(&a->span, &b->span, true);
    case INFO_SORT_VSID:
        break;
    }
    return 0;
}

static int compare(const void *left, const void *right, void *context)
{
    const struct sorter *sorter = context;
    const struct info_tenant *a = info_tenant_at(sorter->tenants, *(const uint32_t *)left);
    const struct info_tenant *b = info_tenant_at(sorter->tenants, *(const uint32_t *)right);
    int order = compare_by(a, b, sorter->sort);

    return order ? order : (a->vsid > b->vsid) - (a->vsid < b->vsid);
}

int info_view_sort(struct info_view *view, enum info_sort sort, uint32_t top)
{
    struct sorter sorter = {&view->info->tenants, sort};
    uint32_t count = sorter.tenants->count;

    view->order = malloc(((size_t)count + 1) * sizeof *view->order);
    if (!view->order)
        return -1;
    view->most_packets = sorter.tenants->others.packets;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t packets = info_tenant_at(sorter.tenants, i)->packets;

        view->order[i] = i;
        view->most_packets = packets > view->most_packets ? packets : view->most_packets;
    }
    qsort_r(view->order, count, sizeof *view->order, compare, &sorter);
    view->shown = count < top ? count : top;
    return 0;
}
