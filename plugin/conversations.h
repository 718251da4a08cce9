/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_CONVERSATIONS_H
#define NVGRE_CONVERSATIONS_H

/*
 * Conversations of their own for tenants who use the same addresses and ports.
 *
 * Wireshark keeps conversations in a few hash tables that every dissector searches by itself. So
 * each tenant has a set of these tables, which stands in for Wireshark's own while a frame of the
 * tenant is dissected. What a dissector remembers in a conversation, or announces for a later one
 * (RTP, FTP data, TFTP), is then seen by this tenant's packets only.
 */

#include <stdbool.h>
#include <stdint.h>

#include <wireshark.h>

#include <epan/conversation.h>
#include <epan/packet.h>

/* Makes the conversations of this tenant, or of TENANT_NONE, those that dissectors find. */
void conversations_switch(uint32_t tenant);

/* The conversation of a packet's addresses and ports, or the first one of several; or NULL. */
conversation_t *conversations_find(const packet_info *pinfo);

/*
 * Lets those who look from outside, as Follow Stream does after the dissection, find the
 * conversation by the packet's present addresses: to be called with TENANT_NONE switched to.
 */
void conversations_publish(const packet_info *pinfo, conversation_t *conversation);

void conversations_register(void);

#endif
