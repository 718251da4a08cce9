/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/decap.h"

#include "support.h"

#define ETH "0200c0a80416 0200c0a8040b "
#define PAS "c0a8040b c0a80416 "
#define IP(tos, len, protocol) "45" tos len "0001 0000 40" protocol "0000" PAS
#define IPV4(len) IP("00", len, "2f")
#define PAS6 "fd000000 00000000 00000000 0000000b fd000000 00000000 00000000 00000016 "
#define IPV6(len) "60000000" len "2f 40" PAS6
#define GRE "2000 6558 001389 50 "

/* A tenant's frame of 20 bytes: the IPv4 length is 48, with a tag 52. */
#define MACS "060600000007 060600000005 "
#define INNER MACS "88b5 010203040506"
#define TAGGED MACS "8100 0064 88b5 010203040506"
#define TAGGED_TWICE MACS "88a8 0064 8100 0065 88b5 010203040506"

struct decap_row {
    const char *name;
    const char *outer;
    const char *inner;
    enum outcome outcome;
    const char *taken;   /* if different from `inner` */
    const char *trailer; /* bytes after the IP packet */
    uint32_t value;      /* the value for this outcome */
    enum nvgre_reason reason;
    uint32_t notes;
    uint16_t linktype; /* 0 means Ethernet; NULL_LINK means 0 */
    enum inner_vlan inner_vlan;
    const char *vsids;
    bool strict;
};

#define NULL_LINK 0xFFFF
#define IS(kind) .outcome = OUTCOME_##kind

static const struct decap_row links[] = {
    {"IPv4", ETH "0800" IPV4("0030") GRE, INNER, IS(DONE)},
    {"IPv6", ETH "86dd" IPV6("001c") GRE, INNER, IS(DONE)},
    {"a tag before it", ETH "8100 0064 0800" IPV4("0030") GRE, INNER, IS(DONE)},
    {"two tags before it", ETH "88a8 0064 8100 0065 86dd" IPV6("001c") GRE, INNER, IS(DONE)},
    {"IPv4 options", ETH "0800 46000034 00010000 402f0000" PAS "01010100" GRE, INNER, IS(DONE)},
    {"Linux cooked", "0000 0001 0006 0200c0a8040b0000 0800" IPV4("0030") GRE, INNER, IS(DONE),
     .linktype = 113},
    {"Linux cooked v2", "0800 0000 00000002 0001 00 06 0200c0a8040b0000" IPV4("0030") GRE, INNER,
     IS(DONE), .linktype = 276},
    {"raw", IPV4("0030") GRE, INNER, IS(DONE), .linktype = 101},
    {"raw, as OpenBSD numbers it", IPV4("0030") GRE, INNER, IS(DONE), .linktype = 14},
    {"raw, as others number it", IPV6("001c") GRE, INNER, IS(DONE), .linktype = 12},
    {"only IPv4", IPV4("0030") GRE, INNER, IS(DONE), .linktype = 228},
    {"only IPv6", IPV6("001c") GRE, INNER, IS(DONE), .linktype = 229},
    {"BSD loopback", "02000000" IPV4("0030") GRE, INNER, IS(DONE), .linktype = NULL_LINK},
    {"OpenBSD loopback", "00000002" IPV4("0030") GRE, INNER, IS(DONE), .linktype = 108},
    {"another link", ETH "0800" IPV4("0030") GRE, INNER, IS(LINK_TYPE), .value = 147,
     .linktype = 147},
};

static const struct decap_row frames[] = {
    {"a trailer behind the IP packet", ETH "0800" IPV4("0030") GRE, INNER, IS(DONE),
     .trailer = "a5a5a5a5"},
    {"an IP length of 0", ETH "0800" IPV4("0000") GRE, INNER, IS(DONE)},
    {"only an inner header", ETH "0800" IPV4("002a") GRE, MACS "88b5", IS(DONE)},
    {"a reserved VSID", ETH "0800" IPV4("0030") "2000 6558 000fff 00", INNER, IS(DONE),
     .notes = 1u << NOTE_RESERVED_VSID},
    {"the first VSID that is not", ETH "0800" IPV4("0030") "2000 6558 001000 00", INNER, IS(DONE)},
    {"a checksum", ETH "0800" IPV4("0034") "a000 6558 0000 0000 00138950", INNER, IS(DONE),
     .notes = 1u << NOTE_DEVIANT},
    {"a sequence number and a reserved VSID", ETH "0800" IPV4("0034") "3000 6558 00000050 00000001",
     INNER, IS(DONE), .notes = 1u << NOTE_DEVIANT | 1u << NOTE_RESERVED_VSID},
    {"an ignored bit", ETH "0800" IPV4("0030") "2200 6558 00138950", INNER, IS(DONE),
     .notes = 1u << NOTE_DEVIANT},
    {"a checksum, strict", ETH "0800" IPV4("0034") "a000 6558 0000 0000 00138950", INNER,
     IS(DEVIANT), .value = 0xA000, .strict = true},
    {"nothing to be strict about", ETH "0800" IPV4("0030") GRE, INNER, IS(DONE), .strict = true},
    {"a bit to discard for", ETH "0800" IPV4("0030") "2400 6558 00138950", INNER, IS(MUST_DISCARD),
     .value = 0x2400},
    {"a bit to discard for, strict", ETH "0800" IPV4("0030") "2800 6558 00138950", INNER,
     IS(MUST_DISCARD), .value = 0x2800, .strict = true},
    {"no key", ETH "0800" IPV4("002c") "0000 6558", INNER, IS(NO_KEY)},
    {"IPv4 in GRE", ETH "0800" IPV4("0030") "2000 0800 00138950", INNER, IS(OTHER_GRE)},
    {"PPTP", ETH "0800" IPV4("0030") "2001 880b 00138950", INNER, IS(OTHER_GRE)},
    {"a fragment", ETH "0800 45000030 00012000 402f0000" PAS GRE, INNER, IS(FRAGMENT)},
    {"UDP", ETH "0800" IP("00", "0030", "11") GRE, INNER, IS(NOT_NVGRE)},
    {"ARP", ETH "0806 0001", INNER, IS(NOT_NVGRE)},
    {"IP length beyond the frame", ETH "0800" IPV4("0031") GRE, INNER, IS(MALFORMED),
     .reason = NVGRE_REASON_IP_BEYOND, .value = 49},
    {"GRE beyond the IP packet", ETH "0800" IPV4("001b") GRE, INNER, IS(MALFORMED),
     .reason = NVGRE_REASON_GRE_LEN, .value = 8},
    {"inner frame shorter than a header", ETH "0800" IPV4("0029") GRE, INNER, IS(MALFORMED),
     .reason = NVGRE_REASON_INNER_LEN, .value = 13},
    {"inner frame that ends before its tag", ETH "0800" IPV4("002a") GRE, MACS "8100",
     IS(MALFORMED), .reason = NVGRE_REASON_INNER_LEN, .value = 14},
    {"VSID selected", ETH "0800" IPV4("0030") GRE, INNER, IS(DONE), .vsids = "5000-5010"},
    {"VSID not selected", ETH "0800" IPV4("0030") GRE, INNER, IS(NOT_SELECTED),
     .vsids = "5000,5002"},
    {"VSID not selected, deviant", ETH "0800" IPV4("0030") "2400 6558 00138950", INNER,
     IS(NOT_SELECTED), .vsids = "5000"},
    {"an inner tag dropped", ETH "0800" IPV4("0034") GRE, TAGGED, IS(INNER_VLAN),
     .inner_vlan = INNER_VLAN_DROP},
    {"no inner tag to drop", ETH "0800" IPV4("0030") GRE, INNER, IS(DONE),
     .inner_vlan = INNER_VLAN_DROP},
    {"an inner tag stripped", ETH "0800" IPV4("0034") GRE, TAGGED, IS(DONE), .taken = INNER,
     .notes = 1u << NOTE_UNTAGGED},
    {"inner tags stripped", ETH "0800" IPV4("0038") GRE, TAGGED_TWICE, IS(DONE), .taken = INNER,
     .notes = 1u << NOTE_UNTAGGED},
    {"inner tags kept", ETH "0800" IPV4("0038") GRE, TAGGED_TWICE, IS(DONE),
     .inner_vlan = INNER_VLAN_KEEP},
    {"an inner tag and congestion", ETH "0800" IP("03", "0034", "2f") GRE, TAGGED, IS(DONE),
     .taken = INNER, .notes = 1u << NOTE_UNTAGGED},
};

static struct decap_config make_config(const struct decap_row *row)
{
    struct decap_config config = {.inner_vlan = row->inner_vlan, .strict = row->strict};

    if (row->vsids)
        assert_int_equal(range_set_parse(&config.vsids, RANGES_OF_VSIDS, row->vsids), 0);
    return config;
}

/* Runs with blocks of exactly the needed size. */
struct run {
    uint8_t *room;
    struct transform_result result;
    enum outcome outcome;
};

static struct run run_decap(const struct decap_config *config, uint16_t linktype,
                            const struct bytes *frame, uint32_t caplen, uint32_t inner_caplen)
{
    const struct transform transform = decap_transform(config);
    const struct cap_iface iface = {.linktype = linktype};
    uint8_t *data = exact_copy(frame->data, caplen);
    const struct cap_packet packet = {
        .data = data, .caplen = caplen, .len = frame->len, .iface = &iface};
    struct run run = {.room = malloc(inner_caplen)};

    memset(&run.result, 0xA5, sizeof(run.result));
    run.outcome = transform.run(config, &packet, run.room, &run.result);
    free(data);
    return run;
}

static uint16_t linktype_of(const struct decap_row *row)
{
    return row->linktype == NULL_LINK ? 0 : row->linktype ? row->linktype : CAP_LINKTYPE_ETHERNET;
}

static void assert_outcome(const struct decap_row *row, const struct run *run)
{
    const struct bytes taken = from_hex(row->taken ? row->taken : row->inner);

    assert_int_equal(run->outcome, row->outcome);
    if (row->outcome == OUTCOME_DONE) {
        assert_int_equal(run->result.caplen, taken.len);
        assert_int_equal(run->result.len, taken.len);
        assert_memory_equal(run->room, taken.data, taken.len);
        assert_int_equal(run->result.notes, row->notes);
    }
    if (row->outcome == OUTCOME_MALFORMED)
        assert_int_equal(run->result.reason, row->reason);
    if (row->value)
        assert_int_equal(run->result.value, row->value);
}

/* If the capture cut a frame, the result must have all bytes that are left. */
static void assert_cut(const struct decap_row *row, const struct run *run, uint32_t inner_caplen)
{
    const struct bytes inner = from_hex(row->inner);
    const struct bytes taken = from_hex(row->taken ? row->taken : row->inner);

    if (run->outcome == OUTCOME_DONE) {
        assert_int_equal(row->outcome, OUTCOME_DONE);
        assert_int_equal(run->result.caplen, inner_caplen - (inner.len - taken.len));
        assert_int_equal(run->result.len, taken.len);
        assert_memory_equal(run->room, taken.data, run->result.caplen);
        assert_true(run->result.caplen >= NVGRE_ETH_LEN);
    } else if (run->outcome != OUTCOME_TRUNCATED) {
        assert_int_equal(run->outcome, row->outcome);
    } else if (row->outcome == OUTCOME_DONE) {
        assert_true(inner_caplen < NVGRE_ETH_LEN || inner.data[12] == 0x81 ||
                    inner.data[12] == 0x88);
    }
}

static void test_decap(void **state)
{
    const struct decap_row *row = *state;
    const uint32_t outer_len = from_hex(row->outer).len;
    const uint32_t inner_len = from_hex(row->inner).len;
    struct decap_config config = make_config(row);
    struct bytes frame = from_hex(row->outer);

    add_hex(&frame, row->inner);
    if (row->trailer)
        add_hex(&frame, row->trailer);
    for (uint32_t caplen = 0; caplen <= frame.len; caplen++) {
        uint32_t left = caplen > outer_len ? caplen - outer_len : 0;
        uint32_t inner_caplen = left < inner_len ? left : inner_len;
        struct run run = run_decap(&config, linktype_of(row), &frame, caplen, inner_caplen);

        if (caplen == frame.len)
            assert_outcome(row, &run);
        else
            assert_cut(row, &run, inner_caplen);
        free(run.room);
    }
    range_set_free(&config.vsids);
}

/* RFC 6040 figure 4, in numbers: Not-ECT 0, ECT(1) 1, ECT(0) 2, CE 3; 4 means drop. */
static const uint8_t ecn_by_outer[4][4] = {{0, 0, 0, 4}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}};

struct ecn_row {
    const char *name;
    uint8_t outer_version;
    uint8_t inner_version;
    bool tagged;
};

static const struct ecn_row ecns[] = {
    {"IPv4 in IPv4", 4, 4, false},
    {"IPv6 in IPv4", 4, 6, false},
    {"IPv4 in IPv6", 6, 4, false},
    {"IPv6 behind a tag in IPv6", 6, 6, true},
};

static void add_ip(struct bytes *bytes, uint8_t version, uint8_t tos, uint32_t protocol,
                   uint32_t payload_len)
{
    uint32_t start = bytes->len;

    if (version == 4) {
        add_hex(bytes, "4500 0000 0001 0000 4000 0000" PAS);
        bytes->data[start + 1] = tos;
        bytes->data[start + 3] = (uint8_t)(payload_len + 20);
        bytes->data[start + 9] = (uint8_t)protocol;
        bytes->data[start + 10] = (uint8_t)((0xFFFF - naive_sum(bytes->data + start, 20)) >> 8);
        bytes->data[start + 11] = (uint8_t)(0xFF - naive_sum(bytes->data + start, 20));
    } else {
        add_hex(bytes, "60000000 0000 00 40" PAS6);
        bytes->data[start] = (uint8_t)(0x60 | tos >> 4);
        bytes->data[start + 1] = (uint8_t)(tos << 4);
        bytes->data[start + 5] = (uint8_t)payload_len;
        bytes->data[start + 6] = (uint8_t)protocol;
    }
}

static struct bytes ecn_inner(const struct ecn_row *row, bool tagged, uint8_t tos)
{
    struct bytes inner = from_hex(MACS);

    if (tagged)
        add_hex(&inner, "81000064");
    add16(&inner, row->inner_version == 4 ? 0x0800 : 0x86dd);
    add_ip(&inner, row->inner_version, tos, 59, 0);
    return inner;
}

static void assert_ecn(const struct ecn_row *row, enum ecn_mode mode, uint8_t outer_tos,
                       uint8_t inner_tos)
{
    const struct decap_config config = {.inner_vlan = INNER_VLAN_STRIP, .ecn = mode};
    const struct bytes inner = ecn_inner(row, row->tagged, inner_tos);
    uint8_t ecn = mode == ECN_IGNORE ? inner_tos & 3 : ecn_by_outer[inner_tos & 3][outer_tos & 3];
    struct bytes frame = from_hex(ETH);
    struct run run;

    add16(&frame, row->outer_version == 4 ? 0x0800 : 0x86dd);
    add_ip(&frame, row->outer_version, outer_tos, 47, 8 + inner.len);
    add_hex(&frame, GRE);
    add_bytes(&frame, inner.data, inner.len);
    run = run_decap(&config, CAP_LINKTYPE_ETHERNET, &frame, frame.len, inner.len);
    assert_int_equal(run.outcome, ecn == 4 ? OUTCOME_CONGESTION : OUTCOME_DONE);
    if (ecn != 4) {
        struct bytes taken = ecn_inner(row, false, (uint8_t)((inner_tos & 0xFC) | ecn));

        assert_int_equal(run.result.caplen, taken.len);
        assert_memory_equal(run.room, taken.data, taken.len);
    }
    free(run.room);
}

static void test_ecn(void **state)
{
    for (uint32_t outer = 0; outer < 4; outer++) {
        for (uint32_t inner = 0; inner < 4; inner++) {
            assert_ecn(*state, ECN_COPY, (uint8_t)(0xB8 | outer), (uint8_t)(0x28 | inner));
            assert_ecn(*state, ECN_IGNORE, (uint8_t)(0xB8 | outer), (uint8_t)(0x28 | inner));
        }
    }
}

static void test_linktypes(void **state)
{
    const uint16_t taken[] = {0, 1, 12, 14, 101, 108, 113, 228, 229, 276};
    const struct decap_config config = {.strict = false};
    const struct transform transform = decap_transform(&config);
    size_t next = 0;

    (void)state;
    assert_int_equal(transform.growth, 0);
    for (uint32_t linktype = 0; linktype <= 0xFFFF; linktype++) {
        bool is_taken = next < COUNT(taken) && taken[next] == linktype;

        assert_int_equal(transform.linktype((uint16_t)linktype), is_taken ? 1 : linktype);
        next += is_taken;
    }
}

int main(void)
{
    const struct CMUnitTest whole[] = {cmocka_unit_test(test_linktypes)};

    return (RUN_ROWS(test_decap, links) + RUN_ROWS(test_decap, frames) + RUN_ROWS(test_ecn, ecns) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
