/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_PACKET_LIST_H
#define TOOLS_PACKET_LIST_H

/* Numbers of packets, as --include and --exclude name them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet_range {
    uint64_t first; /* from 1 */
    uint64_t last;
};

struct packet_list {
    struct packet_range *ranges; /* by their first number */
    size_t count;
    size_t next; /* the ranges before it are over */
};

/*
 * Reads a list such as `1,3-5,100-`. Returns 0; -1 where it is no such list (*list is then
 * empty), -2 where memory is out.
 */
int packet_list_parse(struct packet_list *list, const char *text);
void packet_list_free(struct packet_list *list);

/* Whether a number is in the list. Numbers must be asked for in ascending order. */
bool packet_list_has(struct packet_list *list, uint64_t number);

#endif
