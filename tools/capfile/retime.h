/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_RETIME_H
#define CAPFILE_RETIME_H

/*
 * New times for packets: start + (time - start) * scale + shift. `start` is the time of the file's
 * first packet.
 */

#include "capture.h"

struct cap_retime_start {
    bool known;
    uint8_t tsresol; /* as in struct cap_iface */
    int64_t tsoffset;
    uint64_t ticks; /* units since 1970, or since tsoffset if there is one */
};

/* The caller sets the change that is wanted, and `start` to zeroes. */
struct cap_retime {
    bool wanted; /* for the caller: whether there is a change */
    int64_t shift_ns;
    uint64_t
        numerator; /* of the scale, up to 10^15; numerator and denominator are 0 for a scale of 1 */
    uint64_t denominator; /* up to 10^9 */
    struct cap_retime_start start;
};

/*
 * Changes packet->ts, in the record's own units and byte order. Call it for all packets of the file
 * in order: the first packet with a time is the start. The new time is computed exactly, then cut
 * to the packet's units. If the start has other units, its precision is 2^-64 of the packet's unit.
 * Packets without a time do not change.
 *
 * Returns false, and changes nothing, if the record cannot hold the new time: pcap holds 0 to
 * 2^32-1 s since 1970, pcapng 0 to 2^64-1 units since 1970 or since the interface's offset. Also
 * returns false if a scale is set, interfaces differ, and one has 2^64 or more units in a second.
 */
bool cap_retime_packet(struct cap_retime *retime, struct cap_packet *packet);

#endif
