/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encap.h"

#include <string.h>

#include "ecn.h"

/* The inner frame as it goes into the tunnel: without `tags_len` bytes of VLAN tags. */
struct inner {
    const uint8_t *data;
    uint32_t caplen;
    uint32_t len;
    uint32_t tags_len;
    uint8_t ecn;
};

/* MAC addresses, then what stands behind the tags: the last tag's EtherType comes along. */
static void copy_inner(uint8_t *out, const struct inner *inner)
{
    if (inner->tags_len == 0) {
        memcpy(out, inner->data, inner->caplen);
        return;
    }
    memcpy(out, inner->data, 12);
    memcpy(out + 12, inner->data + 12 + inner->tags_len, inner->caplen - inner->tags_len - 12);
}

static void read_ecn(struct inner *inner, const struct nvgre_l2 *l2)
{
    const uint8_t *ip = inner->data + l2->l3_offset;

    if (inner->caplen < l2->l3_offset + 2)
        return;
    if (l2->ethertype == NVGRE_ETHERTYPE_IPV4)
        inner->ecn = ip[1] & NVGRE_ECN_MASK;
    else if (l2->ethertype == NVGRE_ETHERTYPE_IPV6)
        inner->ecn = (ip[1] >> 4) & NVGRE_ECN_MASK;
}
