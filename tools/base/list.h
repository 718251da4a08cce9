/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LIST_H
#define BASE_LIST_H

/* Lists in option values: items separated by commas. */

#include <stdbool.h>
#include <stddef.h>

/* Reads one item at *text into `to` and moves *text to its end. Returns false if it is invalid. */
typedef bool (*list_read_item)(const char **text, void *to);

/* Reads a list of one or more items into `to`. Returns 0, or -1 if the list is invalid. */
int list_read_into(const char *text, list_read_item read_item, void *to);

/*
 * Reads a list of one or more items of `size` bytes into a new array, which the caller frees.
 * Returns 0, -1 if the list is invalid, or -2 if out of memory; on failure *items is NULL and
 * *count is 0.
 */
int list_read(const char *text, size_t size, list_read_item read_item, void **items, size_t *count);

#endif
