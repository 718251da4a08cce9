/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * Reads a number at *text and moves *text to its end. The number is decimal, or hexadecimal after
 * 0x; leading zeros do not make it octal. Returns false if there is no number or it is above `max`.
 */
static inline bool number_read(const char **text, uint32_t max, uint32_t *value)
{
    bool hex = (*text)[0] == '0' && ((*text)[1] | 0x20) == 'x';
    unsigned long long number;
    char *end;

    if (!isxdigit((unsigned char)(*text)[hex ? 2 : 0]))
        return false;
    number = strtoull(*text, &end, hex ? 16 : 10); /* ULLONG_MAX if it is too large */
    if (end == *text || number > max)
        return false;
    *text = end;
    *value = (uint32_t)number;
    return true;
}

/* The same for a range such as `5-9`. A single number is a range of one. */
static inline bool number_read_range(const char **text, uint32_t max, uint32_t *first,
                                     uint32_t *last)
{
    if (!number_read(text, max, first))
        return false;
    *last = *first;
    if (**text == '-') {
        ++*text;
        if (!number_read(text, max, last))
            return false;
    }
    return *first <= *last;
}

#endif
