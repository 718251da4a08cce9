/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outer.h"

#include "support.h"

#define MACS "0200c0a80416 0200c0a8040b"
#define PAS "c0a8040b c0a80416"
#define PAS6 "fd000000 00000000 00000000 0000000b fd000000 00000000 00000000 00000016"
#define NVGRE "20006558 00138950"

/*
 * An outer header between the MACs and PAs above, the fields of a packet, and the expected bytes.
 */
struct outer_case {
    const char *name;
    const char *hex;
    uint8_t ip_version;
    uint8_t ttl;
    bool df;
    uint16_t tpid, tci;
    uint32_t inner_len, key, flow_label;
    uint8_t tos;
    uint16_t ip_id;
};

static const struct outer_case outers[] = {
    {"standard sample", MACS "0800 45000066 00004000 402fb0f7" PAS NVGRE, 4, 64, true,
     .inner_len = 74, .key = 0x00138950},
    {"standard sample's SYN", MACS "0800 45000052 00004000 402fb10b" PAS "20006558 00138975", 4, 64,
     true, .inner_len = 54, .key = 0x00138975},
    {"IPv4, no DF, TTL 255, TOS", MACS "0800 45b90066 00000000 ff2f313e" PAS NVGRE, 4, 255, false,
     .inner_len = 74, .key = 0x00138950, .tos = 0xB9},
    {"IPv4, no DF, IP ID", MACS "0800 45000066 12340000 402fdec3" PAS NVGRE, 4, 64, false,
     .inner_len = 74, .key = 0x00138950, .ip_id = 0x1234},
    {"IPv4, no DF, last IP ID", MACS "0800 45000066 ffff0000 402ff0f7" PAS NVGRE, 4, 64, false,
     .inner_len = 74, .key = 0x00138950, .ip_id = 0xFFFF},
    {"IPv4, flow label is not for it", MACS "0800 45000066 00004000 402fb0f7" PAS NVGRE, 4, 64,
     true, .inner_len = 74, .key = 0x00138950, .flow_label = 0xFFFFF},
    {"IPv4, tag", MACS "8100e067 0800 45000066 00004000 402fb0f7" PAS NVGRE, 4, 64, true,
     .tpid = 0x8100, .tci = 0xE067, .inner_len = 74, .key = 0x00138950},
    {"IPv4, largest", MACS "0800 4500ffff 00004000 402fb15d" PAS "20006558 ffffffff", 4, 64, true,
     .inner_len = 65507, .key = 0xFFFFFFFF},
    {"IPv6", MACS "86dd 60000000 0052 2f 40" PAS6 NVGRE, 6, 64, true, .inner_len = 74,
     .key = 0x00138950},
    {"IPv6, traffic class, flow label, hop limit", MACS "86dd 6b912345 05e4 2f 01" PAS6 NVGRE, 6, 1,
     false, .inner_len = 1500, .key = 0x00138950, .flow_label = 0x12345, .tos = 0xB9},
    {"IPv6, tag, ones", MACS "88a80fff 86dd 6fffffff ffff 2f 40" PAS6 "20006558 ffffffff", 6, 64,
     false, .tpid = 0x88A8, .tci = 0x0FFF, .inner_len = 65527, .key = 0xFFFFFFFF,
     .flow_label = 0xFFFFF, .tos = 0xFF},
};

static struct nvgre_template make_template(const struct outer_case *row, struct bytes pas)
{
    uint32_t pa_len = row->ip_version == 4 ? 4 : 16;
    struct nvgre_outer outer = {.vlan_tpid = row->tpid,
                                .vlan_tci = row->tci,
                                .ip_version = row->ip_version,
                                .ttl = row->ttl,
                                .df = row->df};
    struct nvgre_template tmpl;

    memcpy(outer.dst_mac, from_hex(MACS).data, 6);
    memcpy(outer.src_mac, from_hex(MACS).data + 6, 6);
    memcpy(outer.src_pa, pas.data, pa_len);
    memcpy(outer.dst_pa, pas.data + pa_len, pa_len);
    memset(&tmpl, 0xA5, sizeof(tmpl));
    nvgre_template_init(&tmpl, &outer);
    return tmpl;
}

static struct nvgre_template row_template(const struct outer_case *row)
{
    return make_template(row, from_hex(row->ip_version == 4 ? PAS : PAS6));
}

static struct nvgre_outer_fields row_fields(const struct outer_case *row)
{
    return (struct nvgre_outer_fields){row->inner_len, row->key, row->flow_label, row->ip_id,
                                       row->tos};
}

static uint32_t inner_max(const struct outer_case *row)
{
    return row->ip_version == 4 ? 65507 : 65527;
}

static void test_write(void **state)
{
    const struct outer_case *row = *state;
    struct bytes expected = from_hex(row->hex);
    struct nvgre_template tmpl = row_template(row);
    struct nvgre_outer_fields fields = row_fields(row);
    uint8_t *out = malloc(NVGRE_OUTER_LEN_MAX);

    memset(out, 0xA5, NVGRE_OUTER_LEN_MAX);
    assert_int_equal(tmpl.len, expected.len);
    assert_int_equal(tmpl.inner_max, inner_max(row));
    assert_int_equal(nvgre_template_write(&tmpl, &fields, out), expected.len);
    assert_memory_equal(out, expected.data, expected.len);
    free(out);
}

/* A template serves many packets: nothing of one packet may remain in the next. */
static void test_write_again(void **state)
{
    const struct outer_case *row = *state;
    const struct nvgre_outer_fields ones = {inner_max(row), 0xFFFFFFFF, 0xFFFFF, 0xFFFF, 0xFF};
    struct bytes expected = from_hex(row->hex);
    struct nvgre_template tmpl = row_template(row);
    struct nvgre_outer_fields fields = row_fields(row);
    uint8_t out[NVGRE_OUTER_LEN_MAX];

    nvgre_template_write(&tmpl, &ones, out);
    nvgre_template_write(&tmpl, &fields, out);
    assert_memory_equal(out, expected.data, expected.len);
}

/* A template without a receiver must write the same when it gets one. */
static void test_write_to(void **state)
{
    const struct outer_case *row = *state;
    const uint32_t pa_len = row->ip_version == 4 ? 4 : 16;
    struct bytes expected = from_hex(row->hex);
    struct bytes pas = from_hex(row->ip_version == 4 ? PAS : PAS6);
    struct nvgre_receiver to = {.ip_version = row->ip_version};
    struct nvgre_template tmpl;
    struct nvgre_outer_fields fields = row_fields(row);
    uint8_t *out = malloc(NVGRE_OUTER_LEN_MAX);

    memcpy(to.mac, from_hex(MACS).data, 6);
    memcpy(to.pa, pas.data + pa_len, pa_len);
    to.ip_sum = row->ip_version == 4 ? naive_sum(to.pa, 4) : 0;
    memset(pas.data + pa_len, 0, pa_len);
    tmpl = make_template(row, pas);
    assert_int_equal(nvgre_template_write_to(&tmpl, &to, &fields, out), expected.len);
    assert_memory_equal(out, expected.data, expected.len);
    free(out);
}

/* The decoder must see clean NVGRE. */
static void test_decode(void **state)
{
    const struct outer_case *row = *state;
    uint32_t len = from_hex(row->hex).len + row->inner_len;
    uint8_t *packet = calloc(len, 1);
    struct nvgre_template tmpl = row_template(row);
    struct nvgre_outer_fields fields = row_fields(row);
    struct nvgre_frame frame;

    nvgre_template_write(&tmpl, &fields, packet);
    assert_int_equal(nvgre_frame_decode(NVGRE_LINK_ETHERNET, packet, len, len, &frame),
                     NVGRE_CLASS_CLEAN);
    assert_int_equal(frame.inner_offset, tmpl.len);
    assert_int_equal(frame.inner_len, row->inner_len);
    assert_int_equal(frame.gre.key, row->key);
    assert_int_equal(frame.ip.tos, row->tos);
    assert_int_equal(frame.l2.vlan_count, row->tpid != 0);
    free(packet);
}

static void assert_checksum(const struct nvgre_template *tmpl, uint32_t inner_len, uint8_t tos)
{
    const struct nvgre_outer_fields fields = {.inner_len = inner_len, .tos = tos};
    uint8_t out[NVGRE_OUTER_LEN_MAX];
    const uint8_t *ip = out + tmpl->ip_offset;

    nvgre_template_write(tmpl, &fields, out);
    assert_int_equal(naive_sum(ip, 20), 0xFFFF);
    assert_int_equal(ip[1], tos);
    assert_int_equal(ip[2] << 8 | ip[3], inner_len + 28);
}

/* Each length, each TOS, and PAs with the smallest and largest sums. */
static void test_ipv4_checksum(void **state)
{
    static const char *const pas[] = {PAS, "00000000 00000000", "ffffffff ffffffff"};

    (void)state;
    for (size_t i = 0; i < COUNT(pas); i++) {
        struct nvgre_template tmpl = make_template(&outers[0], from_hex(pas[i]));

        for (uint32_t len = 0; len <= 65507; len++)
            assert_checksum(&tmpl, len, (uint8_t)(len * 37 >> 4));
        for (uint32_t tos = 0; tos <= 0xFF; tos++)
            for (uint32_t len = 14; len <= 9000; len += 50)
                assert_checksum(&tmpl, len, (uint8_t)tos);
    }
}

int main(void)
{
    const struct CMUnitTest whole[] = {cmocka_unit_test(test_ipv4_checksum)};

    return (RUN_ROWS(test_write, outers) + RUN_ROWS(test_write_again, outers) +
            RUN_ROWS(test_write_to, outers) + RUN_ROWS(test_decode, outers) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
