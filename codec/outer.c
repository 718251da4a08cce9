/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outer.h"

#include "checksum.h"
#include "wire.h"

static uint8_t *ethernet_init(uint8_t *p, const struct nvgre_outer *outer)
{
    uint16_t ethertype = outer->ip_version == 4 ? NVGRE_ETHERTYPE_IPV4 : NVGRE_ETHERTYPE_IPV6;

    memcpy(p, outer->dst_mac, 6);
    memcpy(p + 6, outer->src_mac, 6);
    p += 12;
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
    wire_put16(p + 6, outer->df ? NVGRE_IPV4_DF : 0);
    p[8] = outer->ttl;
    p[9] = NVGRE_IP_PROTOCOL;
    memcpy(p + 12, outer->src_pa, 4);
    memcpy(p + 16, outer->dst_pa, 4);
    return p + NVGRE_IPV4_LEN;
}

static uint8_t *ipv6_init(uint8_t *p, const struct nvgre_outer *outer)
{
    p[6] = NVGRE_IP_PROTOCOL;
    p[7] = outer->ttl;
    memcpy(p + 8, outer->src_pa, 16);
    memcpy(p + 24, outer->dst_pa, 16);
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
        ip[7] = ttl;
        return;
    }
    was_flags = wire_get16(ip + 6);
    was_ttl = wire_get16(ip + 8);
    wire_put16(ip + 6, (uint16_t)((was_flags & ~NVGRE_IPV4_DF) | (df ? NVGRE_IPV4_DF : 0)));
    ip[8] = ttl;
    checksum = nvgre_checksum_update(wire_get16(ip + 10), was_flags, wire_get16(ip + 6));
    wire_put16(ip + 10, nvgre_checksum_update(checksum, was_ttl, wire_get16(ip + 8)));
}
