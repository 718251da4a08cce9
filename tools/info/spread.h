/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_SPREAD_H
#define INFO_SPREAD_H

/*
 * How evenly packets spread over the FlowIDs, by which equal-cost paths are chosen; in the terms of
 * the plugin's table nvgre_flowid.
 */

#include <stdint.h>

#define INFO_FLOWIDS 256

struct info_spread {
    uint32_t counts[INFO_FLOWIDS]; /* all halved where one would overflow: shares stay */
};

struct info_spread_figures {
    unsigned used;
    uint8_t busiest;
    double busiest_share; /* of the packets, 0 to 1; so the next */
    double zero_share;    /* with FlowID 0 */
    double evenness; /* entropy: 0 where all have one FlowID, 1 where each has as many packets */
};

void info_spread_halve(struct info_spread *spread);

static inline void info_spread_count(struct info_spread *spread, uint8_t flowid)
{
    if (++spread->counts[flowid] == UINT32_MAX)
        info_spread_halve(spread);
}

void info_spread_figures(const struct info_spread *spread, struct info_spread_figures *figures);

#endif
