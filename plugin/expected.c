/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expected.h"

#include <glib.h>

#include "tenant.h"

/* Wireshark's tables of conversations with one address or port, or both, left open. */
enum table { NO_ADDRESS, NO_PORT, NEITHER, TABLE_COUNT };

static const char *const table_names[TABLE_COUNT] = {
    [NO_ADDRESS] = "address,port,port,endpoint",
    [NO_PORT] = "address,port,address,endpoint",
    [NEITHER] = "address,port,endpoint",
};
static wmem_map_t *tables[TABLE_COUNT];

/* A chain of conversations with one key, as far as it has been looked through. */
struct chain {
    conversation_t *last_seen;
    wmem_map_t *newest; /* by tenant */
};

static wmem_map_t *chains; /* by first conversation */

bool expected_any(void)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if (wmem_map_size(tables[i]) > 0)
            return true;
    return false;
}

/* Wireshark moves a conversation of TCP elsewhere once it has met both ends. */
static bool is_open(const conversation_t *conversation)
{
    return conversation->options & (NO_ADDR2 | NO_PORT2 | NO_PORT2_FORCE);
}

static struct chain *chain_of(conversation_t *first)
{
    struct chain *chain = wmem_map_lookup(chains, first);

    if (!chain) {
        chain = wmem_new0(wmem_file_scope(), struct chain);
        chain->newest = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
        wmem_map_insert(chains, first, chain);
    }
    if (chain->last_seen && !is_open(chain->last_seen))
        chain->last_seen = NULL;
    return chain;
}

/* Chains only grow at their end, so that each conversation is looked at once. */
static conversation_t *newest_in_chain(conversation_t *first, bool *foreign)
{
    struct chain *chain = chain_of(first);
    conversation_t *next = chain->last_seen ? chain->last_seen->next : first;
    conversation_t *own;

    for (; next; next = next->next) {
        wmem_map_insert(chain->newest, GUINT_TO_POINTER(tenant_of_packet(next->setup_frame)), next);
        chain->last_seen = next;
    }
    own = wmem_map_lookup(chain->newest, GUINT_TO_POINTER(tenant_now()));
    if (wmem_map_size(chain->newest) > (own ? 1 : 0))
        *foreign = true;
    return own && is_open(own) ? own : NULL;
}

struct end {
    const address *address;
    uint32_t port;
};

static conversation_t *lookup(enum table table, struct end a, struct end b, conversation_type type)
{
    conversation_element_t type_element = {CE_CONVERSATION_TYPE, .conversation_type_val = type};
    conversation_element_t key[] = {
        {CE_ADDRESS, .addr_val = *a.address},
        {CE_PORT, .port_val = a.port},
        type_element,
        type_element,
    };

    if (table == NO_ADDRESS)
        key[2] = (conversation_element_t){CE_PORT, .port_val = b.port};
    if (table == NO_PORT)
        key[2] = (conversation_element_t){CE_ADDRESS, .addr_val = *b.address};
    return wmem_map_lookup(tables[table], key);
}

conversation_t *expected_find(const struct splice_flow *flow, bool *foreign)
{
    const struct end src = {&flow->src, flow->src_port};
    const struct end dst = {&flow->dst, flow->dst_port};
    conversation_t *found = NULL;

    for (enum table table = NO_ADDRESS; table < TABLE_COUNT; table++) {
        conversation_t *forth = lookup(table, src, dst, flow->type);
        conversation_t *back = lookup(table, dst, src, flow->type);
        conversation_t *own_forth = forth ? newest_in_chain(forth, foreign) : NULL;
        conversation_t *own_back = back ? newest_in_chain(back, foreign) : NULL;

        if (!found) /* in the order in which Wireshark looks for them */
            found = own_forth ? own_forth : own_back;
    }
    return found;
}

static void find_tables(void)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        tables[i] = wmem_map_lookup(get_conversation_hashtables(), table_names[i]);
}

void expected_register(void)
{
    chains =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_direct_hash, g_direct_equal);
    register_init_routine(find_tables);
}
