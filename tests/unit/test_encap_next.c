/* SPDX-License-Identifier: GPL-2.0-or-later */

/* encap of a frame with several receivers: the sequence of packets. */

#include "capfile/capture.h"
#include "map_support.h"
#include "transform/encap.h"

enum { VSID = 5001, FRAME_LEN = 60, TCP_PAYLOAD = 6, STEPS_MAX = 5 };

static const char map_text[] =
    "version: 1\n"
    "provider:\n"
    "  - {address: 192.168.4.33, local: true}\n"
    "  - {address: \"fd00:4::33\", local: true}\n"
    "subnets:\n"
    "  - {vsid: 5001, rdid: a, flood: [192.168.4.11, \"fd00:4::22\", \"fd00:4::44\"]}\n";

/* The receiver with an IPv4 address is first; its frames may be 20 bytes longer. */
struct row {
    const char *name;
    uint32_t mtu;
    enum mtu_action mtu_action;
    enum outcome outcomes[STEPS_MAX];
    uint32_t len[STEPS_MAX]; /* of the resulting packets */
    uint32_t steps;
};

static const struct row rows[] = {
    {"all fit",
     108,
     MTU_DROP,
     {OUTCOME_DONE, OUTCOME_DONE, OUTCOME_DONE},
     {42 + FRAME_LEN, 62 + FRAME_LEN, 62 + FRAME_LEN},
     3},
    {"all but the first fail",
     107,
     MTU_DROP,
     {OUTCOME_DONE, OUTCOME_OVER_MTU, OUTCOME_OVER_MTU},
     {42 + FRAME_LEN},
     3},
    {"the first one fails", 87, MTU_DROP, {OUTCOME_OVER_MTU}, {0}, 1},
    {"segments for all but the first",
     107,
     MTU_SEGMENT,
     {OUTCOME_DONE, OUTCOME_DONE, OUTCOME_DONE, OUTCOME_DONE, OUTCOME_DONE},
     {42 + FRAME_LEN, 61 + FRAME_LEN, 63 + FRAME_LEN - TCP_PAYLOAD, 61 + FRAME_LEN,
      63 + FRAME_LEN - TCP_PAYLOAD},
     5},
};

static void assert_steps(const struct row *row, const struct encap_config *config)
{
    static const char frame_hex[] = "ffffffffffff 060000000001 0800"
                                    "4500002e 00010000 40060000 0a000001 0a000002"
                                    "0400 0050 00000001 00000001 5010ffff 00000000 010203040506";
    const struct cap_iface iface = {.linktype = CAP_LINKTYPE_ETHERNET, .tsresol = 6};
    const struct bytes frame = from_hex(frame_hex);
    const struct cap_packet packet = {
        .number = 1, .data = frame.data, .caplen = frame.len, .len = frame.len, .iface = &iface};
    const struct transform transform = encap_transform(config);
    struct transform_result result = {.value = 0};
    uint8_t room[NVGRE_OUTER_LEN_MAX + FRAME_LEN];

    assert_int_equal(frame.len, FRAME_LEN);
    for (uint32_t step = 0; step < row->steps; step++) {
        assert_int_equal(result.next.more, step > 0);
        assert_int_equal(transform.run(config, &packet, room, &result), row->outcomes[step]);
        if (row->outcomes[step] == OUTCOME_DONE) {
            assert_int_equal(result.len, row->len[step]);
            assert_true(result.notes & 1u << NOTE_COPIED);
        }
    }
    assert_false(result.next.more);
    assert_int_equal(result.next.receiver, 0);
    assert_int_equal(result.next.segment, 0);
}

static void test_next(void **state)
{
    const struct row *row = *state;
    struct map *map = load_map(map_text);
    struct ways ways = {.map = map, .outer = {.ip_version = 4, .ttl = 64, .df = true}};
    const struct encap_config config = {.key = nvgre_key(VSID, 7),
                                        .ttl = 64,
                                        .df = true,
                                        .ways = &ways,
                                        .mtu = row->mtu,
                                        .usual_max = FRAME_LEN,
                                        .mtu_action = row->mtu_action};

    assert_int_equal(ways_init(&ways), 0);
    assert_steps(row, &config);
    ways_free(&ways);
    map_free(map);
}

int main(void)
{
    return RUN_ROWS(test_next, rows);
}
