/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outer.h"

#include "checksum.h"
#include "wire.h"

static uint8_t *ethernet_init(uint8_t *p, const struct nvgre_outer *outer)
{
    uint16_t ethertype = outer->ip_version == 4 ? NVGRE_ETHERTYPE_IPV4 : NVGRE_ETHERTYPE_IPV6;

    memcpy(p, outer->dst_mac, 6);
    memcpy(p + NVGRE_ETH_SRC_AT, outer->src_mac, 6);
    p += NVGRE_ETH_TYPE_AT;
    if (outer->vlan_tpid) {
        wire_put16(p, outer->vlan_tpid);
        wire_put16(p + 2, outer->vlan_tci);
        p += NVGRE_VLAN_TAG_LEN;
    }
    wire_put16(p, ethertype);
    return p + 2;
}

static uint8_t *ipv4_init(uint8_t *p, const struct nvgre_outer *outer)
{
    p[0] = 0x45;
    wire_put16(p + NVGRE_IPV4_FLAGS_AT, outer->df ? NVGRE_IPV4_DF : 0);
    p[NVGRE_IPV4_TTL_AT] = outer->ttl;
    p[NVGRE_IPV4_PROTOCOL_AT] = NVGRE_IP_PROTOCOL;
    memcpy(p + NVGRE_IPV4_SRC_AT, outer->src_pa, 4);
    memcpy(p + NVGRE_IPV4_DST_AT, outer->dst_pa, 4);
    return p + NVGRE_IPV4_LEN;
}

static uint8_t *ipv6_init(uint8_t *p, const struct nvgre_outer *outer)
{
    p[NVGRE_IPV6_NEXT_AT] = NVGRE_IP_PROTOCOL;
    p[NVGRE_IPV6_HOP_LIMIT_AT] = outer->ttl;
    memcpy(p + NVGRE_IPV6_SRC_AT, outer->src_pa, 16);
    memcpy(p + NVGRE_IPV6_DST_AT, outer->dst_pa, 16);
    return p + NVGRE_IPV6_LEN;
}

void nvgre_template_init(struct nvgre_template *tmpl, const struct nvgre_outer *outer)
{
    const struct nvgre_gre gre = {.flags = NVGRE_FLAG_K, .protocol = NVGRE_PROTOCOL_TYPE};
    uint8_t *p;

    *tmpl = (struct nvgre_template){.ip_version = outer->ip_version};
    p = ethernet_init(tmpl->bytes, outer);
    tmpl->ip_offset = (uint8_t)(p - tmpl->bytes);
    if (outer->ip_version == 4) {
        p = ipv4_init(p, outer);
        tmpl->ip_sum = nvgre_sum(tmpl->bytes + tmpl->ip_offset, NVGRE_IPV4_LEN, 0);
    } else {
        p = ipv6_init(p, outer);
    }
    tmpl->inner_max = nvgre_inner_max(outer->ip_version);
    p += nvgre_gre_write(&gre, p);
    tmpl->len = (uint8_t)(p - tmpl->bytes);
}

void nvgre_outer_adjust(const struct nvgre_template *tmpl, uint8_t ttl, bool df, uint8_t *out)
{
    uint8_t *ip = out + tmpl->ip_offset;
    uint16_t was_flags;
    uint16_t was_ttl;
    uint16_t checksum;

    if (tmpl->ip_version == 6) {
        ip[NVGRE_IPV6_HOP_LIMIT_AT] = ttl;
        return;
    }
    was_flags = wire_get16(ip + NVGRE_IPV4_FLAGS_AT);
    was_ttl = wire_get16(ip + NVGRE_IPV4_TTL_AT);
    wire_put16(ip + NVGRE_IPV4_FLAGS_AT,
               (uint16_t)((was_flags & ~NVGRE_IPV4_DF) | (df ? NVGRE_IPV4_DF : 0)));
    ip[NVGRE_IPV4_TTL_AT] = ttl;
    checksum = nvgre_checksum_update(wire_get16(ip + NVGRE_IPV4_CHECKSUM_AT), was_flags,
                                     wire_get16(ip + NVGRE_IPV4_FLAGS_AT));
    wire_put16(ip + NVGRE_IPV4_CHECKSUM_AT,
               nvgre_checksum_update(checksum, was_ttl, wire_get16(ip + NVGRE_IPV4_TTL_AT)));
}
