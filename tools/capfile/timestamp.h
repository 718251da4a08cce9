/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_TIMESTAMP_H
#define CAPFILE_TIMESTAMP_H

/* Time stamps between the units of formats and interfaces. */

#include "base/time.h"
#include "capture.h"

/* The two words of a pcap packet's time: seconds, and microseconds or nanoseconds. */
struct cap_pcap_time {
    uint32_t sec;
    uint32_t fraction;
};

struct cap_pcap_time cap_packet_pcap_time(const struct cap_packet *packet);

/* The time of a packet, finer digits than ns cut off; 0 for records without time. */
struct time_point cap_packet_time(const struct cap_packet *packet);

/* Whether if_tsresol tells times apart that lie less than a microsecond from each other. */
bool cap_tsresol_is_fine(uint8_t tsresol);

#endif
