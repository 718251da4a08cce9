/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capfile/retime.h"

#include <stdio.h>

#include "support.h"

struct stamp {
    uint8_t tsresol;
    int64_t tsoffset;
    uint64_t ticks;
};

struct vector {
    struct stamp start;
    struct stamp packet;
    int64_t shift_ns;
    uint64_t numerator;
    uint64_t denominator;
    bool stored;
    uint64_t ticks;
};

#include "vectors/retimes.h"

enum { SEC = 1000000000 };

static struct cap_packet packet_of(const struct stamp *stamp, struct cap_iface *iface,
                                   enum cap_record record)
{
    *iface =
        (struct cap_iface){.linktype = 1, .tsresol = stamp->tsresol, .tsoffset = stamp->tsoffset};
    return (struct cap_packet){.iface = iface, .record = record, .ts = stamp->ticks};
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct cap_retime retime = {true, v->shift_ns, v->numerator, v->denominator, {0}};
        struct cap_iface iface;
        struct cap_packet first = packet_of(&v->start, &iface, CAP_RECORD_ENHANCED);
        struct cap_packet packet;

        (void)cap_retime_packet(&retime, &first);
        packet = packet_of(&v->packet, &iface, i % 2 ? CAP_RECORD_ENHANCED : CAP_RECORD_OBSOLETE);
        if (cap_retime_packet(&retime, &packet) != v->stored ||
            packet.ts != (v->stored ? v->ticks : v->packet.ticks))
            fail_msg("row %zu: %llu", i, (unsigned long long)packet.ts);
    }
}

/* Three pcap packets: the first one's time stays the start for all. */
struct pcap_row {
    const char *name;
    uint8_t tsresol;
    int64_t shift_ns;
    uint64_t numerator;
    uint64_t denominator;
    uint32_t times[3][2];
    uint32_t results[3][2]; /* all ones if the time cannot be stored */
};

#define NONE                                                                                       \
    {                                                                                              \
        UINT32_MAX, UINT32_MAX                                                                     \
    }

static const struct pcap_row pcaps[] = {
    {"nothing", 6, 0, 0, 0, {{1, 2}, {3, 999999}, {2, 0}}, {{1, 2}, {3, 999999}, {2, 0}}},
    {"later", 6, SEC, 0, 0, {{1, 2}, {3, 4}, {0, 0}}, {{2, 2}, {4, 4}, {1, 0}}},
    {"later, ns", 9, 1, 0, 0, {{1, 999999999}, {0, 0}, {0, 1}}, {{2, 0}, {0, 1}, {0, 2}}},
    {"a part of a unit", 6, 999, 0, 0, {{1, 2}, {3, 4}, {0, 0}}, {{1, 2}, {3, 4}, {0, 0}}},
    {"a part of a unit back", 6, -1, 0, 0, {{1, 0}, {0, 0}, {0, 1}}, {{0, 999999}, NONE, {0, 0}}},
    {"to 1970", 6, -1000, 0, 0, {{0, 1}, {0, 0}, {0, 2}}, {{0, 0}, NONE, {0, 1}}},
    {"to 2106",
     6,
     1000,
     0,
     0,
     {{UINT32_MAX, 999998}, {UINT32_MAX, 999999}, {1, 1}},
     {{UINT32_MAX, 999999}, NONE, {1, 2}}},
    {"the longest shift",
     9,
     INT64_MAX,
     0,
     0,
     {{0, 0}, {1, 0}, {UINT32_MAX, 0}},
     {NONE, NONE, NONE}},
    {"the longest shift back",
     9,
     INT64_MIN,
     0,
     0,
     {{0, 0}, {1, 0}, {UINT32_MAX, 0}},
     {NONE, NONE, NONE}},
    {"twice as slow",
     6,
     0,
     2,
     1,
     {{100, 5}, {101, 6}, {99, 0}},
     {{100, 5}, {102, 7}, {97, 999995}}},
    {"twice as fast",
     6,
     0,
     1,
     2,
     {{100, 5}, {101, 6}, {100, 6}},
     {{100, 5}, {100, 500005}, {100, 5}}},
    {"slower and later",
     9,
     -SEC,
     3,
     1,
     {{100, 5}, {101, 6}, {99, 0}},
     {{99, 5}, {102, 8}, {95, 999999990}}},
    {"halves of units add up", 6, 500, 1, 2, {{1, 0}, {1, 1}, {1, 2}}, {{1, 0}, {1, 1}, {1, 1}}},
    {"a fraction of a second and more",
     6,
     SEC,
     0,
     0,
     {{1, UINT32_MAX}, {1, 1000000}, {0, 0}},
     {{4296, 967295}, {3, 0}, {1, 0}}},
    {"the last fraction of the last second",
     9,
     -SEC,
     0,
     0,
     {{UINT32_MAX, UINT32_MAX}, {1, 0}, {0, 999999999}},
     {NONE, {0, 0}, NONE}},
};

static void test_pcap(void **state)
{
    const struct pcap_row *row = *state;
    const struct cap_iface iface = {.linktype = 1, .tsresol = row->tsresol};

    for (int swapped = 0; swapped < 2; swapped++) {
        struct cap_retime retime = {true, row->shift_ns, row->numerator, row->denominator, {0}};

        for (size_t i = 0; i < COUNT(row->times); i++) {
            bool stored = row->results[i][1] != UINT32_MAX;
            uint32_t words[2];
            struct cap_packet packet = {
                .iface = &iface, .record = CAP_RECORD_PCAP, .swapped = swapped};

            for (int w = 0; w < 2; w++)
                words[w] = swapped ? __builtin_bswap32(row->times[i][w]) : row->times[i][w];
            memcpy(&packet.ts, words, sizeof(packet.ts));
            assert_int_equal(cap_retime_packet(&retime, &packet), stored);
            memcpy(words, &packet.ts, sizeof(words));
            for (int w = 0; w < 2; w++)
                assert_int_equal(swapped ? __builtin_bswap32(words[w]) : words[w],
                                 stored ? row->results[i][w] : row->times[i][w]);
        }
    }
}

/* A packet without a time stays without, and does not set the start. */
static void test_no_time(void **state)
{
    struct cap_retime retime = {true, SEC, 2, 1, {0}};
    struct cap_iface iface;
    struct cap_packet packet = packet_of(&(struct stamp){6, 0, 0}, &iface, CAP_RECORD_SIMPLE);

    (void)state;
    assert_true(cap_retime_packet(&retime, &packet));
    assert_int_equal(packet.ts, 0);
    packet = packet_of(&(struct stamp){6, 0, 5000000}, &iface, CAP_RECORD_ENHANCED);
    assert_true(cap_retime_packet(&retime, &packet));
    assert_int_equal(packet.ts, 6000000);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_no_time),
    };

    return (RUN_ROWS(test_pcap, pcaps) + cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
