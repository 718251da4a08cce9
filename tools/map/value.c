/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "value.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

void value_set(struct value *value, const char *text, size_t len)
{
    size_t kept = len < VALUE_TEXT_LEN ? len : VALUE_TEXT_LEN - 1;

    value->len = (uint32_t)len;
    memcpy(value->text, text, kept);
    value->text[kept] = '\0';
}

/* Whether `text` holds the whole text, without a NUL in it. */
static bool is_whole(const struct value *value)
{
    return strlen(value->text) == value->len;
}

bool value_number(const struct value *value, uint32_t min, uint32_t max, uint32_t *number)
{
    const char *text = value->text;

    return is_whole(value) && number_read(&text, max, number) && *text == '\0' && *number >= min;
}

bool value_address(const struct value *value, struct address *address)
{
    return is_whole(value) && address_read(value->text, address);
}

bool value_prefix(const struct value *value, struct address *address, uint8_t *len)
{
    const char *text = value->text;

    return is_whole(value) && strchr(text, '/') && address_read_prefix(&text, "", address, len) &&
           *text == '\0' && address_mask(address, *len);
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
