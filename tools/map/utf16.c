/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

/* U+FFFD replaces a lone surrogate and an odd byte at the end. */
static const char replacement[] = "\xEF\xBF\xBD";

char *utf16_convert(const uint8_t *data, size_t len, bool big_endian, size_t *utf8_len)
{
    size_t room = len / 2 * 3 + sizeof replacement;
    char *utf8 = malloc(room);
    char *out = utf8;
    char *in;
    iconv_t converter;

    if (!utf8)
        return NULL;
    memcpy(&in, &data, sizeof in); /* iconv does not change its input, but wants no const */
    converter = iconv_open("UTF-8", big_endian ? "UTF-16BE" : "UTF-16LE");
    if ((intptr_t)converter == -1) {
        free(utf8);
        return NULL;
    }
    while (iconv(converter, &in, &len, &out, &room) == (size_t)-1) {
        size_t broken = len < 2 ? len : 2;

        memcpy(out, replacement, sizeof replacement - 1);
        out += sizeof replacement - 1;
        room -= sizeof replacement - 1;
        in += broken;
        len -= broken;
    }
    iconv_close(converter);
    *utf8_len = (size_t)(out - utf8);
    return utf8;
}
