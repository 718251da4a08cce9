/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spread.h"

#include <math.h>

void info_spread_halve(struct info_spread *spread)
{
    for (int i = 0; i < INFO_FLOWIDS; i++)
        spread->counts[i] -= spread->counts[i] / 2; /* rounds up: a used FlowID stays used */
}

void info_spread_figures(const struct info_spread *spread, struct info_spread_figures *figures)
{
    double packets = 0;
    double sum = 0; /* sum of n * log2(n) */

    *figures = (struct info_spread_figures){0};
    for (int i = 0; i < INFO_FLOWIDS; i++) {
        double n = spread->counts[i];

        if (spread->counts[i] == 0)
            continue;
        packets += n;
        sum += n * log2(n);
        figures->used++;
        if (spread->counts[i] > spread->counts[figures->busiest])
            figures->busiest = (uint8_t)i;
    }
    if (figures->used == 0)
        return;
    figures->busiest_share = spread->counts[figures->busiest] / packets;
    figures->zero_share = spread->counts[0] / packets;
    figures->evenness = fmax(log2(packets) - sum / packets, 0) / log2(INFO_FLOWIDS);
}
