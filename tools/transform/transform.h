/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_TRANSFORM_H
#define TRANSFORM_TRANSFORM_H

/*
 * What a command does to one packet: a pure function of a packet and a configuration. It writes the
 * new bytes into the caller's room. It uses no files, prints nothing and has no state.
 */

#include <stdint.h>

#include "capfile/capture.h"
#include "frame.h"

/* What happened to a packet, and why. The names are part of the --json output. */
enum outcome {
    OUTCOME_DONE,

    /* Kept (or omitted with --others=drop): the command does not apply to it. */
    OUTCOME_NOT_NVGRE,
    OUTCOME_NO_KEY,
    OUTCOME_OTHER_GRE,
    OUTCOME_NOT_SELECTED,
    OUTCOME_SAME_HOST,

    /* Kept: nothing had to be changed. */
    OUTCOME_UNCHANGED,

    /* Dropped by a rule of RFC 7637 or RFC 6040, or by an option. */
    OUTCOME_INNER_VLAN,
    OUTCOME_CONGESTION,
    OUTCOME_NO_PEER,
    OUTCOME_COPY, /* a frame was sent to several endpoints */
    OUTCOME_OVER_MTU,
    OUTCOME_NO_WAY_DROPPED,

    /* Kept, but the command should have handled it: exit code 3. */
    OUTCOME_MALFORMED,
    OUTCOME_TRUNCATED,
    OUTCOME_FRAGMENT, /* of an outer packet: its inner frame is incomplete */
    OUTCOME_MUST_DISCARD,
    OUTCOME_DEVIANT,  /* with --strict only */
    OUTCOME_NO_VSID,  /* not known for this interface or VLAN */
    OUTCOME_NO_WAY,   /* the map has no receiver */
    OUTCOME_NO_LOCAL, /* the map has no provider address for the sender */
    OUTCOME_NO_VLAN,  /* the map has no VLAN for this VSID */
    OUTCOME_OVERSIZE,
    OUTCOME_MTU_ERROR,
    OUTCOME_LINK_TYPE,
    OUTCOME_TIME,
    OUTCOME_BAD_BLOCK, /* a pcapng packet block whose captured bytes cannot be found */

    /* Dropped because the output format cannot store it: exit code 3. */
    OUTCOME_UNSTORABLE,
    OUTCOME_COUNT
};

enum disposition {
    DISPOSITION_DONE,
    DISPOSITION_OTHER,
    DISPOSITION_KEPT,
    DISPOSITION_DROP,
    DISPOSITION_BAD
};

struct outcome_row {
    enum disposition disposition;
    const char *name; /* in --json */
    const char *text; /* in the summary */
};

extern const struct outcome_row outcome_rows[OUTCOME_COUNT];

/* What to count about a packet of OUTCOME_DONE. */
enum transform_note {
    NOTE_DEVIANT, /* C, S or ignorable GRE bits are set */
    NOTE_RESERVED_VSID,
    NOTE_UNTAGGED,    /* VLAN tags of the inner frame were removed */
    NOTE_REASSEMBLED, /* from fragments of the outer packet */
    NOTE_NESTED,      /* from a tunnel in a tunnel */
    NOTE_OVER_MTU,
    NOTE_CUT_TO_MTU,
    NOTE_SEGMENTED,
    NOTE_COPIED,
    NOTE_ROUTED,
    NOTE_CLAMPED, /* the MSS of a TCP SYN was lowered */
    NOTE_COUNT
};

struct note_row {
    const char *name; /* in --json */
    const char *text; /* in the summary */
};

extern const struct note_row note_rows[NOTE_COUNT];

/*
 * One packet may become several. This is the state between the calls: all zero before the first
 * call for a packet. If `more` is set after a call, another call with the same packet makes the
 * next one; do not change the members until then. After the last call all members are zero again,
 * also after a first call whose outcome is not OUTCOME_DONE. A later call may fail too: `more`
 * still shows whether others follow. If the outcome is OUTCOME_DONE and `more` is set, `notes` is
 * not 0.
 */
struct transform_next {
    bool more;
    uint32_t receiver; /* for the transform only: copies go to several receivers, */
    uint32_t segment;  /* and each copy may consist of several segments */
};

/* The new packet, and what to count about it. */
struct transform_result {
    struct transform_next next;
    uint32_t caplen;
    uint32_t len;
    enum nvgre_reason reason; /* for OUTCOME_MALFORMED */
    uint32_t value;           /* the number that belongs to the outcome */
    uint32_t notes;           /* a bit 1 << n for each enum transform_note n; for OUTCOME_DONE */
    uint32_t vsid;            /* of the decapsulated packet; for OUTCOME_DONE of decap */
    uint32_t excess;          /* bytes above the MTU, for the notes and outcomes about the MTU */
};

/* Which inner frame --inner-filter examines. */
enum inner_frame {
    INNER_IN_PACKET, /* the input packet is the inner frame, as for encap */
    INNER_IN_RESULT, /* the result is the inner frame, as for decap */
    INNER_IN_TUNNEL  /* the payload of the NVGRE packet, as for rewrite */
};

struct transform {
    const char *done; /* name of OUTCOME_DONE in summaries */
    const void *config;
    enum outcome (*run)(const void *config, const struct cap_packet *packet, uint8_t *room,
                        struct transform_result *result);
    uint16_t (*linktype)(uint16_t linktype); /* returns the link type of the results */
    /* Describes in one line what the result does not contain. NULL if nothing is lost. */
    void (*describe)(const struct cap_packet *packet, char *text, size_t size);
    bool keeps_link; /* results have the packet's link type, otherwise Ethernet */
    uint32_t growth; /* bytes by which it may lengthen a packet */
    enum inner_frame inner_frame;
    bool reassembles; /* fragments are reassembled first */
};

/*
 * A TRANSFORM_STEP is compiled twice: for usual packets with constants folded, and for all others.
 */
#define TRANSFORM_STEP static inline __attribute__((always_inline))
#define TRANSFORM_REST static __attribute__((noinline))

/* What to do with an 802.1Q tag of the inner frame (RFC 7637 section 3.3). */
enum inner_vlan { INNER_VLAN_STRIP, INNER_VLAN_DROP, INNER_VLAN_KEEP };

/* What to do with ECN at the ends of the tunnel (RFC 6040). */
enum ecn_mode { ECN_COPY, ECN_IGNORE };

#endif
