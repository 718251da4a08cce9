/* SPDX-License-Identifier: GPL-2.0-or-later */

/* encap with a location map: the fast path must give the same packets as the full path. */

#include "capfile/capture.h"
#include "map_support.h"
#include "transform/encap.h"

enum { FRAMES = 20000, FRAME_MAX = 96, VSID = 5001 };

/* Senders and receivers of each kind, and some without a record. */
static const char map_text[] =
    "version: 1\n"
    "provider:\n"
    "  - {address: 192.168.4.11, mac: \"02:00:c0:a8:04:0b\", vlan: 103}\n"
    "  - {address: 192.168.4.22}\n"
    "  - {address: 192.168.4.33, mac: \"02:00:c0:a8:04:21\", local: true}\n"
    "  - {address: \"fd00:4::11\"}\n"
    "  - {address: \"fd00:4::22\", vlan: 5}\n"
    "provider_routes:\n"
    "  - {prefix: 10.200.0.0/16, next_hop: 192.168.4.1, mac: \"02:00:c0:a8:04:01\"}\n"
    "subnets:\n"
    "  - {vsid: 5001, rdid: a, flood: [192.168.4.11, 192.168.4.22, \"fd00:4::22\"]}\n"
    "  - {vsid: 5002, rdid: a}\n"
    "records:\n"
    "  - {vsid: 5001, ca: 10.0.0.0, mac: \"06:00:00:00:00:00\", pa: [192.168.4.11], type: static}\n"
    "  - {vsid: 5001, ca: 10.0.0.1, mac: \"06:00:00:00:00:01\", pa: [192.168.4.22], type: static}\n"
    "  - {vsid: 5001, ca: 10.0.0.2, mac: \"06:00:00:00:00:02\", pa: [10.200.0.1], type: static}\n"
    "  - {vsid: 5001, ca: 10.0.0.3, mac: \"06:00:00:00:00:03\", pa: [192.168.4.11], type: static}\n"
    "  - {vsid: 5001, ca: 10.0.0.4, mac: \"06:00:00:00:00:04\", pa: [\"fd00:4::11\"], type: "
    "static}\n"
    "  - {vsid: 5001, ca: 10.0.0.5, mac: \"06:00:00:00:00:05\", pa: [\"fd00:4::22\"], type: "
    "static}\n"
    "  - {vsid: 5001, ca: 10.0.0.6, mac: \"06:00:00:00:00:06\", "
    "pa: [192.168.4.11, \"fd00:4::11\"], type: static}\n"
    "  - {vsid: 5001, ca: 10.0.0.7, mac: \"06:00:00:00:00:07\", "
    "pa: [192.168.4.22, 192.168.4.33], type: static}\n"
    "  - {vsid: 5001, ca: 0.0.0.0, mac: \"06:00:00:00:00:08\", pa: [192.168.4.33], type: gateway}\n"
    "  - {vsid: 5002, ca: 10.1.0.1, mac: \"06:00:00:00:01:01\", pa: [192.168.4.22], type: static}\n"
    "routes:\n"
    "  - {rdid: a, vsid: 5002, prefix: 10.1.0.0/16, next_hop: 0.0.0.0, metric: 1}\n";

enum { MACS = 11 }; /* those of VSID 5001, and two unknown ones */

struct row {
    const char *name;
    const char *local; /* hex, or NULL if the map decides */
    uint32_t mtu;
    enum mtu_action mtu_action;
    enum on_miss on_miss;
    enum ecn_mode ecn;
    bool fixed_key;
    bool df_clear;
    bool macs_fixed;
};

static const struct row rows[] = {
    {.name = "as it is"},
    {.name = "a fixed sender", .local = "c0a80463"},
    {.name = "a fixed sender that the map has", .local = "c0a8040b"},
    {.name = "a fixed IPv6 sender", .local = "fd000004000000000000000000000011"},
    {.name = "an MTU, and kept", .mtu = 100},
    {.name = "an MTU, and cut", .mtu = 100, .mtu_action = MTU_TRUNC},
    {.name = "an MTU, and dropped", .mtu = 100, .mtu_action = MTU_DROP},
    {.name = "to a default", .local = "c0a80463", .on_miss = MISS_DEFAULT},
    {.name = "fields of its own",
     .ecn = ECN_IGNORE,
     .fixed_key = true,
     .df_clear = true,
     .macs_fixed = true},
};

/* A configuration and everything that it points to. */
struct setting {
    struct map *map;
    struct ways ways;
    struct encap_config config;
};

static void set_up(struct setting *setting, const struct row *row)
{
    const struct bytes local = from_hex(row->local ? row->local : "");
    struct encap_config *config = &setting->config;
    struct ways *ways = &setting->ways;
    uint32_t max4 = encap_inner_max(row->mtu, 4);
    uint32_t max6 = encap_inner_max(row->mtu, 6);

    setting->map = load_map(map_text);
    *ways = (struct ways){.map = setting->map,
                          .on_miss = row->on_miss,
                          .outer = {.ttl = 64, .df = !row->df_clear},
                          .local.version = local.len == 16 ? 6 : (uint8_t)local.len,
                          .src_mac_fixed = row->macs_fixed,
                          .dst_mac_fixed = row->macs_fixed};
    memcpy(ways->local.bytes, local.data, local.len);
    memset(ways->outer.src_mac, 0x0a, 6);
    memset(ways->outer.dst_mac, 0x0b, 6);
    ways->outer.ip_version = 4;
    nvgre_template_init(&ways->standby, &ways->outer);
    assert_int_equal(ways_init(ways), 0);
    *config = (struct encap_config){.key = nvgre_key(VSID, row->fixed_key ? 7 : 0),
                                    .tos = 0x2c,
                                    .ttl = 64,
                                    .df = !row->df_clear,
                                    .ways = ways,
                                    .mtu = row->mtu,
                                    .usual_max = max4 < max6 ? max4 : max6,
                                    .mtu_action = row->mtu_action,
                                    .hash_flow = !row->fixed_key,
                                    .ecn = row->ecn};
    nvgre_hasher_init(&config->hasher, NVGRE_HASH_TOEPLITZ);
}

static void tear_down(struct setting *setting)
{
    ways_free(&setting->ways);
    map_free(setting->map);
}

static uint8_t *random_frame(uint32_t *random, uint32_t *caplen, uint32_t *len)
{
    static const uint8_t start[] = {6, 0, 0,    0, 0, 0, 6, 0, 0, 0, 0,    0,
                                    8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 0x40, 6};
    static const uint8_t protocols[] = {NVGRE_TCP, NVGRE_UDP, NVGRE_TCP, 1};
    uint8_t frame[FRAME_MAX];

    for (uint32_t i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)next_random(random);
    memcpy(frame, start, sizeof start);
    frame[5] = (uint8_t)(next_random(random) % MACS);
    frame[11] = (uint8_t)(next_random(random) % MACS);
    frame[15] = (uint8_t)next_random(random);
    frame[23] = protocols[next_random(random) % COUNT(protocols)];
    wire_put32(frame + 26, 0x0A000000 + next_random(random) % MACS);
    wire_put32(frame + 30,
               0x0A000000 + next_random(random) % 2 * 0x10000 + next_random(random) % MACS);
    *len = 40 + next_random(random) % (FRAME_MAX - 40 + 1);
    wire_put16(frame + 16, (uint16_t)(*len - 14));
    *caplen = next_random(random) % 8 ? *len : next_random(random) % (*len + 1);
    if (next_random(random) % 8 == 0)
        frame[next_random(random) % 24] = (uint8_t)next_random(random);
    if (next_random(random) % 16 == 0)
        memset(frame, 0xFF, 6);
    return exact_copy(frame, *caplen);
}

/*
 * Runs both paths for a frame, for all packets made from it. Returns the outcome of the first one.
 */
static enum outcome assert_same(const struct encap_config *usual, const struct encap_config *any,
                                const struct cap_packet *packet)
{
    const struct transform by_usual = encap_transform(usual);
    const struct transform by_any = encap_transform(any);
    struct transform_result results[2] = {{.value = 0}, {.value = 0}};
    uint32_t room_len = packet->caplen + by_usual.growth;
    uint8_t *rooms[2] = {malloc(room_len), malloc(room_len)};
    enum outcome first = OUTCOME_COUNT;

    for (;;) {
        enum outcome outcome = by_usual.run(usual, packet, rooms[0], &results[0]);

        if (first == OUTCOME_COUNT)
            first = outcome;
        assert_int_equal(outcome, by_any.run(any, packet, rooms[1], &results[1]));
        if (outcome != OUTCOME_DONE)
            break;
        assert_int_equal(results[0].caplen, results[1].caplen);
        assert_int_equal(results[0].len, results[1].len);
        assert_int_equal(results[0].notes, results[1].notes);
        assert_memory_equal(rooms[0], rooms[1], results[0].caplen);
        assert_int_equal(results[0].next.more, results[1].next.more);
        if (!results[0].next.more)
            break;
    }
    free(rooms[0]);
    free(rooms[1]);
    return first;
}

static void test_both_ways(void **state)
{
    const struct cap_iface iface = {.linktype = CAP_LINKTYPE_ETHERNET, .tsresol = 6};
    uint32_t counts[OUTCOME_COUNT] = {0};
    uint32_t random = 7637;
    uint32_t usual = 0;
    struct setting setting;
    struct encap_config any;

    set_up(&setting, *state);
    any = setting.config;
    any.usual_max = 0; /* each frame takes the full path */
    for (uint64_t number = 1; number <= FRAMES; number++) {
        struct cap_packet packet = {.number = number, .iface = &iface};
        uint8_t *data = random_frame(&random, &packet.caplen, &packet.len);
        struct way way;

        packet.data = data;
        counts[assert_same(&setting.config, &any, &packet)]++;
        usual += packet.caplen >= 12 && ways_find_usual(&setting.ways, VSID, data, &way);
        free(data);
    }
    /* Many frames must take the fast path, and many must not. */
    assert_true(usual > FRAMES / 20 && usual < FRAMES * 9 / 10);
    assert_true(counts[OUTCOME_DONE] > FRAMES / 4 && counts[OUTCOME_DONE] < FRAMES);
    tear_down(&setting);
}

int main(void)
{
    return RUN_ROWS(test_both_ways, rows);
}
