/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_VALUE_H
#define MAP_VALUE_H

/*
 * Converts texts to values. The functions return false if the text is not such a value. Internal to
 * the module.
 */

#include <stddef.h>

#include "map.h"

#define VALUE_TEXT_LEN 64u /* bytes kept of a text, including the NUL */

/* A text from a file and its place. All valid values fit into `text`. */
struct value {
    uint32_t line; /* from 1 */
    uint32_t column;
    uint32_t len; /* bytes of the text in the file; `text` may hold fewer */
    char text[VALUE_TEXT_LEN];
};

void value_set(struct value *value, const char *text, size_t len);

bool value_number(const struct value *value, uint32_t min, uint32_t max, uint32_t *number);
bool value_address(const struct value *value, struct address *address);

/* Reads ADDRESS/LENGTH. Bits of the address after the length must be 0. */
bool value_prefix(const struct value *value, struct address *address, uint8_t *len);

/* Reads six bytes in hexadecimal, separated by `:` or `-` or not separated. */
bool value_mac(const struct value *value, uint8_t mac[6]);

/* Returns the index of a word in a list that ends with NULL. Upper and lower case are equal. */
bool value_word(const struct value *value, const char *const *words, uint32_t *index);

#endif
