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

#ifdef __cplusplus
extern "C" {
#endif

#define NVGRE_ETH_LEN 14u
#define NVGRE_VLAN_TAG_LEN 4u
#define NVGRE_ETHERTYPE_IPV4 0x0800u
#define NVGRE_ETHERTYPE_IPV6 0x86DDu
#define NVGRE_TPID_8021Q 0x8100u
#define NVGRE_TPID_8021AD 0x88A8u
#define NVGRE_TPID_QINQ 0x9100u /* the tag protocol used for QinQ before 802.1ad */

#define NVGRE_TCP 6u
#define NVGRE_UDP 17u

/* Link headers that an outer frame can have. */
enum nvgre_link {
    NVGRE_LINK_ETHERNET,
    NVGRE_LINK_SLL,  /* LINKTYPE_LINUX_SLL */
    NVGRE_LINK_SLL2, /* LINKTYPE_LINUX_SLL2 */
    NVGRE_LINK_RAW,  /* an IP packet without a link header */
    NVGRE_LINK_NULL  /* BSD loopback: address family of either byte order */
};

/* Why a frame is malformed; the number that gives it away stands in nvgre_frame.value. */
enum nvgre_reason {
    NVGRE_REASON_NONE,
    NVGRE_REASON_IP_VERSION, /* IP version and EtherType differ: version */
    NVGRE_REASON_IP_HDR_LEN, /* IPv4 header length below 20: bytes */
    NVGRE_REASON_IP_LEN,     /* IP length too small for the headers: IP length */
    NVGRE_REASON_IP_BEYOND,  /* IP length beyond the frame's end: IP length */
    NVGRE_REASON_GRE_LEN,    /* GRE header beyond the IP packet's end: bytes it needs */
    NVGRE_REASON_INNER_LEN,  /* inner frame shorter than an Ethernet header: bytes */
    NVGRE_REASON_COUNT
};

/* One line of text for a reason, without the value. */
const char *nvgre_reason_text(enum nvgre_reason reason);

/* What stands before the network layer. */
struct nvgre_l2 {
    uint32_t l3_offset; /* first byte behind the link header and all VLAN tags */
    uint16_t ethertype; /* of what stands there; below 0x600 an 802.3 length */
    uint8_t vlan_count; /* tags of TPID 0x8100, 0x88A8 or 0x9100 */
};

/* An IPv4 or IPv6 header with its options or extension headers. */
struct nvgre_ip {
    uint32_t offset;     /* first byte of the IP header */
    uint32_t header_len; /* bytes, with options or extension headers */
    uint32_t len;        /* bytes of the whole IP packet; never 0 */
    uint8_t version;     /* 4 or 6 */
    uint8_t tos;         /* TOS or traffic class: DSCP and ECN */
    uint8_t protocol;    /* behind the headers; 0 where a broken header does not tell */
    bool fragment;       /* any fragment but an atomic one (RFC 6946) */
};

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
 * Decodes the IP header at l2->l3_offset of a frame. Returns CLEAN where `ip` is set, OTHER
 * where the EtherType is not IP, MALFORMED (with *reason and *value) or TRUNCATED. An IP
 * length of 0, as in captures of segmentation offload, stands for the rest of the frame.
 */
enum nvgre_class nvgre_ip_decode(const uint8_t *data, uint32_t caplen, uint32_t len,
                                 const struct nvgre_l2 *l2, struct nvgre_ip *ip,
                                 enum nvgre_reason *reason, uint32_t *value);

/*
 * Decodes a frame from its link header to the inner frame's start and returns its class.
 * With CLEAN, DEVIANT and TEB_NO_KEY the inner frame has at least 14 bytes on the wire
 * (captured may be fewer).
 */
enum nvgre_class nvgre_frame_decode(enum nvgre_link link, const uint8_t *data, uint32_t caplen,
                                    uint32_t len, struct nvgre_frame *frame);

/* A tenant's frame: what stands before and behind its VLAN tags, as far as captured. */
struct nvgre_inner {
    const uint8_t *data;
    uint32_t caplen;
    bool has_l2; /* `l2` is set */
    bool has_ip; /* `ip` is set, offsets from `data` */
    struct nvgre_l2 l2;
    struct nvgre_ip ip;
};

/*
 * Decodes a tenant's Ethernet frame. It is not ours to judge: an IP length beyond its end is
 * taken as it is.
 */
void nvgre_inner_decode(const uint8_t *data, uint32_t caplen, struct nvgre_inner *inner);

#ifdef __cplusplus
}
#endif

#endif
