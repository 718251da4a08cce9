/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "learn.h"

#include <stdlib.h>
#include <string.h>

#include "learned.h"
#include "map/build.h"

enum added { ADDED, NO_ROOM, NO_MEMORY };

struct map_learn *map_learn_new(uint32_t entries_max)
{
    struct map_learn *learn = calloc(1, sizeof *learn);

    if (learn)
        learn->entries_max = entries_max < MAP_RECORDS_MAX ? entries_max : MAP_RECORDS_MAX;
    return learn;
}

static void free_learned(struct learned *learned)
{
    free(learned->items);
    table_free(&learned->table);
}

void map_learn_free(struct map_learn *learn)
{
    if (!learn)
        return;
    free_learned(&learn->subnets);
    free_learned(&learn->pas);
    free_learned(&learn->macs);
    free_learned(&learn->cas);
    free_learned(&learn->floods);
    free(learn);
}

const struct map_learn_counts *map_learn_counts(const struct map_learn *learn)
{
    return &learn->counts;
}

static enum added add(struct map_learn *learn, struct learned *learned, uint32_t *count,
                      struct table_key key, const void *item, size_t size)
{
    const struct map_learn_counts *counts = &learn->counts;

    if (counts->subnets + counts->pas + counts->macs + counts->cas + counts->floods >=
        learn->entries_max)
        return NO_ROOM;
    if (array_grow(&learned->items, *count, &learned->room, size) != 0 ||
        table_add(&learned->table, key, *count, 0) != 0)
        return NO_MEMORY;
    memcpy((char *)learned->items + *count * size, item, size);
    ++*count;
    return ADDED;
}

static enum added learn_subnet(struct map_learn *learn, uint32_t vsid)
{
    if (table_find(&learn->subnets.table, vsid_key(vsid)))
        return ADDED;
    return add(learn, &learn->subnets, &learn->counts.subnets, vsid_key(vsid), &vsid, sizeof vsid);
}

static enum added learn_pa(struct map_learn *learn, const struct address *address, uint32_t *index)
{
    const struct learned_pa *pas = learn->pas.items;
    struct learned_pa pa = {.address = *address};
    struct table_key key = address_key(0, address);
    const struct table_slot *slot = table_find(&learn->pas.table, key);

    while (slot && !address_equal(&pas[table_slot_index(slot)].address, address))
        slot = table_next(&learn->pas.table, key, slot);
    *index = slot ? table_slot_index(slot) : learn->counts.pas;
    return slot ? ADDED : add(learn, &learn->pas, &learn->counts.pas, key, &pa, sizeof pa);
}

/* Learns the outer MAC and VLAN that a PA sends with. */
static void learn_sender(struct map_learn *learn, uint32_t index, const struct cap_packet *packet,
                         const struct nvgre_frame *frame)
{
    struct learned_pa *pa = (struct learned_pa *)learn->pas.items + index;
    struct learned_pa now = {.address = pa->address,
                             .sends = true,
                             .has_mac = packet->iface->linktype == CAP_LINKTYPE_ETHERNET};

    if (now.has_mac) {
        memcpy(now.mac, packet->data + NVGRE_ETH_SRC_AT, sizeof now.mac);
        now.has_mac = !(now.mac[0] & 1);
        if (frame->l2.vlan_count == 1)
            now.vlan = wire_get16(packet->data + NVGRE_ETH_LEN) & 0xFFF;
        if (now.vlan > 4094)
            now.vlan = 0;
    }
    if (pa->sends && (now.has_mac != pa->has_mac || now.vlan != pa->vlan ||
                      memcmp(now.mac, pa->mac, sizeof now.mac) != 0))
        learn->counts.changed_pas++;
    *pa = now;
}

static enum added learn_mac(struct map_learn *learn, uint32_t vsid, const uint8_t *bytes,
                            uint32_t pa, uint32_t *index)
{
    struct learned_mac *macs = learn->macs.items;
    struct learned_mac mac = {.vsid = vsid, .pa = pa};
    struct table_key key = mac_key(vsid, bytes);
    const struct table_slot *slot = table_find(&learn->macs.table, key);

    memcpy(mac.mac, bytes, sizeof mac.mac);
    *index = slot ? table_slot_index(slot) : learn->counts.macs;
    if (!slot)
        return add(learn, &learn->macs, &learn->counts.macs, key, &mac, sizeof mac);
    learn->counts.moved_macs += macs[*index].pa != pa;
    macs[*index].pa = pa;
    return ADDED;
}

static enum added learn_ca(struct map_learn *learn, uint32_t vsid, const struct address *address,
                           uint32_t mac)
{
    struct learned_ca *cas = learn->cas.items;
    struct learned_ca ca = {.vsid = vsid, .mac = mac, .address = *address};
    struct table_key key = address_key(vsid, address);
    const struct table_slot *slot = table_find(&learn->cas.table, key);

    for (; slot; slot = table_next(&learn->cas.table, key, slot)) {
        struct learned_ca *known = &cas[table_slot_index(slot)];

        if (known->vsid != vsid || !address_equal(&known->address, address))
            continue;
        learn->counts.moved_cas += known->mac != mac;
        known->mac = mac;
        return ADDED;
    }
    return add(learn, &learn->cas, &learn->counts.cas, key, &ca, sizeof ca);
}

static enum added learn_flood(struct map_learn *learn, uint32_t vsid, uint32_t pa)
{
    struct learned_flood flood = {vsid, pa};
    struct table_key key = {(uint64_t)vsid << 32 | pa, 0};

    if (table_find(&learn->floods.table, key))
        return ADDED;
    return add(learn, &learn->floods, &learn->counts.floods, key, &flood, sizeof flood);
}

/* Whether an address can belong to one host in a subnet. */
static bool is_host(const struct address *address)
{
    static const struct address loopback6 = {6, {[15] = 1}};

    return !address_is_zero(address) && !address_is_group(address) &&
           !address_equal(address, &loopback6) &&
           !(address->version == 4 && (address->bytes[0] == 127 || address->bytes[0] == 255));
}

/* Finds the sender's CA: in ARP the sender's IP address, otherwise the IP source. */
static bool find_sender_ca(const struct nvgre_inner *inner, struct address *ca)
{
    const uint8_t *arp = inner->data + inner->l2.l3_offset;

    *ca = (struct address){0, {0}};
    if (inner->l2.ethertype == NVGRE_ETHERTYPE_ARP) {
        if (inner->caplen < inner->l2.l3_offset + NVGRE_ARP_LEN || !nvgre_is_arp_ipv4(arp) ||
            memcmp(arp + NVGRE_ARP_SENDER_MAC_AT, inner->data + NVGRE_ETH_SRC_AT, 6) != 0)
            return false;
        ca->version = 4;
        memcpy(ca->bytes, arp + NVGRE_ARP_SENDER_IP_AT, 4);
    } else if (inner->has_ip) {
        *ca = address_of_ip(inner->data, &inner->ip, false);
    }
    return ca->version && is_host(ca);
}

static enum added learn_tenant(struct map_learn *learn, uint32_t vsid,
                               const struct nvgre_inner *inner, uint32_t pa)
{
    struct address ca;
    uint32_t mac;
    enum added added;

    if (inner->data[6] & 1)
        return ADDED;
    added = learn_mac(learn, vsid, inner->data + NVGRE_ETH_SRC_AT, pa, &mac);
    return added == ADDED && find_sender_ca(inner, &ca) ? learn_ca(learn, vsid, &ca, mac) : added;
}

static enum added learn_all(struct map_learn *learn, const struct cap_packet *packet,
                            const struct nvgre_frame *frame)
{
    const uint8_t *data = packet->data;
    const struct address from = address_of_ip(data, &frame->ip, false);
    const struct address to = address_of_ip(data, &frame->ip, true);
    uint32_t vsid = nvgre_key_vsid(frame->gre.key);
    struct nvgre_inner inner;
    enum added added = learn_subnet(learn, vsid);
    uint32_t pa;

    nvgre_inner_decode(data + frame->inner_offset, frame->inner_caplen, &inner);
    if (added == ADDED && is_host(&from)) {
        added = learn_pa(learn, &from, &pa);
        if (added == ADDED)
            learn_sender(learn, pa, packet, frame);
        if (added == ADDED && inner.has_l2)
            added = learn_tenant(learn, vsid, &inner, pa);
    }
    if (added == ADDED && inner.has_l2 && inner.data[0] & 1 &&
        (is_host(&to) || address_is_group(&to))) {
        added = learn_pa(learn, &to, &pa);
        if (added == ADDED)
            added = learn_flood(learn, vsid, pa);
    }
    return added;
}

int map_learn_packet(struct map_learn *learn, const struct cap_packet *packet,
                     const struct nvgre_frame *frame)
{
    enum added added = learn_all(learn, packet, frame);

    learn->counts.packets++;
    learn->counts.not_learned += added == NO_ROOM;
    return added == NO_MEMORY ? -1 : 0;
}
