/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "info/collect.h"

#include "support.h"

static const struct cap_iface iface = {.linktype = CAP_LINKTYPE_ETHERNET, .tsresol = 6};

/* The parts of an outer frame. */
struct parts {
    uint32_t key;
    const char *flags; /* first 16 bits of the GRE header in hex */
    uint8_t pa;        /* last byte of source and destination PA */
    const char *inner; /* hex of the inner frame after its MACs */
};

#define TCP_IP "0800 45000028000040004006 0000 0a000005 0a000007"
#define REST "0000000000000000000000000000000000000000"

/* Outer Ethernet and IPv4, GRE with a key, inner Ethernet. */
static struct bytes frame_of(const struct parts *parts)
{
    struct bytes inner = from_hex("060600000007 060600000005");
    struct bytes frame = from_hex("0200c0a80416 0200c0a8040b 0800 4500");

    add_hex(&inner, parts->inner);
    add16(&frame, 28 + inner.len);
    add_hex(&frame, "00004000402f0000 c0a804");
    add8(&frame, parts->pa);
    add_hex(&frame, "c0a804");
    add8(&frame, parts->pa + 1u);
    add_hex(&frame, parts->flags);
    add16(&frame, 0x6558);
    add16(&frame, parts->key >> 16);
    add16(&frame, parts->key);
    add_bytes(&frame, inner.data, inner.len);
    return frame;
}

/* Counts the first `caplen` bytes of a frame, at `us` microseconds since 1970. */
static void count_cut(struct info *info, const struct bytes *frame, uint32_t caplen, uint32_t us)
{
    uint8_t *data = exact_copy(frame->data, caplen);
    struct cap_packet packet = {.data = data,
                                .caplen = caplen,
                                .len = frame->len,
                                .ts = us,
                                .number = info->file.all.packets + 1,
                                .iface = &iface,
                                .record = CAP_RECORD_ENHANCED};
    struct info_packet taken;

    info_read(info, &packet, &taken);
    assert_int_equal(info_count(info, &taken), 0);
    free(data);
}

static void count_one(struct info *info, const struct parts *parts, uint32_t us)
{
    struct bytes frame = frame_of(parts);

    count_cut(info, &frame, frame.len, us);
}

static struct info_tenant *tenant(struct info *info, uint32_t vsid)
{
    return info_tenants_find(&info->tenants, vsid);
}

static const struct parts blue = {5001 << 8 | 0x50, "2000", 11, TCP_IP REST};
static const struct parts red = {6001 << 8 | 0x51, "2000", 11, TCP_IP REST};
static const struct parts back = {5001 << 8 | 0x52, "2000", 22, TCP_IP REST};

static void test_tenants(void **state)
{
    struct info *info = info_new();
    struct info_tenant *found;

    (void)state;
    assert_non_null(info);
    count_one(info, &blue, 3000000);
    count_one(info, &red, 2000000);
    count_one(info, &back, 1000000);
    found = tenant(info, 5001);
    assert_int_equal(found->packets, 2);
    assert_int_equal(found->inner_bytes, 2 * 54);
    assert_int_equal(found->outer_bytes, 2 * 96);
    assert_true(info_span_seconds(&found->span) == 2);
    assert_int_equal(found->details->pa_pairs.count, 2);
    assert_int_equal(found->details->cas.count, 2);
    assert_int_equal(found->details->protocols[INFO_IPV4_TCP], 2);
    assert_int_equal(tenant(info, 6001)->packets, 1);
    assert_int_equal(info->tenants.count, 2);
    assert_int_equal(info->nvgre.packets, 3);
    info_free(info);
}

static void test_no_time(void **state)
{
    struct info *info = info_new();
    struct bytes frame = frame_of(&blue);
    struct cap_packet packet = {.data = frame.data,
                                .caplen = frame.len,
                                .len = frame.len,
                                .iface = &iface,
                                .record = CAP_RECORD_SIMPLE};
    struct info_packet taken;

    (void)state;
    assert_non_null(info);
    info_read(info, &packet, &taken);
    assert_int_equal(info_count(info, &taken), 0);
    assert_false(tenant(info, 5001)->span.given || info->file.span.given);
    info_free(info);
}

struct protocol_row {
    const char *name;
    const char *inner;
    enum info_protocol protocol;
    uint32_t cas;
};

#define IPV4(protocol, source, destination)                                                        \
    "0800 4500001400004000 40" protocol "0000" source destination
#define IPV6(next, source, destination) "86dd 60000000 0000" next "40" source destination
#define A4 "0a000005"
#define B4 "0a000007"
#define A6 "fd000000000000000000000000000005"
#define B6 "fd000000000000000000000000000007"

static const struct protocol_row protocol_rows[] = {
    {"ARP", "0806 0001080006040001", INFO_ARP, 0},
    {"TCP", IPV4("06", A4, B4), INFO_IPV4_TCP, 2},
    {"UDP", IPV4("11", A4, B4), INFO_IPV4_UDP, 2},
    {"ICMP", IPV4("01", A4, B4), INFO_IPV4_ICMP, 2},
    {"ICMPv6 in IPv4", IPV4("3a", A4, B4), INFO_IPV4_OTHER, 2},
    {"to itself", IPV4("06", A4, A4), INFO_IPV4_TCP, 1},
    {"to a group", IPV4("11", A4, "e0000001"), INFO_IPV4_UDP, 1},
    {"broadcast of no one", IPV4("11", "00000000", "ffffffff"), INFO_IPV4_UDP, 0},
    {"TCP, IPv6", IPV6("06", A6, B6), INFO_IPV6_TCP, 2},
    {"UDP, IPv6", IPV6("11", A6, B6), INFO_IPV6_UDP, 2},
    {"ICMPv6", IPV6("3a", A6, "ff020000000000000000000000000001"), INFO_IPV6_ICMP, 1},
    {"ICMP in IPv6", IPV6("01", A6, B6), INFO_IPV6_OTHER, 2},
    {"behind an extension", IPV6("00", A6, B6) "1100 000000000000", INFO_IPV6_UDP, 2},
    {"LLDP", "88cc 0000", INFO_OTHER_ETHERTYPE, 0},
    {"802.3", "0004 42420300", INFO_OTHER_ETHERTYPE, 0},
    {"tagged", "8100 0065 0806 0001", INFO_ARP, 0},
    {"broken IPv4", "0800 1400001400004000", INFO_UNKNOWN, 0},
};

static void test_protocol(void **state)
{
    const struct protocol_row *row = *state;
    const struct parts parts = {5001 << 8, "2000", 11, row->inner};
    struct info *info = info_new();

    assert_non_null(info);
    count_one(info, &parts, 0);
    for (int i = 0; i < INFO_PROTOCOL_COUNT; i++) {
        assert_int_equal(tenant(info, 5001)->details->protocols[i], i == (int)row->protocol);
        assert_int_equal(info->protocols[i], i == (int)row->protocol);
    }
    assert_int_equal(tenant(info, 5001)->details->cas.count, row->cas);
    info_free(info);
}

struct rule_row {
    const char *name;
    struct parts parts;
    enum info_rule rule;
};

static const struct rule_row rule_rows[] = {
    {"reserved bits", {5001 << 8, "2008", 11, TCP_IP REST}, INFO_RULE_RESERVED_BITS},
    {"bits to discard for", {5001 << 8, "2800", 11, TCP_IP REST}, INFO_RULE_DISCARD_BITS},
    {"no key", {5001 << 8, "0000", 11, TCP_IP REST}, INFO_RULE_NO_KEY},
    {"reserved VSID", {4095 << 8, "2000", 11, TCP_IP REST}, INFO_RULE_VSID_RESERVED},
    {"VSID of vendors", {0xFFFFFF00, "2000", 11, TCP_IP REST}, INFO_RULE_VSID_VENDOR},
    {"inner tag", {5001 << 8, "2000", 11, "8100 0065 0806 0001"}, INFO_RULE_INNER_8021Q},
    {"inner length", {5001 << 8, "2000", 11, TCP_IP}, INFO_RULE_INNER_LENGTH},
    {"too short", {5001 << 8, "2000", 11, "08"}, INFO_RULE_MALFORMED},
};

static void test_rule(void **state)
{
    const struct rule_row *row = *state;
    struct info *info = info_new();

    assert_non_null(info);
    for (uint32_t i = 0; i < INFO_NUMBERS_MAX + 2; i++)
        count_one(info, &row->parts, 0);
    for (int i = 0; i < INFO_RULE_COUNT; i++)
        assert_int_equal(info->findings[i].packets, i == (int)row->rule ? INFO_NUMBERS_MAX + 2 : 0);
    for (uint32_t i = 0; i < INFO_NUMBERS_MAX; i++)
        assert_int_equal(info->findings[row->rule].numbers[i], i + 1);
    info_free(info);
}

/* Each packet cut at each length must be counted once. */
static void test_truncation(void **state)
{
    const struct protocol_row *row = *state;
    const struct parts parts = {5001 << 8, "2000", 11, row->inner};
    struct bytes frame = frame_of(&parts);
    struct info *info = info_new();
    uint64_t kinds = 0;

    assert_non_null(info);
    for (uint32_t caplen = 0; caplen <= frame.len; caplen++)
        count_cut(info, &frame, caplen, 0);
    for (int i = 0; i < INFO_KIND_COUNT; i++)
        kinds += info->kinds[i].packets;
    assert_int_equal(kinds + info->nvgre.packets, frame.len + 1);
    assert_int_equal(info->nvgre.packets, frame.len + 1 - 42);
    assert_int_equal(info->file.cut_packets, frame.len);
    info_free(info);
}

/* ---- Bounds ---- */

static void test_tenants_are_bounded(void **state)
{
    struct info *info = info_new();
    const uint32_t step = 13; /* spreads the tenants over almost all VSIDs */

    (void)state;
    assert_non_null(info);
    for (uint32_t i = 0; i < INFO_TENANTS_MAX; i++) {
        struct info_tenant *found = tenant(info, i * step);

        assert_int_equal(found->vsid, i * step);
        assert_int_equal(found->details != NULL, i < INFO_DETAILS_MAX);
    }
    assert_ptr_equal(tenant(info, 1), &info->tenants.others);
    assert_int_equal(tenant(info, step)->vsid, step);
    assert_int_equal(info->tenants.count, INFO_TENANTS_MAX);
    info_free(info);
}

static void count_address(struct info_addresses *addresses, struct info_address_list *list,
                          uint32_t owner, uint32_t number)
{
    struct info_address address = {.owner = owner, .version = 4, .is.words = {number + 1}};

    assert_int_equal(
        info_addresses_count(addresses, list, &address, info_addresses_begin(addresses, &address)),
        0);
}

static void test_addresses_are_bounded(void **state)
{
    const uint32_t owners = INFO_ADDRESSES_MAX / INFO_ADDRESSES_LIST_MAX;
    struct info_addresses addresses = {0};
    struct info_address_list list;

    (void)state;
    for (uint32_t owner = 0; owner <= owners; owner++) {
        list = (struct info_address_list){0};
        for (uint32_t i = 0; i < INFO_ADDRESSES_LIST_MAX; i++)
            count_address(&addresses, &list, owner, i);
        assert_int_equal(list.count, owner < owners ? INFO_ADDRESSES_LIST_MAX : 0);
        assert_int_equal(list.incomplete, owner == owners);
        count_address(&addresses, &list, owner, INFO_ADDRESSES_LIST_MAX);
        assert_true(list.incomplete);
    }
    assert_int_equal(addresses.count, INFO_ADDRESSES_MAX);
    info_addresses_free(&addresses);
}

static void test_busiest(void **state)
{
    struct info_addresses addresses = {0};
    struct info_address_list list = {0};
    struct info_address_list other = {0};
    uint32_t indexes[3];

    (void)state;
    assert_int_equal(info_addresses_busiest(&addresses, &list, indexes, 3), 0);
    for (uint32_t number = 0; number < 9; number++)
        for (uint32_t i = 0; i <= number * 5 % 9; i++) { /* 1, 6, 2, 7, 3, 8, 4, 9, 5 */
            count_address(&addresses, &list, 1, number);
            count_address(&addresses, &other, 2, 0);
        }
    assert_int_equal(info_addresses_busiest(&addresses, &list, indexes, 3), 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(info_address_at(&addresses, indexes[i])->packets, 9 - i);
    assert_int_equal(info_address_at(&addresses, indexes[0])->is.words[0], 8);
    assert_int_equal(info_addresses_busiest(&addresses, &other, indexes, 3), 1);
    info_addresses_free(&addresses);
}

/* ---- FlowIDs ---- */

static bool is_near(double a, double b)
{
    return a - b < 1e-9 && b - a < 1e-9;
}

static void test_spread(void **state)
{
    struct info_spread spread = {{0}};
    struct info_spread_figures figures;

    (void)state;
    info_spread_figures(&spread, &figures);
    assert_true(figures.used == 0 && figures.evenness == 0);
    info_spread_count(&spread, 7);
    info_spread_figures(&spread, &figures);
    assert_true(figures.used == 1 && figures.busiest == 7 && figures.evenness == 0);
    assert_true(is_near(figures.busiest_share, 1) && is_near(figures.zero_share, 0));
    for (int i = 0; i < INFO_FLOWIDS; i++)
        spread.counts[i] = 3;
    info_spread_figures(&spread, &figures);
    assert_true(figures.used == 256 && is_near(figures.evenness, 1));
    assert_true(is_near(figures.zero_share, 1.0 / 256));
    spread = (struct info_spread){{[0] = 1, [9] = 1}};
    info_spread_figures(&spread, &figures);
    assert_true(is_near(figures.evenness, 1.0 / 8));
}

static void test_spread_without_end(void **state)
{
    struct info_spread spread = {{[1] = UINT32_MAX - 1, [2] = 1, [3] = UINT32_MAX / 3}};
    struct info_spread_figures figures;

    (void)state;
    info_spread_count(&spread, 1);
    info_spread_figures(&spread, &figures);
    assert_true(figures.used == 3 && figures.busiest == 1);
    assert_true(figures.busiest_share > 0.7499 && figures.busiest_share < 0.7501);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tenants),
        cmocka_unit_test(test_no_time),
        cmocka_unit_test(test_tenants_are_bounded),
        cmocka_unit_test(test_addresses_are_bounded),
        cmocka_unit_test(test_busiest),
        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_spread_without_end),
    };

    return cmocka_run_group_tests_name("info", tests, NULL, NULL) +
           RUN_ROWS(test_protocol, protocol_rows) + RUN_ROWS(test_rule, rule_rows) +
           RUN_ROWS(test_truncation, protocol_rows);
}
