/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ecn.h"

#include "checksum.h"
#include "wire.h"

uint8_t nvgre_ecn_decap(uint8_t outer_tos, uint8_t inner_tos)
{
    /* RFC 6040 figure 4. Rows: inner, columns: outer, both in order Not-ECT, ECT(1), ECT(0), CE. */
    static const uint8_t result[4][4] = {
        {NVGRE_ECN_NOT_ECT, NVGRE_ECN_NOT_ECT, NVGRE_ECN_NOT_ECT, NVGRE_ECN_DROP},
        {NVGRE_ECN_ECT1, NVGRE_ECN_ECT1, NVGRE_ECN_ECT1, NVGRE_ECN_CE},
        {NVGRE_ECN_ECT0, NVGRE_ECN_ECT1, NVGRE_ECN_ECT0, NVGRE_ECN_CE},
        {NVGRE_ECN_CE, NVGRE_ECN_CE, NVGRE_ECN_CE, NVGRE_ECN_CE},
    };

    return result[inner_tos & NVGRE_ECN_MASK][outer_tos & NVGRE_ECN_MASK];
}

bool nvgre_ecn_is_unused(uint8_t outer_tos, uint8_t inner_tos)
{
    /* The marked fields of RFC 6040 figure 4, in the same order. */
    static const bool unused[4][4] = {
        {false, true, true, true},
        {false, false, true, false},
        {false, false, false, false},
        {false, true, false, false},
    };

    return unused[inner_tos & NVGRE_ECN_MASK][outer_tos & NVGRE_ECN_MASK];
}

void nvgre_ecn_set(uint8_t *ip, uint8_t version, uint8_t ecn)
{
    uint16_t was = wire_get16(ip);

    if (version == 6) {
        wire_put16(ip, (uint16_t)((was & ~(NVGRE_ECN_MASK << 4)) | (uint32_t)ecn << 4));
        return;
    }
    wire_put16(ip, (uint16_t)((was & ~NVGRE_ECN_MASK) | ecn));
    wire_put16(ip + NVGRE_IPV4_CHECKSUM_AT,
               nvgre_checksum_update(wire_get16(ip + NVGRE_IPV4_CHECKSUM_AT), was, wire_get16(ip)));
}
