/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "carrier.h"

#include <epan/dissectors/packet-ip.h>

static struct carrier last;
static uint32_t last_packet; /* number of the packet, or 0 */

void carrier_remember(const packet_info *pinfo, void *ip)
{
    const ws_ip4 *ip4 = WS_IP4_PTR(ip);
    const ws_ip6 *ip6 = WS_IP6_PTR(ip);

    last_packet = ip4 || ip6 ? pinfo->num : 0;
    if (ip4)
        last = (struct carrier){.tos = ip4->ip_tos, .ttl = ip4->ip_ttl};
    else if (ip6)
        last = (struct carrier){.tos = ip6->ip6_tc, .ttl = ip6->ip6_hop};
}

bool carrier_recall(const packet_info *pinfo, struct carrier *carrier)
{
    *carrier = last;
    return last_packet == pinfo->num;
}
