/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_SPREAD_H
#define NVGRE_SPREAD_H

/*
 * The table "nvgre_flowid": how evenly each tenant's packets are spread over the FlowIDs, by
 * which equal-cost paths are chosen. Its evenness is the entropy of the FlowIDs, 0 where all
 * packets have the same one, 1 where each of the 256 has as many packets.
 */

/* VSIDs with a row of their own; packets of later ones are counted in one row. */
#define NVGRE_SPREAD_VSIDS_MAX 10000u

void nvgre_spread_register(void);

#endif
