/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INVARIANTS_H
#define INVARIANTS_H

/* What is true for any input of the frame decoder. Shared by the unit tests and the fuzz target. */

#include "frame.h"

static inline bool has_gre(enum nvgre_class kind)
{
    return kind == NVGRE_CLASS_CLEAN || kind == NVGRE_CLASS_DEVIANT ||
           kind == NVGRE_CLASS_TEB_NO_KEY || kind == NVGRE_CLASS_OTHER_GRE;
}

static inline const char *broken_ip(uint32_t caplen, uint32_t len, const struct nvgre_frame *frame)
{
    const struct nvgre_ip *ip = &frame->ip;

    if (ip->offset != frame->l2.l3_offset)
        return "the IP header stands behind the link header";
    if (ip->version != 4 && ip->version != 6)
        return "the IP version is 4 or 6";
    if (ip->header_len < (ip->version == 4 ? 20u : 40u) || ip->header_len > ip->len)
        return "the IP header fits into the IP packet";
    if (ip->offset + ip->header_len > caplen || ip->offset + ip->len > len)
        return "the IP header is captured and the IP packet fits into the frame";
    if (ip->protocol != NVGRE_IP_PROTOCOL)
        return "the IP protocol is GRE";
    if (ip->fragment != (frame->kind == NVGRE_CLASS_FRAGMENT))
        return "a fragment is of class FRAGMENT";
    return NULL;
}

static inline const char *broken_gre(uint32_t caplen, const struct nvgre_frame *frame)
{
    const struct nvgre_ip *ip = &frame->ip;
    uint32_t end = ip->offset + ip->len;
    uint32_t capend = caplen < end ? caplen : end;

    if (frame->inner_offset != ip->offset + ip->header_len + frame->gre.header_len)
        return "the inner frame stands behind the GRE header";
    if (frame->inner_offset > capend || frame->inner_caplen != capend - frame->inner_offset)
        return "the inner frame's captured bytes end with the capture or the IP packet";
    if (frame->inner_len != end - frame->inner_offset)
        return "the inner frame ends with the IP packet";
    if (frame->kind != NVGRE_CLASS_OTHER_GRE && frame->inner_len < NVGRE_ETH_LEN)
        return "the inner frame has an Ethernet header";
    if ((frame->gre.deviations != 0) != (frame->kind == NVGRE_CLASS_DEVIANT))
        return "a frame with deviations is of class DEVIANT";
    return NULL;
}

/* Returns which result of nvgre_frame_decode is impossible for `caplen` captured bytes, or NULL. */
static inline const char *broken_invariant(uint32_t caplen, uint32_t len,
                                           const struct nvgre_frame *frame)
{
    const char *broken = NULL;

    if (frame->kind == NVGRE_CLASS_MALFORMED &&
        (frame->reason == NVGRE_REASON_NONE || frame->reason >= NVGRE_REASON_COUNT))
        return "a malformed frame has a reason";
    if (frame->kind == NVGRE_CLASS_TRUNCATED && caplen == len)
        return "a frame captured in full is not truncated";
    if (frame->kind == NVGRE_CLASS_FRAGMENT || has_gre(frame->kind))
        broken = broken_ip(caplen, len, frame);
    if (!broken && has_gre(frame->kind))
        broken = broken_gre(caplen, frame);
    return broken;
}

static inline bool is_same_ip(const struct nvgre_ip *a, const struct nvgre_ip *b)
{
    return a->offset == b->offset && a->header_len == b->header_len && a->len == b->len &&
           a->version == b->version && a->tos == b->tos && a->protocol == b->protocol &&
           a->fragment == b->fragment;
}

static inline bool is_same_l2(const struct nvgre_l2 *a, const struct nvgre_l2 *b)
{
    return a->l3_offset == b->l3_offset && a->ethertype == b->ethertype &&
           a->vlan_count == b->vlan_count;
}

static inline bool is_same_gre(const struct nvgre_gre *a, const struct nvgre_gre *b)
{
    return a->flags == b->flags && a->protocol == b->protocol && a->header_len == b->header_len &&
           a->deviations == b->deviations && a->key == b->key && a->sequence == b->sequence &&
           a->checksum == b->checksum;
}

/* If the fast path accepts a frame, its result must equal that of nvgre_frame_decode. */
static inline bool is_usual_same(const uint8_t *data, uint32_t caplen, uint32_t len,
                                 const struct nvgre_frame *frame)
{
    struct nvgre_frame usual;

    if (!nvgre_frame_decode_usual(data, caplen, len, &usual))
        return true;
    return usual.kind == frame->kind && usual.reason == frame->reason &&
           usual.value == frame->value && is_same_l2(&usual.l2, &frame->l2) &&
           is_same_ip(&usual.ip, &frame->ip) && is_same_gre(&usual.gre, &frame->gre) &&
           usual.inner_offset == frame->inner_offset && usual.inner_caplen == frame->inner_caplen &&
           usual.inner_len == frame->inner_len;
}

/* The same for nvgre_inner_decode. */
static inline bool is_usual_inner_same(const uint8_t *data, uint32_t caplen,
                                       const struct nvgre_inner *inner)
{
    struct nvgre_inner usual;

    if (!nvgre_inner_decode_usual(data, caplen, &usual))
        return true;
    return inner->has_l2 && inner->has_ip && usual.has_l2 && usual.data == inner->data &&
           usual.caplen == inner->caplen && is_same_l2(&usual.l2, &inner->l2) &&
           is_same_ip(&usual.ip, &inner->ip);
}

#endif
