/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/decap.h"
#include "transform/encap.h"

#include "support.h"

#define MACS "060600000007 060600000005 "
/* The first examples of Microsoft's RSS verification suite. */
#define ADDRESSES "420995bb a18e6450 "
#define ADDRESSES6 "3ffe250102001fff 0000000000000007 3ffe250102000003 0000000000000001"
#define PORTS "0aea06e6 "
#define IPV4(tos, protocol) "0800 45" tos "0018 0001 0000 40" protocol "0000 " ADDRESSES PORTS

/* Their hashes, with and without ports. */
#define HASH_PORTS 0x51ccc178u
#define HASH_ADDRESSES 0x323e8fc2u

struct encap_row {
    const char *name;
    const char *frame;
    const char *inner; /* if different from the frame */
    enum outcome outcome;
    uint32_t value;
    uint32_t hash; /* if the flow is hashed */
    uint8_t tos;
    uint8_t tos_expected;
    enum inner_vlan inner_vlan;
    enum ecn_mode ecn;
    bool fixed_key;
    bool ip_id_counts;
    bool sll;     /* instead of Ethernet */
    uint32_t len; /* on the wire; 0 if everything is captured */
};

static const struct encap_row rows[] = {
    {"TCP", MACS IPV4("00", "06"), .hash = HASH_PORTS},
    {"UDP", MACS IPV4("00", "11"), .hash = HASH_PORTS},
    {"ICMP", MACS IPV4("00", "01"), .hash = HASH_ADDRESSES},
    {"TCP over IPv6", MACS "86dd 60000000 0004 06 40" ADDRESSES6 PORTS, .hash = 0x40207d3d},
    {"a key of its own", MACS IPV4("00", "06"), .fixed_key = true},
    {"ECN copied", MACS IPV4("b9", "06"), .hash = HASH_PORTS, .tos_expected = 0x01},
    {"ECN copied under a TOS", MACS IPV4("b9", "06"), .hash = HASH_PORTS, .tos = 0x2e,
     .tos_expected = 0x2d},
    {"ECN CE copied", MACS IPV4("03", "06"), .hash = HASH_PORTS, .tos_expected = 0x03},
    {"ECN ignored", MACS IPV4("b9", "06"), .hash = HASH_PORTS, .tos = 0x2e, .tos_expected = 0x2e,
     .ecn = ECN_IGNORE},
    {"ECN copied from IPv6",
     MACS "86dd 6b900000 0000 3b 40" ADDRESSES ADDRESSES ADDRESSES ADDRESSES, .fixed_key = true,
     .tos_expected = 0x01},
    {"no IP, so no ECN", MACS "88b5 4500", .fixed_key = true, .tos = 0x2e, .tos_expected = 0x2e},
    {"only a header", MACS "88b5", .fixed_key = true},
    {"a tag stripped", MACS "8100 0064 " IPV4("00", "06"), MACS IPV4("00", "06"),
     .hash = HASH_PORTS},
    {"two tags stripped", MACS "88a8 0064 8100 0065 " IPV4("01", "06"), MACS IPV4("01", "06"),
     .hash = HASH_PORTS, .tos_expected = 0x01},
    {"a tag kept", MACS "8100 0064 " IPV4("00", "06"), .hash = HASH_PORTS,
     .inner_vlan = INNER_VLAN_KEEP},
    {"a tag dropped", MACS "8100 0064 " IPV4("00", "06"), .inner_vlan = INNER_VLAN_DROP,
     .outcome = OUTCOME_INNER_VLAN},
    {"no tag to drop", MACS IPV4("00", "06"), .hash = HASH_PORTS, .inner_vlan = INNER_VLAN_DROP},
    {"a priority tag stripped", MACS "8100 e000 0806 0001", MACS "0806 0001", .fixed_key = true},
    {"an IP ID that counts", MACS IPV4("00", "06"), .hash = HASH_PORTS, .ip_id_counts = true},
    {"cut off the wire's length", MACS IPV4("00", "06"), .hash = HASH_PORTS, .len = 1500},
    {"the longest behind IPv4, when a tag is stripped", MACS "8100 0064 " IPV4("00", "06"),
     MACS IPV4("00", "06"), .hash = HASH_PORTS, .len = 65511},
    {"too long, even when a tag is stripped", MACS "8100 0064 " IPV4("00", "06"),
     .outcome = OUTCOME_OVERSIZE, .value = 65528, .len = 65532},
    {"too short on the wire", "0606000000", .outcome = OUTCOME_MALFORMED, .value = 5},
    {"too short behind a tag", MACS "8100 0064", .outcome = OUTCOME_MALFORMED, .value = 16},
    {"no bytes", "", .outcome = OUTCOME_MALFORMED, .value = 0},
    {"another link type", MACS IPV4("00", "06"), .sll = true, .outcome = OUTCOME_LINK_TYPE,
     .value = 113},
};

enum { NUMBER = 0x12345, KEY = 0x00138900, FIXED_KEY = 0x00138955, TTL = 64, VLAN_TCI = 0x2064 };

/* The outer headers for all rows. */
struct outer_row {
    const char *name;
    uint8_t ip_version;
    uint16_t vlan_tpid;
    uint32_t len;
    uint32_t inner_max; /* limit of the IP length field */
};

static const struct outer_row outers[] = {
    {"IPv4", 4, 0, 42, 65507},
    {"IPv4 behind a tag", 4, 0x8100, 46, 65507},
    {"IPv6", 6, 0, 62, 65527},
    {"IPv6 behind a tag", 6, 0x88a8, 66, 65527},
};

static uint16_t linktype_of(const struct encap_row *row)
{
    return row->sll ? 113 : CAP_LINKTYPE_ETHERNET;
}

static struct nvgre_outer make_outer(const struct outer_row *row)
{
    struct nvgre_outer outer = {.vlan_tpid = row->vlan_tpid,
                                .vlan_tci = VLAN_TCI,
                                .ip_version = row->ip_version,
                                .ttl = TTL,
                                .df = true};

    memset(outer.src_mac, 0x0a, 6);
    memset(outer.dst_mac, 0x0b, 6);
    memset(outer.src_pa, 0x0c, 16);
    memset(outer.dst_pa, 0x0d, 16);
    return outer;
}

static struct encap_config make_config(const struct outer_row *outer_row,
                                       const struct encap_row *row)
{
    const struct nvgre_outer outer = make_outer(outer_row);
    struct encap_config config = {.key = row->fixed_key ? FIXED_KEY : KEY,
                                  .tos = row->tos,
                                  .df = !row->ip_id_counts,
                                  .hash_flow = !row->fixed_key,
                                  .inner_vlan = row->inner_vlan,
                                  .ecn = row->ecn};

    nvgre_template_init(&config.tmpl, &outer);
    config.usual_max = config.tmpl.inner_max;
    if (config.hash_flow)
        nvgre_hasher_init(&config.hasher, NVGRE_HASH_TOEPLITZ);
    return config;
}

static void add_ipv4(struct bytes *bytes, uint32_t total_len, uint8_t tos, uint32_t ip_id)
{
    uint32_t start = bytes->len;
    uint32_t checksum;

    add8(bytes, 0x45);
    add8(bytes, tos);
    add16(bytes, total_len);
    add16(bytes, ip_id);
    add_hex(bytes, "4000 40 2f 0000 0c0c0c0c 0d0d0d0d");
    checksum = 0xFFFF - naive_sum(bytes->data + start, 20);
    bytes->data[start + 10] = (uint8_t)(checksum >> 8);
    bytes->data[start + 11] = (uint8_t)checksum;
}

static void add_ipv6(struct bytes *bytes, uint32_t payload_len, uint8_t tos, uint32_t flow_label)
{
    add16(bytes, 6u << 12 | (uint32_t)tos << 4 | flow_label >> 16);
    add16(bytes, flow_label);
    add16(bytes, payload_len);
    add_hex(bytes, "2f 40 0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c 0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d");
}

/* Builds the whole expected packet. */
static struct bytes make_expected(const struct outer_row *outer, const struct encap_row *row,
                                  const struct bytes *inner, uint32_t inner_len)
{
    uint32_t key = row->fixed_key ? FIXED_KEY : KEY | (row->hash & 0xFF);
    struct bytes bytes = from_hex("0b0b0b0b0b0b 0a0a0a0a0a0a");

    if (outer->vlan_tpid) {
        add16(&bytes, outer->vlan_tpid);
        add16(&bytes, VLAN_TCI);
    }
    add16(&bytes, outer->ip_version == 4 ? 0x0800 : 0x86dd);
    if (outer->ip_version == 4)
        add_ipv4(&bytes, 20 + 8 + inner_len, row->tos_expected, row->ip_id_counts ? NUMBER : 0);
    else
        add_ipv6(&bytes, 8 + inner_len, row->tos_expected, row->hash >> 12);
    add_hex(&bytes, "2000 6558");
    add16(&bytes, key >> 16);
    add16(&bytes, key);
    add_bytes(&bytes, inner->data, inner->len);
    return bytes;
}

/* Runs with blocks of exactly the needed size. */
struct run {
    uint8_t *room;
    struct transform_result result;
    enum outcome outcome;
};

static struct run run_encap(const struct encap_config *config, uint16_t linktype,
                            const uint8_t *frame, uint32_t caplen, uint32_t len)
{
    const struct transform transform = encap_transform(config);
    const struct cap_iface iface = {.linktype = linktype, .tsresol = 6};
    uint8_t *data = exact_copy(frame, caplen);
    const struct cap_packet packet = {
        .number = NUMBER, .data = data, .caplen = caplen, .len = len, .iface = &iface};
    uint32_t room_len = config->tmpl.len + caplen;
    struct run run = {.room =
                          malloc(room_len < NVGRE_OUTER_LEN_MAX ? NVGRE_OUTER_LEN_MAX : room_len)};

    assert_non_null(run.room);
    memset(&run.result, 0xA5, sizeof(run.result));
    run.result.next = (struct transform_next){false, 0, 0};
    run.outcome = transform.run(config, &packet, run.room, &run.result);
    free(data);
    return run;
}

static void assert_encap(const struct outer_row *outer, const struct encap_row *row)
{
    const struct encap_config config = make_config(outer, row);
    const struct bytes frame = from_hex(row->frame);
    const struct bytes inner = from_hex(row->inner ? row->inner : row->frame);
    uint32_t len = row->len ? row->len : frame.len;
    struct run run = run_encap(&config, linktype_of(row), frame.data, frame.len, len);

    assert_int_equal(run.outcome, row->outcome);
    if (row->outcome == OUTCOME_DONE) {
        uint32_t inner_len = len - (frame.len - inner.len);
        struct bytes expected = make_expected(outer, row, &inner, inner_len);

        assert_int_equal(run.result.caplen, expected.len);
        assert_int_equal(run.result.len, outer->len + inner_len);
        assert_int_equal(run.result.notes, frame.len > inner.len ? 1u << NOTE_UNTAGGED : 0);
        assert_memory_equal(run.room, expected.data, expected.len);
    } else if (row->outcome != OUTCOME_INNER_VLAN) {
        assert_int_equal(run.result.value, row->value);
    }
    if (row->outcome == OUTCOME_MALFORMED)
        assert_int_equal(run.result.reason, NVGRE_REASON_INNER_LEN);
    free(run.room);
}

static void test_encap(void **state)
{
    for (size_t i = 0; i < COUNT(outers); i++)
        assert_encap(&outers[i], *state);
}

/*
 * Wherever the capture cut a frame, the lengths on the wire and the captured bytes must be correct.
 */
static void test_truncations(void **state)
{
    const struct encap_row *row = *state;
    const struct encap_config config = make_config(&outers[0], row);
    const struct bytes frame = from_hex(row->frame);
    const struct bytes inner = from_hex(row->inner ? row->inner : row->frame);
    uint32_t tags_len = frame.len - inner.len;
    uint32_t len = row->len ? row->len : frame.len;

    for (uint32_t caplen = 0; caplen < frame.len; caplen++) {
        struct run run = run_encap(&config, linktype_of(row), frame.data, caplen, len);

        if (run.outcome == OUTCOME_DONE) {
            assert_int_equal(row->outcome, OUTCOME_DONE);
            assert_int_equal(run.result.caplen, 42 + caplen - tags_len);
            assert_int_equal(run.result.len, 42 + len - tags_len);
            assert_memory_equal(run.room + 42, inner.data, caplen - tags_len);
            assert_memory_equal(run.room + 38, "\x00\x13\x89", 3);
        } else if (run.outcome == OUTCOME_TRUNCATED) {
            assert_true(caplen < 14 || frame.data[12] == 0x81 || frame.data[12] == 0x88);
        } else {
            assert_int_equal(run.outcome, row->outcome);
        }
        free(run.room);
    }
}

/* decap must restore what encap made, whole or cut. */
static void test_back(void **state)
{
    const struct encap_row *row = *state;
    const struct decap_config back = {.inner_vlan = INNER_VLAN_KEEP};
    const struct transform decap = decap_transform(&back);
    const struct bytes frame = from_hex(row->frame);
    const struct bytes inner = from_hex(row->inner ? row->inner : row->frame);

    for (size_t i = 0; i < COUNT(outers); i++) {
        const struct encap_config config = make_config(&outers[i], row);
        struct run run = run_encap(&config, linktype_of(row), frame.data, frame.len,
                                   row->len ? row->len : frame.len);
        const struct cap_iface iface = {.linktype = 1};
        const struct cap_packet packet = {
            .data = run.room, .caplen = run.result.caplen, .len = run.result.len, .iface = &iface};
        uint8_t out[1024];
        struct transform_result result;

        if (run.outcome == OUTCOME_DONE) {
            assert_int_equal(decap.run(&back, &packet, out, &result), OUTCOME_DONE);
            assert_int_equal(result.caplen, inner.len);
            assert_int_equal(result.len, run.result.len - outers[i].len);
            assert_memory_equal(out, inner.data, inner.len);
        }
        free(run.room);
    }
}

static void test_outer(void **state)
{
    const struct outer_row *outer = *state;
    const struct encap_row row = {.frame = MACS "88b5", .fixed_key = true};
    const struct encap_config config = make_config(outer, &row);
    const struct transform transform = encap_transform(&config);
    const struct bytes frame = from_hex(row.frame);

    assert_int_equal(transform.growth, outer->len);
    assert_int_equal(transform.linktype(1), 1);
    assert_int_equal(transform.linktype(113), 113);
    for (uint32_t over = 0; over < 2; over++) {
        struct run run = run_encap(&config, 1, frame.data, frame.len, outer->inner_max + over);

        assert_int_equal(run.outcome, over ? OUTCOME_OVERSIZE : OUTCOME_DONE);
        free(run.room);
    }
}

int main(void)
{
    return (RUN_ROWS(test_encap, rows) + RUN_ROWS(test_truncations, rows) +
            RUN_ROWS(test_back, rows) + RUN_ROWS(test_outer, outers)) != 0;
}
