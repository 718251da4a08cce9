/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_DESCRIBE_H
#define TRANSFORM_DESCRIBE_H

#include <stddef.h>

#include "capfile/capture.h"

/*
 * What an NVGRE packet's outer headers say, on one line, as in `VSID 5001, FlowID 0x50,
 * 192.168.4.11 > 192.168.4.22, TTL 64, TOS 0x00, 02:00:c0:a8:04:0b > 02:00:c0:a8:04:16`, with
 * what stands out of the ordinary behind it: VLAN tags, GRE flags. Empty for other packets.
 */
void describe_outer(const struct cap_packet *packet, char *text, size_t size);

#endif
