/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "support.h"

#include "capfile/timestamp.h"

static struct time_point time_of(enum cap_record record, uint8_t tsresol, int64_t tsoffset,
                                 uint64_t ts)
{
    const struct cap_iface iface = {.linktype = 1, .tsresol = tsresol, .tsoffset = tsoffset};
    const struct cap_packet packet = {.iface = &iface, .record = record, .ts = ts};

    return cap_packet_time(&packet);
}

/* Computed with integers of unlimited size. */
struct time_row {
    const char *name;
    uint8_t tsresol;
    int64_t tsoffset;
    uint64_t ts;
    int64_t sec;
    uint32_t nsec;
};

static const struct time_row times[] = {
    {"microseconds", 6, 0, 1602115969123456, 1602115969, 123456000},
    {"nanoseconds", 9, 0, 1602115969123456789, 1602115969, 123456789},
    {"seconds", 0, 0, 1602115969, 1602115969, 0},
    {"milliseconds", 3, 0, 1602115969123, 1602115969, 123000000},
    {"picoseconds, cut off", 12, 0, 1602115969123456789, 1602115, 969123456},
    {"all ticks in microseconds", 6, 0, UINT64_MAX, 18446744073709, 551615000},
    {"all ticks in nanoseconds", 9, 0, UINT64_MAX, 18446744073, 709551615},
    {"10^-19 s", 19, 0, UINT64_MAX, 1, 844674407},
    {"10^-20 s", 20, 0, UINT64_MAX, 0, 184467440},
    {"10^-127 s", 127, 0, UINT64_MAX, 0, 0},
    {"2^0 s", 0x80, 0, 1602115969, 1602115969, 0},
    {"2^-10 s", 0x8a, 0, 1640566753279, 1602115969, 999023437},
    {"2^-32 s", 0xa0, 0, 6881035693401833472, 1602115969, 500000000},
    {"2^-63 s", 0xbf, 0, UINT64_MAX, 1, 999999999},
    {"2^-64 s", 0xc0, 0, UINT64_MAX, 0, 999999999},
    {"2^-65 s", 0xc1, 0, UINT64_MAX, 0, 499999999},
    {"2^-94 s", 0xde, 0, UINT64_MAX, 0, 0},
    {"2^-127 s", 0xff, 0, UINT64_MAX, 0, 0},
    {"later by an offset", 6, 3600, 1000001, 3601, 1000},
    {"before 1970", 6, -2, 1000001, -1, 1000},
    {"the earliest offset", 6, INT64_MIN, 1000001, INT64_MIN + 1, 1000},
    {"the latest offset", 6, INT64_MAX, 1, INT64_MAX, 1000},
};

static void test_time(void **state)
{
    const struct time_row *row = *state;
    struct time_point time = time_of(CAP_RECORD_ENHANCED, row->tsresol, row->tsoffset, row->ts);

    assert_true(time.sec == row->sec);
    assert_int_equal(time.nsec, row->nsec);
    time = time_of(CAP_RECORD_OBSOLETE, row->tsresol, row->tsoffset, row->ts);
    assert_true(time.sec == row->sec);
    assert_int_equal(time.nsec, row->nsec);
}

/* Ticks of 10^-exponent s: puts the point between decimal digits. */
static struct time_point naive_decimal(uint64_t ticks, unsigned exponent)
{
    char digits[160];
    char sec[32] = "";
    char nsec[10] = "";
    int len = snprintf(digits, sizeof(digits), "%0148llu000000000", (unsigned long long)ticks);
    int point = len - 9 - (int)exponent;

    memcpy(sec, digits + (point > 20 ? point - 20 : 0), 20);
    if (point < 20)
        sec[point] = '\0';
    memcpy(nsec, digits + point, 9);
    return (struct time_point){(int64_t)strtoull(sec, NULL, 10), (uint32_t)strtoul(nsec, NULL, 10)};
}

/* Ticks of 2^-exponent s: nine decimal digits one by one; each bit is half of the one before. */
static struct time_point naive_binary(uint64_t ticks, unsigned exponent)
{
    uint32_t fraction[5] = {0}; /* of a second, in 160 bits; the highest word first */
    uint64_t sec = 0;
    uint32_t nsec = 0;

    for (unsigned bit = 0; bit < 64; bit++) {
        unsigned place = exponent - bit - 1; /* place after the point */

        if (!(ticks >> bit & 1))
            continue;
        if (bit >= exponent)
            sec |= UINT64_C(1) << (bit - exponent);
        else
            fraction[place / 32] |= UINT32_C(1) << (31 - place % 32);
    }
    for (int digit = 0; digit < 9; digit++) {
        uint64_t carry = 0;

        for (int word = 4; word >= 0; word--) {
            carry += fraction[word] * UINT64_C(10);
            fraction[word] = (uint32_t)carry;
            carry >>= 32;
        }
        nsec = nsec * 10 + (uint32_t)carry;
    }
    return (struct time_point){(int64_t)sec, nsec};
}

static void test_all_resolutions(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (unsigned tsresol = 0; tsresol <= 0xFF; tsresol++) {
        for (unsigned i = 0; i < 300; i++) {
            uint64_t ticks = (uint64_t)next_random(&random) << 32 | next_random(&random);
            struct time_point time, expected;

            ticks = i < 64 ? UINT64_C(1) << i : i < 128 ? UINT64_MAX >> (i - 64) : ticks >> i % 64;
            time = time_of(CAP_RECORD_ENHANCED, (uint8_t)tsresol, 0, ticks);
            expected = tsresol & 0x80 ? naive_binary(ticks, tsresol & 0x7F)
                                      : naive_decimal(ticks, tsresol);
            assert_true(time.sec == expected.sec);
            assert_int_equal(time.nsec, expected.nsec);
        }
    }
}

/* A Simple Packet Block has no time, even if its interface has timestamp options. */
static void test_simple(void **state)
{
    struct time_point time = time_of(CAP_RECORD_SIMPLE, 6, 1000, 1000000);

    (void)state;
    assert_true(time.sec == 0);
    assert_int_equal(time.nsec, 0);
}

/* pcap: seconds and a fraction, in host byte order or swapped. */
struct pcap_row {
    const char *name;
    uint8_t tsresol;
    uint32_t words[2];
    bool swapped;
    int64_t sec;
    uint32_t nsec;
};

static const struct pcap_row pcaps[] = {
    {"microseconds", 6, {1602115969, 123456}, false, 1602115969, 123456000},
    {"nanoseconds", 9, {1602115969, 123456789}, false, 1602115969, 123456789},
    {"swapped", 6, {0x01000000, 0x02000000}, true, 1, 2000},
    {"the last second", 9, {UINT32_MAX, 999999999}, false, UINT32_MAX, 999999999},
    {"a second of microseconds", 6, {1, 1000000}, false, 2, 0},
    {"all microseconds", 6, {0, UINT32_MAX}, false, 4294, 967295000},
    {"all nanoseconds", 9, {UINT32_MAX, UINT32_MAX}, false, INT64_C(4294967299), 294967295},
};

static void test_pcap(void **state)
{
    const struct pcap_row *row = *state;
    const struct cap_iface iface = {.linktype = 1, .tsresol = row->tsresol};
    struct cap_packet packet = {
        .iface = &iface, .record = CAP_RECORD_PCAP, .swapped = row->swapped};
    struct time_point time;

    memcpy(&packet.ts, row->words, sizeof(packet.ts));
    time = cap_packet_time(&packet);
    assert_true(time.sec == row->sec);
    assert_int_equal(time.nsec, row->nsec);
}

/* Finer than microseconds begins at 10^-7 s and 2^-21 s: 2^-20 s is 0.95 us. */
static void test_fine(void **state)
{
    (void)state;
    for (unsigned tsresol = 0; tsresol <= 0xFF; tsresol++)
        assert_int_equal(cap_tsresol_is_fine((uint8_t)tsresol),
                         (tsresol >= 7 && tsresol < 0x80) || tsresol >= 0x80 + 21);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_all_resolutions),
        cmocka_unit_test(test_simple),
        cmocka_unit_test(test_fine),
    };

    return (RUN_ROWS(test_time, times) + RUN_ROWS(test_pcap, pcaps) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
