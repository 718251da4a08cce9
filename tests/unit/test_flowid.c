/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flowid.h"

#include <arpa/inet.h>

#include "support.h"
#include "vectors/rss.h"

static struct nvgre_hasher toeplitz, symmetric, crc32c;

static void init_hashers(void)
{
    nvgre_hasher_init(&toeplitz, NVGRE_HASH_TOEPLITZ);
    nvgre_hasher_init(&symmetric, NVGRE_HASH_TOEPLITZ_SYM);
    nvgre_hasher_init(&crc32c, NVGRE_HASH_CRC32C);
}

/* What may be around the addresses and ports, for IPv4 and IPv6. */
struct shape {
    const char *tags; /* after the MACs */
    uint8_t protocol;
    const char *v4_fragment;
    const char *v4_options;
    const char *v6_extensions; /* the test sets the next header of the last one */
    uint8_t v6_first, v6_last; /* type of the first one; offset of the last one */
    bool has_ports;            /* ports that are part of the flow */
};

#define LIMIT "0000 040104 010100"

static const struct shape shapes[] = {
    {"", 6, "4000", "", "", 0, 0, true},
    {"", 17, "0000", "", "", 0, 0, true},
    {"", 1, "4000", "", "", 0, 0, false},
    {"", 47, "4000", "", "", 0, 0, false},
    {"", 132, "4000", "", "", 0, 0, false},
    {"8100 0065", 6, "4000", "", "", 0, 0, true},
    {"88a8 2065 8100 0066", 17, "4000", "", "", 0, 0, true},
    {"", 6, "4000", "01010101 01010100", LIMIT, 60, 0, true},
    {"", 6, "4000", "", "2c00 040104 010100 0000 0000 00000001", 60, 8, true},
    {"", 6, "2000", "", "0000 0001 00000001", 44, 0, false},
    {"", 17, "2001", "", "0000 0009 00000001", 44, 0, false},
    {"8100 0065", 6, "00b9", "01010101", "0000 05c8 00000001", 44, 0, false},
};

struct packet {
    struct bytes bytes;
    uint32_t addresses; /* offsets */
    uint32_t ports;
};

static void add_address(struct packet *packet, int family, const char *text)
{
    uint8_t address[16];

    assert_int_equal(inet_pton(family, text, address), 1);
    add_bytes(&packet->bytes, address, family == AF_INET ? 4 : 16);
}

static void add_addresses(struct packet *packet, const struct rss_case *row, bool reply)
{
    packet->addresses = packet->bytes.len;
    add_address(packet, row->family, reply ? row->dst : row->src);
    add_address(packet, row->family, reply ? row->src : row->dst);
}

static void add_ipv4(struct packet *packet, const struct rss_case *row, const struct shape *shape,
                     bool reply)
{
    struct bytes options = from_hex(shape->v4_options);
    struct bytes *bytes = &packet->bytes;

    add_hex(bytes, "0800");
    add8(bytes, 0x45 + options.len / 4);
    add8(bytes, 0);
    add16(bytes, 20 + options.len + 8);
    add_hex(bytes, "1234");
    add_hex(bytes, shape->v4_fragment);
    add8(bytes, 64);
    add8(bytes, shape->protocol);
    add_hex(bytes, "0000");
    add_addresses(packet, row, reply);
    add_bytes(bytes, options.data, options.len);
}

static void add_ipv6(struct packet *packet, const struct rss_case *row, const struct shape *shape,
                     bool reply)
{
    struct bytes extensions = from_hex(shape->v6_extensions);
    struct bytes *bytes = &packet->bytes;

    add_hex(bytes, "86dd 60012345");
    add16(bytes, extensions.len + 8);
    add8(bytes, extensions.len ? shape->v6_first : shape->protocol);
    add8(bytes, 64);
    add_addresses(packet, row, reply);
    if (extensions.len)
        extensions.data[shape->v6_last] = shape->protocol;
    add_bytes(bytes, extensions.data, extensions.len);
}

static struct packet build(const struct rss_case *row, const struct shape *shape, bool reply)
{
    struct packet packet = {.bytes = from_hex("060600000007 060600000005")};

    add_hex(&packet.bytes, shape->tags);
    if (row->family == AF_INET)
        add_ipv4(&packet, row, shape, reply);
    else
        add_ipv6(&packet, row, shape, reply);
    packet.ports = packet.bytes.len;
    add16(&packet.bytes, reply ? row->dst_port : row->src_port);
    add16(&packet.bytes, reply ? row->src_port : row->dst_port);
    add_hex(&packet.bytes, "01020304");
    return packet;
}

/* The result of nvgre_flow_find as offsets, and the hashes, from a block of exact size. */
struct found {
    uint32_t addresses, addresses_len, ports, ports_len;
    uint32_t toeplitz, symmetric, crc32c;
};

static struct found find(const struct bytes *bytes, uint32_t caplen)
{
    uint8_t *copy = exact_copy(bytes->data, caplen);
    struct nvgre_inner inner;
    struct nvgre_flow flow;
    struct found found;

    memset(&flow, 0xA5, sizeof(flow));
    nvgre_inner_decode(copy, caplen, &inner);
    nvgre_flow_find(&inner, &flow);
    found = (struct found){.addresses = (uint32_t)(flow.addresses - copy),
                           .addresses_len = flow.addresses_len,
                           .ports = (uint32_t)(flow.ports - copy),
                           .ports_len = flow.ports_len,
                           .toeplitz = nvgre_flow_hash(&toeplitz, &flow),
                           .symmetric = nvgre_flow_hash(&symmetric, &flow),
                           .crc32c = nvgre_flow_hash(&crc32c, &flow)};
    free(copy);
    return found;
}

/* Both hashes computed bit by bit from their definitions. */
static uint32_t naive_toeplitz(const uint8_t *key, const uint8_t *data, uint32_t len)
{
    uint32_t hash = 0;

    for (uint32_t bit = 0; bit < len * 8; bit++)
        for (uint32_t i = 0; i < 32 && data[bit / 8] >> (7 - bit % 8) & 1; i++)
            hash ^= (uint32_t)(key[(bit + i) / 8] >> (7 - (bit + i) % 8) & 1) << (31 - i);
    return hash;
}

static uint32_t naive_crc32c(const uint8_t *data, uint32_t len)
{
    uint32_t crc = 0xFFFFFFFF;

    for (uint32_t bit = 0; bit < len * 8; bit++) {
        crc ^= data[bit / 8] >> bit % 8 & 1;
        crc = crc & 1 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
    }
    return ~crc;
}

static uint32_t packet_crc32c(const struct packet *packet, const struct found *found)
{
    struct bytes input = {.len = 0};

    add_bytes(&input, packet->bytes.data + packet->addresses, found->addresses_len);
    add_bytes(&input, packet->bytes.data + packet->ports, found->ports_len);
    return naive_crc32c(input.data, input.len);
}

static void test_known_answers(void **state)
{
    const struct rss_case *row = *state;

    for (size_t i = 0; i < COUNT(shapes); i++) {
        struct packet packet = build(row, &shapes[i], false);
        struct packet reply = build(row, &shapes[i], true);
        struct found found = find(&packet.bytes, packet.bytes.len);
        struct found back = find(&reply.bytes, reply.bytes.len);

        assert_int_equal(found.addresses, packet.addresses);
        assert_int_equal(found.addresses_len, row->family == AF_INET ? 8 : 32);
        assert_int_equal(found.ports_len, shapes[i].has_ports ? 4 : 0);
        assert_int_equal(found.toeplitz,
                         shapes[i].has_ports ? row->ports_hash : row->addresses_hash);
        assert_int_equal(found.symmetric, back.symmetric);
        assert_int_equal(found.crc32c, packet_crc32c(&packet, &found));
        if (shapes[i].has_ports) {
            assert_int_equal(found.ports, packet.ports);
            assert_int_equal(found.symmetric, row->symmetric_hash);
        }
    }
}

/* Cut frames: MACs, then addresses, then also ports, each as soon as enough bytes are captured. */
static void test_cut(void **state)
{
    const struct rss_case *row = *state;
    uint32_t addresses_len = row->family == AF_INET ? 8 : 32;

    for (size_t i = 0; i < COUNT(shapes); i++) {
        struct packet packet = build(row, &shapes[i], false);
        uint32_t tags_len = from_hex(shapes[i].tags).len;
        uint32_t fixed_end = packet.addresses + (row->family == AF_INET ? 8 : 32);

        for (uint32_t n = 0; n < packet.bytes.len; n++) {
            struct found found = find(&packet.bytes, n);
            bool has_ports = shapes[i].has_ports && n >= packet.ports + 4;

            if (n < 14 + tags_len) {
                assert_int_equal(found.addresses_len, 0);
                assert_int_equal(found.ports_len, 0);
                assert_int_equal(found.toeplitz | found.symmetric | found.crc32c, 0);
            } else if (n < fixed_end) {
                assert_int_equal(found.addresses, 0);
                assert_int_equal(found.addresses_len, 12);
                assert_int_equal(found.ports, 12 + tags_len);
                assert_int_equal(found.ports_len, 2);
            } else {
                assert_int_equal(found.addresses, packet.addresses);
                assert_int_equal(found.addresses_len, addresses_len);
                assert_int_equal(found.ports_len, has_ports ? 4 : 0);
            }
        }
    }
}

/* Frames without an IP flow: MACs, and the EtherType after the tags. */
struct other_case {
    const char *name;
    const char *hex;
    uint32_t type;     /* offset */
    uint32_t type_len; /* 0 for 802.3: its length field differs from frame to frame */
};

static const struct other_case others[] = {
    {"ARP", "ffffffffffff 060600000005 0806 0001 0800 06 04 0001", 12, 2},
    {"802.3", "0180c2000000 060600000005 0003 424203", 12, 0},
    {"longest 802.3", "0180c2000000 060600000005 05ff 424203", 12, 0},
    {"least EtherType", "0180c2000000 060600000005 0600 424203", 12, 2},
    {"tagged 802.3", "0180c2000000 060600000005 8100 0065 0003 424203", 16, 0},
    {"header only", "060600000007 060600000005 88b5", 12, 2},
    {"tagged ARP", "ffffffffffff 060600000005 8100 0065 0806 0001", 16, 2},
    {"two tags", "ffffffffffff 060600000005 88a8 0065 8100 0066 88cc 0207", 20, 2},
    {"broken IPv4", "060600000007 060600000005 0800 4400 0014 00000000 4006", 12, 2},
    {"IPv4 with an IPv6 header", "060600000007 060600000005 0800 60000000 0000 06 40", 12, 2},
};

static const char microsoft_key[] = "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b4"
                                    "77cb2da38030f20c6a42b73bbeac01fa";
static const char symmetric_key[] = "6d5a6d5a6d5a6d5a6d5a6d5a6d5a6d5a6d5a6d5a6d5a6d5a"
                                    "6d5a6d5a6d5a6d5a6d5a6d5a6d5a6d5a";

static void test_other(void **state)
{
    const struct other_case *row = *state;
    struct bytes bytes = from_hex(row->hex);
    struct bytes input = {.len = 0};
    struct found found = find(&bytes, bytes.len);

    add_bytes(&input, bytes.data, 12);
    add_bytes(&input, bytes.data + row->type, row->type_len);
    assert_int_equal(found.addresses, 0);
    assert_int_equal(found.addresses_len, 12);
    assert_int_equal(found.ports, row->type);
    assert_int_equal(found.ports_len, row->type_len);
    assert_int_equal(found.toeplitz,
                     naive_toeplitz(from_hex(microsoft_key).data, input.data, input.len));
    assert_int_equal(found.crc32c, naive_crc32c(input.data, input.len));
    for (uint32_t n = 0; n < row->type + 2; n++)
        assert_int_equal(find(&bytes, n).addresses_len, 0);
}

/* FlowIDs of the standard sample with the default hash. */
struct sample_case {
    const char *name;
    const char *hex;
    uint8_t flowid;
};

#define BLUE1_TO_BLUE2 "060600000007 060600000005 0800"
#define BLUE2_TO_BLUE1 "060600000005 060600000007 0800"

static const struct sample_case samples[] = {
    {"echo request",
     BLUE1_TO_BLUE2 "4500003c 00010000 400166b5 0a000005 0a000007 08004d5a 00010001", 0x50},
    {"echo reply", BLUE2_TO_BLUE1 "4500003c 00010000 400166b5 0a000007 0a000005 0000555a 00010001",
     0xAF},
    {"SYN from 49152", BLUE1_TO_BLUE2 "45000028 00010000 400666c4 0a000005 0a000007 c0000050",
     0x75},
    {"SYN-ACK", BLUE2_TO_BLUE1 "45000028 00010000 400666c4 0a000007 0a000005 0050c000", 0xD1},
    {"SYN from 49153", BLUE1_TO_BLUE2 "45000028 00010000 400666c4 0a000005 0a000007 c0010050",
     0xA4},
};

static void test_sample(void **state)
{
    const struct sample_case *row = *state;
    struct bytes bytes = from_hex(row->hex);

    assert_int_equal(find(&bytes, bytes.len).toeplitz & 0xFF, row->flowid);
}

/*
 * Published CRC-32C check values. All hashes must depend only on the bytes, not on how they are
 * split.
 */
struct crc_case {
    const char *name;
    const char *hex;
    uint32_t crc;
};

static const struct crc_case crcs[] = {
    {"123456789", "313233343536373839", 0xe3069283},
    {"RFC 3720 B.4, zeros", "00000000000000000000000000000000 00000000000000000000000000000000",
     0x8a9136aa},
    {"RFC 3720 B.4, ones", "ffffffffffffffffffffffffffffffff ffffffffffffffffffffffffffffffff",
     0x62a8ab43},
    {"RFC 3720 B.4, incrementing",
     "000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f", 0x46dd794e},
    {"RFC 3720 B.4, decrementing",
     "1f1e1d1c1b1a19181716151413121110 0f0e0d0c0b0a09080706050403020100", 0x113fdb5c},
};

static void test_crc32c(void **state)
{
    const struct crc_case *row = *state;
    struct bytes bytes = from_hex(row->hex);

    for (uint32_t split = 1; split <= bytes.len; split++) {
        struct nvgre_flow flow = {.addresses = bytes.data,
                                  .addresses_len = split,
                                  .ports = bytes.data + split,
                                  .ports_len = bytes.len - split};

        assert_int_equal(nvgre_flow_hash(&crc32c, &flow), row->crc);
    }
}

/* After the end of the IP packet there is padding, even if ports would be there. */
static void test_ports_in_padding(void **state)
{
    struct bytes v4 =
        from_hex(BLUE1_TO_BLUE2 "45000017 00000000 40110000 0a000005 0a000007 01020304");
    struct bytes v6 = from_hex("060600000007 060600000005 86dd 60000000 0003 11 40"
                               "fd000000 00000000 00000000 0000000b"
                               "fd000000 00000000 00000000 00000016 01020304");

    (void)state;
    assert_int_equal(find(&v4, v4.len).ports_len, 0);
    assert_int_equal(find(&v6, v6.len).ports_len, 0);
    v4.data[17]++;
    v6.data[19]++;
    assert_int_equal(find(&v4, v4.len).ports_len, 4);
    assert_int_equal(find(&v6, v6.len).ports_len, 4);
}

/* Each input bit alone, and pseudo-random inputs up to the longest flow. */
static void test_toeplitz_bits(void **state)
{
    struct bytes key = from_hex(microsoft_key), key_sym = from_hex(symmetric_key);
    uint32_t seed = 1;

    (void)state;
    for (uint32_t round = 0; round < 2 * NVGRE_FLOW_LEN_MAX * 8; round++) {
        uint8_t data[NVGRE_FLOW_LEN_MAX] = {0};
        struct nvgre_flow flow = {
            .addresses = data, .addresses_len = 32, .ports = data + 32, .ports_len = 4};

        if (round < NVGRE_FLOW_LEN_MAX * 8)
            data[round / 8] = (uint8_t)(0x80 >> round % 8);
        else
            for (uint32_t i = 0; i < sizeof(data); i++)
                data[i] = (uint8_t)next_random(&seed);
        assert_int_equal(nvgre_flow_hash(&toeplitz, &flow),
                         naive_toeplitz(key.data, data, sizeof(data)));
        assert_int_equal(nvgre_flow_hash(&symmetric, &flow),
                         naive_toeplitz(key_sym.data, data, sizeof(data)));
        assert_int_equal(nvgre_flow_hash(&crc32c, &flow), naive_crc32c(data, sizeof(data)));
    }
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_ports_in_padding),
        cmocka_unit_test(test_toeplitz_bits),
    };

    init_hashers();
    return (RUN_ROWS(test_known_answers, rss) + RUN_ROWS(test_cut, rss) +
            RUN_ROWS(test_other, others) + RUN_ROWS(test_sample, samples) +
            RUN_ROWS(test_crc32c, crcs) + cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
