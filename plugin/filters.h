/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FILTERS_H
#define NVGRE_FILTERS_H

/* Wireshark's menu "Conversation Filter": the tenant, or the provider addresses, of a packet. */

#include <wireshark.h>

#include <epan/packet.h>

#include "packet-nvgre.h"

/* To be called for each NVGRE layer of a packet that has a tree. */
void nvgre_filters_remember(packet_info *pinfo, struct nvgre_packet *packet);

void nvgre_filters_register(int proto);

#endif
