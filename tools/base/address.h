/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

/* IPv4 and IPv6 addresses and prefixes: text to bytes and back. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "frame.h"
#include "outer.h"

struct address {
    uint8_t version;   /* 4, 6, or 0 for none */
    uint8_t bytes[16]; /* 4 or 16 bytes in network order; the rest is 0 */
};

/* Length of an address in bytes; 16 for version 0 too. */
static inline uint32_t address_len(uint8_t version)
{
    return version == 4 ? 4 : 16;
}

/* The source or destination address of an IP header in `data`. */
static inline struct address address_of_ip(const uint8_t *data, const struct nvgre_ip *ip,
                                           bool destination)
{
    const uint32_t len = address_len(ip->version);
    const uint32_t source = ip->offset + nvgre_src_at(ip->version);
    struct address address = {ip->version, {0}};

    memcpy(address.bytes, data + source + (destination ? len : 0), len);
    return address;
}

static inline bool address_equal(const struct address *a, const struct address *b)
{
    return a->version == b->version && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Whether all bytes are 0: 0.0.0.0, ::, or no address. */
static inline bool address_is_zero(const struct address *address)
{
    static const uint8_t zero[16];

    return memcmp(address->bytes, zero, sizeof zero) == 0;
}

static inline bool address_is_group(const struct address *address)
{
    return nvgre_pa_is_group(address->version, address->bytes);
}

/* The whole text must be an address; if it is not, returns false and sets version 0. */
bool address_read(const char *text, struct address *address);

/*
 * Reads `ADDRESS/LENGTH` at *text and moves *text to its end. Without `/LENGTH` the prefix is the
 * whole address. The address ends at a slash, at a character of `ends`, or at the end of the text.
 * The address keeps its bits after the prefix. Returns false if there is no prefix; *text is then
 * undefined.
 */
bool address_read_prefix(const char **text, const char *ends, struct address *address,
                         uint8_t *len);

/* Sets all bits after the first `len` to 0. Returns whether they were 0 before. */
bool address_mask(struct address *address, uint8_t len);

struct address_text {
    char text[46];
};
struct address_text address_text(const struct address *address);

#endif
