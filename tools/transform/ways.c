/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ways.h"

#include <stdlib.h>
#include <string.h>

void ways_pa_mac(const struct address *pa, uint8_t mac[6])
{
    static const uint8_t broadcast[] = {255, 255, 255, 255};
    const uint8_t *last = pa->bytes + address_len(pa->version) - 4;
    bool group = address_is_group(pa);

    if (pa->version == 4 && memcmp(pa->bytes, broadcast, sizeof broadcast) == 0) {
        memset(mac, 255, 6);
    } else if (group && pa->version == 4) {
        const uint8_t of_group[6] = {0x01, 0x00, 0x5e, last[1] & 0x7F, last[2], last[3]};

        memcpy(mac, of_group, 6);
    } else {
        mac[0] = group ? 0x33 : 0x02;
        mac[1] = group ? 0x33 : 0x00;
        memcpy(mac + 2, last, 4);
    }
}

static void set_mac(const struct address *address, const struct map_pa *pa, uint8_t mac[6])
{
    if (pa && pa->mac_from != MAP_MAC_NONE)
        memcpy(mac, pa->mac, 6);
    else
        ways_pa_mac(address, mac);
}

/* Prepares the headers of a sender, without a receiver. `from` is NULL if the map lacks its PA. */
static void init_sender(const struct ways *ways, const struct address *source,
                        const struct map_pa *from, struct nvgre_template *tmpl)
{
    struct nvgre_outer outer = ways->outer;

    outer.ip_version = source->version;
    memcpy(outer.src_pa, source->bytes, sizeof outer.src_pa);
    memset(outer.dst_pa, 0, sizeof outer.dst_pa);
    /* A MAC from a route belongs to the next hop; it is not the MAC of this sender. */
    if (!ways->src_mac_fixed)
        set_mac(source, from && from->mac_from == MAP_MAC_OWN ? from : NULL, outer.src_mac);
    if (!ways->vlan_fixed && from && from->vlan) {
        outer.vlan_tpid = NVGRE_TPID_8021Q;
        outer.vlan_tci = from->vlan;
    }
    nvgre_template_init(tmpl, &outer);
}

static void init_receiver(const struct ways *ways, const struct map_pa *pa,
                          struct nvgre_receiver *to)
{
    to->ip_version = pa->address.version;
    to->ip_sum = to->ip_version == 4 ? nvgre_sum(pa->address.bytes, 4, 0) : 0;
    memcpy(to->pa, pa->address.bytes, sizeof to->pa);
    if (ways->dst_mac_fixed)
        memcpy(to->mac, ways->outer.dst_mac, 6);
    else
        set_mac(&pa->address, pa, to->mac);
}

int ways_init(struct ways *ways)
{
    ways->count = map_pa_count(ways->map);
    ways->macs = *map_macs(ways->map);
    ways->self = MAP_NONE;
    ways->senders = malloc((ways->count + 1) * sizeof *ways->senders);
    ways->receivers = malloc((ways->count + 1) * sizeof *ways->receivers);
    if (!ways->senders || !ways->receivers)
        return -1;
    for (uint32_t i = 0; i < ways->count; i++) {
        const struct map_pa *pa = map_pa(ways->map, i);

        init_sender(ways, &pa->address, pa, &ways->senders[i]);
        init_receiver(ways, pa, &ways->receivers[i]);
        if (address_equal(&pa->address, &ways->local))
            ways->self = i;
    }
    init_sender(ways, &ways->local, NULL, &ways->senders[ways->count]);
    return 0;
}

void ways_free(struct ways *ways)
{
    free(ways->senders);
    free(ways->receivers);
}

static enum outcome missed(const struct ways *ways, struct way *way)
{
    if (ways->on_miss == MISS_DROP)
        return OUTCOME_NO_WAY_DROPPED;
    if (ways->on_miss == MISS_ERROR)
        return OUTCOME_NO_WAY;
    way->tmpl = &ways->standby;
    return OUTCOME_DONE;
}

enum outcome ways_find(const struct ways *ways, uint32_t vsid, const struct nvgre_inner *inner,
                       uint32_t hash, uint32_t copy, struct way *way)
{
    enum outcome outcome = OUTCOME_SAME_HOST;
    struct map_way found;

    *way = (struct way){.vsid = vsid};
    if (map_lookup(ways->map, vsid, inner, hash, &found) == MAP_MISS)
        return missed(ways, way);
    way->vsid = found.vsid;
    way->mac = found.mac;
    for (uint32_t i = copy; i < found.remote_count; i++) {
        uint32_t remote = found.remotes[i];
        uint8_t version = ways->receivers[remote].ip_version;
        bool fixed = ways->local.version == version;
        uint32_t local = fixed ? ways->count : map_local(ways->map, vsid, inner, hash, version);

        if (local == MAP_NONE) {
            outcome = OUTCOME_NO_LOCAL;
        } else if (remote == (fixed ? ways->self : local)) {
            continue;
        } else if (way->tmpl) {
            way->next = i;
            break;
        } else {
            way->tmpl = &ways->senders[local];
            way->to = &ways->receivers[remote];
        }
    }
    return way->tmpl ? OUTCOME_DONE : outcome;
}
