/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_REWRITE_H
#define TRANSFORM_REWRITE_H

/*
 * Fields of NVGRE packets, outer and inner, changed as asked for and nothing else. Checksums
 * follow what changes (edit.h); a packet in which nothing changes is not touched.
 */

#include "anonymise.h"
#include "base/range_set.h"
#include "flowid.h"
#include "net_map.h"
#include "port_map.h"
#include "transform.h"
#include "vsid_map.h"

struct rewrite_mac {
    bool given;
    uint8_t bytes[6];
};

/* A word or byte of which the bits of `mask` become those of `value`; mask 0 keeps it. */
struct rewrite_bits {
    uint16_t mask;
    uint16_t value;
};

/* What an address becomes: by the map of its side, else by that of both, else anonymous. */
struct rewrite_addresses {
    struct net_map sources;
    struct net_map destinations;
    struct net_map both;
    struct anonymise *anonymise; /* or NULL */
    uint32_t add;                /* to the last 32 bits of unicast addresses, after all that */
};

enum rewrite_tag { REWRITE_TAG_NONE, REWRITE_TAG_ADD, REWRITE_TAG_DELETE, REWRITE_TAG_SET };

/* What of an outer packet is changed. */
struct rewrite_outer {
    struct rewrite_mac src_mac;
    struct rewrite_mac dst_mac;
    enum rewrite_tag tag; /* the outermost VLAN tag */
    uint16_t tpid;        /* of one that is added */
    struct rewrite_bits tci;
    struct rewrite_addresses pas;
    uint8_t ip_version; /* of PAs that take the place of all others, or 0 */
    uint8_t local[16];
    uint8_t remote[16];
    struct rewrite_bits ttl; /* or hop limit */
    struct rewrite_bits tos; /* or traffic class */
    struct rewrite_bits df;  /* of the flags and fragment offset of IPv4 */
    struct rewrite_bits ip_id;
    bool normalise; /* GRE as RFC 7637 wants it, IPv6 without extension headers */
};

/* What of an inner frame is changed. */
struct rewrite_inner {
    struct rewrite_mac src_mac;
    struct rewrite_mac dst_mac;
    bool strip_tags;
    struct rewrite_bits tci; /* of its outermost tag */
    struct rewrite_addresses cas;
    struct port_map ports;
};

struct rewrite_config {
    struct range_set vsids; /* to take; empty for all */
    struct rewrite_outer outer;
    bool inner_wanted; /* something of the inner frame is changed */
    struct rewrite_inner inner;
    struct vsid_map vsid_map;
    uint32_t vsid_add; /* after it, among VSIDs that are not reserved */
    uint32_t key_mask; /* of the bits that become those of `key`; before vsid_map's */
    uint32_t key;
    bool hash_flow; /* FlowID from the inner flow, as it is then */
    struct nvgre_hasher hasher;
    bool fix_checksums; /* computes outer and inner ones anew, where all they cover is there */
    struct rewrite_fragments *fragments; /* of outer packets */
};

/* What of the outer packets in fragments was found out by the first ones; NULL where memory is out.
 */
struct rewrite_fragments *rewrite_fragments_new(void);
void rewrite_fragments_free(struct rewrite_fragments *fragments);

/* The transform for a configuration, which must outlive it. */
struct transform rewrite_transform(const struct rewrite_config *config);

#endif
