/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_REWRITE_PARTS_H
#define TRANSFORM_REWRITE_PARTS_H

/* What the parts of rewrite share. Internal to rewrite*.c. */

#include "edit.h"
#include "rewrite.h"

/* A packet in the output room, while its new bytes are built and changed. */
struct rewrite {
    const struct rewrite_config *config;
    uint8_t *data;
    bool changed;
    bool has_gre;               /* false in a later fragment */
    struct nvgre_fragment part; /* set if frame.ip.fragment is */
    struct nvgre_frame frame;   /* of the packet; in a later fragment gre.header_len is 0 */
    uint32_t caplen;
    uint32_t len;
    struct edit_sum outer_sum; /* for the outer IPv4 header */
    struct edit_sum gre_sum;   /* for a GRE header with C=1 */
};

/* Applies rewrite_bits to a word. */
static inline uint16_t rewrite_bits(struct rewrite_bits bits, uint16_t word)
{
    return (uint16_t)((word & ~bits.mask) | (bits.value & bits.mask));
}

static inline void rewrite_mac(bool *changed, const struct rewrite_mac *mac, uint8_t *at,
                               struct edit_sum *over)
{
    if (mac->given)
        edit_put(changed, at, mac->bytes, 6, over, NULL);
}

/* The map for source or for destination addresses only. */
static inline const struct net_map *rewrite_side(const struct rewrite_addresses *addresses,
                                                 bool destination)
{
    return destination ? &addresses->destinations : &addresses->sources;
}

/* Whether a source or destination address may change. */
static inline bool rewrite_wants(const struct rewrite_addresses *addresses, bool destination)
{
    return rewrite_side(addresses, destination)->count || addresses->both.count ||
           addresses->anonymise || addresses->add;
}

/* Changes a source or destination address in place. `pseudo` is as in edit_put. */
void rewrite_address(bool *changed, const struct rewrite_addresses *addresses, bool destination,
                     uint8_t version, uint8_t *at, struct edit_sum *over, struct edit_sum *pseudo);

/*
 * Builds the packet in the room: adds or removes headers and tags, or changes the IP version. All
 * later steps work in place. Returns OUTCOME_DONE, or the reason why this is not possible.
 */
enum outcome rewrite_assemble(struct rewrite *r, const struct cap_packet *packet,
                              enum nvgre_link link, struct transform_result *result);

/* Changes the fields of the link and IP headers. */
void rewrite_outer(struct rewrite *r, enum nvgre_link link);

/* Changes the inner frame. `over` is the checksum over the whole frame, or NULL. */
void rewrite_inner(bool *changed, const struct rewrite_inner *inner, uint8_t *frame,
                   uint32_t caplen, struct edit_sum *over);

/* Compute checksums again. `over` is as above. */
void rewrite_fix_outer(struct rewrite *r);
void rewrite_fix_inner(bool *changed, uint8_t *frame, uint32_t caplen, uint32_t len,
                       struct edit_sum *over);

#endif
