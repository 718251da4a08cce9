/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_TIMESTAMP_H
#define CAPFILE_TIMESTAMP_H

/* Converts time stamps of different formats and interfaces. */

#include "base/time_point.h"
#include "capture.h"

/* The two words of a pcap packet's time: seconds, and microseconds or nanoseconds. */
struct cap_pcap_time {
    uint32_t sec;
    uint32_t fraction;
};

struct cap_pcap_time cap_packet_pcap_time(const struct cap_packet *packet);

/* The time of a packet, cut to nanoseconds; 0 for records without a time. */
struct time_point cap_packet_time(const struct cap_packet *packet);

/* Whether the unit of if_tsresol is shorter than 10^-6 s; for powers of two, than 2^-20 s. */
bool cap_tsresol_is_fine(uint8_t tsresol);

#endif
