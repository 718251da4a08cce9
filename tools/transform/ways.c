/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ways.h"

#include <string.h>

#define FIXED_LOCAL (MAP_NONE - 1) /* in the place of an index */

void ways_pa_mac(uint8_t version, const uint8_t *pa, uint8_t mac[6])
{
    static const uint8_t broadcast[] = {255, 255, 255, 255};
    const uint8_t *last = pa + (version == 4 ? 0 : 12);
    bool group = nvgre_pa_is_group(version, pa);

    if (version == 4 && memcmp(pa, broadcast, sizeof broadcast) == 0) {
        memset(mac, 255, 6);
    } else if (group && version == 4) {
        const uint8_t of_group[6] = {0x01, 0x00, 0x5e, last[1] & 0x7F, last[2], last[3]};

        memcpy(mac, of_group, 6);
    } else {
        mac[0] = group ? 0x33 : 0x02;
        mac[1] = group ? 0x33 : 0x00;
        memcpy(mac + 2, last, 4);
    }
}

static void set_mac(const struct map_address *address, const struct map_pa *pa, uint8_t mac[6])
{
    if (pa && pa->mac_from != MAP_MAC_NONE)
        memcpy(mac, pa->mac, 6);
    else
        ways_pa_mac(address->version, address->bytes, mac);
}

static void init_template(const struct ways *ways, uint32_t local, uint32_t remote,
                          struct nvgre_template *tmpl)
{
    const struct map_pa *to = map_pa(ways->map, remote);
    const struct map_pa *from = local == FIXED_LOCAL ? NULL : map_pa(ways->map, local);
    const struct map_address *source = from ? &from->address : &ways->local;
    struct nvgre_outer outer = ways->outer;

    outer.ip_version = to->address.version;
    memcpy(outer.src_pa, source->bytes, sizeof outer.src_pa);
    memcpy(outer.dst_pa, to->address.bytes, sizeof outer.dst_pa);
    /* A route's MAC is that of the next hop: a sender's own is not known by it. */
    if (!ways->src_mac_fixed)
        set_mac(source, from && from->mac_from == MAP_MAC_OWN ? from : NULL, outer.src_mac);
    if (!ways->dst_mac_fixed)
        set_mac(&to->address, to, outer.dst_mac);
    if (!ways->vlan_fixed && from && from->vlan) {
        outer.vlan_tpid = NVGRE_TPID_8021Q;
        outer.vlan_tci = from->vlan;
    }
    nvgre_template_init(tmpl, &outer);
}

static const struct nvgre_template *template_of(struct ways *ways, uint32_t local, uint32_t remote)
{
    struct way_template *kept =
        &ways->templates[(local * 0x9E3779B1u ^ remote * 0x85EBCA77u) >> 13 & (WAYS_TEMPLATES - 1)];

    if (!kept->used || kept->local != local || kept->remote != remote) {
        kept->used = true;
        kept->local = local;
        kept->remote = remote;
        init_template(ways, local, remote, &kept->tmpl);
    }
    return &kept->tmpl;
}

static enum outcome missed(struct ways *ways, struct way *way)
{
    if (ways->on_miss == MISS_DROP)
        return OUTCOME_NO_WAY_DROPPED;
    if (ways->on_miss == MISS_ERROR)
        return OUTCOME_NO_WAY;
    way->tmpl = &ways->standby;
    way->copies = 1;
    return OUTCOME_DONE;
}

static bool is_sender(const struct ways *ways, uint32_t local, uint32_t remote)
{
    const struct map_address *to = &map_pa(ways->map, remote)->address;

    if (local != FIXED_LOCAL)
        return local == remote;
    return to->version == ways->local.version &&
           memcmp(to->bytes, ways->local.bytes, sizeof to->bytes) == 0;
}

enum outcome ways_find(struct ways *ways, uint32_t vsid, const struct nvgre_inner *inner,
                       uint32_t hash, uint32_t copy, struct way *way)
{
    enum outcome outcome = OUTCOME_SAME_HOST;
    struct map_way found;

    *way = (struct way){.vsid = vsid};
    if (map_lookup(ways->map, vsid, inner, hash, &found) == MAP_MISS)
        return missed(ways, way);
    way->vsid = found.vsid;
    way->mac = found.mac;
    for (uint32_t i = 0; i < found.remote_count; i++) {
        uint32_t remote = found.remotes[i];
        uint8_t version = map_pa(ways->map, remote)->address.version;
        uint32_t local = ways->local.version == version
                             ? FIXED_LOCAL
                             : map_local(ways->map, vsid, inner, hash, version);

        if (local == MAP_NONE) {
            outcome = OUTCOME_NO_LOCAL;
        } else if (!is_sender(ways, local, remote)) {
            if (way->copies++ == copy)
                way->tmpl = template_of(ways, local, remote);
        }
    }
    return way->tmpl ? OUTCOME_DONE : outcome;
}
