/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "splice.h"

#include <glib.h>

#include "expected.h"
#include "tenant.h"

/* A tenant's flow, with its lower end first. */
struct parking_key {
    uint32_t tenant;
    conversation_type type;
    uint32_t ports[2];
    address addresses[2];
};

static wmem_map_t *exact_table; /* Wireshark's conversations by both addresses and ports */
static wmem_map_t *parked;      /* parking_key to the newest conversation of a shared flow */
static wmem_map_t *claimed;     /* conversation to tenant + 1, where the packet does not tell */
static wmem_map_t *fulfilled;   /* conversation to the expected one that it was made from */

static uint32_t owner(const conversation_t *conversation)
{
    if (wmem_map_size(claimed) > 0) {
        uint32_t claim = GPOINTER_TO_UINT(wmem_map_lookup(claimed, conversation));

        if (claim)
            return claim - 1;
    }
    return tenant_of_packet(conversation->setup_frame);
}

/* The key of a flow in Wireshark's table, there or back. */
struct exact_key {
    conversation_element_t elements[5];
};

static struct exact_key exact_key(const struct splice_flow *flow, bool back)
{
    return (struct exact_key){{
        {CE_ADDRESS, .addr_val = back ? flow->dst : flow->src},
        {CE_PORT, .port_val = back ? flow->dst_port : flow->src_port},
        {CE_ADDRESS, .addr_val = back ? flow->src : flow->dst},
        {CE_PORT, .port_val = back ? flow->src_port : flow->dst_port},
        {CE_CONVERSATION_TYPE, .conversation_type_val = flow->type},
    }};
}

static conversation_t *newest_of_key(const address *a, uint32_t port_a, const address *b,
                                     uint32_t port_b, conversation_type type)
{
    conversation_element_t key[] = {
        {CE_ADDRESS, .addr_val = *a},
        {CE_PORT, .port_val = port_a},
        {CE_ADDRESS, .addr_val = *b},
        {CE_PORT, .port_val = port_b},
        {CE_CONVERSATION_TYPE, .conversation_type_val = type},
    };
    conversation_t *first = wmem_map_lookup(exact_table, key);

    return first ? first->last : NULL;
}

/* The one that find_conversation() would return, be it of either direction. */
static conversation_t *newest(const struct splice_flow *flow)
{
    conversation_t *forth =
        newest_of_key(&flow->src, flow->src_port, &flow->dst, flow->dst_port, flow->type);
    conversation_t *back =
        newest_of_key(&flow->dst, flow->dst_port, &flow->src, flow->src_port, flow->type);

    if (!forth || !back)
        return forth ? forth : back;
    return forth->conv_index > back->conv_index ? forth : back;
}

static struct parking_key parking_key(const struct splice_flow *flow, uint32_t tenant)
{
    int order = cmp_address(&flow->src, &flow->dst);
    bool swap = order > 0 || (order == 0 && flow->src_port > flow->dst_port);

    return (struct parking_key){
        .tenant = tenant,
        .type = flow->type,
        .ports = {swap ? flow->dst_port : flow->src_port, swap ? flow->src_port : flow->dst_port},
        .addresses = {swap ? flow->dst : flow->src, swap ? flow->src : flow->dst},
    };
}

static unsigned parking_key_hash(const void *v)
{
    const struct parking_key *key = v;
    unsigned hash = add_address_to_hash(key->tenant * 0x9E3779B1u, &key->addresses[0]);

    hash = add_address_to_hash(hash, &key->addresses[1]);
    return hash ^ (key->ports[0] << 16 | key->ports[1]) ^ (unsigned)key->type;
}

static gboolean parking_key_equal(const void *v, const void *w)
{
    const struct parking_key *a = v;
    const struct parking_key *b = w;

    return a->tenant == b->tenant && a->type == b->type && a->ports[0] == b->ports[0] &&
           a->ports[1] == b->ports[1] && addresses_equal(&a->addresses[0], &b->addresses[0]) &&
           addresses_equal(&a->addresses[1], &b->addresses[1]);
}

static void park(const struct parking_key *key, conversation_t *conversation)
{
    struct parking_key *kept;

    if (wmem_map_contains(parked, key)) {
        wmem_map_insert(parked, key, conversation);
        return;
    }
    kept = wmem_new(wmem_file_scope(), struct parking_key);
    *kept = *key;
    for (int i = 0; i < 2; i++)
        copy_address_wmem(wmem_file_scope(), &kept->addresses[i], &key->addresses[i]);
    wmem_map_insert(parked, kept, conversation);
}

/* Both trees are made now, so that what is put into one later is in all that share it. */
static void share(conversation_t *to, conversation_t *from)
{
    if (!from->data_list)
        from->data_list = wmem_tree_new(wmem_file_scope());
    if (!from->dissector_tree)
        from->dissector_tree = wmem_tree_new(wmem_file_scope());
    to->data_list = from->data_list;
    to->dissector_tree = from->dissector_tree;
}

/* What the tenant's conversation of a flow, so far `own` or none, is to be continued from. */
static conversation_t *continued(const struct splice_flow *flow, conversation_t *own, bool *hidden)
{
    conversation_t *expected = expected_find(flow, hidden);
    conversation_t *made_from = own ? wmem_map_lookup(fulfilled, own) : NULL;

    if (!expected || (own && (!made_from || made_from == expected)))
        return own;
    return own || *hidden ? expected : NULL;
}

static void insert(uint32_t packet_number, const struct splice_flow *flow, conversation_t *own,
                   conversation_t *former)
{
    conversation_t *conversation = conversation_new(packet_number, &flow->src, &flow->dst,
                                                    flow->type, flow->src_port, flow->dst_port, 0);
    conversation_t *made_from = own == former && own ? wmem_map_lookup(fulfilled, own) : former;

    if (former)
        share(conversation, former);
    if (made_from)
        wmem_map_insert(fulfilled, conversation, made_from);
}

/* A tenant's first packet: Wireshark is to see for itself that there is no conversation yet. */
static struct splice_hidden hide(const struct splice_flow *flow)
{
    struct splice_hidden hidden;

    for (int back = 0; back < 2; back++) {
        struct exact_key key = exact_key(flow, back);

        hidden.first[back] = wmem_map_remove(exact_table, key.elements);
    }
    return hidden;
}

void splice_unhide(const struct splice_flow *flow, const struct splice_hidden *hidden)
{
    for (int back = 0; back < 2; back++) {
        struct exact_key key = exact_key(flow, back);
        conversation_t *first = hidden->first[back];
        conversation_t *made = first ? wmem_map_lookup(exact_table, key.elements) : NULL;

        if (made) {
            first->last->next = made;
            first->last = made->last;
            made->last = NULL;
        }
        if (first)
            wmem_map_insert(exact_table, first->key_ptr, first);
    }
}

struct splice_hidden splice(uint32_t packet_number, const struct splice_flow *flow)
{
    const struct splice_hidden nothing = {{NULL, NULL}};
    conversation_t *found = newest(flow);
    conversation_t *own = found;
    conversation_t *former;
    bool hidden = false; /* what Wireshark would find hides what is this tenant's */

    if (found && owner(found) != tenant_now()) {
        struct parking_key ours = parking_key(flow, tenant_now());
        struct parking_key theirs = parking_key(flow, owner(found));

        park(&theirs, found);
        own = wmem_map_lookup(parked, &ours);
        hidden = true;
    }
    former = expected_any() ? continued(flow, own, &hidden) : own;
    if (hidden && found && !former && !own && !expected_any())
        return hide(flow);
    if (former != own || (hidden && (!found || own != found)))
        insert(packet_number, flow, own, former);
    return nothing;
}

void splice_claim(uint32_t packet_number, const struct splice_flow *flow)
{
    conversation_t *conversation = newest(flow);

    if (conversation && conversation->setup_frame == packet_number)
        wmem_map_insert(claimed, conversation, GUINT_TO_POINTER(tenant_now() + 1));
}

static void find_table(void)
{
    exact_table =
        wmem_map_lookup(get_conversation_hashtables(), "address,port,address,port,endpoint");
}

void splice_register(void)
{
    parked = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), parking_key_hash,
                                    parking_key_equal);
    claimed =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_direct_hash, g_direct_equal);
    fulfilled =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_direct_hash, g_direct_equal);
    expected_register();
    register_init_routine(find_table);
}
