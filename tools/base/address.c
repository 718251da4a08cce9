/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "address.h"

#include <arpa/inet.h>

#include "number.h"

_Static_assert(sizeof(struct address_text) >= INET6_ADDRSTRLEN, "any address fits");

bool address_read(const char *text, struct address *address)
{
    *address = (struct address){0, {0}};
    if (inet_pton(AF_INET, text, address->bytes) == 1)
        address->version = 4;
    else if (inet_pton(AF_INET6, text, address->bytes) == 1)
        address->version = 6;
    return address->version != 0;
}

bool address_read_prefix(const char **text, const char *ends, struct address *address, uint8_t *len)
{
    struct address_text copy;
    size_t text_len = 0;
    uint32_t bits;

    while ((*text)[text_len] && (*text)[text_len] != '/' && !strchr(ends, (*text)[text_len]))
        text_len++;
    if (text_len >= sizeof copy.text)
        return false;
    memcpy(copy.text, *text, text_len);
    copy.text[text_len] = '\0';
    if (!address_read(copy.text, address))
        return false;
    *text += text_len;
    bits = 8 * address_len(address->version);
    if (**text == '/') {
        ++*text;
        if (!number_read(text, bits, &bits))
            return false;
    }
    *len = (uint8_t)bits;
    return true;
}

bool address_mask(struct address *address, uint8_t len)
{
    const struct address before = *address;
    const uint32_t whole = len / 8u;

    if (whole < sizeof address->bytes) {
        address->bytes[whole] &= (uint8_t)(0xFF00 >> len % 8);
        memset(address->bytes + whole + 1, 0, sizeof address->bytes - whole - 1);
    }
    return address_equal(address, &before);
}

struct address_text address_text(const struct address *address)
{
    struct address_text text = {""};

    inet_ntop(address->version == 6 ? AF_INET6 : AF_INET, address->bytes, text.text,
              sizeof text.text);
    return text;
}
