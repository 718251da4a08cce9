/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "range_set.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "list.h"
#include "number.h"
#include "nvgre.h"

static bool read_packet(const char **text, uint64_t *number)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0 && *number > 0;
}

static bool read_packets(const char **text, void *to)
{
    struct range *range = to;

    *range = (struct range){.first = {.low = 0}};
    if (!read_packet(text, &range->first.low))
        return false;
    range->last.low = range->first.low;
    if (**text != '-')
        return true;
    ++*text;
    if (**text == '\0' || **text == ',') {
        range->last.low = UINT64_MAX;
        return true;
    }
    return read_packet(text, &range->last.low) && range->last.low >= range->first.low;
}

static bool read_vsids(const char **text, void *to)
{
    uint32_t first;
    uint32_t last;

    if (!number_read_range(text, NVGRE_VSID_MAX, &first, &last))
        return false;
    *(struct range *)to = (struct range){{.low = first}, {.low = last}};
    return true;
}

static bool read_prefix(const char **text, void *to)
{
    struct range *range = to;
    struct address address;
    uint8_t len;

    if (!address_read_prefix(text, ",", &address, &len))
        return false;
    address_mask(&address, len);
    range->first = range_key_of(&address);
    for (uint32_t bit = len; bit < 8 * address_len(address.version); bit++)
        address.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    range->last = range_key_of(&address);
    return true;
}

static bool is_below(const struct range_key *a, const struct range_key *b)
{
    if (a->version != b->version)
        return a->version < b->version;
    return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static int by_first(const void *a, const void *b)
{
    const struct range *x = a;
    const struct range *y = b;

    return is_below(&y->first, &x->first) - is_below(&x->first, &y->first);
}

static void join_overlaps(struct range_set *set)
{
    size_t kept = 0;

    qsort(set->ranges, set->count, sizeof *set->ranges, by_first);
    for (size_t i = 1; i < set->count; i++) {
        const struct range *next = &set->ranges[i];

        if (is_below(&set->ranges[kept].last, &next->first))
            set->ranges[++kept] = *next;
        else if (is_below(&set->ranges[kept].last, &next->last))
            set->ranges[kept].last = next->last;
    }
    set->count = kept + 1;
}

int range_set_parse(struct range_set *set, enum range_kind kind, const char *text)
{
    static const list_read_item readers[] = {[RANGES_OF_PACKETS] = read_packets,
                                             [RANGES_OF_VSIDS] = read_vsids,
                                             [RANGES_OF_ADDRESSES] = read_prefix};
    void *ranges;
    int result = list_read(text, sizeof *set->ranges, readers[kind], &ranges, &set->count);

    set->ranges = ranges;
    if (result == 0)
        join_overlaps(set);
    return result;
}

void range_set_free(struct range_set *set)
{
    free(set->ranges);
    *set = (struct range_set){NULL, 0};
}

bool range_set_has_key(const struct range_set *set, struct range_key key)
{
    size_t low = 0;
    size_t high = set->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (is_below(&set->ranges[middle].last, &key))
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->count && !is_below(&key, &set->ranges[low].first);
}
