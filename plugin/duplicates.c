/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "duplicates.h"

#include <string.h>

#include <glib.h>
#include <wireshark.h>

#include <epan/etypes.h>
#include <epan/wmem_scopes.h>

#define ARP_OPERATION 6u /* bytes from the start of the ARP packet */
#define MAC_LEN 6u
#define ARP_REQUEST 1u

static wmem_map_t *holders; /* by tenant and address */

static const uint8_t *find_arp(const struct nvgre_inner *inner)
{
    const uint8_t *arp;

    if (!inner->has_l2 || inner->l2.ethertype != ETHERTYPE_ARP ||
        inner->caplen - inner->l2.l3_offset < NVGRE_ARP_LEN)
        return NULL;
    arp = inner->data + inner->l2.l3_offset;
    return nvgre_is_arp_ipv4(arp) ? arp : NULL;
}

/* `claim` is a MAC address and then an IPv4 address. */
static const struct address_holder *first_holder(uint32_t packet_number, uint32_t tenant,
                                                 const uint8_t *claim)
{
    int64_t key = (int64_t)((uint64_t)tenant << 32 | wire_get32(claim + MAC_LEN));
    struct address_holder *holder = wmem_map_lookup(holders, &key);

    if (holder)
        return holder;
    holder = wmem_new(wmem_file_scope(), struct address_holder);
    memcpy(holder->mac, claim, sizeof holder->mac);
    memcpy(holder->ip, claim + MAC_LEN, sizeof holder->ip);
    holder->packet_number = packet_number;
    wmem_map_insert(holders, wmem_memdup(wmem_file_scope(), &key, sizeof key), holder);
    return holder;
}

static bool is_claim(const uint8_t *mac_and_ip)
{
    static const uint8_t no_mac[MAC_LEN];

    return !(mac_and_ip[0] & 1) && memcmp(mac_and_ip, no_mac, sizeof no_mac) != 0 &&
           wire_get32(mac_and_ip + MAC_LEN) != 0; /* a probe (RFC 5227) is not a claim */
}

const struct address_holder *duplicate_address(uint32_t packet_number, uint32_t tenant,
                                               const struct nvgre_inner *inner)
{
    static const uint8_t claims[] = {NVGRE_ARP_SENDER_MAC_AT, NVGRE_ARP_TARGET_MAC_AT};
    const uint8_t *arp = find_arp(inner);
    unsigned count = 0;

    if (arp)
        count = wire_get16(arp + ARP_OPERATION) == ARP_REQUEST ? 1 : 2;
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *claim = arp + claims[i];
        const struct address_holder *holder =
            is_claim(claim) ? first_holder(packet_number, tenant, claim) : NULL;

        if (holder && memcmp(holder->mac, claim, sizeof holder->mac) != 0)
            return holder;
    }
    return NULL;
}

void duplicates_register(void)
{
    holders =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_int64_hash, g_int64_equal);
}
