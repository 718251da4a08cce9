/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_IFACE_TAGS_H
#define CAPFILE_IFACE_TAGS_H

/*
 * pcapng interfaces that stand for tenants: VSID 5001's packets are those of an interface named
 * "vsid-5001". A tag is the VSID plus 1, or CAP_TAG_NONE.
 */

#include <stdint.h>

#define CAP_TAG_NONE 0u
#define CAP_TAG_NAME_MAX 16 /* bytes of a name, with its NUL */
#define CAP_COMMENT_MAX 1024u

/* What tells in pcapng which tenant a packet is of. */
struct cap_label {
    uint32_t tag;        /* its interface, or CAP_TAG_NONE */
    const char *comment; /* UTF-8, at most CAP_COMMENT_MAX bytes; NULL for none */
};

/* The tag that an interface's name of `len` bytes tells. */
uint32_t cap_tag_of_name(const uint8_t *name, uint32_t len);

/* Writes the name for a tag; returns its length. */
uint16_t cap_tag_name(uint32_t tag, char name[CAP_TAG_NAME_MAX]);

/* Where the packets of an interface and a tag went: 1 + number in the output. */
struct cap_iface_tag {
    uint32_t tag; /* CAP_TAG_NONE in a free place */
    uint32_t iface_id;
    uint32_t number;
};

struct cap_iface_tags {
    struct cap_iface_tag *places; /* open addressing */
    uint32_t room;                /* a power of two, or 0 */
    uint32_t count;
    uint64_t seed;
};

/* That number, or 0 where there is none. */
uint32_t cap_iface_tags_number(const struct cap_iface_tags *tags, uint32_t iface_id, uint32_t tag);

/* The place of an interface and a tag, with number 0 if it is new; NULL where memory is out. */
struct cap_iface_tag *cap_iface_tags_find(struct cap_iface_tags *tags, uint32_t iface_id,
                                          uint32_t tag);

/* Forgets all, as in another section: in a time that does not depend on how much it was. */
void cap_iface_tags_free(struct cap_iface_tags *tags);

#endif
