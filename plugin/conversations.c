/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conversations.h"

#include <string.h>

#include <glib.h>
#include <wsutil/wslog.h>

#include "tenant.h"

#define EXACT_TABLE "address,port,address,port,endpoint" /* Wireshark's name for the table */
#define CONTENT_MAX 64                                   /* bytes */

/*
 * The members of wmem_map_t before its hash function are the content of the map; the others define
 * how it works. The type is opaque, so find_content_size searches for the hash function in a map of
 * our own.
 */
static size_t content_size; /* bytes; 0 if the layout is not as expected */

static GPtrArray *tables; /* Wireshark's tables, in the order in which we found them */

/*
 * By tenant, then by index in `tables`: a map that holds the tenant's entries of that table. While
 * the tenant's entries are in the table itself, the map holds the entries of TENANT_NONE. NULL if
 * no map was needed yet.
 */
static GPtrArray *sets; /* freed when the next file is opened */

/*
 * The maps in `sets`. They are created like Wireshark's tables, because any content can be in any
 * map when the file is closed. All are empty then and are reused for the next file.
 */
static GPtrArray *keepers;
static unsigned keepers_used;

static wmem_map_t *exact_table; /* the table by both addresses and ports */
static uint32_t loaded;         /* the tenant whose entries are in Wireshark's tables */

static unsigned probe_hash(const void *key)
{
    return GPOINTER_TO_UINT(key);
}

static size_t find_content_size(const wmem_map_t *map)
{
    uintptr_t word;

    for (size_t size = sizeof word; size < CONTENT_MAX; size += sizeof word) {
        memcpy(&word, (const char *)map + size, sizeof word);
        if (word == (uintptr_t)probe_hash)
            return size;
    }
    return 0;
}

static void exchange(wmem_map_t *a, wmem_map_t *b)
{
    const size_t size = content_size;
    uintptr_t of_a;
    uintptr_t of_b;

    for (size_t at = 0; at < size; at += sizeof of_a) {
        memcpy(&of_a, (const char *)a + at, sizeof of_a);
        memcpy(&of_b, (const char *)b + at, sizeof of_b);
        memcpy((char *)a + at, &of_b, sizeof of_b);
        memcpy((char *)b + at, &of_a, sizeof of_a);
    }
}

/* Whether an exchange of two maps really moves their entries. */
static bool can_be_exchanged(wmem_map_t *a, wmem_map_t *b)
{
    const unsigned many = 100; /* enough that the maps must grow */
    bool moved = true;

    for (unsigned round = 1; round <= 3; round++) {
        for (unsigned i = 1; i <= many * round; i++)
            wmem_map_insert(a, GUINT_TO_POINTER(i), a);
        exchange(a, b);
        moved = moved && wmem_map_size(a) == 0 && !wmem_map_contains(a, GUINT_TO_POINTER(many));
        for (unsigned i = 1; i <= many * round; i++)
            moved = moved && wmem_map_remove(b, GUINT_TO_POINTER(i)) == a;
        moved = moved && wmem_map_size(b) == 0;
    }
    return moved;
}

static void examine_maps(void)
{
    wmem_map_t *a = wmem_map_new(wmem_epan_scope(), probe_hash, g_direct_equal);
    wmem_map_t *b = wmem_map_new(wmem_epan_scope(), probe_hash, g_direct_equal);

    content_size = find_content_size(a);
    if (content_size == 0 || !can_be_exchanged(a, b)) {
        content_size = 0;
        ws_warning("nvgre: this release of Wireshark is not known; conversations of tenants with "
                   "the same addresses are mixed");
    }
}

static void add_table(void *name _U_, void *table, void *unused _U_)
{
    if (!g_ptr_array_find(tables, table, NULL))
        g_ptr_array_add(tables, table);
}

/* Dissectors can add tables with other keys at any time. */
static void find_tables(void)
{
    wmem_map_t *by_name = get_conversation_hashtables();

    if (wmem_map_size(by_name) != tables->len)
        wmem_map_foreach(by_name, add_table, NULL);
}

static wmem_map_t *keeper(void)
{
    if (keepers_used == keepers->len)
        g_ptr_array_add(keepers, wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(),
                                                        g_direct_hash, g_direct_equal));
    return g_ptr_array_index(keepers, keepers_used++);
}

static GPtrArray *set_of(uint32_t tenant)
{
    GPtrArray *set;

    if (tenant >= sets->len)
        g_ptr_array_set_size(sets, (int)tenant + 1);
    set = g_ptr_array_index(sets, tenant);
    if (!set)
        sets->pdata[tenant] = set = g_ptr_array_new();
    if (set->len < tables->len)
        g_ptr_array_set_size(set, (int)tables->len);
    return set;
}

/* Puts a tenant's entries into the tables, or takes them out. */
static void exchange_set(uint32_t tenant)
{
    GPtrArray *set = set_of(tenant);

    for (unsigned i = 0; i < tables->len; i++) {
        wmem_map_t *table = g_ptr_array_index(tables, i);

        if (!set->pdata[i] && wmem_map_size(table) > 0)
            set->pdata[i] = keeper();
        if (set->pdata[i])
            exchange(table, set->pdata[i]);
    }
}

void conversations_switch(uint32_t tenant)
{
    if (tenant == loaded || content_size == 0)
        return;
    find_tables();
    if (loaded != TENANT_NONE)
        exchange_set(loaded);
    if (tenant != TENANT_NONE)
        exchange_set(tenant);
    loaded = tenant;
}

struct exact_key {
    conversation_element_t elements[5];
};

static struct exact_key key_of(const packet_info *pinfo, bool back)
{
    return (struct exact_key){{
        {CE_ADDRESS, .addr_val = back ? pinfo->dst : pinfo->src},
        {CE_PORT, .port_val = back ? pinfo->destport : pinfo->srcport},
        {CE_ADDRESS, .addr_val = back ? pinfo->src : pinfo->dst},
        {CE_PORT, .port_val = back ? pinfo->srcport : pinfo->destport},
        {CE_CONVERSATION_TYPE,
         .conversation_type_val = conversation_pt_to_conversation_type(pinfo->ptype)},
    }};
}

conversation_t *conversations_find(const packet_info *pinfo)
{
    if (!exact_table)
        return NULL;
    for (int back = 0; back < 2; back++) {
        struct exact_key key = key_of(pinfo, back);
        conversation_t *first = wmem_map_lookup(exact_table, key.elements);

        if (first && first->setup_frame <= pinfo->num)
            return first;
    }
    return find_conversation(pinfo->num, &pinfo->src, &pinfo->dst,
                             conversation_pt_to_conversation_type(pinfo->ptype), pinfo->srcport,
                             pinfo->destport, 0);
}

/*
 * Replaces the conversations of both directions, because each direction of a voice call can have
 * its own. The latest one is used.
 */
void conversations_publish(const packet_info *pinfo, conversation_t *conversation)
{
    struct exact_key forth = key_of(pinfo, false);
    struct exact_key back = key_of(pinfo, true);
    const void *kept;

    if (wmem_map_lookup_extended(exact_table, back.elements, &kept, NULL))
        wmem_map_insert(exact_table, kept, conversation);
    if (!wmem_map_lookup_extended(exact_table, forth.elements, &kept, NULL)) {
        copy_address_wmem(wmem_file_scope(), &forth.elements[0].addr_val, &pinfo->src);
        copy_address_wmem(wmem_file_scope(), &forth.elements[2].addr_val, &pinfo->dst);
        kept = wmem_memdup(wmem_file_scope(), &forth, sizeof forth);
    }
    wmem_map_insert(exact_table, kept, conversation);
}

static void free_set(void *set)
{
    if (set)
        g_ptr_array_free(set, TRUE);
}

static void new_file(void)
{
    loaded = TENANT_NONE;
    keepers_used = 0;
    g_ptr_array_set_size(sets, 0);
}

void conversations_register(void)
{
    tables = g_ptr_array_new();
    keepers = g_ptr_array_new();
    sets = g_ptr_array_new_with_free_func(free_set);
    exact_table = wmem_map_lookup(get_conversation_hashtables(), EXACT_TABLE);
    examine_maps();
    register_init_routine(new_file);
}
