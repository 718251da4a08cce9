/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addresses.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

void info_addresses_free(struct info_addresses *addresses)
{
    free(addresses->items);
    table_free(&addresses->table);
}

static bool is_same(const struct info_address *a, const struct info_address *b)
{
    return a->is.words[0] == b->is.words[0] && a->is.words[1] == b->is.words[1] &&
           a->is.words[2] == b->is.words[2] && a->is.words[3] == b->is.words[3] &&
           a->owner == b->owner && a->version == b->version;
}

static int add(struct info_addresses *addresses, struct info_address_list *list,
               const struct info_address *address, struct table_key key)
{
    struct info_address item = *address;

    if (list->count >= INFO_ADDRESSES_LIST_MAX || addresses->count >= INFO_ADDRESSES_MAX) {
        list->incomplete = true;
        return 0;
    }
    if (array_grow(&addresses->items, addresses->count, &addresses->room, sizeof item) != 0 ||
        table_add(&addresses->table, key, addresses->count, 0) != 0)
        return -1;
    item.next = list->first;
    item.packets = 1;
    ((struct info_address *)addresses->items)[addresses->count++] = item;
    list->first = addresses->count;
    list->count++;
    return 0;
}

int info_addresses_count(struct info_addresses *addresses, struct info_address_list *list,
                         const struct info_address *address, struct table_key key)
{
    struct info_address *items = addresses->items;
    const struct table_slot *slot = table_find(&addresses->table, key);

    for (; slot; slot = table_next(&addresses->table, key, slot)) {
        uint32_t index = table_slot_index(slot);

        if (!is_same(&items[index], address))
            continue;
        items[index].packets++;
        return 0;
    }
    return add(addresses, list, address, key);
}

/* Orders by packets, most first. Ties are ordered by address, so that the result does not vary. */
static bool is_before(const struct info_address *a, const struct info_address *b)
{
    return a->packets != b->packets ? a->packets > b->packets
                                    : memcmp(&a->is, &b->is, sizeof a->is) < 0;
}

unsigned info_addresses_busiest(const struct info_addresses *addresses,
                                const struct info_address_list *list, uint32_t *indexes,
                                unsigned max)
{
    const struct info_address *items = addresses->items;
    unsigned count = 0;

    for (uint32_t at = list->first; at; at = items[at - 1].next) {
        unsigned place = count;

        while (place > 0 && is_before(&items[at - 1], &items[indexes[place - 1]]))
            place--;
        if (place == max)
            continue;
        count += count < max;
        memmove(&indexes[place + 1], &indexes[place], (count - place - 1) * sizeof *indexes);
        indexes[place] = at - 1;
    }
    return count;
}

const char *info_address_text(const struct info_address *address, bool destination,
                              char out[TEXT_MAX])
{
    const uint8_t *bytes = destination ? address->is.bytes.destination : address->is.bytes.source;

    return inet_ntop(address->version == 4 ? AF_INET : AF_INET6, bytes, out, TEXT_MAX);
}
