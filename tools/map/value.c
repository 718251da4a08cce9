/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "prefix.h"

void value_set(struct value *value, const char *text, size_t len)
{
    size_t kept = len < VALUE_TEXT_LEN ? len : VALUE_TEXT_LEN - 1;

    value->len = (uint32_t)len;
    memcpy(value->text, text, kept);
    value->text[kept] = '\0';
}

/* Whether all of it is there, without a NUL inside. */
static bool is_whole(const struct value *value)
{
    return strlen(value->text) == value->len;
}

bool value_number(const struct value *value, uint32_t min, uint32_t max, uint32_t *number)
{
    const char *text = value->text;

    return is_whole(value) && number_read(&text, max, number) && *text == '\0' && *number >= min;
}

static bool read_address(const char *text, struct map_address *address)
{
    *address = (struct map_address){0, {0}};
    if (inet_pton(AF_INET, text, address->bytes) == 1)
        address->version = 4;
    else if (inet_pton(AF_INET6, text, address->bytes) == 1)
        address->version = 6;
    return address->version != 0;
}

bool value_address(const struct value *value, struct map_address *address)
{
    return is_whole(value) && read_address(value->text, address);
}

bool value_prefix(const struct value *value, struct map_address *address, uint8_t *len)
{
    const char *slash = strchr(value->text, '/');
    char text[VALUE_TEXT_LEN];
    const char *number;
    uint32_t bits;

    if (!is_whole(value) || !slash)
        return false;
    memcpy(text, value->text, sizeof text);
    text[slash - value->text] = '\0';
    number = slash + 1;
    if (!read_address(text, address) ||
        !number_read(&number, address->version == 4 ? 32 : 128, &bits) || *number)
        return false;
    *len = (uint8_t)bits;
    return prefix_mask(address, *len);
}

static int hex_digit(int digit)
{
    if (!isxdigit((unsigned char)digit))
        return -1;
    return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

bool value_mac(const struct value *value, uint8_t mac[6])
{
    const char *text = value->text;
    char between = text[strlen(text) > 2 ? 2 : 0];
    bool bare = hex_digit(between) >= 0;

    if (!is_whole(value) || value->len != (bare ? 12u : 17u) ||
        (!bare && between != ':' && between != '-'))
        return false;
    for (int i = 0; i < 6; i++) {
        int high = hex_digit(*text++);
        int low = high < 0 ? -1 : hex_digit(*text++);

        if (low < 0 || (!bare && i < 5 && *text++ != between))
            return false;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool value_word(const struct value *value, const char *const *words, uint32_t *index)
{
    for (*index = 0; words[*index]; ++*index)
        if (is_whole(value) && strcasecmp(value->text, words[*index]) == 0)
            return true;
    return false;
}
