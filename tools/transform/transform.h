/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_TRANSFORM_H
#define TRANSFORM_TRANSFORM_H

/*
 * What a command does to one packet: a pure function of a packet and a configuration, which
 * writes the new bytes into room that the caller gives. No files, no printing, no state.
 */

#include <stdint.h>

#include "capfile/capture.h"
#include "frame.h"

/* What became of a packet, and why. Names are part of the --json output. */
enum outcome {
    OUTCOME_DONE,

    /* Kept (or left out with --others=drop): the command does not apply to it. */
    OUTCOME_NOT_NVGRE,
    OUTCOME_NO_KEY,
    OUTCOME_OTHER_GRE,
    OUTCOME_NOT_SELECTED,
    OUTCOME_SAME_HOST,

    /* Kept: it is as the command would have it. */
    OUTCOME_UNCHANGED,

    /* Dropped: a rule of RFC 7637 or RFC 6040, or of the user, says so. */
    OUTCOME_INNER_VLAN,
    OUTCOME_CONGESTION,
    OUTCOME_NO_PEER,
    OUTCOME_COPY, /* of a frame that went to several endpoints */
    OUTCOME_OVER_MTU,
    OUTCOME_NO_WAY_DROPPED,

    /* Kept, but the command should have applied: exit code 3. */
    OUTCOME_MALFORMED,
    OUTCOME_TRUNCATED,
    OUTCOME_FRAGMENT, /* of an outer packet: no inner frame is whole in it */
    OUTCOME_MUST_DISCARD,
    OUTCOME_DEVIANT,  /* with --strict only */
    OUTCOME_NO_VSID,  /* an interface or a VLAN that tells none */
    OUTCOME_NO_WAY,   /* the map knows no receiver */
    OUTCOME_NO_LOCAL, /* nor the sender's provider address */
    OUTCOME_NO_VLAN,  /* the map knows none of the VSID */
    OUTCOME_OVERSIZE,
    OUTCOME_MTU_ERROR,
    OUTCOME_LINK_TYPE,
    OUTCOME_TIME,
    OUTCOME_BAD_BLOCK, /* a pcapng packet block of which not even the captured bytes can be found */

    /* Dropped, since the output's format cannot hold it: exit code 3. */
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

/* What is worth counting about a packet of OUTCOME_DONE. */
enum transform_note {
    NOTE_DEVIANT, /* C, S or ignorable GRE bits */
    NOTE_RESERVED_VSID,
    NOTE_UNTAGGED,    /* VLAN tags of the inner frame were removed */
    NOTE_REASSEMBLED, /* out of fragments of the outer packet */
    NOTE_NESTED,      /* out of a tunnel within a tunnel */
    NOTE_OVER_MTU,
    NOTE_CUT_TO_MTU,
    NOTE_SEGMENTED,
    NOTE_COPIED,
    NOTE_ROUTED,
    NOTE_CLAMPED, /* the MSS of a TCP SYN */
    NOTE_COUNT
};

struct note_row {
    const char *name; /* in --json */
    const char *text; /* in the summary */
};

extern const struct note_row note_rows[NOTE_COUNT];

/*
 * Which of the packets that are made of one packet comes next. All zero before the first call for
 * a packet. After a call, `more` says that a further call with the same packet makes another packet
 * of it; leave all members untouched for that call. After the last one all are zero again, and
 * after a first call whose outcome is not OUTCOME_DONE. A further call may fail too: `more` still
 * says whether others follow. A result of OUTCOME_DONE with `more` has a note, too.
 */
struct transform_next {
    bool more;
    uint32_t receiver; /* the transform's own: copies go to several receivers, */
    uint32_t segment;  /* and each copy may be cut into segments */
};

/* The new packet, and what is worth counting about it. */
struct transform_result {
    struct transform_next next;
    uint32_t caplen;
    uint32_t len;
    enum nvgre_reason reason; /* of OUTCOME_MALFORMED */
    uint32_t value;           /* the number that belongs to the outcome */
    uint32_t notes;           /* a bit 1 << n for each enum transform_note n; of OUTCOME_DONE */
    uint32_t vsid;            /* that a packet of OUTCOME_DONE came out of; of decap */
    uint32_t excess;          /* bytes by which an outer packet exceeds the MTU, with such notes */
};

/* Where the inner frame is that --inner-filter looks at. */
enum inner_frame {
    INNER_IN_PACKET, /* the packet that is read is the inner frame, as of encap */
    INNER_IN_RESULT, /* what is made of it is, as of decap */
    INNER_IN_TUNNEL  /* what the NVGRE packet carries is, as of rewrite */
};

struct transform {
    const char *done; /* what happened to packets of OUTCOME_DONE */
    const void *config;
    enum outcome (*run)(const void *config, const struct cap_packet *packet, uint8_t *room,
                        struct transform_result *result);
    uint16_t (*linktype)(uint16_t linktype); /* what it makes of a link type */
    /* Tells on one line of a packet what its result does not; NULL where nothing is lost. */
    void (*describe)(const struct cap_packet *packet, char *text, size_t size);
    bool keeps_link; /* a result has the link type of its packet, else Ethernet's */
    uint32_t growth; /* bytes by which it may lengthen a packet */
    enum inner_frame inner_frame;
    bool reassembles; /* fragments are put together before they are given up */
};

/*
 * A step of a transform that is compiled once for usual packets, with what is constant in them
 * folded away, and once for all others.
 */
#define TRANSFORM_STEP static inline __attribute__((always_inline))
#define TRANSFORM_REST static __attribute__((noinline))

/* What an 802.1Q tag of the inner frame leads to (RFC 7637 section 3.3). */
enum inner_vlan { INNER_VLAN_STRIP, INNER_VLAN_DROP, INNER_VLAN_KEEP };

/* What happens to ECN at the tunnel's ends (RFC 6040). */
enum ecn_mode { ECN_COPY, ECN_IGNORE };

#endif
