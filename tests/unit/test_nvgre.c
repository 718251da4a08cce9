/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nvgre.h"

#include "support.h"

/* A complete header. Fields that are not named are 0. */
struct header_case {
    const char *name;
    const char *hex;
    enum nvgre_class kind;
    uint32_t key;
    uint32_t sequence;
    uint16_t checksum;
    uint32_t deviations;
};

static const struct header_case headers[] = {
    {"clean", "20006558 00138950", .kind = NVGRE_CLASS_CLEAN, .key = 0x00138950},
    {"clean, key of ones", "20006558 ffffffff", .kind = NVGRE_CLASS_CLEAN, .key = 0xFFFFFFFF},
    {"checksum", "a0006558 beef0000 00138950", .kind = NVGRE_CLASS_DEVIANT, .key = 0x00138950,
     .checksum = 0xBEEF, .deviations = NVGRE_DEV_CHECKSUM},
    {"checksum with an offset", "a0006558 beef1234 00138950", .kind = NVGRE_CLASS_DEVIANT,
     .key = 0x00138950, .checksum = 0xBEEF, .deviations = NVGRE_DEV_CHECKSUM},
    {"sequence", "30006558 00138950 fedcba98", .kind = NVGRE_CLASS_DEVIANT, .key = 0x00138950,
     .sequence = 0xFEDCBA98, .deviations = NVGRE_DEV_SEQUENCE},
    {"checksum and sequence", "b0006558 12340000 00138950 00000007", .kind = NVGRE_CLASS_DEVIANT,
     .key = 0x00138950, .sequence = 7, .checksum = 0x1234,
     .deviations = NVGRE_DEV_CHECKSUM | NVGRE_DEV_SEQUENCE},
    {"strict source route bit", "28006558 00138950", .kind = NVGRE_CLASS_DEVIANT, .key = 0x00138950,
     .deviations = NVGRE_DEV_DISCARD},
    {"bit 5", "24006558 00138950", .kind = NVGRE_CLASS_DEVIANT, .key = 0x00138950,
     .deviations = NVGRE_DEV_DISCARD},
    {"bit 6", "22006558 00138950", .kind = NVGRE_CLASS_DEVIANT, .key = 0x00138950,
     .deviations = NVGRE_DEV_IGNORED},
    {"bit 8, A of version 1 only", "20806558 00138950", .kind = NVGRE_CLASS_DEVIANT,
     .key = 0x00138950, .deviations = NVGRE_DEV_IGNORED},
    {"bit 12", "20086558 00138950", .kind = NVGRE_CLASS_DEVIANT, .key = 0x00138950,
     .deviations = NVGRE_DEV_IGNORED},
    {"every deviation", "bff86558 00010000 00138950 00000002", .kind = NVGRE_CLASS_DEVIANT,
     .key = 0x00138950, .sequence = 2, .checksum = 1,
     .deviations = NVGRE_DEV_CHECKSUM | NVGRE_DEV_SEQUENCE | NVGRE_DEV_IGNORED | NVGRE_DEV_DISCARD},

    {"no key", "00006558", .kind = NVGRE_CLASS_TEB_NO_KEY},
    {"no key, checksum and sequence", "90006558 12340000 00000007", .kind = NVGRE_CLASS_TEB_NO_KEY,
     .sequence = 7, .checksum = 0x1234},

    {"IPv4", "20000800 00138950", .kind = NVGRE_CLASS_OTHER_GRE, .key = 0x00138950},
    {"ERSPAN II", "100088be 0000002a", .kind = NVGRE_CLASS_OTHER_GRE, .sequence = 42},
    {"WCCP", "0000883e", .kind = NVGRE_CLASS_OTHER_GRE},
    {"protocol type 0x6559", "20006559 00138950", .kind = NVGRE_CLASS_OTHER_GRE, .key = 0x00138950},
    {"protocol type 0x5865", "20005865 00138950", .kind = NVGRE_CLASS_OTHER_GRE, .key = 0x00138950},
    {"PPTP", "3001880b 0020000c 00000005", .kind = NVGRE_CLASS_OTHER_GRE, .key = 0x0020000C,
     .sequence = 5},
    {"PPTP with acknowledgment", "3081880b 0020000c 00000005 00000004",
     .kind = NVGRE_CLASS_OTHER_GRE, .key = 0x0020000C, .sequence = 5},
    {"PPTP, acknowledgment only", "2081880b 0000000c 00000004", .kind = NVGRE_CLASS_OTHER_GRE,
     .key = 0x0000000C},
    {"version 1 with R has no route", "60016558 00000000 00138950", .kind = NVGRE_CLASS_OTHER_GRE,
     .key = 0x00138950},
    {"version 2", "20026558", .kind = NVGRE_CLASS_OTHER_GRE},
    {"version 7, all flags", "ffff6558", .kind = NVGRE_CLASS_OTHER_GRE},

    {"route, empty", "40006558 00000000 00000000", .kind = NVGRE_CLASS_OTHER_GRE},
    {"route of other protocol, empty", "40000800 00000000 00000000", .kind = NVGRE_CLASS_OTHER_GRE},
    {"route, end with an offset", "40006558 00000000 00000500", .kind = NVGRE_CLASS_OTHER_GRE},
    {"route and key", "60006558 00000000 00138950 00000000", .kind = NVGRE_CLASS_OTHER_GRE,
     .key = 0x00138950},
    {"route, checksum, key, sequence", "f0006558 12340008 00138950 00000007 00000000",
     .kind = NVGRE_CLASS_OTHER_GRE, .key = 0x00138950, .sequence = 7, .checksum = 0x1234},
    {"route of an entry", "40006558 00000000 08000004 c0a80101 00000000",
     .kind = NVGRE_CLASS_OTHER_GRE},
    {"route of two entries, checksum word not in use",
     "40006558 beef0004 08000408 c0a80101 c0a80102 08000004 0a000001 00000000",
     .kind = NVGRE_CLASS_OTHER_GRE},
    {"route, entry without data", "40006558 00000000 08000000 08000000 00000000",
     .kind = NVGRE_CLASS_OTHER_GRE},
    {"route, entry without family", "40006558 00000000 00000004 00000000 00000000",
     .kind = NVGRE_CLASS_OTHER_GRE},
    {"route, odd entry", "40006558 00000000 00fe0003 010203 00000000",
     .kind = NVGRE_CLASS_OTHER_GRE},
};

static void assert_header(const struct header_case *expected, uint32_t header_len,
                          enum nvgre_class kind, const struct nvgre_gre *gre)
{
    struct bytes header = from_hex(expected->hex);

    assert_int_equal(kind, expected->kind);
    assert_int_equal(gre->flags, header.data[0] << 8 | header.data[1]);
    assert_int_equal(gre->protocol, header.data[2] << 8 | header.data[3]);
    assert_int_equal(gre->header_len, header_len);
    assert_int_equal(gre->key, expected->key);
    assert_int_equal(gre->sequence, expected->sequence);
    assert_int_equal(gre->checksum, expected->checksum);
    assert_int_equal(gre->deviations, expected->deviations);
}

/* Decodes from a block of exactly `caplen` bytes. */
static enum nvgre_class decode(const void *data, uint32_t caplen, uint32_t len,
                               struct nvgre_gre *gre)
{
    uint8_t *copy = exact_copy(data, caplen);
    enum nvgre_class kind;

    memset(gre, 0xA5, sizeof(*gre));
    kind = nvgre_gre_decode(copy, caplen, len, gre);
    free(copy);
    return kind;
}

static void test_header(void **state)
{
    const struct header_case *expected = *state;
    struct bytes header = from_hex(expected->hex);
    struct bytes longer = header;
    struct nvgre_gre gre;
    enum nvgre_class kind = decode(header.data, header.len, header.len, &gre);

    assert_header(expected, header.len, kind, &gre);
    add_hex(&longer, "ffff ff");
    kind = decode(longer.data, longer.len, longer.len, &gre);
    assert_header(expected, header.len, kind, &gre);
    kind = decode(header.data, header.len, header.len + 1000, &gre);
    assert_header(expected, header.len, kind, &gre);
}

/* Checks header_len of a header that does not fit: the bytes it needs, as far as they are known. */
static void assert_needs(uint32_t needed, uint32_t have, const struct bytes *header)
{
    bool has_route = (header->data[0] & 0x40) && (header->data[1] & 7) == 0;

    if (have < 4)
        assert_int_equal(needed, 4);
    else if (has_route)
        assert_in_range(needed, have + 1, header->len);
    else
        assert_int_equal(needed, header->len);
}

static void test_header_cut(void **state)
{
    const struct header_case *expected = *state;
    struct bytes header = from_hex(expected->hex);
    struct nvgre_gre gre;

    for (uint32_t n = 0; n < header.len; n++) {
        assert_int_equal(decode(header.data, n, header.len, &gre), NVGRE_CLASS_TRUNCATED);
        assert_needs(gre.header_len, n, &header);
        assert_int_equal(decode(header.data, n, n, &gre), NVGRE_CLASS_MALFORMED);
        assert_needs(gre.header_len, n, &header);
    }
}

struct key_case {
    const char *name;
    uint32_t key;
    uint32_t vsid;
    uint8_t flowid;
    bool reserved;
};

static const struct key_case keys[] = {
    {"os-ken's nvgre(0x1234, 0x5a)", 0x0012345A, 0x001234, 0x5A, false},
    {"packetnet gre_nvgre.pcap", 0x12345602, 0x123456, 0x02, false},
    {"pcapplusplus GrePackets.pcap", 0x0000FDE8, 0x0000FD, 0xE8, true},
    {"ryu gre_nvgre_option.pcap", 0x00000064, 0, 0x64, true},
    {"standard sample, Blue", 0x00138950, 5001, 0x50, false},
    {"standard sample, Red", 0x00177150, 6001, 0x50, false},
    {"zero", 0, 0, 0, true},
    {"last reserved", 0x000FFFFF, 0x000FFF, 0xFF, true},
    {"first free", 0x00100000, 0x001000, 0x00, false},
    {"vendor", 0xFFFFFF00, NVGRE_VSID_VENDOR, 0x00, false},
    {"ones", 0xFFFFFFFF, NVGRE_VSID_MAX, 0xFF, false},
};

static void test_key(void **state)
{
    const struct key_case *expected = *state;

    assert_int_equal(nvgre_key_vsid(expected->key), expected->vsid);
    assert_int_equal(nvgre_key_flowid(expected->key), expected->flowid);
    assert_int_equal(nvgre_key(expected->vsid, expected->flowid), expected->key);
    assert_int_equal(nvgre_key(expected->vsid | 0xFF000000, expected->flowid), expected->key);
    assert_int_equal(!!nvgre_vsid_is_reserved(expected->vsid), expected->reserved);
}

/* The meaning of flags in RFC 1701, 2637, 2784, 2890 and 7637, as plain numbers. */
static uint32_t expected_deviations(uint32_t flags)
{
    return (flags >> 15 & 1) | (flags >> 12 & 1) << 1 | (flags & 0x03F8 ? 4u : 0u) |
           (flags & 0x0C00 ? 8u : 0u);
}

static enum nvgre_class expected_class(uint32_t flags, bool teb)
{
    if (!teb || flags % 8 != 0 || flags & 0x4000)
        return NVGRE_CLASS_OTHER_GRE;
    if (!(flags & 0x2000))
        return NVGRE_CLASS_TEB_NO_KEY;
    return flags == 0x2000 ? NVGRE_CLASS_CLEAN : NVGRE_CLASS_DEVIANT;
}

static uint32_t expected_words(uint32_t flags)
{
    uint32_t words = 1;

    if (flags % 8 > 1)
        return words;
    words += (flags >> 15 | flags >> 14) & 1;
    words += flags >> 13 & 1;
    words += flags >> 12 & 1;
    if (flags % 8 == 1)
        words += flags >> 7 & 1;
    return words;
}

static void assert_flags(uint32_t flags, bool teb)
{
    bool has_route = flags % 8 == 0 && flags & 0x4000;
    uint32_t header_len = 4 * (expected_words(flags) + has_route);
    enum nvgre_class kind = expected_class(flags, teb);
    struct bytes header = {.len = 0};
    struct nvgre_gre gre;

    add16(&header, flags);
    add16(&header, teb ? 0x6558 : 0x0800);
    header.len = header_len; /* zeros, which also end a route */
    assert_int_equal(nvgre_gre_len((uint16_t)flags), 4 * expected_words(flags));
    assert_int_equal(decode(header.data, header_len, header_len, &gre), kind);
    assert_int_equal(gre.header_len, header_len);
    assert_int_equal(gre.deviations, kind == NVGRE_CLASS_DEVIANT ? expected_deviations(flags) : 0);
    assert_int_equal(decode(header.data, header_len - 1, header_len, &gre), NVGRE_CLASS_TRUNCATED);
    assert_int_equal(decode(header.data, header_len - 1, header_len - 1, &gre),
                     NVGRE_CLASS_MALFORMED);
}

static void test_all_flags(void **state)
{
    (void)state;
    for (uint32_t flags = 0; flags <= 0xFFFF; flags++) {
        assert_flags(flags, true);
        assert_flags(flags, false);
        if (flags & 0x2000 && flags % 8 == 0)
            assert_int_equal(nvgre_deviations((uint16_t)flags), expected_deviations(flags));
    }
}

static void test_all_protocol_types(void **state)
{
    (void)state;
    for (uint32_t type = 0; type <= 0xFFFF; type++) {
        const uint8_t header[8] = {0x20, 0, (uint8_t)(type >> 8), (uint8_t)type};
        struct nvgre_gre gre;
        enum nvgre_class kind = decode(header, sizeof(header), sizeof(header), &gre);

        assert_int_equal(kind, type == 0x6558 ? NVGRE_CLASS_CLEAN : NVGRE_CLASS_OTHER_GRE);
        assert_int_equal(gre.protocol, type);
    }
}

/* 255 bytes of data in each entry, and the list never ends. */
static void test_endless_route(void **state)
{
    struct bytes header = from_hex("40006558 00000000");
    struct nvgre_gre gre;

    (void)state;
    while (header.len + 259 <= sizeof(header.data)) {
        add_hex(&header, "080000ff");
        header.len += 255;
    }
    assert_int_equal(decode(header.data, header.len, header.len, &gre), NVGRE_CLASS_MALFORMED);
    assert_int_equal(gre.header_len, header.len + 4);
    assert_int_equal(decode(header.data, header.len, header.len + 4, &gre), NVGRE_CLASS_TRUNCATED);
}

/* The decoder must return each header that can be written, with the same fields. */
static void test_round_trip(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (uint32_t i = 0; i < 0x10000; i++) {
        struct nvgre_gre in = {.flags = (uint16_t)(i & 0xBFF8),
                               .protocol = i % 3 ? 0x6558 : (uint16_t)next_random(&seed)};
        uint32_t len = nvgre_gre_len(in.flags);
        uint8_t *out = malloc(len);
        struct nvgre_gre back;

        in.key = in.flags & 0x2000 ? next_random(&seed) : 0;
        in.sequence = in.flags & 0x1000 ? next_random(&seed) : 0;
        in.checksum = in.flags & 0x8000 ? (uint16_t)next_random(&seed) : 0;
        assert_int_equal(nvgre_gre_write(&in, out), len);
        nvgre_gre_decode(out, len, len, &back);
        assert_int_equal(back.header_len, len);
        assert_int_equal(back.flags, in.flags);
        assert_int_equal(back.protocol, in.protocol);
        assert_int_equal(back.key, in.key);
        assert_int_equal(back.sequence, in.sequence);
        assert_int_equal(back.checksum, in.checksum);
        free(out);
    }
}

/* Writing a decoded header must give the same bytes, except for the offset, which is sent as 0. */
static void test_write(void **state)
{
    const struct header_case *row = *state;
    struct bytes header = from_hex(row->hex);
    struct nvgre_gre gre;
    uint8_t *out;

    decode(header.data, header.len, header.len, &gre);
    if (gre.flags & (NVGRE_FLAG_R | NVGRE_FLAGS_VERSION))
        return;
    if (gre.flags & NVGRE_FLAG_C)
        memset(header.data + 6, 0, 2);
    out = malloc(header.len);
    memset(out, 0xA5, header.len);
    assert_int_equal(nvgre_gre_write(&gre, out), header.len);
    assert_memory_equal(out, header.data, header.len);
    free(out);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_all_flags),
        cmocka_unit_test(test_all_protocol_types),
        cmocka_unit_test(test_endless_route),
        cmocka_unit_test(test_round_trip),
    };

    return (RUN_ROWS(test_header, headers) + RUN_ROWS(test_header_cut, headers) +
            RUN_ROWS(test_write, headers) + RUN_ROWS(test_key, keys) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
