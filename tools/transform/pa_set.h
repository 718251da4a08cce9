/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_PA_SET_H
#define TRANSFORM_PA_SET_H

/* A set of provider addresses, as --peer names them: IPv4 and IPv6 addresses and prefixes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PA_LEN_MAX 16u /* bytes; an IPv4 address takes the first 4 */

struct pa_range {
    uint8_t first[PA_LEN_MAX];
    uint8_t last[PA_LEN_MAX];
    uint8_t version; /* 4 or 6 */
};

struct pa_set {
    struct pa_range *ranges; /* in order, apart from each other */
    size_t count;
};

/*
 * Reads a list such as `192.168.4.0/24,2001:db8::11`; bits behind a prefix do not count.
 * Returns 0; -1 where it is no such list (*set is then empty), -2 where memory is out.
 */
int pa_set_parse(struct pa_set *set, const char *text);
void pa_set_free(struct pa_set *set);

/* Whether an address of 4 or 16 bytes is in the set. */
bool pa_set_has(const struct pa_set *set, uint8_t version, const uint8_t *address);

#endif
