/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_SEGMENT_H
#define TRANSFORM_SEGMENT_H

/*
 * Cuts a super-packet into TCP segments or UDP datagrams, as a network card does. Captures contain
 * super-packets if the network card does the segmentation. Pure functions.
 */

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* The longest IP packet to cut: what Linux passes to a card at most (GSO_MAX_SIZE). */
#define SEGMENT_IP_LEN_MAX (8u * 65536u)

/* A decoded super-packet. All offsets and lengths are in bytes. */
struct segment {
    const uint8_t *frame;
    uint32_t caplen;      /* captured bytes of the frame, up to the end of the IP packet */
    uint32_t headers_len; /* from the start of the frame to the payload */
    uint32_t payload_len; /* on the wire */
    uint32_t size;        /* payload of each segment except the last one */
    uint32_t count;       /* segments; 1 if only the jumbo payload option was too long */
    uint32_t ip_offset;
    uint32_t l4_offset;
    uint32_t tags_len;  /* VLAN tags that segments do not have */
    uint32_t jumbo_len; /* a jumbo payload option that segments do not have; or 0 */
    uint8_t version;    /* 4 or 6 */
    uint8_t protocol;   /* NVGRE_TCP or NVGRE_UDP */
};

/*
 * Examines an Ethernet frame, with or without VLAN tags. `caplen` bytes were captured; `len` bytes
 * were on the wire. `max_ip_len` is the maximum length of an IP packet. An IP length of 0 means the
 * rest of the frame. The segments omit the first `tags_len` bytes of VLAN tags, all or 0. Returns
 * true if the frame must be cut; then *seg is set and points into the frame.
 *
 * Not cut are: packets that fit; anything except TCP and UDP (also after a header that is not
 * decoded, such as AH); IP fragments; TCP with SYN or RST, which cannot be assigned to one segment;
 * IPv6 that is still on its way through a routing header, because its checksum covers an address
 * that is not its destination yet; malformed packets; packets longer than SEGMENT_IP_LEN_MAX;
 * packets whose headers are not completely captured; packets whose headers leave no room for
 * payload.
 *
 * UDP carries no segment size, so the datagrams are as long as possible. This is also done with a
 * datagram that was meant to be sent in IP fragments.
 */
bool segment_begin(struct segment *seg, const uint8_t *frame, uint32_t caplen, uint32_t len,
                   uint32_t tags_len, uint32_t max_ip_len);

/* Returns the length of segment `i` (below seg->count) on the wire. */
uint32_t segment_len(const struct segment *seg, uint32_t i);

/*
 * Writes segment `i` to `room`, which must have room for the frame's headers and seg->size bytes.
 * Returns the captured length of the segment.
 *
 * Each segment has its own lengths, sequence number, IPv4 header checksum and TCP or UDP checksum.
 * IPv4 IDs count up from the original one. FIN and PSH are only in the last segment, CWR only in
 * the first (RFC 3168 section 6.1.2). URG is in segments before the end of the urgent data, with an
 * adjusted pointer. UDP over IPv4 without a checksum stays without. If the payload of a segment is
 * not completely captured, its checksum is not known and set to 0.
 */
uint32_t segment_write(const struct segment *seg, uint32_t i, uint8_t *room);

/*
 * Lowers the maximum segment size (MSS) of a TCP SYN in an Ethernet frame to `mss`, and updates its
 * checksum (RFC 1624). Returns false and changes nothing if the option is absent, not captured or
 * not larger, and for all other packets.
 */
bool segment_mss_clamp(uint8_t *frame, uint32_t caplen, uint16_t mss);

#endif
