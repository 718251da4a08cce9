/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/rewrite.h"

#include "support.h"
#include "transform/edit.h"

/* A Blue echo request, and the same with all changes that a row may request. */
#define ECHO                                                                                       \
    "060600000007 060600000005 0800 4500003c000100004001 66b5 0a000005 0a000007 08004d5a00010001"  \
    "6162636465666768696a6b6c6d6e6f7071727374757677616263646566676869"
#define MACS "0200c0a80416 0200c0a8040b "
#define PACKET MACS "0800 4500006600004000402fb0f7 c0a8040b c0a80416 20006558 00138950 " ECHO
#define PACKET6                                                                                    \
    MACS "86dd 60000000 0052 2f40 fd000004000000000000000000000011 "                               \
         "fd000004000000000000000000000022 20006558 00138950 " ECHO

struct rewrite_row {
    const char *name;
    const char *packet;
    const char *expected;
    void (*choose)(struct rewrite_config *config);
};

static void nothing(struct rewrite_config *config)
{
    (void)config;
}

static void outer_fields(struct rewrite_config *config)
{
    config->outer.dst_mac = (struct rewrite_mac){true, {2, 0, 0, 0, 0, 0x99}};
    config->outer.ttl = (struct rewrite_bits){0xFF, 9};
    config->outer.tos = (struct rewrite_bits){0x03, 0x02};
    config->key_mask = 0xFF;
    config->key = 0x07;
}

static void add_tag(struct rewrite_config *config)
{
    config->outer.tag = REWRITE_TAG_ADD;
    config->outer.tpid = NVGRE_TPID_8021Q;
    config->outer.tci = (struct rewrite_bits){0xFFF, 5};
}

static void to_ipv4(struct rewrite_config *config)
{
    config->outer.ip_version = 4;
    memcpy(config->outer.local, (uint8_t[]){192, 168, 4, 11}, 4);
    memcpy(config->outer.remote, (uint8_t[]){192, 168, 4, 22}, 4);
}

static void inner_macs(struct rewrite_config *config)
{
    config->inner.src_mac = (struct rewrite_mac){true, {6, 0, 0, 0, 0, 1}};
    config->inner_wanted = true;
}

static const struct rewrite_row rows[] = {
    {"nothing", PACKET, PACKET, nothing},
    {"nothing over IPv6", PACKET6, PACKET6, nothing},
    {"outer fields", PACKET,
     "020000000099 0200c0a8040b 0800 4502006600004000092fe7f5 c0a8040b c0a80416 20006558 00138907"
     " " ECHO,
     outer_fields},
    {"outer fields over IPv6", PACKET6,
     "020000000099 0200c0a8040b 86dd 60200000 0052 2f09 fd000004000000000000000000000011 "
     "fd000004000000000000000000000022 20006558 00138907 " ECHO,
     outer_fields},
    {"a tag", PACKET,
     MACS "81000005 0800 4500006600004000402fb0f7 c0a8040b c0a80416 20006558 00138950 " ECHO,
     add_tag},
    {"IPv4 for IPv6", PACKET6, PACKET, to_ipv4},
    {"inner MACs", PACKET,
     MACS "0800 4500006600004000402fb0f7 c0a8040b c0a80416 20006558 00138950 060600000007 "
          "060000000001 0800 4500003c000100004001 66b5 0a000005 0a000007 08004d5a00010001"
          "6162636465666768696a6b6c6d6e6f7071727374757677616263646566676869",
     inner_macs},
};

static const struct cap_iface iface = {.linktype = CAP_LINKTYPE_ETHERNET};

/* Runs a row on the first `caplen` bytes, in blocks of exact size. */
static enum outcome run_cut(const struct rewrite_config *config, const struct bytes *bytes,
                            uint32_t caplen, struct bytes *out, struct transform_result *result)
{
    const struct transform transform = rewrite_transform(config);
    uint8_t *data = exact_copy(bytes->data, caplen);
    uint8_t *room = malloc(caplen + transform.growth);
    const struct cap_packet packet = {
        .iface = &iface, .data = data, .caplen = caplen, .len = bytes->len};
    enum outcome outcome;

    assert_true(room || caplen + transform.growth == 0);
    outcome = transform.run(config, &packet, room, result);
    out->len = 0;
    if (outcome == OUTCOME_DONE)
        add_bytes(out, room, result->caplen);
    free(room);
    free(data);
    return outcome;
}

static struct rewrite_config make_config(const struct rewrite_row *row)
{
    struct rewrite_config config = {.fragments = rewrite_fragments_new()};

    assert_non_null(config.fragments);
    row->choose(&config);
    return config;
}

static void test_whole(void **state)
{
    const struct rewrite_row *row = *state;
    const struct bytes packet = from_hex(row->packet);
    const struct bytes expected = from_hex(row->expected);
    struct rewrite_config config = make_config(row);
    struct transform_result result = {.value = 0};
    struct bytes out;
    enum outcome outcome = run_cut(&config, &packet, packet.len, &out, &result);

    if (row->choose == nothing) {
        assert_int_equal(outcome, OUTCOME_UNCHANGED);
    } else {
        assert_int_equal(outcome, OUTCOME_DONE);
        assert_int_equal(result.caplen, expected.len);
        assert_int_equal(result.len, expected.len);
        assert_memory_equal(out.data, expected.data, expected.len);
    }
    rewrite_fragments_free(config.fragments);
}

/* As soon as the key is captured, captured bytes must change as they do in the whole packet. */
static void test_each_length(void **state)
{
    const struct rewrite_row *row = *state;
    const struct bytes packet = from_hex(row->packet);
    const struct bytes expected = from_hex(row->expected);
    const uint32_t headers = packet.len - from_hex(ECHO).len;
    struct rewrite_config config = make_config(row);

    for (uint32_t caplen = 0; caplen < packet.len; caplen++) {
        struct transform_result result = {.value = 0};
        struct bytes out;
        enum outcome outcome = run_cut(&config, &packet, caplen, &out, &result);

        if (caplen < headers) {
            assert_int_equal(outcome, OUTCOME_TRUNCATED);
        } else if (outcome == OUTCOME_DONE) {
            assert_int_equal(result.len, expected.len);
            assert_int_equal(result.len - result.caplen, packet.len - caplen);
            if (row->choose != inner_macs || caplen >= headers + 14)
                assert_memory_equal(out.data, expected.data, out.len);
        } else {
            assert_int_equal(outcome, OUTCOME_UNCHANGED);
            assert_true(row->choose == nothing ||
                        (row->choose == inner_macs && caplen < headers + 14));
        }
    }
    rewrite_fragments_free(config.fragments);
}

/* ---- edit.h ---- */

enum { WORDS = 40, OUTER_SUM = 2, INNER = 20, INNER_SUM = 24, ROUNDS = 2000 };

static uint32_t error_of(const uint8_t *data, uint32_t len)
{
    return naive_sum(data, len) % 0xFFFF;
}

/* Two nested checksums: both must stay wrong by the same amount. */
static void test_sums_follow(void **state)
{
    uint32_t random = 7637;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct edit_sum outer = {0, NULL};
        struct edit_sum inner = {0, &outer};
        uint8_t data[WORDS * 2];
        bool changed = false;
        uint32_t errors[2];

        for (uint32_t i = 0; i < sizeof data; i++)
            data[i] = (uint8_t)next_random(&random);
        errors[0] = error_of(data, sizeof data);
        errors[1] = error_of(data + INNER, sizeof data - INNER);
        for (uint32_t edits = next_random(&random) % 6; edits > 0; edits--) {
            uint32_t at = INNER + 6 + next_random(&random) % 20 * 2;

            edit_put16(&changed, data + at, (uint16_t)next_random(&random), &inner);
        }
        edit_put16(&changed, data + 4, (uint16_t)next_random(&random), &outer);
        edit_follow(&changed, data + INNER_SUM, &inner);
        edit_follow(&changed, data + OUTER_SUM, &outer);
        assert_int_equal(error_of(data + INNER, sizeof data - INNER), errors[1]);
        assert_int_equal(error_of(data, sizeof data), errors[0]);
    }
}

static void test_no_change(void **state)
{
    const uint8_t was[8] = {1, 2, 0, 0, 0xFF, 0xFF, 7, 8};
    struct edit_sum sum = {0, NULL};
    struct edit_sum pseudo = {0, NULL};
    bool changed = false;
    uint8_t data[8];

    (void)state;
    memcpy(data, was, sizeof data);
    edit_put(&changed, data, was, sizeof data, &sum, &pseudo);
    edit_follow(&changed, data + 2, &sum);
    assert_false(changed);
    assert_int_equal(sum.delta | pseudo.delta, 0);
    assert_memory_equal(data, was, sizeof data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums_follow),
                                       cmocka_unit_test(test_no_change)};

    return RUN_ROWS(test_whole, rows) + RUN_ROWS(test_each_length, rows) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
