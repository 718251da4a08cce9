/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_SCTP_H
#define NVGRE_SCTP_H

/*
 * Wireshark identifies an SCTP association only by its ports and verification tag. Two tenants can
 * use the same values, for example if traffic is replayed into several virtual subnets. Only the
 * first association is then analysed: the second is dissected with this state switched off, so that
 * the two are not mixed.
 */

#include <stdbool.h>

#include <wireshark.h>

#include <epan/packet.h>

/* The SCTP preferences that make Wireshark keep state. sctp_end restores them. */
struct sctp_memory {
    bool tsn_analysis;
    bool reassembly;
    bool association_index;
};

/*
 * Call these before and after the dissection of an SCTP packet. Call sctp_end also if the
 * dissection throws an exception.
 */
struct sctp_memory sctp_begin(tvbuff_t *packet);
void sctp_end(const struct sctp_memory *before);

void sctp_register(void);
void sctp_handoff(void);

#endif
