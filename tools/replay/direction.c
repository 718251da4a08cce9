/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "direction.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/number.h"

/* Maximum number of addresses whose side is remembered. Other addresses are decided each time. */
enum { SIDES = 65536 };

enum side { SIDE_UNKNOWN, SIDE_FIRST, SIDE_SECOND };

static uint32_t target_of_name(const char *name, const char **names, uint32_t *count)
{
    for (uint32_t i = 0; i < *count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    if (*count == DIRECTION_TARGETS_MAX)
        return UINT32_MAX;
    names[*count] = name;
    return (*count)++;
}

/* Reads one `VSIDS=NAME`. Returns false if it is invalid or there are too many names. */
static bool read_vsids(char *item, struct direction_vsids *vsids, const char **names,
                       uint32_t *count)
{
    const char *text = item;

    if (!number_read_range(&text, NVGRE_VSID_MAX, &vsids->first, &vsids->last) || *text != '=' ||
        text[1] == '\0')
        return false;
    vsids->target = target_of_name(text + 1, names, count);
    return vsids->target != UINT32_MAX;
}

int direction_read_vsids(struct direction *direction, char *text, const char **names,
                         uint32_t *count)
{
    size_t room = 1;
    char *rest = NULL;

    for (const char *p = text; *p; p++)
        room += *p == ',';
    direction->vsids = calloc(room, sizeof *direction->vsids);
    if (!direction->vsids)
        return -2;
    for (char *item = strtok_r(text, ",", &rest); item; item = strtok_r(NULL, ",", &rest))
        if (!read_vsids(item, &direction->vsids[direction->vsid_count++], names, count))
            return -1;
    direction->kind = DIRECTION_VSID;
    return direction->vsid_count == room ? 0 : -1;
}

void direction_free(struct direction *direction)
{
    free(direction->vsids);
    table_free(&direction->sides);
    direction->vsids = NULL;
}

static struct table_key address_key(const struct address *address)
{
    return address->version == 4 ? (struct table_key){wire_get32(address->bytes), 0}
                                 : table_key_bytes(address->bytes, 16);
}

static enum side side_of(const struct table *sides, struct table_key address)
{
    const struct table_slot *slot = table_find(sides, address);

    return slot ? (enum side)slot->value : SIDE_UNKNOWN;
}

/* Returns 0, or -1 if out of memory. */
static int remember(struct table *sides, struct table_key address, enum side side)
{
    return sides->count < SIDES ? table_add(sides, address, 0, side) : 0;
}

/*
 * The first sender is on the first side and its destination on the second. A new address is on the
 * opposite side of the address it exchanges packets with.
 */
static uint32_t by_pa(struct table *sides, const struct nvgre_ip *ip, const uint8_t *frame)
{
    const struct address source = address_of_ip(frame, ip, false);
    const struct address destination = address_of_ip(frame, ip, true);
    const struct table_key from = address_key(&source);
    const struct table_key to = address_key(&destination);
    const enum side to_side = side_of(sides, to);
    enum side side = side_of(sides, from);

    if (side == SIDE_UNKNOWN) {
        side = to_side == SIDE_FIRST ? SIDE_SECOND : SIDE_FIRST;
        if (remember(sides, from, side) != 0)
            return UINT32_MAX;
    }
    if (side_of(sides, to) == SIDE_UNKNOWN &&
        remember(sides, to, side == SIDE_FIRST ? SIDE_SECOND : SIDE_FIRST) != 0)
        return UINT32_MAX;
    return side == SIDE_SECOND;
}

static uint32_t by_vsid(const struct direction *direction, uint32_t vsid)
{
    for (uint32_t i = 0; i < direction->vsid_count; i++)
        if (vsid >= direction->vsids[i].first && vsid <= direction->vsids[i].last)
            return direction->vsids[i].target;
    return 0;
}

uint32_t direction_of(struct direction *direction, const uint8_t *frame, uint32_t caplen,
                      uint32_t len, bool raw, uint32_t iface_id)
{
    const enum nvgre_link link = raw ? NVGRE_LINK_RAW : NVGRE_LINK_ETHERNET;
    enum nvgre_reason reason;
    struct nvgre_frame decoded;
    struct address source;
    enum nvgre_class kind;
    uint32_t value;

    if (direction->kind == DIRECTION_ONE)
        return 0;
    if (direction->kind == DIRECTION_IFACE)
        return iface_id > 0;
    if (direction->kind == DIRECTION_VSID) {
        kind = nvgre_frame_decode(link, frame, caplen, len, &decoded);
        return nvgre_class_has_inner(kind) ? by_vsid(direction, nvgre_key_vsid(decoded.gre.key))
                                           : 0;
    }
    if (!nvgre_l2_decode(link, frame, caplen, &decoded.l2) ||
        nvgre_ip_decode(frame, caplen, len, &decoded.l2, &decoded.ip, &reason, &value) !=
            NVGRE_CLASS_CLEAN)
        return 0;
    if (direction->kind == DIRECTION_PA)
        return by_pa(&direction->sides, &decoded.ip, frame);
    source = address_of_ip(frame, &decoded.ip, false);
    return !range_set_has_address(&direction->sources, &source);
}
