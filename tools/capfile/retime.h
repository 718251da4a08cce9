/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_RETIME_H
#define CAPFILE_RETIME_H

/*
 * Other times for packets: start + (time - start) * scale + shift, where start is the time of the
 * file's first packet.
 */

#include "capture.h"

struct cap_retime_start {
    bool known;
    uint8_t tsresol; /* as in struct cap_iface */
    int64_t tsoffset;
    uint64_t ticks; /* since 1970 or the offset */
};

/* Begins as what is wanted, and zeroes. */
struct cap_retime {
    bool wanted; /* for the caller: whether anything is to be done */
    int64_t shift_ns;
    uint64_t numerator;   /* of the scale, up to 10^15; both are 0 for a scale of 1 */
    uint64_t denominator; /* up to 10^9 */
    struct cap_retime_start start;
};

/*
 * Changes packet->ts, in the record's own units and byte order; all packets of the file have to
 * come here, in order, for the first of them that has a time is the start. The new time is exact,
 * and then cut off at the packet's units as all times are. Where the start has other units, it is
 * known to 2^-64 of the packet's unit.
 *
 * Returns false, and changes nothing, where the record cannot hold the new time: pcap has 0 to
 * 2^32-1 s since 1970, pcapng 0 to 2^64-1 units since then or the interface's offset. So it does
 * where interfaces differ and one has units of which a second has more than 2^64.
 * Packets without time stay as they are.
 */
bool cap_retime_packet(struct cap_retime *retime, struct cap_packet *packet);

#endif
