/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_SCTP_H
#define NVGRE_SCTP_H

/*
 * Wireshark knows SCTP associations by ports and verification tag alone. Where two tenants have
 * the very same ones, as in traffic replayed into several virtual subnets, the second one is
 * dissected without that memory: not followed at all rather than mixed up with the first.
 */

#include <stdbool.h>

#include <wireshark.h>

#include <epan/packet.h>

/* The preferences of SCTP that make it remember; to be put back. */
struct sctp_memory {
    bool tsn_analysis;
    bool reassembly;
    bool association_index;
};

/* Around the dissection of an SCTP packet; the second also when it throws. */
struct sctp_memory sctp_begin(tvbuff_t *packet);
void sctp_end(const struct sctp_memory *before);

void sctp_register(void);
void sctp_handoff(void);

#endif
