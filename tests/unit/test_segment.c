/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/segment.h"

#include "support.h"
#include "vectors/linux_segments.h"
#include "wire.h"

#define MACS "060600000007 060600000005 "
#define IPV4(len, protocol) MACS "0800 4500" len "00014000 40" protocol "0000 0a000005 0a000007 "
#define PAS6 "20010db8000000000000000000000005 20010db8000000000000000000000007 "
#define IPV6(len, next) MACS "86dd 60000000" len next "40" PAS6
#define PORTS "c0000050 "
#define TCP(offset_flags) PORTS "10000000 20000000" offset_flags "01f5 0000 0000 "
#define DATA "00010203040506070809"

/* The offset of the TCP or UDP checksum in a frame to be cut. */
static uint32_t checksum_offset(const struct segment *seg)
{
    return seg->l4_offset - seg->tags_len - seg->jumbo_len + (seg->protocol == NVGRE_TCP ? 16 : 6);
}

/* Checks segment `i`. `expected` is the whole segment; only captured bytes must be present. */
static void assert_segment(const struct segment *seg, uint32_t i, const struct bytes *expected)
{
    const uint32_t headers_len = seg->headers_len - seg->tags_len - seg->jumbo_len;
    uint32_t captured = seg->caplen - seg->headers_len;
    uint32_t caplen;
    uint8_t *room = malloc(headers_len + seg->size);
    struct bytes cut = *expected;

    captured = captured > i * seg->size ? captured - i * seg->size : 0;
    cut.len = headers_len + captured < expected->len ? headers_len + captured : expected->len;
    if (cut.len < expected->len)
        wire_put16(cut.data + checksum_offset(seg), 0);
    caplen = segment_write(seg, i, room);
    assert_int_equal(caplen, cut.len);
    assert_int_equal(segment_len(seg, i), expected->len);
    assert_memory_equal(room, cut.data, cut.len);
    free(room);
}

static uint32_t count_expected(const struct segment_case *row)
{
    uint32_t count = 0;

    while (count < SEGMENTS_MAX && row->segments[count])
        count++;
    return count;
}

/* A frame without its first `tags_len` bytes of VLAN tags. */
static struct bytes untagged(const char *hex, uint32_t tags_len)
{
    struct bytes frame = from_hex(hex);

    frame.len -= tags_len;
    memmove(frame.data + 12, frame.data + 12 + tags_len, frame.len - 12);
    return frame;
}

/* Cuts a frame, as far as captured. Returns false if too little is captured. */
static bool cut_frame(const struct segment_case *row, const struct bytes *whole, uint32_t caplen,
                      uint32_t tags_len)
{
    uint8_t *frame = exact_copy(whole->data, caplen);
    struct segment seg;
    const bool is_cut = segment_begin(&seg, frame, caplen, whole->len, tags_len, row->max_ip_len);

    if (is_cut) {
        assert_int_equal(seg.count, count_expected(row));
        for (uint32_t i = 0; i < seg.count; i++) {
            const struct bytes expected = untagged(row->segments[i], tags_len);

            assert_segment(&seg, i, &expected);
        }
    }
    free(frame);
    return is_cut;
}

/* As scapy and Linux make them, with and without VLAN tags, cut at every captured length. */
static void test_segments(void **state)
{
    const struct segment_case *row = *state;
    const struct bytes whole = from_hex(row->whole);
    uint32_t tags_len = 0;
    bool is_cut = false;

    while (nvgre_is_tpid(wire_get16(whole.data + 12 + tags_len)))
        tags_len += NVGRE_VLAN_TAG_LEN;
    for (uint32_t caplen = 0; caplen <= whole.len; caplen++) {
        bool was_cut = is_cut;

        is_cut = cut_frame(row, &whole, caplen, 0);
        assert_true(is_cut || !was_cut);
        assert_int_equal(cut_frame(row, &whole, caplen, tags_len), is_cut);
    }
    assert_true(is_cut);
}

struct verdict_row {
    const char *name;
    const char *frame;
    uint32_t max_ip_len;
    bool is_cut;
    uint32_t more; /* bytes on the wire that were not captured */
};

static const struct verdict_row verdicts[] = {
    {"just fits", IPV4("0032", "06") TCP("5010") DATA, 50, .is_cut = false},
    {"does not just fit", IPV4("0032", "06") TCP("5010") DATA, 49, .is_cut = true},
    {"fits but for the padding", IPV4("0032", "06") TCP("5010") DATA DATA, 50, .is_cut = false},
    {"ACK", IPV4("0028", "06") TCP("5010"), 40, .is_cut = false},
    {"ACK, longer than allowed", IPV4("0028", "06") TCP("5010"), 39, .is_cut = false},
    {"room for headers alone", IPV4("0032", "06") TCP("5010") DATA, 40, .is_cut = false},
    {"no room", IPV4("0032", "06") TCP("5010") DATA, 0, .is_cut = false},
    {"SYN", IPV4("0032", "06") TCP("5002") DATA, 49, .is_cut = false},
    {"SYN and ACK", IPV4("0032", "06") TCP("5012") DATA, 49, .is_cut = false},
    {"RST", IPV4("0032", "06") TCP("5004") DATA, 49, .is_cut = false},
    {"UDP", IPV4("0026", "11") PORTS "00120000" DATA, 37, .is_cut = true},
    {"UDP length 0", IPV4("0026", "11") PORTS "00000000" DATA, 37, .is_cut = true},
    {"UDP shorter than IP", IPV4("0026", "11") PORTS "00110000" DATA, 37, .is_cut = false},
    {"UDP longer than IP", IPV4("0026", "11") PORTS "00130000" DATA, 37, .is_cut = false},
    {"IP ends inside UDP", IPV4("001b", "11") PORTS "000800", 26, .is_cut = false},
    {"IP ends inside TCP", IPV4("0027", "06") TCP("5010"), 38, .is_cut = false},
    {"TCP header too short", IPV4("0032", "06") TCP("4010") DATA, 49, .is_cut = false},
    {"TCP header beyond IP", IPV4("0032", "06") TCP("8010") DATA, 49, .is_cut = false},
    {"IP beyond the frame", IPV4("0033", "06") TCP("5010") DATA, 49, .is_cut = false},
    {"no Ethernet header", "0606", 49, .is_cut = false},
    {"first fragment", MACS "0800 45000032 00012000 40060000 0a000005 0a000007" TCP("5010") DATA,
     49, .is_cut = false},
    {"last fragment", MACS "0800 45000032 00010001 40060000 0a000005 0a000007" TCP("5010") DATA, 49,
     .is_cut = false},
    {"IPv6 fragment", IPV6("0026", "2c") "06000001 00000001" TCP("5010") DATA, 49, .is_cut = false},
    {"ICMP", IPV4("0026", "01") "08000000 00000000" DATA, 37, .is_cut = false},
    {"SCTP", IPV4("0026", "84") "08000000 00000000" DATA, 37, .is_cut = false},
    {"GRE", IPV4("0026", "2f") "20006558 00138950" DATA, 37, .is_cut = false},
    {"ESP", IPV6("0012", "32") "08000000 00000000" DATA, 57, .is_cut = false},
    {"ARP", MACS "0806 0001 0800 06040001" DATA, 10, .is_cut = false},
    {"on its way through a routing header",
     IPV6("0036", "2b") "06020401 00000000 20010db8000000000000000000000007" TCP("5010") DATA, 59,
     .is_cut = false},
    {"at the end of its way",
     IPV6("0036", "2b") "06020400 00000000 20010db8000000000000000000000007" TCP("5010") DATA, 93,
     .is_cut = true},
    {"as long as Linux makes them", IPV4("0000", "06") TCP("5010"), 1500, .is_cut = true,
     .more = SEGMENT_IP_LEN_MAX - 40},
    {"longer", IPV4("0000", "06") TCP("5010"), 1500, .is_cut = false,
     .more = SEGMENT_IP_LEN_MAX - 39},
    {"as long as a length can be", IPV4("0000", "06") TCP("5010"), 1500, .is_cut = false,
     .more = UINT32_MAX - 54},
};

static void test_verdict(void **state)
{
    const struct verdict_row *row = *state;
    const struct bytes bytes = from_hex(row->frame);
    uint8_t *frame = exact_copy(bytes.data, bytes.len);
    struct segment seg;

    assert_int_equal(
        segment_begin(&seg, frame, bytes.len, bytes.len + row->more, 0, row->max_ip_len),
        row->is_cut);
    for (uint32_t caplen = 0; caplen < bytes.len; caplen++) {
        uint8_t *cut = exact_copy(bytes.data, caplen);

        (void)segment_begin(&seg, cut, caplen, bytes.len + row->more, 0, row->max_ip_len);
        free(cut);
    }
    free(frame);
}

/* The one's complement sum of a segment's pseudo-header, TCP header and payload. */
static uint32_t tcp_sum(const uint8_t *ip, uint32_t ip_len)
{
    struct {
        uint8_t bytes[12 + 0x10000];
    } *summed = calloc(1, sizeof *summed);
    uint32_t len = ip_len - 20;
    uint32_t sum;

    memcpy(summed->bytes, ip + 12, 8);
    summed->bytes[9] = ip[9];
    wire_put16(summed->bytes + 10, (uint16_t)len);
    memcpy(summed->bytes + 12, ip + 20, len);
    sum = naive_sum(summed->bytes, 12 + len + len % 2);
    free(summed);
    return sum;
}

/* The largest possible super-packet, at many segment sizes: payload and checksums. */
static void test_long(void **state)
{
    const struct bytes headers = from_hex(IPV4("0000", "06") TCP("5010"));
    const uint32_t len = 14 + SEGMENT_IP_LEN_MAX;
    uint8_t *frame = malloc(len);
    uint8_t *back = malloc(len);
    uint8_t *room = malloc(14 + 0x10000);
    uint32_t seed = 1;

    (void)state;
    for (uint32_t i = 0; i < len; i++)
        frame[i] = (uint8_t)next_random(&seed);
    memcpy(frame, headers.data, headers.len);
    for (uint32_t max = 1499; max < 0x20000; max = max * 3 + 1) {
        uint32_t filled = 0;
        struct segment seg;

        assert_true(segment_begin(&seg, frame, len, len, 0, max));
        for (uint32_t i = 0; i < seg.count; i++) {
            uint32_t caplen = segment_write(&seg, i, room);

            assert_int_equal(caplen, segment_len(&seg, i));
            assert_true(caplen - 14 <= max && caplen - 14 <= 0xFFFF);
            assert_int_equal(wire_get16(room + 16), caplen - 14);
            assert_int_equal(naive_sum(room + 14, 20), 0xFFFF);
            assert_int_equal(tcp_sum(room + 14, caplen - 14), 0xFFFF);
            assert_int_equal(wire_get32(room + 38), 0x10000000 + filled);
            memcpy(back + filled, room + 54, caplen - 54);
            filled += caplen - 54;
        }
        assert_int_equal(filled, len - 54);
        assert_memory_equal(back, frame + 54, filled);
    }
    free(frame);
    free(back);
    free(room);
}

struct mss_row {
    const char *name;
    const char *frame; /* the test sets a correct TCP checksum */
    uint32_t mss_offset;
    uint16_t mss;
    uint16_t clamped; /* 0 if nothing changes */
    uint32_t least;   /* captured bytes that are enough */
};

static const struct mss_row mss_rows[] = {
    {"SYN", IPV4("002c", "06") TCP("6002") "020405b4", 56, 1400, 1400, 58},
    {"SYN and ACK", IPV4("002c", "06") TCP("6012") "020405b4", 56, 1400, 1400, 58},
    {"at an odd offset", IPV4("0030", "06") TCP("7002") "01020405b4010100", 57, 1398, 1398, 59},
    {"behind others", IPV4("0034", "06") TCP("8002") "0402 030307 01 0204 2345 000000", 62, 536,
     536, 64},
    {"just as large", IPV4("002c", "06") TCP("6002") "020405b4", 56, 1460, 0, 58},
    {"smaller", IPV4("002c", "06") TCP("6002") "02040218", 56, 1460, 0, 58},
    {"not SYN", IPV4("002c", "06") TCP("6010") "020405b4", 56, 1400, 0, 58},
    {"no option", IPV4("0028", "06") TCP("5002"), 0, 1400, 0, 54},
    {"behind the end of options", IPV4("0030", "06") TCP("7002") "0000 020405b4 0000", 58, 1400, 0,
     62},
    {"behind the header", IPV4("002c", "06") TCP("5002") "020405b4", 56, 1400, 0, 58},
    {"wrong length", IPV4("002c", "06") TCP("6002") "020305b4", 56, 1400, 0, 58},
    {"behind an option of length 0", IPV4("0030", "06") TCP("7002") "0300 020405b4 0000", 58, 1400,
     0, 62},
    {"behind an option that has no end", IPV4("0030", "06") TCP("7002") "0309 020405b4 0000", 58,
     1400, 0, 62},
    {"header too short", IPV4("002c", "06") TCP("4002") "020405b4", 56, 1400, 0, 58},
    {"fragment", MACS "0800 4500002c 00012000 40060000 0a000005 0a000007" TCP("6002") "020405b4",
     56, 1400, 0, 58},
    {"UDP", IPV4("002c", "11") TCP("6002") "020405b4", 56, 1400, 0, 58},
    {"ARP", MACS "0806 00010800", 0, 1400, 0, 20},
};

static void put_tcp_checksum(struct bytes *frame)
{
    wire_put16(frame->data + 50, 0);
    wire_put16(frame->data + 50, (uint16_t)~tcp_sum(frame->data + 14, frame->len - 14));
}

static void test_mss(void **state)
{
    const struct mss_row *row = *state;
    struct bytes before = from_hex(row->frame);
    struct bytes after;

    if (row->clamped)
        put_tcp_checksum(&before);
    after = before;
    if (row->clamped) {
        wire_put16(after.data + row->mss_offset, row->clamped);
        put_tcp_checksum(&after);
    }
    for (uint32_t caplen = 0; caplen <= before.len; caplen++) {
        bool changes = row->clamped && caplen >= row->least;
        uint8_t *frame = exact_copy(before.data, caplen);

        assert_int_equal(segment_mss_clamp(frame, caplen, row->mss), changes);
        assert_memory_equal(frame, changes ? after.data : before.data, caplen);
        free(frame);
    }
}

int main(void)
{
    const struct CMUnitTest whole[] = {cmocka_unit_test(test_long)};

    return (RUN_ROWS(test_segments, segment_cases) + RUN_ROWS(test_segments, linux_segment_cases) +
            RUN_ROWS(test_verdict, verdicts) + RUN_ROWS(test_mss, mss_rows) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
