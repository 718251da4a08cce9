/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet_list.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "list.h"

static bool read_number(const char **text, uint64_t *number)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0 && *number > 0;
}

static bool read_range(const char **text, void *item)
{
    struct packet_range *range = item;

    if (!read_number(text, &range->first))
        return false;
    range->last = range->first;
    if (**text != '-')
        return true;
    ++*text;
    if (**text == '\0' || **text == ',') {
        range->last = UINT64_MAX;
        return true;
    }
    return read_number(text, &range->last) && range->last >= range->first;
}

static int by_first(const void *left, const void *right)
{
    const struct packet_range *a = left;
    const struct packet_range *b = right;

    return (a->first > b->first) - (a->first < b->first);
}

int packet_list_parse(struct packet_list *list, const char *text)
{
    void *ranges;
    int result;

    *list = (struct packet_list){0};
    result = list_read(text, sizeof *list->ranges, read_range, &ranges, &list->count);
    list->ranges = ranges;
    if (result == 0)
        qsort(list->ranges, list->count, sizeof *list->ranges, by_first);
    return result;
}

void packet_list_free(struct packet_list *list)
{
    free(list->ranges);
    *list = (struct packet_list){0};
}

bool packet_list_has(struct packet_list *list, uint64_t number)
{
    while (list->next < list->count && list->ranges[list->next].last < number)
        list->next++;
    return list->next < list->count && list->ranges[list->next].first <= number;
}
