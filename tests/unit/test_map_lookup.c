/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The ways of frames through one map: order of lookups, routes, floods, several PAs. */

#include <arpa/inet.h>

#include "map/model.h"
#include "map_support.h"

static const char map_text[] =
    "version: 1\n"
    "provider:\n"
    "  - {address: 192.168.4.11, mac: 02-00-c0-a8-04-0b, vlan: 103, local: true}\n"
    "  - {address: 'fd00:4::11', local: true}\n"
    "  - {address: 192.168.4.1, mac: 02-00-c0-a8-04-01}\n"
    "provider_routes:\n"
    "  - {prefix: 0.0.0.0/0, next_hop: 192.168.4.1}\n"
    "  - {prefix: 172.16.0.0/12, next_hop: 172.16.0.1, mac: 02-00-ac-10-00-01}\n"
    "subnets:\n"
    "  - {vsid: 5001, rdid: '{AAAA}', vlan: 101, flood: [192.168.4.11, 192.168.4.22, "
    "'fd00:4::22']}\n"
    "  - {vsid: 5002, rdid: aaaa, vlan: 102, flood: 239.1.1.1}\n"
    "  - {vsid: 5003, svlan: 200, vlan: 102}\n"
    "  - {vsid: 5004, svlan: 201}\n"
    "records:\n"
    "  - {vsid: 5001, ca: 10.0.0.5, mac: 06-06-00-00-00-05, pa: 192.168.4.11}\n"
    "  - {vsid: 5001, ca: 10.0.0.7, mac: 06-06-00-00-00-07, pa: 192.168.4.22}\n"
    "  - {vsid: 5001, ca: 'fd00::7', mac: 06-06-00-00-00-07, pa: 192.168.4.22}\n"
    "  - {vsid: 5001, ca: 10.0.0.9, pa: [172.16.0.9, 'fd00:4::9']}\n"
    "  - {vsid: 5001, mac: 06-06-00-00-00-0b, pa: ['fd00:4::b'], type: l2only}\n"
    "  - {vsid: 5001, mac: 06-06-00-00-00-0c, pa: [192.168.4.31, 192.168.4.32, 192.168.4.33]}\n"
    "  - {vsid: 5001, ca: 0.0.0.0, mac: 06-06-00-00-00-01, pa: 192.168.4.99, type: gateway}\n"
    "  - {vsid: 5001, ca: '::', mac: 06-06-00-00-00-02, pa: 192.168.4.98, type: gateway}\n"
    "  - {vsid: 5002, ca: 10.0.2.7, mac: 06-06-00-00-02-07, pa: 192.168.4.27}\n"
    "  - {vsid: 5002, ca: 10.0.2.8, pa: 192.168.4.28}\n"
    "  - {vsid: 5002, ca: 'fd00:2::8', pa: 'fd00:4::28'}\n"
    "  - {vsid: 6001, ca: 10.0.0.7, mac: 06-06-00-00-00-07, pa: 192.168.4.66}\n"
    "routes:\n"
    "  - {rdid: '{AAAA}', vsid: 5001, prefix: 10.0.0.0/24, next_hop: 0.0.0.0}\n"
    "  - {rdid: '{AAAA}', vsid: 5002, prefix: 10.0.2.0/24, next_hop: 0.0.0.0}\n"
    "  - {rdid: '{AAAA}', vsid: 5002, prefix: 'fd00:2::/64', next_hop: '::'}\n"
    "  - {rdid: '{AAAA}', vsid: 5002, prefix: 10.0.0.0/8, next_hop: 10.0.2.8}\n"
    "  - {rdid: '{AAAA}', vsid: 5002, prefix: 10.0.0.0/8, next_hop: 10.0.2.9, metric: 9}\n"
    "  - {rdid: '{AAAA}', vsid: 5002, prefix: 10.9.0.0/16, next_hop: 10.0.2.7}\n"
    "  - {rdid: '{AAAA}', vsid: 5001, prefix: 10.10.0.0/16, next_hop: 10.11.0.1}\n"
    "  - {rdid: '{AAAA}', vsid: 5001, prefix: 10.11.0.0/16, next_hop: 10.10.0.1}\n"
    "  - {rdid: '{AAAA}', vsid: 5001, prefix: 10.12.0.0/16, next_hop: 10.9.9.9}\n"
    "  - {vsid: 5003, prefix: 0.0.0.0/0, next_hop: 10.0.3.1}\n";

struct row {
    const char *name;
    uint32_t vsid;
    const char *dst_mac, *dst_ca; /* CA NULL: not IP */
    enum map_hit hit;
    const char *remotes;
    uint32_t routed_vsid;
    const char *mac;
};

#define OTHER_MAC "06 06 00 00 ff ff"

static const struct row rows[] = {
    {"by MAC", 5001, "06 06 00 00 00 07", "10.9.9.9", MAP_HIT_MAC, "192.168.4.22", 0, NULL},
    {"by MAC, not IP", 5001, "06 06 00 00 00 0b", NULL, MAP_HIT_MAC, "fd00:4::b", 0, NULL},
    {"same MAC in another VSID", 6001, "06 06 00 00 00 07", NULL, MAP_HIT_MAC, "192.168.4.66", 0,
     NULL},
    {"by CA", 5001, OTHER_MAC, "10.0.0.7", MAP_HIT_CA, "192.168.4.22", 0, NULL},
    {"by IPv6 CA", 5001, OTHER_MAC, "fd00::7", MAP_HIT_CA, "192.168.4.22", 0, NULL},
    {"PA of the sender's IP version", 5001, OTHER_MAC, "10.0.0.9", MAP_HIT_CA, "172.16.0.9", 0,
     NULL},
    {"a gateway's MAC, but a CA nearby", 5001, "06 06 00 00 00 01", "10.0.0.7", MAP_HIT_CA,
     "192.168.4.22", 0, NULL},
    {"routed on link", 5001, OTHER_MAC, "10.0.2.7", MAP_HIT_ROUTE, "192.168.4.27", 5002,
     "06 06 00 00 02 07"},
    {"routed on link, IPv6", 5001, OTHER_MAC, "fd00:2::8", MAP_HIT_ROUTE, "fd00:4::28", 5002, NULL},
    {"routed by next hop", 5001, OTHER_MAC, "10.77.0.1", MAP_HIT_ROUTE, "192.168.4.28", 5002, NULL},
    {"longest prefix", 5001, OTHER_MAC, "10.9.0.1", MAP_HIT_ROUTE, "192.168.4.27", 5002,
     "06 06 00 00 02 07"},
    {"next hop behind another route", 5001, OTHER_MAC, "10.12.0.1", MAP_HIT_ROUTE, "192.168.4.27",
     5002, "06 06 00 00 02 07"},
    {"routes in a circle", 5001, OTHER_MAC, "10.10.0.1", MAP_HIT_GATEWAY, "192.168.4.99", 5001,
     NULL},
    {"on link, but unknown", 5001, OTHER_MAC, "10.0.2.99", MAP_HIT_GATEWAY, "192.168.4.99", 5001,
     NULL},
    {"gateway", 5001, OTHER_MAC, "8.8.8.8", MAP_HIT_GATEWAY, "192.168.4.99", 0, NULL},
    {"gateway by its MAC", 5001, "06 06 00 00 00 01", "8.8.8.8", MAP_HIT_GATEWAY, "192.168.4.99", 0,
     NULL},
    {"gateway of IPv6", 5001, OTHER_MAC, "2001:db8::1", MAP_HIT_GATEWAY, "192.168.4.98", 0, NULL},
    {"gateway, not IP", 5001, OTHER_MAC, NULL, MAP_HIT_GATEWAY, "192.168.4.99", 0, NULL},
    {"broadcast", 5001, "ff ff ff ff ff ff", NULL, MAP_HIT_FLOOD,
     "192.168.4.11 192.168.4.22 fd00:4::22", 0, NULL},
    {"multicast", 5002, "01 00 5e 01 01 01", "224.1.1.1", MAP_HIT_FLOOD, "239.1.1.1", 0, NULL},
    {"broadcast without a list", 5003, "ff ff ff ff ff ff", NULL, MAP_MISS, "", 0, NULL},
    {"no way in the subnet", 5002, OTHER_MAC, "8.8.8.8", MAP_MISS, "", 0, NULL},
    {"next hop unknown", 5003, OTHER_MAC, "8.8.8.8", MAP_MISS, "", 0, NULL},
    {"CA of zeros is no wildcard", 5001, OTHER_MAC, "0.0.0.0", MAP_HIT_GATEWAY, "192.168.4.99", 0,
     NULL},
    {"CA of another VSID", 6001, OTHER_MAC, "10.0.0.5", MAP_MISS, "", 0, NULL},
    {"unknown VSID", 7001, OTHER_MAC, "10.0.0.5", MAP_MISS, "", 0, NULL},
};

/* Makes a frame in a block of exact size. The MACs and CAs are parameters. */
static uint8_t *make_frame(const char *dst_mac, const char *src_mac, const char *dst_ca,
                           const char *src_ca, struct nvgre_inner *inner)
{
    bool is6 = dst_ca && strchr(dst_ca, ':');
    struct bytes frame = from_hex(dst_mac);
    uint8_t address[16];
    uint8_t *copy;

    add_hex(&frame, src_mac);
    if (!dst_ca) {
        add_hex(&frame, "88b5");
    } else if (is6) {
        add_hex(&frame, "86dd 6000000000003b40");
        assert_int_equal(inet_pton(AF_INET6, src_ca, address), 1);
        add_bytes(&frame, address, 16);
        assert_int_equal(inet_pton(AF_INET6, dst_ca, address), 1);
        add_bytes(&frame, address, 16);
    } else {
        add_hex(&frame, "0800 450000140000000040fd0000");
        assert_int_equal(inet_pton(AF_INET, src_ca, address), 1);
        add_bytes(&frame, address, 4);
        assert_int_equal(inet_pton(AF_INET, dst_ca, address), 1);
        add_bytes(&frame, address, 4);
    }
    copy = exact_copy(frame.data, frame.len);
    nvgre_inner_decode(copy, frame.len, inner);
    return copy;
}

static const char *pa_text(const struct map *map, uint32_t index)
{
    static char text[INET6_ADDRSTRLEN];
    const struct address *address;

    if (index == MAP_NONE)
        return "none";
    assert_true(index < map_pa_count(map));
    address = &map_pa(map, index)->address;
    return inet_ntop(address->version == 4 ? AF_INET : AF_INET6, address->bytes, text, sizeof text);
}

static void finds(void **state)
{
    const struct row *row = *state;
    bool is6 = row->dst_ca && strchr(row->dst_ca, ':');
    struct map *map = load_map(map_text);
    struct nvgre_inner inner;
    struct map_way way;
    char remotes[200] = "";
    /* This sender has only an IPv4 PA. */
    uint8_t *frame = make_frame(row->dst_mac, "06 06 00 00 00 05", row->dst_ca,
                                is6 ? "fd00::5" : "10.0.0.5", &inner);

    assert_int_equal(map_lookup(map, row->vsid, &inner, 0x80000000, &way), row->hit);
    assert_int_equal(way.hit, row->hit);
    for (uint32_t i = 0; i < way.remote_count; i++) {
        strcat(remotes, i ? " " : "");
        strcat(remotes, pa_text(map, way.remotes[i]));
    }
    assert_string_equal(remotes, row->remotes);
    assert_int_equal(way.vsid, row->routed_vsid ? row->routed_vsid : row->vsid);
    assert_int_equal(way.mac != NULL, row->mac != NULL);
    if (row->mac)
        assert_memory_equal(way.mac, from_hex(row->mac).data, 6);
    free(frame);
    map_free(map);
}

struct local_row {
    const char *name;
    const char *src_mac, *src_ca;
    uint8_t version;
    const char *local;
};

static const struct local_row local_rows[] = {
    {"by MAC", "06 06 00 00 00 07", "10.9.9.9", 4, "192.168.4.22"},
    {"by MAC, not of this version", "06 06 00 00 00 07", "10.9.9.9", 6, "none"},
    {"by MAC of a gateway", "06 06 00 00 00 01", "8.8.8.8", 4, "192.168.4.99"},
    {"by CA", OTHER_MAC, "10.0.0.9", 4, "172.16.0.9"},
    {"by CA, the other version", OTHER_MAC, "10.0.0.9", 6, "fd00:4::9"},
    {"the only local one", OTHER_MAC, "10.0.0.99", 4, "192.168.4.11"},
    {"the only local one of IPv6", OTHER_MAC, "10.0.0.99", 6, "fd00:4::11"},
    {"a source of zeros is no wildcard", OTHER_MAC, "0.0.0.0", 4, "192.168.4.11"},
};

static void finds_sender(void **state)
{
    const struct local_row *row = *state;
    struct map *map = load_map(map_text);
    struct nvgre_inner inner;
    uint8_t *frame = make_frame(OTHER_MAC, row->src_mac, "10.0.0.7", row->src_ca, &inner);

    assert_string_equal(pa_text(map, map_local(map, 5001, &inner, 0, row->version)), row->local);
    free(frame);
    map_free(map);
}

/* One flow keeps its PA. Many flows use all PAs about equally. */
static void spreads(void **state)
{
    struct map *map = load_map(map_text);
    struct nvgre_inner inner;
    uint8_t *frame =
        make_frame("06 06 00 00 00 0c", "06 06 00 00 00 05", "10.0.0.1", "10.0.0.5", &inner);
    uint32_t counts[64] = {0};
    uint32_t random = 1;
    uint32_t used = 0;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        struct map_way way, again;
        uint32_t hash = next_random(&random);

        map_lookup(map, 5001, &inner, hash, &way);
        map_lookup(map, 5001, &inner, hash, &again);
        assert_int_equal(way.remotes[0], again.remotes[0]);
        counts[way.remotes[0]]++;
    }
    for (size_t i = 0; i < COUNT(counts); i++) {
        used += counts[i] > 0;
        assert_true(counts[i] == 0 || (counts[i] > 800 && counts[i] < 1200));
    }
    assert_int_equal(used, 3);
    free(frame);
    map_free(map);
}

static void knows_pas_and_vlans(void **state)
{
    static const struct {
        const char *address;
        enum map_mac from;
        const char *mac;
        uint16_t vlan;
    } expected[] = {{"192.168.4.11", MAP_MAC_OWN, "02 00 c0 a8 04 0b", 103},
                    {"fd00:4::11", MAP_MAC_NONE, "00 00 00 00 00 00", 0},
                    {"192.168.4.22", MAP_MAC_ROUTE, "02 00 c0 a8 04 01", 0},
                    {"172.16.0.9", MAP_MAC_ROUTE, "02 00 ac 10 00 01", 0},
                    {"239.1.1.1", MAP_MAC_NONE, "00 00 00 00 00 00", 0}};
    static const struct {
        struct map_vlans vlans;
        uint32_t vsid;
    } vlans[] = {{{0, 101}, 5001},
                 {{0, 102}, 5002},
                 {{0, 103}, NVGRE_VSID_NONE},
                 {{0, 0}, NVGRE_VSID_NONE},
                 {{0, 200}, NVGRE_VSID_NONE},
                 {{0, 201}, NVGRE_VSID_NONE},
                 {{200, 102}, 5003},
                 {{200, 101}, NVGRE_VSID_NONE},
                 {{102, 200}, NVGRE_VSID_NONE},
                 {{201, 102}, 5004},
                 {{201, 0}, 5004},
                 {{200, 0}, NVGRE_VSID_NONE},
                 {{101, 5}, NVGRE_VSID_NONE},
                 {{4095, 4095}, NVGRE_VSID_NONE}};
    struct map *map = load_map(map_text);
    uint32_t found = 0;

    (void)state;
    for (uint32_t i = 0; i < map_pa_count(map); i++)
        for (size_t j = 0; j < COUNT(expected); j++) {
            const struct map_pa *pa = map_pa(map, i);

            if (strcmp(pa_text(map, i), expected[j].address) != 0)
                continue;
            found++;
            assert_int_equal(pa->mac_from, expected[j].from);
            assert_memory_equal(pa->mac, from_hex(expected[j].mac).data, 6);
            assert_int_equal(pa->vlan, expected[j].vlan);
        }
    assert_int_equal(found, COUNT(expected));
    for (size_t i = 0; i < COUNT(vlans); i++)
        assert_int_equal(map_vlans_vsid(map, vlans[i].vlans), vlans[i].vsid);
    assert_int_equal(map_vsid_vlans(map, 5002).vlan, 102);
    assert_int_equal(map_vsid_vlans(map, 5002).svlan, 0);
    assert_int_equal(map_vsid_vlans(map, 5003).vlan, 102);
    assert_int_equal(map_vsid_vlans(map, 5003).svlan, 200);
    assert_int_equal(map_vsid_vlans(map, 5004).vlan, 0);
    assert_int_equal(map_vsid_vlans(map, 5004).svlan, 201);
    assert_int_equal(map_vsid_vlans(map, 1).vlan, 0);
    map_free(map);
}

/* A frame that is cut anywhere has a way or none, without a read past its end. */
static void survives_cut_frames(void **state)
{
    struct map *map = load_map(map_text);
    struct nvgre_inner inner;
    uint8_t *whole = make_frame(OTHER_MAC, OTHER_MAC, "fd00:2::8", "fd00::5", &inner);
    uint32_t len = inner.caplen;

    (void)state;
    for (uint32_t caplen = 0; caplen <= len; caplen++) {
        uint8_t *cut = exact_copy(whole, caplen);
        struct map_way way;

        nvgre_inner_decode(cut, caplen, &inner);
        map_lookup(map, 5001, &inner, 0, &way);
        map_local(map, 5001, &inner, 0, 4);
        free(cut);
    }
    free(whole);
    map_free(map);
}

/* A written map must load, and be written in the same way again. */
static void writes_what_it_read(void **state)
{
    struct map *map = load_map(map_text);
    char *first = written(map);
    struct map *back = load_map(first);
    char *second = written(back);

    (void)state;
    assert_string_equal(first, second);
    assert_int_equal(back->record_count, map->record_count);
    assert_int_equal(back->routes.count, map->routes.count);
    assert_int_equal(back->subnet_count, map->subnet_count);
    free(first);
    free(second);
    map_free(back);
    map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spreads),
        cmocka_unit_test(knows_pas_and_vlans),
        cmocka_unit_test(survives_cut_frames),
        cmocka_unit_test(writes_what_it_read),
    };

    return RUN_ROWS(finds, rows) + RUN_ROWS(finds_sender, local_rows) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
