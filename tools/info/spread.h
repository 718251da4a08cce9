/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_SPREAD_H
#define INFO_SPREAD_H

/*
 * How evenly packets are spread over the FlowIDs. Equal-cost paths are chosen by FlowID. The terms
 * are those of the plugin's table nvgre_flowid.
 */

#include <stdint.h>

#define INFO_FLOWIDS 256

struct info_spread {
    uint32_t counts[INFO_FLOWIDS]; /* all halved if one would overflow, which keeps their shares */
};

struct info_spread_figures {
    unsigned used;
    uint8_t busiest;
    double busiest_share; /* share of the packets, 0 to 1 */
    double zero_share;    /* share of FlowID 0, 0 to 1 */
    double evenness;      /* entropy: 0 if one FlowID has all packets, 1 if all have equally many */
};

void info_spread_halve(struct info_spread *spread);

static inline void info_spread_count(struct info_spread *spread, uint8_t flowid)
{
    if (++spread->counts[flowid] == UINT32_MAX)
        info_spread_halve(spread);
}

void info_spread_figures(const struct info_spread *spread, struct info_spread_figures *figures);

#endif
