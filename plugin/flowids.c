/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flowids.h"

#include <string.h>

#include <glib.h>
#include <wireshark.h>

#include <epan/wmem_scopes.h>

#include "flowid.h"

/* Only the first FLOW_KEY_LEN(len) bytes are used. */
struct flow_key {
    uint32_t tenant;
    uint16_t len; /* bytes used in `ends` (addresses, two ports), a multiple of 4 */
    uint16_t protocol;
    uint8_t ends[NVGRE_FLOW_LEN_MAX];
};

#define FLOW_KEY_LEN(len) (offsetof(struct flow_key, ends) + (len))
#define WORDS_MAX (sizeof(struct flow_key) / sizeof(uint32_t))

static wmem_map_t *first_flowids; /* maps a flow to its FlowID plus 1 */
static uint64_t multipliers[WORDS_MAX];

/*
 * A sum of words, each multiplied by a secret number. Collisions are as hard to cause as with
 * Wireshark's hash of bytes, which is several times slower.
 */
static unsigned flow_hash(const void *v)
{
    const struct flow_key *key = v;
    uint64_t sum = 0;
    uint32_t word;

    for (size_t i = 0; i < FLOW_KEY_LEN(key->len) / sizeof word; i++) {
        memcpy(&word, (const uint8_t *)v + i * sizeof word, sizeof word);
        sum += multipliers[i] * word;
    }
    return (unsigned)(sum >> 32);
}

static gboolean flow_equal(const void *v, const void *w)
{
    const struct flow_key *a = v;
    const struct flow_key *b = w;

    return a->len == b->len && memcmp(a, b, FLOW_KEY_LEN(a->len)) == 0;
}

static bool find_flow(uint32_t tenant, const struct nvgre_inner *inner, struct flow_key *key)
{
    struct nvgre_flow flow;

    nvgre_flow_find(inner, &flow);
    if (!inner->has_ip || flow.ports_len == 0)
        return false;
    key->tenant = tenant;
    key->len = (uint16_t)(flow.addresses_len + flow.ports_len);
    key->protocol = inner->ip.protocol;
    memcpy(key->ends, flow.addresses, flow.addresses_len);
    memcpy(key->ends + flow.addresses_len, flow.ports, flow.ports_len);
    return true;
}

bool flowid_has_changed(uint32_t tenant, const struct nvgre_inner *inner, uint8_t flowid)
{
    struct flow_key key;
    unsigned first;

    if (!find_flow(tenant, inner, &key))
        return false;
    first = GPOINTER_TO_UINT(wmem_map_lookup(first_flowids, &key));
    if (first == 0)
        wmem_map_insert(first_flowids, wmem_memdup(wmem_file_scope(), &key, FLOW_KEY_LEN(key.len)),
                        GUINT_TO_POINTER(flowid + 1u));
    return first != 0 && first != flowid + 1u;
}

void flowids_register(void)
{
    for (size_t i = 0; i < WORDS_MAX; i++)
        multipliers[i] = (uint64_t)g_random_int() << 32 | g_random_int();
    first_flowids =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), flow_hash, flow_equal);
}
