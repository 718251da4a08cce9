/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "parse.h"

/* Lone surrogates, and half a unit at the end, are what Unicode writes for broken characters. */
#define REPLACEMENT 0xFFFDu

static uint32_t unit(const uint8_t *data, bool big_endian)
{
    return big_endian ? (uint32_t)data[0] << 8 | data[1] : (uint32_t)data[1] << 8 | data[0];
}

static char *put(char *out, uint32_t code)
{
    static const uint8_t first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    uint32_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (uint32_t i = len - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(first[len] | code);
    return out + len;
}

char *utf16_convert(const uint8_t *data, size_t len, bool big_endian, size_t *utf8_len)
{
    char *utf8 = malloc(len / 2 * 3 + 4);
    char *out = utf8;

    if (!utf8)
        return NULL;
    for (size_t i = 0; i + 1 < len; i += 2) {
        uint32_t code = unit(data + i, big_endian);
        uint32_t low = code >> 10 == 0x36 && i + 3 < len ? unit(data + i + 2, big_endian) : 0;

        if (low >> 10 == 0x37) {
            code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
            i += 2;
        } else if (code >> 11 == 0x1B) {
            code = REPLACEMENT;
        }
        out = put(out, code);
    }
    if (len % 2)
        out = put(out, REPLACEMENT);
    *utf8_len = (size_t)(out - utf8);
    return utf8;
}
