/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_REASSEMBLE_H
#define TRANSFORM_REASSEMBLE_H

/*
 * Reassembles fragments of outer IP packets (RFC 791 section 3.2, RFC 8200 section 4.5) in limited
 * memory. Fragments are copied and held. None is lost: each fragment either becomes part of a whole
 * packet that the caller takes, or is returned unchanged.
 *
 *     switch (reassemble_add(r, packet, link)) {
 *     case REASSEMBLE_NOT_OURS: handle the packet as without reassembly
 *     case REASSEMBLE_REFUSED:  keep the packet; r->refused is the reason
 *     case REASSEMBLE_HELD:     write nothing
 *     case REASSEMBLE_WHOLE:    handle r->whole, then reassemble_settle(r, whether it was taken)
 *     }
 *     while ((fragment = reassemble_returned(r)))
 *         keep fragment->packet
 *
 * Run the loop after each reassemble_add, so that the memory limits hold, and after
 * reassemble_flush. Call reassemble_flush at the end of the input and before a new section of
 * pcapng, where interface numbers start again. A returned fragment comes later than its place in
 * the input, with its own timestamp. Datagrams are returned in the order of their first fragments.
 */

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"
#include "capfile/timestamp.h"
#include "frame.h"

/* All limits are at least 1. */
struct reassemble_config {
    uint32_t max_bytes;     /* memory for all that is held */
    uint32_t max_datagrams; /* incomplete at the same time */
    uint32_t max_fragments; /* of one datagram, including duplicates */
    uint32_t timeout_s;     /* seconds of capture time after a datagram's first fragment */
};

/* The defaults: 16 MiB, 1024 datagrams, 2048 fragments each, 30 s. */
extern const struct reassemble_config reassemble_defaults;

/* Why a fragment was not joined with others. */
enum reassemble_reason {
    REASSEMBLE_INCOMPLETE, /* the others did not come before the end of the input */
    REASSEMBLE_TIMEOUT,    /* the others did not come in time */
    REASSEMBLE_EVICTED,    /* later ones needed the memory */
    REASSEMBLE_CUT,        /* not captured completely */
    REASSEMBLE_EMPTY,      /* no payload */
    REASSEMBLE_UNALIGNED,  /* not the last one, but its length is not a multiple of 8 */
    REASSEMBLE_TOO_LONG,   /* the datagram would not fit into an IP length field */
    REASSEMBLE_TOO_MANY,   /* more than max_fragments */
    REASSEMBLE_OVERLAP,    /* fragments overlap and differ (RFC 5722) */
    REASSEMBLE_ENDS,       /* fragments disagree on the end of the datagram */
    REASSEMBLE_ECN,        /* Not-ECT and ECT mixed: MUST be dropped (RFC 3168 section 5.3) */
    REASSEMBLE_NOT_TAKEN,  /* the caller did not take the whole packet */
    REASSEMBLE_REASON_COUNT
};

/* Returns a text for a reason: one line. */
const char *reassemble_reason_text(enum reassemble_reason reason);

/*
 * A fragment that is held. `packet` is a copy of the added packet, with all that it points to, so
 * cap_writer_keep writes it unchanged.
 */
struct reassemble_fragment {
    struct cap_packet packet;
    struct cap_iface iface;
    enum reassemble_reason reason;             /* if it is returned */
    struct reassemble_fragment *next_held;     /* in order of arrival */
    struct reassemble_fragment *next_in_place; /* in order of offset, without duplicates */
    struct reassemble_fragment *previous_in_place;
    uint32_t header_len; /* bytes from the start of the packet to the fragment's payload */
    uint32_t ip_offset;
    uint32_t start; /* bytes of the datagram's payload before this one */
    uint32_t len;   /* bytes of its payload */
    uint32_t size;  /* bytes of memory for all this */
    uint8_t bytes[];
};

struct reassemble_datagram;

#define REASSEMBLE_BUCKETS 1024u

struct reassembler {
    struct reassemble_config config;
    struct cap_packet whole;        /* valid from REASSEMBLE_WHOLE to reassemble_settle */
    enum reassemble_reason refused; /* set with REASSEMBLE_REFUSED */
    uint32_t bytes;                 /* memory for all that is held */
    uint32_t datagrams;             /* incomplete or discarded */
    struct reassemble_datagram *oldest;
    struct reassemble_datagram *newest;
    struct reassemble_datagram *complete; /* the datagram of `whole` */
    uint8_t *whole_bytes;
    struct reassemble_fragment *returned; /* fragments to return, in order of arrival */
    struct reassemble_fragment *last_returned;
    struct reassemble_fragment *handed_out;
    struct reassemble_datagram *buckets[REASSEMBLE_BUCKETS];
};

void reassemble_init(struct reassembler *r, const struct reassemble_config *config);

/* Frees everything, also fragments that were not returned yet. */
void reassemble_free(struct reassembler *r);

enum reassemble_result {
    REASSEMBLE_NOT_OURS,
    REASSEMBLE_REFUSED,
    REASSEMBLE_HELD,
    REASSEMBLE_WHOLE,
    REASSEMBLE_NO_MEMORY /* out of memory; the packet is not held */
};

/*
 * Handles a packet with a link header of kind `link`. It takes fragments that may carry GRE: IPv4
 * with protocol 47, or IPv6 with next header 47 or an extension header after the fragment header.
 * It does not take atomic fragments. Fragments of a datagram have the same interface, source,
 * destination and ID, in IPv4 also the same protocol. VLAN tags do not matter, as in IP.
 *
 * The whole packet has the headers of the first fragment, and CE if any fragment has CE. Its
 * timestamp, number and options are from the packet that completed it. Its IPv4 header checksum is
 * correct. In IPv6 the fragment header is removed. Bytes after the IP packets are lost.
 *
 * A fragment with a reason from REASSEMBLE_CUT to REASSEMBLE_UNALIGNED is refused alone. With a
 * reason from REASSEMBLE_TOO_LONG to REASSEMBLE_ECN the whole datagram is discarded: its held
 * fragments are returned, and later ones are refused until it times out. Exact duplicates are held
 * with their datagram; a duplicate after completion starts a new datagram.
 *
 * Memory is at most config.max_bytes, one packet and one whole packet. To stay below this and below
 * max_datagrams, the datagram with the oldest first fragment is returned.
 */
enum reassemble_result reassemble_add(struct reassembler *r, const struct cap_packet *packet,
                                      enum nvgre_link link);

/*
 * Ends REASSEMBLE_WHOLE. If the packet was taken, its fragments are freed; otherwise they are
 * returned.
 */
void reassemble_settle(struct reassembler *r, bool taken);

/* Returns all fragments that are held. */
void reassemble_flush(struct reassembler *r);

/* Returns the next returned fragment, or NULL. It is valid until the next call of any function. */
const struct reassemble_fragment *reassemble_returned(struct reassembler *r);

#endif
