/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_DESCRIBE_H
#define TRANSFORM_DESCRIBE_H

#include <stddef.h>

#include "capfile/capture.h"

/*
 * Writes the fields of an NVGRE packet's outer headers as one line, such as `VSID 5001, FlowID
 * 0x50, 192.168.4.11 > 192.168.4.22, TTL 64, TOS 0x00, 02:00:c0:a8:04:0b > 02:00:c0:a8:04:16`.
 * Unusual fields follow: VLAN tags, GRE flags. The text is empty for other packets.
 */
void describe_outer(const struct cap_packet *packet, char *text, size_t size);

#endif
