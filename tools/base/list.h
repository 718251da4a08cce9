/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_LIST_H
#define TOOLS_LIST_H

/* Lists as options have them: items between commas. */

#include <stdbool.h>
#include <stddef.h>

/* Reads one item at *text into `item` and moves *text behind it; false where there is none. */
typedef bool (*list_read_item)(const char **text, void *item);

/*
 * Reads a list of at least one item into an array of `size` bytes each, to be freed. Returns 0;
 * -1 where it is no such list, -2 where memory is out: *items is then NULL.
 */
int list_read(const char *text, size_t size, list_read_item read_item, void **items, size_t *count);

#endif
