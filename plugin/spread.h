/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_SPREAD_H
#define NVGRE_SPREAD_H

/*
 * The table "nvgre_flowid": how evenly each tenant's packets are spread over the FlowIDs.
 * Equal-cost paths are chosen by FlowID. Evenness is the entropy of the FlowIDs: 0 if all packets
 * have the same FlowID, 1 if all 256 FlowIDs are equally used.
 */

/* VSIDs with their own row. Packets of later VSIDs share one row. */
#define NVGRE_SPREAD_VSIDS_MAX 10000u

void nvgre_spread_register(void);

#endif
