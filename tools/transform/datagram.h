/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_DATAGRAM_H
#define TRANSFORM_DATAGRAM_H

/* The fragments of one IP packet: where each belongs, and how they are joined. */

#include "reassemble.h"

/* What fragments of one datagram share; compared byte by byte, so without padding. */
struct datagram_key {
    uint8_t addresses[32]; /* source and destination; IPv4: 8 bytes, then zeros */
    uint32_t id;
    uint32_t iface_id;
    uint16_t version;  /* 4 or 6 */
    uint16_t protocol; /* 0 in IPv6, where it is not part of what identifies a datagram */
};

struct reassemble_datagram {
    struct datagram_key key;
    struct reassemble_datagram *older;
    struct reassemble_datagram *newer;
    struct reassemble_datagram *next_in_bucket;
    struct reassemble_fragment *first_held; /* in order of arrival */
    struct reassemble_fragment *last_held;
    struct reassemble_fragment *first_in_place; /* by offset */
    struct reassemble_fragment *last_in_place;
    struct time_point since; /* of the first fragment */
    uint32_t count;          /* of fragments that are held */
    uint32_t size;           /* of memory for the fragments, bytes */
    uint32_t filled;         /* bytes of payload in place */
    uint32_t len;            /* of the whole payload; 0 as long as the last fragment is missing */
    uint32_t ecns;           /* a bit 1 << n for each ECN n of fragments in place */
    bool discarded;
    enum reassemble_reason reason; /* of a discarded one */
};

static inline bool datagram_is_complete(const struct reassemble_datagram *datagram)
{
    return datagram->len && datagram->filled == datagram->len;
}

/*
 * Adds a fragment to those held and puts it into its place; `last` says that no more follow, `tos`
 * is that of its header. Returns false where it does not fit, with *reason set.
 */
bool datagram_place(struct reassemble_datagram *datagram, struct reassemble_fragment *fragment,
                    bool last, uint8_t tos, enum reassemble_reason *reason);

/*
 * Whether a complete datagram makes an IP packet, of *len bytes with its link header. If not,
 * *reason is set.
 */
bool datagram_can_join(const struct reassemble_datagram *datagram, uint32_t *len,
                       enum reassemble_reason *reason);

/* Joins its fragments in `out`, which has room for the `len` bytes of datagram_can_join. */
void datagram_join(const struct reassemble_datagram *datagram, uint8_t *out, uint32_t len);

#endif
