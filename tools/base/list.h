/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LIST_H
#define BASE_LIST_H

/* Lists as options have them: items between commas. */

#include <stdbool.h>
#include <stddef.h>

/* Reads one item at *text into `to` and moves *text to its end; false if it is not valid. */
typedef bool (*list_read_item)(const char **text, void *to);

/* Reads a list of at least one item, all of them into `to`. Returns 0, or -1 if it is not valid. */
int list_read_into(const char *text, list_read_item read_item, void *to);

/*
 * Reads a list of at least one item into an array of items of `size` bytes, which the caller frees.
 * Returns 0, -1 if the list is not valid, or -2 if out of memory; then *items is NULL and *count 0.
 */
int list_read(const char *text, size_t size, list_read_item read_item, void **items, size_t *count);

#endif
