/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_VALUE_H
#define MAP_VALUE_H

/* Text to values; false where a text is no such value. Internal to the module. */

#include <stddef.h>

#include "map.h"

#define VALUE_TEXT_LEN 64u /* bytes that are kept of a text, with its end */

/* A text of a file and where it begins. No value that means something is longer than `text`. */
struct value {
    uint32_t line; /* from 1 */
    uint32_t column;
    uint32_t len; /* bytes, also where only the first of them are kept */
    char text[VALUE_TEXT_LEN];
};

void value_set(struct value *value, const char *text, size_t len);

bool value_number(const struct value *value, uint32_t min, uint32_t max, uint32_t *number);
bool value_address(const struct value *value, struct address *address);

/* ADDRESS/LENGTH; the address's bits behind the length are 0. */
bool value_prefix(const struct value *value, struct address *address, uint8_t *len);

/* Six bytes in hexadecimal, with `:` or `-` between them or without. */
bool value_mac(const struct value *value, uint8_t mac[6]);

/* The index of a word in a list that ends with NULL; in any case of letters. */
bool value_word(const struct value *value, const char *const *words, uint32_t *index);

#endif
