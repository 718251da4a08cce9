/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checksum.h"

#include "wire.h"

uint32_t nvgre_sum(const uint8_t *data, uint32_t len, uint32_t sum)
{
    uint64_t wide = sum;

    for (; len >= 2; data += 2, len -= 2)
        wide += wire_get16(data);
    if (len)
        wide += (uint32_t)data[0] << 8;
    while (wide >> 32)
        wide = (wide & 0xFFFFFFFFu) + (wide >> 32);
    return (uint32_t)wide;
}
