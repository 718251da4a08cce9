/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FILTERS_H
#define NVGRE_FILTERS_H

/*
 * Entries of Wireshark's menu "Conversation Filter": filter by a packet's tenant or by its provider
 * addresses.
 */

#include <wireshark.h>

#include <epan/packet.h>

#include "packet-nvgre.h"

/* Call this for each NVGRE layer of a packet with a tree. */
void nvgre_filters_remember(packet_info *pinfo, struct nvgre_packet *packet);

void nvgre_filters_register(int proto);

#endif
