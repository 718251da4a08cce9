/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_EXPECTED_H
#define NVGRE_EXPECTED_H

/*
 * Conversations that a tenant's other traffic has announced (RTP by SDP, FTP data, TFTP) and of
 * which Wireshark knows an address or a port of one side only.
 */

#include <stdbool.h>

#include <wireshark.h>

#include <epan/conversation.h>
#include <epan/packet.h>

#include "splice.h"

/* Whether anything is expected at all. */
bool expected_any(void);

/*
 * The conversation which the current tenant expects for a packet, or NULL. `foreign` becomes
 * true where another tenant expects one.
 */
conversation_t *expected_find(const struct splice_flow *flow, bool *foreign);

void expected_register(void);

#endif
