/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_H
#define NVGRE_H

/*
 * libnvgre: NVGRE (RFC 7637) headers, bytes in and structs out.
 *
 * No function allocates memory, prints, reads a clock or keeps state, so threads need no locks. No
 * function reads outside the bytes that the caller passes. All multi-byte values in structs are in
 * host order. Pointers must not be NULL unless a comment allows it. Enum arguments must have one of
 * the values of their enum. The only errors are the classes below: bad input gets a class, it never
 * causes a fault.
 *
 * Names begin with nvgre_ or NVGRE_, in wire.h with wire_. This header describes the GRE header.
 * The others: frame.h whole frames, flowid.h FlowIDs, outer.h the headers that a sender writes,
 * ecn.h congestion marks, checksum.h the Internet checksum, wire.h numbers in network byte order.
 *
 * The GRE header of NVGRE (RFC 7637 section 3.2, based on RFC 2784 and RFC 2890):
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |C|R|K|S|s| reserved 0    | Ver |     Protocol Type 0x6558      |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |               Virtual Subnet ID (VSID)        |    FlowID     |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * NVGRE sends C=0, K=1, S=0, version 0. Other GRE headers may contain, in this order: checksum and
 * offset (C or R), key (K), sequence number (S), source route entries (R).
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NVGRE_IP_PROTOCOL 47u       /* IPv4 protocol and IPv6 next header of GRE */
#define NVGRE_PROTOCOL_TYPE 0x6558u /* Transparent Ethernet Bridging */
#define NVGRE_HEADER_LEN 8u         /* bytes of a clean NVGRE header */

#define NVGRE_VSID_MAX 0xFFFFFFu       /* 24 bits */
#define NVGRE_VSID_RESERVED_MAX 0xFFFu /* 0..0xFFF are reserved (RFC 7637 section 3.4) */
#define NVGRE_VSID_VENDOR 0xFFFFFFu    /* vendor specific, NVE to NVE (section 3.4) */
#define NVGRE_VSID_NONE 0xFFFFFFFFu    /* no VSID; larger than all VSIDs */

/* The first 16 bits of a GRE header. */
#define NVGRE_FLAG_C 0x8000u        /* checksum present */
#define NVGRE_FLAG_R 0x4000u        /* routing present (RFC 1701) */
#define NVGRE_FLAG_K 0x2000u        /* key present */
#define NVGRE_FLAG_S 0x1000u        /* sequence number present */
#define NVGRE_FLAG_A 0x0080u        /* acknowledgment present (version 1 only, RFC 2637) */
#define NVGRE_FLAGS_DISCARD 0x0C00u /* a receiver MUST discard (RFC 2784 section 2.3) */
#define NVGRE_FLAGS_IGNORE 0x03F8u  /* bits 6 to 12: sent as 0, ignored by receivers */
#define NVGRE_FLAGS_VERSION 0x0007u /* 0, or 1 in PPTP (RFC 2637) */

#define NVGRE_CLEAN_WORD (NVGRE_FLAG_K << 16 | NVGRE_PROTOCOL_TYPE) /* the first 32 bits */

/* What a packet is, from the outside to the inside. */
enum nvgre_class {
    NVGRE_CLASS_OTHER,      /* not IP protocol 47 */
    NVGRE_CLASS_CLEAN,      /* NVGRE without deviations from RFC 7637 */
    NVGRE_CLASS_DEVIANT,    /* NVGRE with the deviations in nvgre_gre.deviations */
    NVGRE_CLASS_TEB_NO_KEY, /* Ethernet in GRE with K=0: no VSID */
    NVGRE_CLASS_OTHER_GRE,  /* another protocol type or version, or source routes */
    NVGRE_CLASS_FRAGMENT,   /* GRE in a fragment of an outer IP datagram */
    NVGRE_CLASS_MALFORMED,  /* a length or version field is wrong */
    NVGRE_CLASS_TRUNCATED   /* the capture was cut before the class is known */
};

/* How an NVGRE header deviates from RFC 7637 section 3.2: a set of bits. */
enum nvgre_deviation {
    NVGRE_DEV_CHECKSUM = 1, /* C=1, MUST be 0 */
    NVGRE_DEV_SEQUENCE = 2, /* S=1, MUST be 0 */
    NVGRE_DEV_IGNORED = 4,  /* a bit of NVGRE_FLAGS_IGNORE is set */
    NVGRE_DEV_DISCARD = 8   /* a bit of NVGRE_FLAGS_DISCARD is set */
};

/* A GRE header. */
struct nvgre_gre {
    uint16_t flags;      /* first 16 bits as on the wire */
    uint16_t protocol;   /* protocol type */
    uint32_t header_len; /* bytes, with all optional fields: 4 to 20; more with source routes */
    uint32_t deviations; /* set of enum nvgre_deviation; 0 if not NVGRE */
    uint32_t key;        /* all 32 bits; 0 without NVGRE_FLAG_K */
    uint32_t sequence;   /* 0 without NVGRE_FLAG_S */
    uint16_t checksum;   /* 0 without NVGRE_FLAG_C; not verified */
};

/* Returns the VSID, 0 to 0xFFFFFF: the upper 24 bits of the key. */
static inline uint32_t nvgre_key_vsid(uint32_t key)
{
    return key >> 8;
}

/* Returns the FlowID, 0 to 0xFF: the lower 8 bits of the key. */
static inline uint8_t nvgre_key_flowid(uint32_t key)
{
    return (uint8_t)key;
}

/* Returns the key of a VSID (only its lower 24 bits count) and a FlowID (RFC 7637 section 3.2). */
static inline uint32_t nvgre_key(uint32_t vsid, uint8_t flowid)
{
    return vsid << 8 | flowid;
}

/* Returns 1 if a VSID is reserved (0 to 0xFFF), else 0. NVGRE_VSID_VENDOR is not reserved. */
static inline int nvgre_vsid_is_reserved(uint32_t vsid)
{
    return vsid <= NVGRE_VSID_RESERVED_MAX;
}

/*
 * Returns the deviations from RFC 7637 section 3.2, a set of enum nvgre_deviation, of a header with
 * version 0 and K=1. `flags` is the first 16 bits of the header.
 */
uint32_t nvgre_deviations(uint16_t flags);

/*
 * Decodes the GRE header at `data`. `caplen` bytes were captured; `len` bytes were on the wire up
 * to the end of the IP packet (caplen <= len).
 *
 * Returns CLEAN, DEVIANT, TEB_NO_KEY or OTHER_GRE, with all of `gre` set. Returns MALFORMED if the
 * header does not fit into `len`, TRUNCATED if it fits into `len` but not into `caplen`; then
 * gre->header_len is the minimum length of the header, and the other fields may be unset.
 */
enum nvgre_class nvgre_gre_decode(const uint8_t *data, uint32_t caplen, uint32_t len,
                                  struct nvgre_gre *gre);

/*
 * Returns the length in bytes of a GRE header with these flags (its first 16 bits), without source
 * routes: 4 to 16, in version 1 up to 20, in an unknown version 4.
 */
uint32_t nvgre_gre_len(uint16_t flags);

/*
 * Writes a GRE header from `gre`: flags, protocol, and the fields that C, K and S select. The
 * checksum is written without a check; header_len and deviations are not used. Returns the number
 * of bytes written, nvgre_gre_len(gre->flags); `out` must have room for them. Source routes and
 * version 1 are not supported: R, A and the version must be 0.
 */
uint32_t nvgre_gre_write(const struct nvgre_gre *gre, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
