/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_SEGMENT_H
#define TRANSFORM_SEGMENT_H

/*
 * Cuts a super-packet, as a capture has it where the network card does the segmentation, into the
 * packets that the card makes of it: TCP segments, or UDP datagrams. Pure functions.
 */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* The longest IP packet that is cut: what Linux hands to a card at most (GSO_MAX_SIZE). */
#define SEGMENT_IP_LEN_MAX (8u * 65536u)

/* A super-packet taken apart. All offsets and lengths are bytes. */
struct segment {
    const uint8_t *frame;
    uint32_t caplen;      /* captured of the frame, without what stands behind the IP packet */
    uint32_t headers_len; /* from the frame's start to the payload */
    uint32_t payload_len; /* on the wire */
    uint32_t size;        /* payload of each segment but the last one */
    uint32_t count;       /* of segments; 1 where only the jumbo payload option was too much */
    uint32_t ip_offset;
    uint32_t l4_offset;
    uint32_t tags_len;  /* of VLAN tags that segments go without */
    uint32_t jumbo_len; /* of a jumbo payload option in front, which segments go without; or 0 */
    uint8_t version;    /* 4 or 6 */
    uint8_t protocol;   /* NVGRE_TCP or NVGRE_UDP */
};

/*
 * Looks at an Ethernet frame, with or without VLAN tags, of which `caplen` bytes were captured and
 * `len` were on the wire. Its IP packet may be `max_ip_len` bytes long. An IP length of 0 stands
 * for the rest of the frame. The segments go without the first `tags_len` bytes of VLAN tags: all
 * or 0. Returns true, with *seg set and pointing into the frame, if it is to be cut.
 *
 * Not cut is what fits, anything but TCP and UDP (or after a header that is not walked, such as
 * AH), IP fragments, TCP with SYN or RST (which belongs to no segment in particular), IPv6 on its
 * way through a routing header (its checksum covers an address that is not its destination yet),
 * what is malformed, longer than SEGMENT_IP_LEN_MAX or not captured to the end of its headers, and
 * what has headers that leave no room for payload.
 *
 * UDP says nowhere into how many bytes its sender wanted it cut: datagrams get as long as they
 * may. The same goes for a datagram that was meant to travel in IP fragments.
 */
bool segment_begin(struct segment *seg, const uint8_t *frame, uint32_t caplen, uint32_t len,
                   uint32_t tags_len, uint32_t max_ip_len);

/* The length of segment `i` (below seg->count) on the wire. */
uint32_t segment_len(const struct segment *seg, uint32_t i);

/*
 * Writes segment `i` to `room`, which takes the frame's headers and seg->size bytes. Returns its
 * captured length.
 *
 * Lengths, sequence number, IPv4 header checksum and the checksum of TCP or UDP are its own. IPv4
 * IDs count up from the original's. FIN and PSH stand on the last segment, CWR on the first one
 * (RFC 3168 section 6.1.2), URG where urgent data are still to come, with a pointer from there.
 * UDP without a checksum over IPv4 stays without. A segment whose payload is not all captured has
 * checksum 0, as nobody can tell it.
 */
uint32_t segment_write(const struct segment *seg, uint32_t i, uint8_t *room);

/*
 * Lowers the maximum segment size that a TCP SYN in an Ethernet frame announces to `mss` and
 * updates its checksum (RFC 1624). Returns false, and changes nothing, where the option is absent,
 * not captured or not larger, and in packets of any other kind.
 */
bool segment_mss_clamp(uint8_t *frame, uint32_t caplen, uint16_t mss);

#endif
