/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "reader_support.h"

#define HEADER "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001"
#define FCS_HEADER(bits) "a1b2c3d4 0002 0004 00000000 00000000 0000ffff " bits

static const struct case_row rows[] = {
    {"no packets", HEADER, "end"},
    {"microseconds", HEADER " 5f000001 000f423f 00000004 0000003c :01020304",
     "pcap 0 5f000001.f423f 4/60 01020304\nend"},
    {"nanoseconds",
     "a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000001"
     " 5f000001 3b9ac9ff 00000004 0000003c :01020304",
     "pcap 0 5f000001.3b9ac9ff 4/60 01020304\nend"},
    {"modified magic",
     "a1b2cd34 0002 0004 00000000 00000000 0000ffff 00000001"
     " 00000001 00000002 00000004 0000003c 00000007 0008 04 00 :01020304"
     " 00000003 00000004 00000001 00000001 00000007 0008 04 00 :05",
     "pcap 0 1.2 4/60 01020304\npcap 0 3.4 1/1 05\nend"},
    {"version 2.3", "a1b2c3d4 0002 0003 00000000 00000000 0000ffff 00000001", "end"},
    {"version 1.4", "a1b2c3d4 0001 0004 00000000 00000000 0000ffff 00000001",
     "refused: pcap version 1.4 is not 2.x"},
    {"version 3.0", "a1b2c3d4 0003 0000 00000000 00000000 0000ffff 00000001",
     "refused: pcap version 3.0 is not 2.x"},
    {"a packet without bytes", HEADER " 00000001 00000002 00000000 0000003c",
     "pcap 0 1.2 0/60 \nend"},
    {"nothing on the wire", HEADER " 00000001 00000002 00000000 00000000", "pcap 0 1.2 0/0 \nend"},
    {"more captured than on the wire", HEADER " 00000001 00000002 00000004 00000003 :01020304",
     "pcap 0 1.2 4/4 01020304\nend"},
    {"caplen above snaplen",
     "a1b2c3d4 0002 0004 00000000 00000000 00000002 00000001"
     " 00000001 00000002 00000004 0000003c :01020304",
     "pcap 0 1.2 4/60 01020304\nend"},
    {"time stamps of all ones", HEADER " ffffffff ffffffff 00000001 00000001 :01",
     "pcap 0 ffffffff.ffffffff 1/1 01\nend"},
    {"the longest packet",
     HEADER " 00000001 00000002 00040000 00040000 *262144 00000003 00000004 00000001 ffffffff :05",
     "pcap 0 1.2 262144/262144 *\npcap 0 3.4 1/4294967295 05\nend"},
    {"a packet too long", HEADER " 00000001 00000002 00040001 00040001 *262145",
     "cut: captured length 262145 is above 262144; cannot read on"},
    {"behind a sound packet",
     HEADER " 00000001 00000002 00000001 00000001 :05 00000001 00000002 ffffffff ffffffff",
     "pcap 0 1.2 1/1 05\ncut: captured length 4294967295 is above 262144; cannot read on"},
    {"cut in a header", HEADER " 00000001 00000002 00000001",
     "cut: the file ends inside the packet's header, 12 of 16 bytes"},
    {"cut in a packet", HEADER " 00000001 00000002 00000004 00000004 :010203",
     "cut: the file ends inside the packet, 19 of 20 bytes"},
    {"cut in a modified header",
     "a1b2cd34 0002 0004 00000000 00000000 0000ffff 00000001"
     " 00000001 00000002 00000004 0000003c 00000007 0008 04",
     "cut: the file ends inside the packet's header, 23 of 24 bytes"},
    {"FCS, whole", FCS_HEADER("24000001") " 00000001 00000002 00000006 00000006 :010203040506",
     "pcap 0 1.2 2/2 0102 cut\nend"},
    {"FCS, cut in part",
     FCS_HEADER("24000001") " 00000001 00000002 00000006 00000008 :010203040506",
     "pcap 0 1.2 4/4 01020304 cut\nend"},
    {"FCS, not captured", FCS_HEADER("24000001") " 00000001 00000002 00000002 0000003c :0102",
     "pcap 0 1.2 2/56 0102 cut\nend"},
    {"FCS, longer than the frame",
     FCS_HEADER("24000001") " 00000001 00000002 00000002 00000002 :0102",
     "pcap 0 1.2 0/0  cut\nend"},
    {"FCS of 30 bytes", FCS_HEADER("f4000001") " 00000001 00000002 00000004 00000024 :01020304",
     "pcap 0 1.2 4/6 01020304 cut\nend"},
    {"FCS length, but its flag",
     FCS_HEADER("20000001") " 00000001 00000002 00000004 00000004 :01020304",
     "pcap 0 1.2 4/4 01020304\nend"},
    {"FCS flag, but no length",
     FCS_HEADER("04000001") " 00000001 00000002 00000004 00000004 :01020304",
     "pcap 0 1.2 4/4 01020304\nend"},
    {"FCS of a link that is not Ethernet",
     FCS_HEADER("24000071") " 00000001 00000002 00000004 00000004 :01020304",
     "pcap 0 1.2 4/4 01020304\nend"},
    {"empty file", "", "refused: empty file, 0 bytes"},
    {"three bytes", ":d4c3b2", "refused: too short for a capture, 3 bytes"},
    {"only the magic", "a1b2c3d4", "refused: the file ends inside the file header, 4 of 24 bytes"},
    {"header but its last byte", "a1b2c3d4 0002 0004 00000000 00000000 0000ffff :000000",
     "refused: the file ends inside the file header, 23 of 24 bytes"},
    {"gzip", ":1f8b0800", "refused: the file ends inside its gzip data"},
    {"zstd", ":28b52ffd", "refused: the file ends inside its zstd data"},
    {"text", ":68656c6c6f", "refused: not a pcap or pcapng capture (it begins with 68 65 6c 6c)"},
};

/* What the header says besides the packets. */
struct header_row {
    const char *name;
    const char *capture;
    enum cap_format format;
    bool modified;
    struct cap_iface iface;
};

static const struct header_row headers[] = {
    {"microseconds", HEADER, CAP_FORMAT_PCAP, false, {1, 0, 6, 65535, 0, 0}},
    {"nanoseconds",
     "a1b23c4d 0002 0004 00000000 00000000 00040000 00000071",
     CAP_FORMAT_NSECPCAP,
     false,
     {113, 0, 9, 262144, 0, 0}},
    {"modified",
     "a1b2cd34 0002 0004 00000000 00000000 00000000 00000001",
     CAP_FORMAT_PCAP,
     true,
     {1, 0, 6, 0, 0, 0}},
    {"time zone and accuracy",
     "a1b2c3d4 0002 0004 00000e10 00000001 ffffffff 0000ffff",
     CAP_FORMAT_PCAP,
     false,
     {65535, 0, 6, UINT32_MAX, 0, 0}},
    {"FCS of 4 bytes", FCS_HEADER("24000001"), CAP_FORMAT_PCAP, false, {1, 4, 6, 65535, 0, 0}},
};

static void test_header(void **state)
{
    const struct header_row *row = *state;

    for (int big = 0; big < 2; big++) {
        struct capture capture = capture_of(row->capture, big);
        struct delivery delivery;
        struct cap_wait wait = delivery_open(&delivery, capture.data, capture.len, 0);
        struct cap_reader reader;

        assert_int_equal(cap_reader_open(&reader, delivery.path, &wait), 0);
        assert_int_equal(reader.format, row->format);
        assert_int_equal(reader.modified, row->modified);
        assert_int_equal(reader.swapped, big != host_is_big());
        assert_int_equal(reader.iface_count, 1);
        assert_int_equal(reader.ifaces->linktype, row->iface.linktype);
        assert_int_equal(reader.ifaces->fcs_len, row->iface.fcs_len);
        assert_int_equal(reader.ifaces->tsresol, row->iface.tsresol);
        assert_int_equal(reader.ifaces->snaplen, row->iface.snaplen);
        assert_int_equal(reader.ifaces->tsoffset, 0);
        assert_memory_equal(reader.header, capture.data, 24);
        cap_reader_close(&reader);
        delivery_close(&delivery);
        free(capture.data);
    }
}

static void test_truncations(void **state)
{
    const char *const plain[] = {HEADER, "00000001 00000002 00000004 0000003c :01020304",
                                 "00000003 00000004 00000000 0000003c",
                                 "00000005 00000006 0000000c 0000000c *12"};
    const char *const modified[] = {"a1b2cd34 0002 0004 00000000 00000000 0000ffff 00000001",
                                    "00000001 00000002 00000004 0000003c 00000007 0008 04 00 *4",
                                    "00000001 00000002 00000005 0000003c 00000007 0008 04 00 *5"};

    (void)state;
    for (int big = 0; big < 2; big++) {
        assert_truncations(plain, COUNT(plain), big);
        assert_truncations(modified, COUNT(modified), big);
    }
}

/* Packets of all lengths across many borders between the input's chunks. */
static void test_many_packets(void **state)
{
    struct capture capture = capture_of(HEADER, false);
    const size_t steps[] = {0, 4096, 4093};
    uint32_t random = 1;
    uint32_t lens[2000];
    uint64_t bytes = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(lens); i++) {
        size_t at = capture.len;

        bytes += lens[i] = next_random(&random) % 2000;
        capture_extend(&capture, 16);
        capture_put(&capture, at + 8, lens[i], 4);
        capture_put(&capture, at + 12, lens[i], 4);
        capture_add_pattern(&capture, lens[i]);
    }
    for (size_t s = 0; s < COUNT(steps); s++) {
        struct delivery delivery;
        struct cap_wait wait = delivery_open(&delivery, capture.data, capture.len, steps[s]);
        struct cap_reader reader;

        assert_int_equal(cap_reader_open(&reader, delivery.path, &wait), 0);
        for (size_t i = 0; i < COUNT(lens); i++) {
            assert_int_equal(cap_reader_next(&reader), CAP_PACKET);
            assert_int_equal(reader.packet.caplen, lens[i]);
            assert_true(is_pattern(reader.packet.data, 0, lens[i]));
        }
        assert_int_equal(cap_reader_next(&reader), CAP_END);
        assert_int_equal(reader.packet.number, COUNT(lens));
        assert_int_equal(reader.bytes, bytes);
        cap_reader_close(&reader);
        delivery_close(&delivery);
    }
    free(capture.data);
}

static void test_given_up(void **state)
{
    struct capture capture = capture_of(HEADER " 00000001 00000002 00000001 00000001 :05", false);
    struct delivery delivery;
    struct cap_wait wait = delivery_open(&delivery, capture.data, capture.len, 7);
    struct cap_reader reader;

    (void)state;
    delivery.give_up = true;
    assert_int_equal(cap_reader_open(&reader, delivery.path, &wait), 0);
    assert_int_equal(cap_reader_next(&reader), CAP_PACKET);
    assert_int_equal(cap_reader_next(&reader), CAP_STOPPED);
    cap_reader_close(&reader);
    delivery_close(&delivery);
    free(capture.data);
}

static void test_unreadable(void **state)
{
    struct delivery delivery;
    struct cap_wait wait = delivery_open(&delivery, (const uint8_t *)"", 0, 0);
    struct cap_reader reader;

    (void)state;
    delivery_close(&delivery);
    assert_int_equal(cap_reader_open(&reader, "/nonexistent", &wait), -1);
    assert_string_equal(reader.error.text, "cannot open: No such file or directory");
    assert_int_equal(cap_reader_open(&reader, "/", &wait), -1);
    assert_string_equal(reader.error.text, "cannot read: Is a directory");
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_many_packets),
        cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_unreadable),
    };

    return (RUN_ROWS(test_reading, rows) + RUN_ROWS(test_header, headers) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
