/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_DATAGRAM_H
#define TRANSFORM_DATAGRAM_H

/* The fragments of one IP packet: their places, and how to join them. */

#include "reassemble.h"

/*
 * The fields that all fragments of a datagram share. Keys are compared byte by byte, so there must
 * be no padding.
 */
struct datagram_key {
    uint8_t addresses[32]; /* source, destination; IPv4: 8 bytes, then zeros */
    uint32_t id;
    uint32_t iface_id;
    uint16_t version;  /* 4 or 6 */
    uint16_t protocol; /* 0 in IPv6, where it does not identify a datagram */
};

struct reassemble_datagram {
    struct datagram_key key;
    struct reassemble_datagram *older;
    struct reassemble_datagram *newer;
    struct reassemble_datagram *next_in_bucket;
    struct reassemble_fragment *first_held; /* in order of arrival */
    struct reassemble_fragment *last_held;
    struct reassemble_fragment *first_in_place; /* in order of offset */
    struct reassemble_fragment *last_in_place;
    struct time_point since; /* time of the first fragment */
    uint32_t count;          /* fragments held */
    uint32_t size;           /* bytes of memory for the fragments */
    uint32_t filled;         /* bytes of payload in place */
    uint32_t len;            /* bytes of the whole payload; 0 until the last fragment is there */
    uint32_t ecns;           /* a bit 1 << n for each ECN value n of the fragments in place */
    bool discarded;
    enum reassemble_reason reason; /* if discarded */
};

static inline bool datagram_is_complete(const struct reassemble_datagram *datagram)
{
    return datagram->len && datagram->filled == datagram->len;
}

/*
 * Adds a fragment and puts it into its place. `last` means that no more fragments follow; `tos` is
 * from its IP header. Returns false if it does not fit, with *reason set; the fragment is held
 * anyway.
 */
bool datagram_place(struct reassemble_datagram *datagram, struct reassemble_fragment *fragment,
                    bool last, uint8_t tos, enum reassemble_reason *reason);

/*
 * Whether a complete datagram can become an IP packet. *len is its length in bytes, with the link
 * header. If it returns false, *reason is set.
 */
bool datagram_can_join(const struct reassemble_datagram *datagram, uint32_t *len,
                       enum reassemble_reason *reason);

/*
 * Joins the fragments into `out`. `len` is the length from datagram_can_join; `out` must have room
 * for it.
 */
void datagram_join(const struct reassemble_datagram *datagram, uint8_t *out, uint32_t len);

#endif
