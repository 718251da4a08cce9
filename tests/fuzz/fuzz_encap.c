/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Feeds frames to encap, with or without a location map. The first CHOICES_LEN bytes of the input
 * select options (see choose). Then frames follow. Before each are its captured length and the
 * number of bytes that were not captured, 16 bits each. The fast path must give the same packets as
 * the full path, and they must be clean NVGRE.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capfile/iface_name.h"
#include "checksum.h"
#include "transform/encap.h"

enum { CHOICES_LEN = 5, LENGTHS_LEN = 4, PACKETS_MAX = 8, MTU_MIN = 68 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char map_text[] =
    "version: 1\n"
    "provider:\n"
    "  - {address: 192.168.4.11, mac: \"02:00:c0:a8:04:0b\", vlan: 103}\n"
    "  - {address: 192.168.4.22}\n"
    "  - {address: 192.168.4.33, local: true}\n"
    "  - {address: \"fd00:4::11\"}\n"
    "  - {address: \"fd00:4::22\", vlan: 5}\n"
    "subnets:\n"
    "  - {vsid: 5001, rdid: a, vlan: 1, flood: [192.168.4.11, 192.168.4.22, \"fd00:4::22\"]}\n"
    "  - {vsid: 5002, rdid: a, vlan: 2, flood: [239.1.2.3]}\n"
    "  - {vsid: 5003, rdid: a, flood: [\"ff05::1\"]}\n"
    "records:\n"
    "  - {vsid: 5001, ca: 10.0.0.0, mac: \"06:00:00:00:00:00\", pa: [192.168.4.11], type: static}\n"
    "  - {vsid: 5001, ca: 10.0.0.1, mac: \"06:00:00:00:00:01\", pa: [192.168.4.22], type: static}\n"
    "  - {vsid: 5001, ca: \"fd00::2\", mac: \"06:00:00:00:00:02\", pa: [\"fd00:4::11\"], type: "
    "static}\n"
    "  - {vsid: 5001, ca: \"fd00::3\", mac: \"06:00:00:00:00:03\", pa: [\"fd00:4::22\"], type: "
    "static}\n"
    "  - {vsid: 5001, ca: 10.0.0.4, mac: \"06:00:00:00:00:04\", "
    "pa: [192.168.4.11, \"fd00:4::11\"], type: static}\n"
    "  - {vsid: 5001, ca: 10.0.0.5, mac: \"06:00:00:00:00:05\", "
    "pa: [192.168.4.22, 192.168.4.33], type: static}\n"
    "  - {vsid: 5001, ca: 0.0.0.0, mac: \"06:00:00:00:00:06\", pa: [192.168.4.33], type: gateway}\n"
    "  - {vsid: 5002, ca: 10.1.0.1, mac: \"06:00:00:00:01:01\", pa: [192.168.4.22], type: static}\n"
    "  - {vsid: 5003, ca: \"fd01::1\", mac: \"06:00:00:00:02:01\", pa: [\"fd00:4::22\"], type: "
    "static}\n"
    "routes:\n"
    "  - {rdid: a, vsid: 5002, prefix: 10.1.0.0/16, next_hop: 0.0.0.0, metric: 1}\n"
    "  - {rdid: a, vsid: 5003, prefix: \"fd01::/16\", next_hop: \"::\", metric: 1}\n";

static const uint8_t local4[16] = {192, 168, 4, 11};
static const uint8_t local6[16] = {0xFD, 0, 0, 4, [15] = 0x11};

/* What all inputs share, and what each input selects. */
struct setting {
    struct map *map;
    struct ways ways;
    struct nvgre_hasher hasher;
    struct encap_config config;
    struct encap_config any; /* the same, with the full path */
    struct cap_iface iface;
};

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so that %s\n", what);
        abort();
    }
}

static void load(struct setting *setting)
{
    static const struct map_options options = {.allow_reserved = false};
    struct map_report report;

    require(map_load_text("map", map_text, strlen(map_text), &options, &setting->map, &report) ==
                MAP_OK,
            "the map loads");
    nvgre_hasher_init(&setting->hasher, NVGRE_HASH_TOEPLITZ);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void choose_ways(struct setting *setting, const uint8_t *choices,
                        const struct nvgre_outer *outer)
{
    static const uint8_t versions[] = {0, 4, 6, 0};
    struct ways *ways = &setting->ways;

    *ways = (struct ways){.map = setting->map,
                          .on_miss = (enum on_miss)((choices[3] & 3) % 3),
                          .outer = *outer,
                          .local.version = versions[choices[3] >> 2 & 3],
                          .src_mac_fixed = (choices[3] & 0x10) != 0,
                          .dst_mac_fixed = (choices[3] & 0x20) != 0,
                          .vlan_fixed = outer->vlan_tpid != 0};
    memcpy(ways->local.bytes, ways->local.version == 6 ? local6 : local4,
           ways->local.version == 6 ? 16 : 4);
    nvgre_template_init(&ways->standby, outer);
    require(ways_init(ways) == 0, "there is memory");
}

static void choose(struct setting *setting, const uint8_t *choices)
{
    static struct range selected[] = {{{.low = 4096}, {.low = 5001}},
                                      {{.low = 5003}, {.low = 0xFFFFFF}}};
    const bool by_map = (choices[4] & 1) != 0;
    struct nvgre_outer outer = {.vlan_tpid = choices[4] & 2 ? NVGRE_TPID_8021AD : 0,
                                .vlan_tci = 7,
                                .ip_version = choices[4] & 4 ? 6 : 4,
                                .ttl = 64,
                                .df = (choices[1] & 0x80) != 0};
    struct encap_config *config = &setting->config;

    memcpy(outer.src_pa, outer.ip_version == 6 ? local6 : local4, 16);
    *config = (struct encap_config){.key = nvgre_key(5001 + (choices[4] >> 3 & 3), 0),
                                    .tos = choices[1],
                                    .ttl = outer.ttl,
                                    .df = outer.df,
                                    .inherit = choices[0] & 0x3F,
                                    .vsids = {selected, choices[4] & 0x20 ? 2 : 0},
                                    .mtu = choices[2] ? MTU_MIN - 1u + choices[2] * 4u : 0,
                                    .mss_max = choices[4] & 0x40 ? 500 : 0,
                                    .mtu_action = (enum mtu_action)((choices[1] & 7) % 5),
                                    .hash_flow = (choices[1] & 8) != 0,
                                    .inner_vlan = (enum inner_vlan)((choices[0] >> 6) % 3),
                                    .ecn = choices[1] & 0x10 ? ECN_IGNORE : ECN_COPY};
    config->hasher = setting->hasher;
    nvgre_template_init(&config->tmpl, &outer);
    if (by_map) {
        choose_ways(setting, choices, &outer);
        config->ways = &setting->ways;
    } else {
        config->inherit &= (uint8_t)~INHERIT_VLAN;
    }
    if (!config->vsids.count && !config->mss_max)
        config->usual_max =
            smaller(encap_inner_max(config->mtu, 4), encap_inner_max(config->mtu, 6));
    setting->any = *config;
    setting->any.usual_max = 0;
    setting->iface =
        (struct cap_iface){.linktype = CAP_LINKTYPE_ETHERNET,
                           .vsid = choices[3] & 0x40 ? 5001u + (choices[3] >> 7) : NVGRE_VSID_NONE};
}

/* The sum of the header's words must be 0xFFFF; the carry is added after each word. */
static bool is_checksum_right(const uint8_t *ip)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < NVGRE_IPV4_LEN; i += 2) {
        sum += wire_get16(ip + i);
        sum = sum > 0xFFFF ? sum - 0xFFFF : sum;
    }
    return sum == 0xFFFF;
}

/* Checks each resulting packet. */
static void check_packet(const struct encap_config *config, const struct cap_packet *packet,
                         const uint8_t *room, const struct transform_result *result)
{
    const uint32_t growth = encap_transform(config).growth;
    struct nvgre_frame frame;
    const uint8_t *ip;

    require(result->caplen <= result->len, "no more is captured than was on the wire");
    require(result->caplen <= packet->caplen + growth && result->len <= packet->len + growth,
            "a packet grows as announced");
    require(nvgre_frame_decode(NVGRE_LINK_ETHERNET, room, result->caplen, result->len, &frame) ==
                NVGRE_CLASS_CLEAN,
            "it is clean NVGRE");
    require(frame.inner_offset + frame.inner_len == result->len, "its lengths agree");
    ip = room + frame.ip.offset;
    require(frame.ip.version == 6 || is_checksum_right(ip), "its header has a right checksum");
    require(ip[frame.ip.version == 4 ? 8 : 7] != 0, "it has a TTL");
    require(range_set_selects(&config->vsids, nvgre_key_vsid(frame.gre.key)) ||
                (result->notes & 1u << NOTE_ROUTED) || config->ways,
            "its VSID is wanted");
    require(!config->mtu || frame.ip.len <= config->mtu || result->notes & 1u << NOTE_OVER_MTU,
            "it respects the MTU");
    require(config->inner_vlan == INNER_VLAN_KEEP ||
                !nvgre_is_tpid(wire_get16(room + frame.inner_offset + 12)),
            "no tag is left");
}

/* Makes one packet with both paths. Returns whether another one follows. */
static bool check_part(const struct setting *setting, const struct cap_packet *packet,
                       struct transform_result results[2])
{
    const struct transform usual = encap_transform(&setting->config);
    const struct transform any = encap_transform(&setting->any);
    uint32_t room_len = packet->caplen + usual.growth;
    uint8_t *rooms[2];
    enum outcome outcome;

    room_len = room_len < NVGRE_OUTER_LEN_MAX ? NVGRE_OUTER_LEN_MAX : room_len;
    for (int i = 0; i < 2; i++)
        require((rooms[i] = malloc(room_len)) != NULL, "there is memory");
    outcome = usual.run(usual.config, packet, rooms[0], &results[0]);
    require(outcome == any.run(any.config, packet, rooms[1], &results[1]),
            "both ways come to the same outcome");
    if (outcome == OUTCOME_DONE) {
        require(results[0].caplen == results[1].caplen && results[0].len == results[1].len &&
                    results[0].notes == results[1].notes &&
                    memcmp(rooms[0], rooms[1], results[0].caplen) == 0,
                "both ways make the same");
        check_packet(&setting->config, packet, rooms[0], &results[0]);
    }
    free(rooms[0]);
    free(rooms[1]);
    require(results[0].next.more == results[1].next.more, "both ways go on alike");
    require(results[0].next.more || !(results[0].next.receiver || results[0].next.segment),
            "nothing is left at the end");
    return results[0].next.more;
}

static void check_frame(const struct setting *setting, struct cap_packet *packet)
{
    struct transform_result results[2] = {{.value = 0}, {.value = 0}};

    for (uint32_t parts = 1; check_part(setting, packet, results); parts++)
        require(parts <= 3 * (packet->len + 1), "there is an end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct setting setting;
    const uint8_t *end = data + size;
    struct cap_packet packet = {.iface = &setting.iface};

    if (size < CHOICES_LEN)
        return 0;
    if (!setting.map)
        load(&setting);
    choose(&setting, data);
    data += CHOICES_LEN;
    while (end - data >= LENGTHS_LEN && packet.number < PACKETS_MAX) {
        uint32_t rest = (uint32_t)(end - data) - LENGTHS_LEN;
        uint8_t *copy;

        packet.number++;
        packet.caplen = smaller(wire_get16(data), rest);
        packet.len = packet.caplen + wire_get16(data + 2);
        copy = malloc(packet.caplen);
        require(copy || packet.caplen == 0, "there is memory");
        if (packet.caplen)
            memcpy(copy, data + LENGTHS_LEN, packet.caplen);
        packet.data = copy;
        check_frame(&setting, &packet);
        free(copy);
        data += LENGTHS_LEN + packet.caplen;
    }
    if (setting.config.ways)
        ways_free(&setting.ways);
    return 0;
}
