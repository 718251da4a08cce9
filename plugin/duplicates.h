/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_DUPLICATES_H
#define NVGRE_DUPLICATES_H

/* IPv4 addresses that two MAC addresses of one tenant claim by ARP. */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

#define ARP_LEN 28u /* bytes, for Ethernet and IPv4 */

/* Who claimed an address first. */
struct address_holder {
    uint8_t ip[4];
    uint8_t mac[6];
    uint32_t packet_number;
};

/*
 * The first holder of an address that an ARP packet says another MAC address has: its sender, or
 * in a reply its target. NULL where it says nothing new.
 */
const struct address_holder *duplicate_address(uint32_t packet_number, uint32_t tenant,
                                               const struct nvgre_inner *inner);

void duplicates_register(void);

#endif
