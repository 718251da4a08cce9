/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_REWRITE_H
#define TRANSFORM_REWRITE_H

/*
 * Changes the requested fields of NVGRE packets, outer and inner, and nothing else. Checksums are
 * updated (edit.h). If no field changes, the packet is unchanged.
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

/* Replaces the bits in `mask` of a word or byte by those of `value`. Mask 0 changes nothing. */
struct rewrite_bits {
    uint16_t mask;
    uint16_t value;
};

/* How to map an address: first by the map of its side, else by `both`, else anonymised. */
struct rewrite_addresses {
    struct net_map sources;
    struct net_map destinations;
    struct net_map both;
    struct anonymise *anonymise; /* or NULL */
    uint32_t add;                /* added last, to the last 32 bits of unicast addresses */
};

enum rewrite_tag { REWRITE_TAG_NONE, REWRITE_TAG_ADD, REWRITE_TAG_DELETE, REWRITE_TAG_SET };

/* Changes of the outer packet. */
struct rewrite_outer {
    struct rewrite_mac src_mac;
    struct rewrite_mac dst_mac;
    enum rewrite_tag tag; /* the outermost VLAN tag */
    uint16_t tpid;        /* of an added tag */
    struct rewrite_bits tci;
    struct rewrite_addresses pas;
    uint8_t ip_version; /* of new PAs for all packets, or 0 */
    uint8_t local[16];
    uint8_t remote[16];
    struct rewrite_bits ttl; /* or hop limit */
    struct rewrite_bits tos; /* or traffic class */
    struct rewrite_bits df;  /* in the flags and fragment offset of IPv4 */
    struct rewrite_bits ip_id;
    bool normalise; /* clean GRE (RFC 7637), IPv6 without extension headers */
};

/* Changes of the inner frame. */
struct rewrite_inner {
    struct rewrite_mac src_mac;
    struct rewrite_mac dst_mac;
    bool strip_tags;
    struct rewrite_bits tci; /* of its outermost tag */
    struct rewrite_addresses cas;
    struct port_map ports;
};

struct rewrite_config {
    struct range_set vsids; /* VSIDs to rewrite; empty for all */
    struct rewrite_outer outer;
    bool inner_wanted; /* any change of the inner frame is requested */
    struct rewrite_inner inner;
    struct vsid_map vsid_map;
    uint32_t vsid_add; /* added after vsid_map; skips reserved VSIDs */
    uint32_t key_mask; /* bits to take from `key`, before vsid_map */
    uint32_t key;
    bool hash_flow; /* FlowID from the inner flow after all changes */
    struct nvgre_hasher hasher;
    bool fix_checksums; /* compute outer and inner checksums if all covered bytes are captured */
    struct rewrite_fragments *fragments; /* of outer packets */
};

/* Remembers what first fragments of outer packets contained. Returns NULL if out of memory. */
struct rewrite_fragments *rewrite_fragments_new(void);
void rewrite_fragments_free(struct rewrite_fragments *fragments);

/* Returns the transform for a configuration. The configuration must outlive it. */
struct transform rewrite_transform(const struct rewrite_config *config);

#endif
