/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FRAME_H
#define NVGRE_FRAME_H

/*
 * A captured frame as offsets: link header, VLAN tags, IPv4 or IPv6 with its extension
 * headers, GRE, inner Ethernet frame. All offsets are bytes from the frame's start; `caplen`
 * is what was captured, `len` what was on the wire (caplen <= len).
 */

#include <stdbool.h>
#include <stdint.h>

#include "nvgre.h"
#include "wire.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NVGRE_ETH_LEN 14u           /* bytes of an Ethernet header */
#define NVGRE_VLAN_TAG_LEN 4u       /* bytes of a VLAN tag */
#define NVGRE_ETHERTYPE_MIN 0x0600u /* below, it is a length of 802.3 */

/* EtherTypes; the TPIDs are those of VLAN tags. */
#define NVGRE_ETHERTYPE_IPV4 0x0800u
#define NVGRE_ETHERTYPE_ARP 0x0806u
#define NVGRE_ETHERTYPE_RARP 0x8035u
#define NVGRE_ETHERTYPE_IPV6 0x86DDu
#define NVGRE_TPID_8021Q 0x8100u
#define NVGRE_TPID_8021AD 0x88A8u
#define NVGRE_TPID_QINQ 0x9100u /* the tag protocol used for QinQ before 802.1ad */

/* IP headers; masks of the 16 bits of IPv4 that hold flags and fragment offset. */
#define NVGRE_IPV4_LEN 20u          /* bytes of a header without options */
#define NVGRE_IPV6_LEN 40u          /* bytes of a header without extension headers */
#define NVGRE_IPV4_DF 0x4000u       /* do not fragment */
#define NVGRE_IPV4_MF 0x2000u       /* more fragments */
#define NVGRE_IPV4_FRAGMENT 0x3FFFu /* more fragments, or an offset */
#define NVGRE_IPV6_FRAGMENT_LEN 8u  /* bytes of a fragment header, the last of ip->header_len */

/* Where fields begin, in bytes from the start of their header. */
#define NVGRE_ETH_SRC_AT 6u
#define NVGRE_ETH_TYPE_AT 12u /* or the first VLAN tag */
#define NVGRE_IPV4_TOTAL_LEN_AT 2u
#define NVGRE_IPV4_ID_AT 4u
#define NVGRE_IPV4_FLAGS_AT 6u /* with the fragment offset */
#define NVGRE_IPV4_TTL_AT 8u
#define NVGRE_IPV4_PROTOCOL_AT 9u
#define NVGRE_IPV4_CHECKSUM_AT 10u
#define NVGRE_IPV4_SRC_AT 12u
#define NVGRE_IPV4_DST_AT 16u
#define NVGRE_IPV6_PAYLOAD_LEN_AT 4u
#define NVGRE_IPV6_NEXT_AT 6u
#define NVGRE_IPV6_HOP_LIMIT_AT 7u
#define NVGRE_IPV6_SRC_AT 8u
#define NVGRE_IPV6_DST_AT 24u

/* ARP of IPv4 over Ethernet (RFC 826). */
#define NVGRE_ARP_LEN 28u
#define NVGRE_ARP_SENDER_MAC_AT 8u
#define NVGRE_ARP_SENDER_IP_AT 14u
#define NVGRE_ARP_TARGET_MAC_AT 18u
#define NVGRE_ARP_TARGET_IP_AT 24u

/* IP protocols and IPv6 next headers; that of GRE is NVGRE_IP_PROTOCOL. */
#define NVGRE_HOP_BY_HOP 0u
#define NVGRE_ICMP 1u
#define NVGRE_TCP 6u
#define NVGRE_UDP 17u
#define NVGRE_DCCP 33u
#define NVGRE_ROUTING 43u
#define NVGRE_FRAGMENT 44u
#define NVGRE_ICMPV6 58u
#define NVGRE_DESTINATION_OPTIONS 60u
#define NVGRE_UDP_LITE 136u

/* Bytes of an address of this IP version (4, 6). */
static inline uint32_t nvgre_address_len(uint8_t version)
{
    return version == 4 ? 4 : 16;
}

/* Where the addresses are in an IP header of this version; the destination follows the source. */
static inline uint32_t nvgre_src_at(uint8_t version)
{
    return version == 4 ? NVGRE_IPV4_SRC_AT : NVGRE_IPV6_SRC_AT;
}

static inline uint32_t nvgre_dst_at(uint8_t version)
{
    return version == 4 ? NVGRE_IPV4_DST_AT : NVGRE_IPV6_DST_AT;
}

/* Where the TTL or hop limit is in an IP header of this version. */
static inline uint32_t nvgre_ttl_at(uint8_t version)
{
    return version == 4 ? NVGRE_IPV4_TTL_AT : NVGRE_IPV6_HOP_LIMIT_AT;
}

/* Whether ARP, of which NVGRE_ARP_LEN bytes are there, is of IPv4 over Ethernet. */
static inline bool nvgre_is_arp_ipv4(const uint8_t *arp)
{
    return wire_get32(arp) == (1u << 16 | NVGRE_ETHERTYPE_IPV4) && wire_get16(arp + 4) == 0x0604;
}

/* Whether an EtherType is the TPID of a VLAN tag: 0x8100, 0x88A8 or 0x9100. */
static inline bool nvgre_is_tpid(uint16_t ethertype)
{
    return ethertype == NVGRE_TPID_8021Q || ethertype == NVGRE_TPID_8021AD ||
           ethertype == NVGRE_TPID_QINQ;
}

/* Whether an Ethernet frame, of which 14 bytes are there, has a VLAN tag. */
static inline bool nvgre_is_tagged(const uint8_t *frame)
{
    return nvgre_is_tpid(wire_get16(frame + NVGRE_ETH_TYPE_AT));
}

/* Link headers that an outer frame can have, with their numbers in capture files. */
enum nvgre_link {
    NVGRE_LINK_ETHERNET, /* LINKTYPE_ETHERNET, 1 */
    NVGRE_LINK_SLL,      /* LINKTYPE_LINUX_SLL, 113 */
    NVGRE_LINK_SLL2,     /* LINKTYPE_LINUX_SLL2, 276 */
    NVGRE_LINK_RAW,      /* LINKTYPE_RAW, 101: an IP packet without a link header */
    NVGRE_LINK_NULL      /* LINKTYPE_NULL, 0, and _LOOP, 108: address family of either byte order */
};

/* Why a frame is malformed; the number that gives it away stands in nvgre_frame.value. */
enum nvgre_reason {
    NVGRE_REASON_NONE,
    NVGRE_REASON_IP_VERSION, /* IP version and EtherType differ: version */
    NVGRE_REASON_IP_HDR_LEN, /* IPv4 header length below 20: bytes */
    NVGRE_REASON_IP_LEN,     /* IP length too small for the headers: IP length */
    NVGRE_REASON_IP_BEYOND,  /* IP length beyond the frame's end: IP length */
    NVGRE_REASON_GRE_LEN,    /* GRE header beyond the IP packet's end: bytes it needs */
    NVGRE_REASON_INNER_LEN,  /* inner frame shorter than its Ethernet header and tags: bytes */
    NVGRE_REASON_COUNT
};

/* Whether a packet of this class has an NVGRE header, and an inner frame behind it. */
static inline bool nvgre_class_has_inner(enum nvgre_class kind)
{
    return kind == NVGRE_CLASS_CLEAN || kind == NVGRE_CLASS_DEVIANT;
}

/* English text for a reason, without the value and a full stop; a constant, never NULL. */
const char *nvgre_reason_text(enum nvgre_reason reason);

/* What stands before the network layer. */
struct nvgre_l2 {
    uint32_t l3_offset;  /* first byte behind the link header and all VLAN tags */
    uint16_t ethertype;  /* of what stands there; below NVGRE_ETHERTYPE_MIN a length */
    uint16_t vlan_count; /* tags of TPID 0x8100, 0x88A8 or 0x9100 */
};

/* An IPv4 or IPv6 header with its options or extension headers. */
struct nvgre_ip {
    uint32_t offset;     /* first byte of the IP header */
    uint32_t header_len; /* bytes, with options or extension headers */
    uint32_t len;        /* bytes of the whole IP packet; never 0, may exceed what was captured */
    uint8_t version;     /* 4 or 6 */
    uint8_t tos;         /* TOS or traffic class: DSCP and ECN */
    uint8_t protocol;    /* behind the headers; 0 where a broken header does not tell */
    bool fragment;       /* any fragment but an atomic one (RFC 6946) */
};

/* Where a fragment of an IP packet belongs. */
struct nvgre_fragment {
    uint32_t offset; /* bytes of the packet's payload in front of it; 0 of the first */
    bool more;       /* others follow */
    uint32_t id;     /* which all fragments of a packet share, with addresses and protocol */
};

/* Reads it of an IP header in `data` that was decoded as one of a fragment (ip->fragment). */
void nvgre_fragment_read(const uint8_t *data, const struct nvgre_ip *ip,
                         struct nvgre_fragment *fragment);

/* A frame from its link header to the inner frame's start. */
struct nvgre_frame {
    enum nvgre_class kind;    /* what nvgre_frame_decode returned */
    enum nvgre_reason reason; /* of NVGRE_CLASS_MALFORMED */
    uint32_t value;           /* the number that goes with `reason` */
    struct nvgre_l2 l2;
    struct nvgre_ip ip;    /* set where `kind` is not OTHER, MALFORMED or TRUNCATED */
    struct nvgre_gre gre;  /* set for CLEAN, DEVIANT, TEB_NO_KEY and OTHER_GRE */
    uint32_t inner_offset; /* first byte behind the GRE header; set as `gre` is */
    uint32_t inner_caplen; /* bytes captured of what the GRE header carries */
    uint32_t inner_len;    /* bytes of it on the wire, as the outer IP length says */
};

/*
 * Finds what follows the link header. Returns false, with *l2 unset, where the captured bytes
 * end before that can be told.
 */
bool nvgre_l2_decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                     struct nvgre_l2 *l2);

/*
 * Decodes the IP header at l2->l3_offset of a frame, with IPv6 extension headers (hop-by-hop,
 * routing, fragment, destination; RFC 8200 section 4). Returns CLEAN where `ip` is set, OTHER
 * where the EtherType is not IP, MALFORMED (with *reason and *value) or TRUNCATED. An IP
 * length of 0, as in captures of segmentation offload, stands for the rest of the frame.
 */
enum nvgre_class nvgre_ip_decode(const uint8_t *data, uint32_t caplen, uint32_t len,
                                 const struct nvgre_l2 *l2, struct nvgre_ip *ip,
                                 enum nvgre_reason *reason, uint32_t *value);

/*
 * Decodes a frame from its link header to the inner frame's start and returns its class, which
 * says what else of `frame` is set. Behind IPv6 extension headers that are cut the class is not
 * known: TRUNCATED. With CLEAN, DEVIANT and TEB_NO_KEY the inner frame has at least 14 bytes on the
 * wire (captured may be fewer).
 */
enum nvgre_class nvgre_frame_decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                                    uint32_t len, struct nvgre_frame *frame);

/* A tenant's frame: what stands before and behind its VLAN tags, as far as captured. */
struct nvgre_inner {
    const uint8_t *data; /* the frame, which must stay where it is */
    uint32_t caplen;     /* bytes of it */
    bool has_l2;         /* `l2` is set */
    bool has_ip;         /* `ip` is set; with protocol 0 where IPv6 extension headers are cut */
    struct nvgre_l2 l2;
    struct nvgre_ip ip;
};

/*
 * Decodes a tenant's Ethernet frame, of which `caplen` bytes were captured. It is not ours to
 * judge: an IP length beyond its end is taken as it is.
 */
void nvgre_inner_decode(const uint8_t *data, uint32_t caplen, struct nvgre_inner *inner);

/*
 * The short ways, inline: false where a frame is not what nearly all are, and the functions
 * above must look at it. They give the same, but as constants where all such frames agree, so
 * that the code behind a call of them shrinks.
 */

/* They are to become part of each caller, however many there are. */
#define NVGRE_SHORT_WAY static inline __attribute__((always_inline))

/* Ethernet without a tag, then IPv4 without options, of which the header is captured. */
static inline bool nvgre_is_usual_ipv4(const uint8_t *data, uint32_t caplen)
{
    return caplen >= NVGRE_ETH_LEN + NVGRE_IPV4_LEN &&
           wire_get16(data + NVGRE_ETH_TYPE_AT) == NVGRE_ETHERTYPE_IPV4 &&
           data[NVGRE_ETH_LEN] == 0x45;
}

/* Whether such a frame is a fragment. */
static inline bool nvgre_is_usual_fragment(const uint8_t *data)
{
    return (wire_get16(data + NVGRE_ETH_LEN + NVGRE_IPV4_FLAGS_AT) & NVGRE_IPV4_FRAGMENT) != 0;
}

/* What nvgre_l2_decode and nvgre_ip_decode say of such a frame. */
static inline void nvgre_usual_ipv4_decode(const uint8_t *data, struct nvgre_l2 *l2,
                                           struct nvgre_ip *ip)
{
    l2->l3_offset = NVGRE_ETH_LEN;
    l2->ethertype = NVGRE_ETHERTYPE_IPV4;
    l2->vlan_count = 0;
    ip->offset = NVGRE_ETH_LEN;
    ip->header_len = NVGRE_IPV4_LEN;
    ip->len = wire_get16(data + NVGRE_ETH_LEN + NVGRE_IPV4_TOTAL_LEN_AT);
    ip->version = 4;
    ip->tos = data[NVGRE_ETH_LEN + 1];
    ip->protocol = data[NVGRE_ETH_LEN + NVGRE_IPV4_PROTOCOL_AT];
    ip->fragment = nvgre_is_usual_fragment(data);
}

/* Such a frame with clean NVGRE. */
static inline bool nvgre_frame_decode_usual(const uint8_t *data, uint32_t caplen, uint32_t len,
                                            struct nvgre_frame *frame)
{
    const uint32_t gre = NVGRE_ETH_LEN + NVGRE_IPV4_LEN;
    const uint32_t inner = gre + NVGRE_HEADER_LEN;
    uint32_t end;

    if (caplen < inner || !nvgre_is_usual_ipv4(data, caplen) ||
        data[NVGRE_ETH_LEN + NVGRE_IPV4_PROTOCOL_AT] != NVGRE_IP_PROTOCOL ||
        nvgre_is_usual_fragment(data) || wire_get32(data + gre) != NVGRE_CLEAN_WORD)
        return false;
    end = NVGRE_ETH_LEN + wire_get16(data + NVGRE_ETH_LEN + NVGRE_IPV4_TOTAL_LEN_AT);
    if (end < inner + NVGRE_ETH_LEN || end > len)
        return false;
    frame->kind = NVGRE_CLASS_CLEAN;
    frame->reason = NVGRE_REASON_NONE;
    frame->value = 0;
    nvgre_usual_ipv4_decode(data, &frame->l2, &frame->ip);
    frame->gre.flags = NVGRE_FLAG_K;
    frame->gre.protocol = NVGRE_PROTOCOL_TYPE;
    frame->gre.header_len = NVGRE_HEADER_LEN;
    frame->gre.deviations = 0;
    frame->gre.key = wire_get32(data + gre + 4);
    frame->gre.sequence = 0;
    frame->gre.checksum = 0;
    frame->inner_offset = inner;
    frame->inner_caplen = (caplen < end ? caplen : end) - inner;
    frame->inner_len = end - inner;
    return true;
}

/* A tenant's frame of that kind. */
static inline bool nvgre_inner_decode_usual(const uint8_t *data, uint32_t caplen,
                                            struct nvgre_inner *inner)
{
    if (!nvgre_is_usual_ipv4(data, caplen) ||
        wire_get16(data + NVGRE_ETH_LEN + NVGRE_IPV4_TOTAL_LEN_AT) < NVGRE_IPV4_LEN)
        return false;
    inner->data = data;
    inner->caplen = caplen;
    inner->has_l2 = true;
    inner->has_ip = true;
    nvgre_usual_ipv4_decode(data, &inner->l2, &inner->ip);
    return true;
}

#ifdef __cplusplus
}
#endif

#endif
