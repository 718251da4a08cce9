/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compression.h"

enum cap_compression cap_compression_of(const uint8_t first[CAP_COMPRESSION_MAGIC_LEN])
{
    if (first[0] == 0x1f && first[1] == 0x8b)
        return CAP_COMPRESSION_GZIP;
    if (first[0] == 0x28 && first[1] == 0xb5 && first[2] == 0x2f && first[3] == 0xfd)
        return CAP_COMPRESSION_ZSTD;
    if ((first[0] & 0xf0) == 0x50 && first[1] == 0x2a && first[2] == 0x4d && first[3] == 0x18)
        return CAP_COMPRESSION_ZSTD;
    return CAP_COMPRESSION_NONE;
}

const char *cap_compression_name(enum cap_compression kind)
{
    return kind == CAP_COMPRESSION_GZIP ? "gzip" : "zstd";
}
