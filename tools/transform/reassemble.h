/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_REASSEMBLE_H
#define TRANSFORM_REASSEMBLE_H

/*
 * Puts fragments of outer IP packets together (RFC 791 section 3.2, RFC 8200 section 4.5), in
 * bounded memory. Fragments are copied and held; nothing is lost: each one that went in either
 * became part of a whole packet that its user took, or comes back as it was.
 *
 *     switch (reassemble_add(r, packet, link)) {
 *     case REASSEMBLE_NOT_OURS: handle the packet as if there were no reassembly
 *     case REASSEMBLE_REFUSED:  keep the packet; r->refused says why
 *     case REASSEMBLE_HELD:     write nothing
 *     case REASSEMBLE_WHOLE:    handle r->whole, then reassemble_settle(r, whether it was taken)
 *     }
 *     while ((fragment = reassemble_returned(r)))
 *         keep fragment->packet
 *
 * The loop at the end belongs behind each reassemble_add, for its bounds to hold, and behind
 * reassemble_flush, which is due at the end of the input and before a new section of pcapng, where
 * interfaces are numbered anew. What comes back stands behind the place in the input that it had,
 * with its own time stamp, the datagrams in the order of their first fragments.
 */

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"
#include "capfile/timestamp.h"
#include "frame.h"

/* All bounds are at least 1. */
struct reassemble_config {
    uint32_t max_bytes;     /* of memory for all that is held */
    uint32_t max_datagrams; /* that are incomplete at a time */
    uint32_t max_fragments; /* of one datagram, duplicates too */
    uint32_t timeout_s;     /* seconds of capture time from a datagram's first fragment on */
};

/* The default: 16 MiB, 1024 datagrams, 2048 fragments each, 30 s. */
extern const struct reassemble_config reassemble_defaults;

/* Why a fragment was not put together with others. */
enum reassemble_reason {
    REASSEMBLE_INCOMPLETE, /* others did not come before the end of the input */
    REASSEMBLE_TIMEOUT,    /* ... or in time */
    REASSEMBLE_EVICTED,    /* ... or before the memory was needed for later ones */
    REASSEMBLE_CUT,        /* not captured to its end */
    REASSEMBLE_EMPTY,      /* no payload */
    REASSEMBLE_UNALIGNED,  /* not the last one, but its length is no multiple of 8 */
    REASSEMBLE_TOO_LONG,   /* the datagram would be longer than an IP length can tell */
    REASSEMBLE_TOO_MANY,   /* more than max_fragments */
    REASSEMBLE_OVERLAP,    /* fragments overlap and are not the same (RFC 5722) */
    REASSEMBLE_ENDS,       /* fragments tell different ends of the datagram */
    REASSEMBLE_ECN,        /* Not-ECT and ECT mixed: MUST be dropped (RFC 3168 section 5.3) */
    REASSEMBLE_NOT_TAKEN,  /* the whole packet was not taken by its user */
    REASSEMBLE_REASON_COUNT
};

/* One line of text for a reason. */
const char *reassemble_reason_text(enum reassemble_reason reason);

/*
 * A fragment that is held. Its packet is the one that was added, with all that it pointed at
 * copied, so that cap_writer_keep writes it as it was.
 */
struct reassemble_fragment {
    struct cap_packet packet;
    struct cap_iface iface;
    enum reassemble_reason reason;             /* of one that comes back */
    struct reassemble_fragment *next_held;     /* in order of arrival */
    struct reassemble_fragment *next_in_place; /* by offset, without duplicates */
    struct reassemble_fragment *previous_in_place;
    uint32_t header_len; /* from the packet's start to the fragment's payload, bytes */
    uint32_t ip_offset;
    uint32_t start; /* of its payload in the datagram's, bytes */
    uint32_t len;   /* of its payload, bytes */
    uint32_t size;  /* of memory for all this, bytes */
    uint8_t bytes[];
};

struct reassemble_datagram;

#define REASSEMBLE_BUCKETS 1024u

struct reassembler {
    struct reassemble_config config;
    struct cap_packet whole;        /* set with REASSEMBLE_WHOLE, until reassemble_settle */
    enum reassemble_reason refused; /* set with REASSEMBLE_REFUSED */
    uint32_t bytes;                 /* of memory for all that is held */
    uint32_t datagrams;             /* that are incomplete or were discarded */
    struct reassemble_datagram *oldest;
    struct reassemble_datagram *newest;
    struct reassemble_datagram *complete; /* the one of `whole` */
    uint8_t *whole_bytes;
    struct reassemble_fragment *returned; /* to be handed out, in order of arrival */
    struct reassemble_fragment *last_returned;
    struct reassemble_fragment *handed_out;
    struct reassemble_datagram *buckets[REASSEMBLE_BUCKETS];
};

void reassemble_init(struct reassembler *r, const struct reassemble_config *config);

/* Frees all, also what did not come back yet. */
void reassemble_free(struct reassembler *r);

enum reassemble_result {
    REASSEMBLE_NOT_OURS,
    REASSEMBLE_REFUSED,
    REASSEMBLE_HELD,
    REASSEMBLE_WHOLE,
    REASSEMBLE_NO_MEMORY /* the system has none; the packet is not held */
};

/*
 * Takes a packet with a link header of kind `link`. Ours are fragments that may carry GRE: IPv4
 * with protocol 47, IPv6 with next header 47 or an extension header behind the fragment header;
 * atomic fragments are none. They belong together by source, destination and ID, in IPv4 also
 * protocol, and are of one interface. A VLAN tag makes no difference, as IP has it.
 *
 * The whole packet has the headers of the first fragment with ECN of all (CE if any has it), and
 * all else of the one that completed it: time stamp, number, options. Its IPv4 header checksum is
 * right; its IPv6 chain goes without the fragment header. Nobody sees what stood behind the IP
 * packets.
 *
 * Fragments with a reason from REASSEMBLE_CUT to REASSEMBLE_UNALIGNED are refused by themselves.
 * From REASSEMBLE_TOO_LONG to REASSEMBLE_ECN the datagram is discarded: what is held of it
 * comes back, later fragments of it are refused until it times out. Exact duplicates are held and
 * share the fate of their datagram; one that comes after completion begins a datagram anew.
 *
 * Never needs more memory than config.max_bytes, one packet and one whole packet. Beyond, and
 * beyond max_datagrams, the datagram whose first fragment is oldest comes back.
 */
enum reassemble_result reassemble_add(struct reassembler *r, const struct cap_packet *packet,
                                      enum nvgre_link link);

/* Ends REASSEMBLE_WHOLE: the fragments are freed if the packet was taken, else they come back. */
void reassemble_settle(struct reassembler *r, bool taken);

/* Lets all come back that is held. */
void reassemble_flush(struct reassembler *r);

/* The next fragment that comes back, which holds until the next call of any function; or NULL. */
const struct reassemble_fragment *reassemble_returned(struct reassembler *r);

#endif
