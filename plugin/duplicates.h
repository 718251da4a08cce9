/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_DUPLICATES_H
#define NVGRE_DUPLICATES_H

/* Finds IPv4 addresses that two MAC addresses of one tenant claim by ARP. */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

#define ARP_LEN 28u /* bytes of an ARP packet for Ethernet and IPv4 */

/* The MAC address that was the first to claim an IPv4 address. */
struct address_holder {
    uint8_t ip[4];
    uint8_t mac[6];
    uint32_t packet_number;
};

/*
 * Returns the first holder of an address that this ARP packet claims for another MAC address.
 * Checks the sender, and except in requests also the target. Returns NULL if there is no conflict.
 */
const struct address_holder *duplicate_address(uint32_t packet_number, uint32_t tenant,
                                               const struct nvgre_inner *inner);

void duplicates_register(void);

#endif
