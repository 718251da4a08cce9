/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "iface_tags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { ROOM_MIN = 16, VSID_MAX = 0xFFFFFF };

static const char prefix[] = "vsid-";

uint32_t cap_tag_of_name(const uint8_t *name, uint32_t len)
{
    const uint32_t prefix_len = sizeof prefix - 1;
    uint32_t vsid = 0;

    if (len <= prefix_len || memcmp(name, prefix, prefix_len) != 0)
        return CAP_TAG_NONE;
    for (uint32_t i = prefix_len; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return CAP_TAG_NONE;
        vsid = vsid * 10 + (uint32_t)(name[i] - '0');
        if (vsid > VSID_MAX)
            return CAP_TAG_NONE;
    }
    return vsid + 1;
}

uint16_t cap_tag_name(uint32_t tag, char name[CAP_TAG_NAME_MAX])
{
    return (uint16_t)snprintf(name, CAP_TAG_NAME_MAX, "%s%u", prefix, tag - 1);
}

/* Another number in each process: who chooses the VSIDs of a capture cannot make them collide. */
static uint64_t hash_seed(void)
{
    static uint64_t seed;

    if (seed == 0)
        (void)getentropy(&seed, sizeof seed);
    return seed;
}

static struct cap_iface_tag *place_of(const struct cap_iface_tags *tags, uint32_t iface_id,
                                      uint32_t tag)
{
    const uint32_t key[] = {tag, iface_id};
    uint32_t i = (uint32_t)XXH3_64bits_withSeed(key, sizeof key, tags->seed);
    struct cap_iface_tag *place;

    do
        place = &tags->places[i++ & (tags->room - 1)];
    while (place->tag != CAP_TAG_NONE && (place->tag != tag || place->iface_id != iface_id));
    return place;
}

static int grow(struct cap_iface_tags *tags)
{
    uint32_t room = tags->room ? tags->room * 2 : ROOM_MIN;
    struct cap_iface_tags grown = {calloc(room, sizeof *tags->places), room, tags->count,
                                   hash_seed()};

    if (!grown.places)
        return -1;
    for (uint32_t i = 0; i < tags->room; i++) {
        const struct cap_iface_tag *old = &tags->places[i];

        if (old->tag != CAP_TAG_NONE)
            *place_of(&grown, old->iface_id, old->tag) = *old;
    }
    free(tags->places);
    *tags = grown;
    return 0;
}

uint32_t cap_iface_tags_number(const struct cap_iface_tags *tags, uint32_t iface_id, uint32_t tag)
{
    return tags->count ? place_of(tags, iface_id, tag)->number : 0;
}

struct cap_iface_tag *cap_iface_tags_find(struct cap_iface_tags *tags, uint32_t iface_id,
                                          uint32_t tag)
{
    struct cap_iface_tag *place;

    if (2 * tags->count >= tags->room && grow(tags) != 0)
        return NULL;
    place = place_of(tags, iface_id, tag);
    if (place->tag == CAP_TAG_NONE) {
        *place = (struct cap_iface_tag){tag, iface_id, 0};
        tags->count++;
    }
    return place;
}

void cap_iface_tags_free(struct cap_iface_tags *tags)
{
    free(tags->places);
    *tags = (struct cap_iface_tags){NULL, 0, 0, 0};
}
