/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CONVERSATIONS_H
#define NVGRE_CONVERSATIONS_H

/*
 * Separate conversations for tenants that use the same addresses and ports.
 *
 * Wireshark keeps conversations in a few hash tables, and every dissector searches them directly.
 * So each tenant has its own set of these tables. While a frame of the tenant is dissected, the set
 * replaces the contents of Wireshark's tables. Data that a dissector stores in a conversation, and
 * conversations that it prepares (RTP, FTP data, TFTP), are then visible only to packets of the
 * same tenant.
 */

#include <stdbool.h>
#include <stdint.h>

#include <wireshark.h>

#include <epan/conversation.h>
#include <epan/packet.h>

/* Makes dissectors find the conversations of this tenant (or of TENANT_NONE) from now on. */
void conversations_switch(uint32_t tenant);

/*
 * Returns the conversation with a packet's addresses and ports, the first one if there are several.
 * Returns NULL if there is none.
 */
conversation_t *conversations_find(const packet_info *pinfo);

/*
 * Makes a conversation findable by the packet's current addresses. Code that runs after the
 * dissection needs this, such as Follow Stream. Call it while the conversations of TENANT_NONE are
 * active.
 */
void conversations_publish(const packet_info *pinfo, conversation_t *conversation);

void conversations_register(void);

#endif
