/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "duplicates.h"

#include <string.h>

#include <glib.h>
#include <wireshark.h>

#include <epan/etypes.h>
#include <epan/wmem_scopes.h>

#define ARP_SENDER_MAC 8u /* offsets */
#define ARP_SENDER_ADDRESS 14u

static wmem_map_t *holders; /* by tenant and address */

static const uint8_t *find_arp(const struct nvgre_inner *inner)
{
    static const uint8_t ethernet_ipv4[] = {0, 1, 8, 0, 6, 4};
    const uint8_t *arp;

    if (!inner->has_l2 || inner->l2.ethertype != ETHERTYPE_ARP ||
        inner->caplen - inner->l2.l3_offset < ARP_LEN)
        return NULL;
    arp = inner->data + inner->l2.l3_offset;
    return memcmp(arp, ethernet_ipv4, sizeof ethernet_ipv4) == 0 ? arp : NULL;
}

static struct address_holder *first_holder(uint32_t packet_number, uint32_t tenant,
                                           const uint8_t *arp)
{
    int64_t key = (int64_t)((uint64_t)tenant << 32 | wire_get32(arp + ARP_SENDER_ADDRESS));
    struct address_holder *holder = wmem_map_lookup(holders, &key);

    if (holder)
        return holder;
    holder = wmem_new(wmem_file_scope(), struct address_holder);
    memcpy(holder->ip, arp + ARP_SENDER_ADDRESS, sizeof holder->ip);
    memcpy(holder->mac, arp + ARP_SENDER_MAC, sizeof holder->mac);
    holder->packet_number = packet_number;
    wmem_map_insert(holders, wmem_memdup(wmem_file_scope(), &key, sizeof key), holder);
    return holder;
}

const struct address_holder *duplicate_address(uint32_t packet_number, uint32_t tenant,
                                               const struct nvgre_inner *inner)
{
    const uint8_t *arp = find_arp(inner);
    const struct address_holder *holder;

    if (!arp || wire_get32(arp + ARP_SENDER_ADDRESS) == 0) /* a probe claims nothing (RFC 5227) */
        return NULL;
    holder = first_holder(packet_number, tenant, arp);
    return memcmp(holder->mac, arp + ARP_SENDER_MAC, sizeof holder->mac) ? holder : NULL;
}

void duplicates_register(void)
{
    holders =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_int64_hash, g_int64_equal);
}
