/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SUPPORT_H
#define SUPPORT_H

/* Shared by the unit tests: bytes from hex text, heap blocks of exact size, rows as tests. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct bytes {
    uint8_t data[1024];
    uint32_t len;
};

static inline void add_bytes(struct bytes *bytes, const void *data, uint32_t len)
{
    assert_true(len <= sizeof(bytes->data) - bytes->len);
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

static inline void add8(struct bytes *bytes, uint32_t value)
{
    add_bytes(bytes, &(uint8_t){(uint8_t)value}, 1);
}

static inline void add16(struct bytes *bytes, uint32_t value)
{
    add8(bytes, value >> 8);
    add8(bytes, value);
}

static inline uint32_t hex_digit(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *found = digit ? strchr(digits, digit) : NULL;

    assert_non_null(found);
    return (uint32_t)(found - digits);
}

/* Appends bytes from lower case hex. Spaces between bytes are allowed. */
static inline void add_hex(struct bytes *bytes, const char *hex)
{
    while (*hex) {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        add8(bytes, hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
        hex += 2;
    }
}

static inline struct bytes from_hex(const char *hex)
{
    struct bytes bytes = {.len = 0};

    add_hex(&bytes, hex);
    return bytes;
}

/* Copies to a block of exactly `len` bytes, so that the sanitizer finds a read past its end. */
static inline uint8_t *exact_copy(const void *data, uint32_t len)
{
    uint8_t *copy = malloc(len);

    assert_true(copy || len == 0);
    if (len)
        memcpy(copy, data, len);
    return copy;
}

/*
 * A simple one's complement sum, with the carry added after each word. A header with a correct
 * checksum gives 0xFFFF.
 */
static inline uint32_t naive_sum(const uint8_t *data, uint32_t len)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < len; i += 2) {
        sum += (uint32_t)data[i] * 256 + data[i + 1];
        if (sum > 0xFFFF)
            sum -= 0xFFFF;
    }
    return sum;
}

/* Pseudo-random numbers, the same in each run (Numerical Recipes' generator). */
static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8 ^ *state << 16;
}

/*
 * Runs `test` on each row as a separate test. A row starts with its name. Returns the number of
 * failures.
 */
static inline int run_rows(const char *group, CMUnitTestFunction test, const void *rows,
                           size_t count, size_t size)
{
    struct CMUnitTest tests[count];

    for (size_t i = 0; i < count; i++) {
        const char *row = (const char *)rows + i * size;

        tests[i] = (struct CMUnitTest){*(const char *const *)row, test, NULL, NULL, (void *)row};
    }
    return cmocka_run_group_tests_name(group, tests, NULL, NULL);
}

#define RUN_ROWS(test, rows) run_rows(#test, test, rows, COUNT(rows), sizeof((rows)[0]))

#endif
