/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_SPLICE_H
#define NVGRE_SPLICE_H

/*
 * Conversations of their own for tenants who use the same addresses and ports.
 *
 * Wireshark finds a conversation by addresses, ports and packet number: it takes the newest one
 * that is not newer than the packet. So where the newest one belongs to another tenant, a new
 * conversation is put behind it that shares the data and the dissectors of the tenant's former
 * one. Whoever looks for the packet's conversation then finds the tenant's, at any later time
 * and in any order, with the tenant's state.
 */

#include <stdint.h>

#include <wireshark.h>

#include <epan/conversation.h>
#include <epan/packet.h>

/* The ends of a packet's conversation. */
struct splice_flow {
    conversation_type type;
    address src;
    address dst;
    uint32_t src_port;
    uint32_t dst_port;
};

/* Conversations of other tenants that are out of the way while a packet is dissected. */
struct splice_hidden {
    conversation_t *first[2];
};

/*
 * To be called on the first pass before a packet's transport is dissected: makes the
 * conversation of these ends that of the current tenant.
 */
struct splice_hidden splice(uint32_t packet_number, const struct splice_flow *flow);

/* To be called after it, with what that returned. */
void splice_unhide(const struct splice_flow *flow, const struct splice_hidden *hidden);

/*
 * To be called on the first pass after it: says that the conversation, if any, is that of the
 * current tenant. Needed only where the packet carries the frame of yet another tenant.
 */
void splice_claim(uint32_t packet_number, const struct splice_flow *flow);

void splice_register(void);

#endif
