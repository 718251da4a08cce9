/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_FRAME_H
#define NVGRE_FRAME_H

/*
 * A captured frame as offsets: link header, VLAN tags, IPv4 or IPv6 with its extension headers,
 * GRE, inner Ethernet frame. All offsets are in bytes from the start of the frame. `caplen` is the
 * number of captured bytes, `len` the number of bytes on the wire (caplen <= len).
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
#define NVGRE_ETHERTYPE_MIN 0x0600u /* smaller values are an 802.3 length */

/* EtherTypes. A TPID is the EtherType of a VLAN tag. */
#define NVGRE_ETHERTYPE_IPV4 0x0800u
#define NVGRE_ETHERTYPE_ARP 0x0806u
#define NVGRE_ETHERTYPE_RARP 0x8035u
#define NVGRE_ETHERTYPE_IPV6 0x86DDu
#define NVGRE_TPID_8021Q 0x8100u
#define NVGRE_TPID_8021AD 0x88A8u
#define NVGRE_TPID_QINQ 0x9100u /* used for QinQ before 802.1ad */

/*
 * IP headers. The masks apply to the 16 bits of IPv4 that hold the flags and the fragment offset.
 */
#define NVGRE_IPV4_LEN 20u          /* bytes of a header without options */
#define NVGRE_IPV6_LEN 40u          /* bytes of a header without extension headers */
#define NVGRE_IPV4_DF 0x4000u       /* do not fragment */
#define NVGRE_IPV4_MF 0x2000u       /* more fragments */
#define NVGRE_IPV4_FRAGMENT 0x3FFFu /* more fragments, or an offset that is not 0 */
#define NVGRE_IPV6_FRAGMENT_LEN 8u  /* bytes of a fragment header; ip->header_len ends with it */

/* Where fields begin, in bytes from the start of their header. */
#define NVGRE_ETH_SRC_AT 6u
#define NVGRE_ETH_TYPE_AT 12u /* EtherType, or the first VLAN tag */
#define NVGRE_IPV4_TOTAL_LEN_AT 2u
#define NVGRE_IPV4_ID_AT 4u
#define NVGRE_IPV4_FLAGS_AT 6u /* flags and fragment offset */
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

/* ARP for IPv4 over Ethernet (RFC 826). */
#define NVGRE_ARP_LEN 28u
#define NVGRE_ARP_SENDER_MAC_AT 8u
#define NVGRE_ARP_SENDER_IP_AT 14u
#define NVGRE_ARP_TARGET_MAC_AT 18u
#define NVGRE_ARP_TARGET_IP_AT 24u

/* IPv4 protocols and IPv6 next headers. GRE is NVGRE_IP_PROTOCOL in nvgre.h. */
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

/* Returns the bytes of an address of this IP version (4 or 6). */
static inline uint32_t nvgre_address_len(uint8_t version)
{
    return version == 4 ? 4 : 16;
}

/*
 * Returns where the addresses begin in an IP header of this version. The destination address
 * follows the source address.
 */
static inline uint32_t nvgre_src_at(uint8_t version)
{
    return version == 4 ? NVGRE_IPV4_SRC_AT : NVGRE_IPV6_SRC_AT;
}

static inline uint32_t nvgre_dst_at(uint8_t version)
{
    return version == 4 ? NVGRE_IPV4_DST_AT : NVGRE_IPV6_DST_AT;
}

/* Returns where the TTL or hop limit is in an IP header of this version. */
static inline uint32_t nvgre_ttl_at(uint8_t version)
{
    return version == 4 ? NVGRE_IPV4_TTL_AT : NVGRE_IPV6_HOP_LIMIT_AT;
}

/* Whether an ARP packet is for IPv4 over Ethernet. At least NVGRE_ARP_LEN bytes must be present. */
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

/* Whether an Ethernet frame has a VLAN tag. At least 14 bytes must be present. */
static inline bool nvgre_is_tagged(const uint8_t *frame)
{
    return nvgre_is_tpid(wire_get16(frame + NVGRE_ETH_TYPE_AT));
}

/* Link headers of outer frames, with their numbers in capture files. */
enum nvgre_link {
    NVGRE_LINK_ETHERNET, /* LINKTYPE_ETHERNET, 1 */
    NVGRE_LINK_SLL,      /* LINKTYPE_LINUX_SLL, 113 */
    NVGRE_LINK_SLL2,     /* LINKTYPE_LINUX_SLL2, 276 */
    NVGRE_LINK_RAW,      /* LINKTYPE_RAW, 101: an IP packet without a link header */
    NVGRE_LINK_NULL      /* LINKTYPE_NULL, 0, and _LOOP, 108: address family in either byte order */
};

/*
 * Why a frame is malformed. nvgre_frame.value holds the wrong number, named here after the colon.
 */
enum nvgre_reason {
    NVGRE_REASON_NONE,
    NVGRE_REASON_IP_VERSION, /* IP version and EtherType differ: version */
    NVGRE_REASON_IP_HDR_LEN, /* IPv4 header length below 20: bytes */
    NVGRE_REASON_IP_LEN,     /* IP length too small for the IP headers: IP length */
    NVGRE_REASON_IP_BEYOND,  /* IP length beyond the end of the frame: IP length */
    NVGRE_REASON_GRE_LEN,    /* GRE header beyond the end of the IP packet: bytes it needs */
    NVGRE_REASON_INNER_LEN,  /* inner frame shorter than its Ethernet header and tags: bytes */
    NVGRE_REASON_COUNT
};

/* Whether a packet of this class has an NVGRE header and an inner frame. */
static inline bool nvgre_class_has_inner(enum nvgre_class kind)
{
    return kind == NVGRE_CLASS_CLEAN || kind == NVGRE_CLASS_DEVIANT;
}

/*
 * Returns an English text for a reason, without the value and without a full stop. The text is a
 * constant, never NULL.
 */
const char *nvgre_reason_text(enum nvgre_reason reason);

/* What comes before the network layer. */
struct nvgre_l2 {
    uint32_t l3_offset;  /* first byte after the link header and all VLAN tags */
    uint16_t ethertype;  /* of the network layer; a length if below NVGRE_ETHERTYPE_MIN */
    uint16_t vlan_count; /* tags with TPID 0x8100, 0x88A8 or 0x9100 */
};

/* An IPv4 or IPv6 header with its options or extension headers. */
struct nvgre_ip {
    uint32_t offset;     /* first byte of the IP header */
    uint32_t header_len; /* bytes, with options or extension headers */
    uint32_t len;        /* bytes of the whole IP packet; never 0, may be more than was captured */
    uint8_t version;     /* 4 or 6 */
    uint8_t tos;         /* TOS or traffic class: DSCP and ECN */
    uint8_t protocol;    /* after all headers; 0 if a malformed or cut header hides it */
    bool fragment;       /* any fragment except an atomic one (RFC 6946) */
};

/* The position of a fragment in its IP packet. */
struct nvgre_fragment {
    uint32_t offset; /* bytes of the packet's payload before this fragment; 0 in the first one */
    bool more;       /* more fragments follow */
    uint32_t id;     /* same in all fragments of a packet, together with addresses and protocol */
};

/*
 * Reads the fragment fields of an IP header in `data`. nvgre_ip_decode must have set `ip`, and
 * ip->fragment must be true.
 */
void nvgre_fragment_read(const uint8_t *data, const struct nvgre_ip *ip,
                         struct nvgre_fragment *fragment);

/* A frame from its link header to the start of the inner frame. */
struct nvgre_frame {
    enum nvgre_class kind;    /* what nvgre_frame_decode returned */
    enum nvgre_reason reason; /* why `kind` is NVGRE_CLASS_MALFORMED */
    uint32_t value;           /* the number that belongs to `reason` */
    struct nvgre_l2 l2;
    struct nvgre_ip ip;    /* set unless `kind` is OTHER, MALFORMED or TRUNCATED */
    struct nvgre_gre gre;  /* set if `kind` is CLEAN, DEVIANT, TEB_NO_KEY or OTHER_GRE */
    uint32_t inner_offset; /* first byte after the GRE header; set like `gre` */
    uint32_t inner_caplen; /* captured bytes of the GRE payload; set like `gre` */
    uint32_t inner_len;    /* bytes of it on the wire, from the outer IP length; set like `gre` */
};

/*
 * Finds the network layer after the link header and VLAN tags. Returns false if the captured bytes
 * end before it is found; *l2 is then undefined.
 */
bool nvgre_l2_decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                     struct nvgre_l2 *l2);

/*
 * Decodes the IP header at l2->l3_offset of a frame, including the IPv6 extension headers
 * hop-by-hop, routing, fragment and destination options (RFC 8200 section 4). An IP length of 0, as
 * in captures of segmentation offload, means the rest of the frame.
 *
 * Returns CLEAN if all of `ip` is set, OTHER if the EtherType is not IP, MALFORMED with *reason and
 * *value set, or TRUNCATED.
 */
enum nvgre_class nvgre_ip_decode(const uint8_t *data, uint32_t caplen, uint32_t len,
                                 const struct nvgre_l2 *l2, struct nvgre_ip *ip,
                                 enum nvgre_reason *reason, uint32_t *value);

/*
 * Decodes a frame from its link header to the start of the inner frame. Returns its class, which
 * determines what else is set in `frame`. If IPv6 extension headers are cut, the class is not
 * known: TRUNCATED. In CLEAN, DEVIANT and TEB_NO_KEY frames the inner frame has at least 14 bytes
 * on the wire; fewer may be captured.
 */
enum nvgre_class nvgre_frame_decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                                    uint32_t len, struct nvgre_frame *frame);

/* A tenant's frame: its VLAN tags and the headers around them, as far as captured. */
struct nvgre_inner {
    const uint8_t *data; /* the frame; it must stay valid */
    uint32_t caplen;     /* captured bytes */
    bool has_l2;         /* `l2` is set */
    bool has_ip;         /* `ip` is set; ip.protocol is 0 if IPv6 extension headers are cut */
    struct nvgre_l2 l2;
    struct nvgre_ip ip;
};

/*
 * Decodes a tenant's Ethernet frame with `caplen` captured bytes. The length on the wire is not
 * known here, so an IP length beyond the end of the frame is accepted.
 */
void nvgre_inner_decode(const uint8_t *data, uint32_t caplen, struct nvgre_inner *inner);

/*
 * Inline fast paths for the usual frames. They return false for all other frames; then call the
 * functions above. They set the same values, but as constants if all usual frames have the same
 * value. Thus the compiler can remove code of the caller.
 */

/* For functions that the compiler must inline into every caller. */
#define NVGRE_SHORT_WAY static inline __attribute__((always_inline))

/*
 * Whether a frame is Ethernet without a tag, then IPv4 without options, with these headers
 * captured.
 */
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

/* Sets what nvgre_l2_decode and nvgre_ip_decode set for such a frame. */
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

/* Decodes such a frame if it carries clean NVGRE. */
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

/* Decodes a tenant's frame if it is such a frame. */
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
