/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "reader_support.h"

#define SECTION "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] "
#define ETHERNET "[00000001 0001 0000 00040000 ] "
#define START SECTION ETHERNET
#define START_LINES "block a0d0d0a 28\ninterface 1 6 0 262144\n"

#define PACKET(options)                                                                            \
    "[00000006 00000000 00000001 00000002 00000004 0000003c :01020304 " options "]"
#define PACKET_LINE "enhanced 0 1.2 4/60 01020304"

/* A packet of 32 bytes, 30 of them captured, with flags. */
#define FLAGS(flags)                                                                               \
    "[00000006 00000000 00000001 00000002 0000001e 00000020 *30 | 0002 0004 " flags "]"

static const struct case_row sections[] = {
    {"nothing but a section", SECTION, "block a0d0d0a 28\nend"},
    {"a section with options",
     "[0a0d0d0a 1a2b3c4d 0001 0002 0000000000000000 0004 0002 :6162 | 0000 0000 ]",
     "block a0d0d0a 40\nend"},
    {"interfaces start anew in each section",
     START PACKET("") SECTION PACKET("") ETHERNET PACKET(""),
     START_LINES PACKET_LINE "\nblock a0d0d0a 28\nbad: no such interface: 0\n"
                             "interface 1 6 0 262144\n" PACKET_LINE "\nend"},
    {"version 2.0", SECTION "[0a0d0d0a 1a2b3c4d 0002 0000 ffffffffffffffff ]",
     "block a0d0d0a 28\ncut: pcapng of major version 2; cannot read on"},
    {"version 0.9", "[0a0d0d0a 1a2b3c4d 0000 0009 ffffffffffffffff ]",
     "refused: pcapng of major version 0; cannot read on"},
    {"section too short", "0a0d0d0a 00000018 1a2b3c4d 0001 0000 00000000 00000018 00000000",
     "refused: block of length 24; cannot read on"},
    {"section of no byte order", "0a0d0d0a 0000001c :01010101 0001 0000 ffffffffffffffff 0000001c",
     "refused: section with byte-order magic 16843009; cannot read on"},
    {"header but its last byte", "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff :000000",
     "refused: the file ends inside the file header, 27 of 28 bytes"},
};

static const struct case_row blocks[] = {
    {"unknown, empty and with bytes", START "[00000bad ] [00000000 *16 ]",
     START_LINES "block bad 12\nblock 0 28\nend"},
    {"statistics", START "[00000005 00000000 0000000000000000 ]", START_LINES "block 5 24\nend"},
    {"length 0", START "00000bad 00000000 00000000",
     START_LINES "cut: block of length 0; cannot read on"},
    {"length 8", START "00000bad 00000008 00000008",
     START_LINES "cut: block of length 8; cannot read on"},
    {"length that is no multiple of 4", START "00000bad 0000000d 00 0000000d",
     START_LINES "cut: block of length 13; cannot read on"},
    {"length beyond the end", START "00000bad 00000020 0000000d",
     START_LINES "cut: the file ends inside the block, 12 of 32 bytes"},
    {"two lengths", START "00000bad 00000010 00000000 00000014",
     START_LINES "cut: block of two lengths, the second 20; cannot read on"},
    {"cut in a header", START "00000bad 00000010 :000000",
     START_LINES "cut: the file ends inside the block's header, 11 of 12 bytes"},
    {"the longest in one piece", START "[00000bad *524276 ] [00000bad ]",
     START_LINES "block bad 524288\nblock bad 12\nend"},
    {"the shortest in parts", START "[00000bad *524280 ] [00000bad ]",
     START_LINES "block bad 262144 more\nblock 0 262144 more\nblock 0 4\nblock bad 12\nend"},
    {"large and cut at its start", START "00000bad 00080004 *262135",
     START_LINES "cut: the file ends inside the block, 262143 of 262144 bytes"},
    {"large and cut between parts", START "00000bad 00080004 *262136",
     START_LINES "block bad 262144 more\n"
                 "cut: the file ends inside a block, 262148 bytes before its end"},
    {"large, of two lengths", START "00000bad 00080004 *524280 00080008",
     START_LINES "block bad 262144 more\nblock 0 262144 more\n"
                 "cut: block of two lengths, the second 524296; cannot read on"},
    {"large enhanced packet", START "00000006 00080004 00000000",
     START_LINES "cut: block of length 524292; cannot read on"},
    {"large simple packet", START "00000003 00080004 00000000",
     START_LINES "cut: block of length 524292; cannot read on"},
    {"large obsolete packet", START "00000002 00080004 00000000",
     START_LINES "cut: block of length 524292; cannot read on"},
    {"large interface", START "00000001 00080004 00000000",
     START_LINES "cut: block of length 524292; cannot read on"},
    {"large section", START "0a0d0d0a 00080004 1a2b3c4d",
     START_LINES "cut: block of length 524292; cannot read on"},
};

static const struct case_row interfaces[] = {
    {"all options",
     SECTION "[00000001 0071 0000 0000ffff 0009 0001 09 | 000d 0001 04 | 000e 0008 fffffffffffffffe"
             " 0002 0001 :61 | 0000 0000 ]",
     "block a0d0d0a 28\ninterface 113 9 -2 65535\nend"},
    {"FCS in bytes", SECTION "[00000001 0001 0000 00000000 000d 0001 04 | ]",
     "block a0d0d0a 28\ninterface 1 6 0 0 FCS 4\nend"},
    {"FCS in bits", SECTION "[00000001 0001 0000 00000000 000d 0001 20 | ]",
     "block a0d0d0a 28\ninterface 1 6 0 0 FCS 4\nend"},
    {"FCS of 7 bytes", SECTION "[00000001 0001 0000 00000000 000d 0001 07 | ]",
     "block a0d0d0a 28\ninterface 1 6 0 0 FCS 7\nend"},
    {"FCS of 8 bits", SECTION "[00000001 0001 0000 00000000 000d 0001 08 | ]",
     "block a0d0d0a 28\ninterface 1 6 0 0 FCS 1\nend"},
    {"options of wrong lengths",
     SECTION
     "[00000001 0001 0000 00000000 0009 0002 :0909 | 000d 0002 :0404 | 000e 0004 00000001 ]",
     "block a0d0d0a 28\ninterface 1 6 0 0\nend"},
    {"options without an end", SECTION "[00000001 0001 0000 00000000 0009 0001 09 | ]",
     "block a0d0d0a 28\ninterface 1 9 0 0\nend"},
    {"options behind the end", SECTION "[00000001 0001 0000 00000000 0000 0000 0009 0001 09 | ]",
     "block a0d0d0a 28\ninterface 1 6 0 0\nend"},
    {"an option beyond the block", SECTION "[00000001 0001 0000 00000000 0009 0005 09 | ]",
     "block a0d0d0a 28\ninterface 1 6 0 0\nend"},
    {"the same option twice",
     SECTION "[00000001 0001 0000 00000000 0009 0001 09 | 0009 0001 03 | ]",
     "block a0d0d0a 28\ninterface 1 3 0 0\nend"},
    {"too short", SECTION "[00000001 0001 0000 ]",
     "block a0d0d0a 28\ncut: interface block of length 16; cannot read on"},
};

static const struct case_row packets[] = {
    {"enhanced", START PACKET(""), START_LINES PACKET_LINE "\nend"},
    {"no bytes", START "[00000006 00000000 00000001 00000002 00000000 0000003c ]",
     START_LINES "enhanced 0 1.2 0/60 \nend"},
    {"padded", START "[00000006 00000000 ffffffff fffffffe 00000005 00000005 :0102030405 ]",
     START_LINES "enhanced 0 ffffffff.fffffffe 5/5 0102030405\nend"},
    {"more captured than on the wire",
     START "[00000006 00000000 00000001 00000002 00000005 00000002 :0102030405 ]",
     START_LINES "enhanced 0 1.2 5/5 0102030405\nend"},
    {"of the second interface",
     START ETHERNET "[00000006 00000001 00000001 00000002 00000001 00000001 :05 ]",
     START_LINES "interface 1 6 0 262144\nenhanced 1 1.2 1/1 05\nend"},
    {"obsolete, with a drop count",
     START ETHERNET "[00000002 0001 0007 00000001 00000002 00000004 0000003c :01020304 ]",
     START_LINES "interface 1 6 0 262144\nobsolete 1 1.2 4/60 01020304\nend"},
    {"with options", START PACKET("0001 0001 :61 | 0002 0004 00000001 0000 0000"),
     START_LINES PACKET_LINE " options 16\nend"},
    {"options without an end", START PACKET("0001 0001 :61 |"),
     START_LINES PACKET_LINE " options 8\nend"},
    {"an option beyond the block", START PACKET("0001 0001 :61 | 0001 0005 :61 |"),
     START_LINES PACKET_LINE " options 8\nend"},
    {"an option of length 0 at the end", START PACKET("0001 0000"),
     START_LINES PACKET_LINE " options 4\nend"},
    {"only the end of options", START PACKET("0000 0000"), START_LINES PACKET_LINE "\nend"},
    {"the longest",
     START "[00000006 00000000 00000001 00000002 00040000 ffffffff *262144 0001 0001 :61 | ]",
     START_LINES "enhanced 0 1.2 262144/4294967295 * options 8\nend"},
    {"one byte longer", START "[00000006 00000000 00000001 00000002 00040001 00040001 *262145 ]",
     START_LINES "bad: captured length does not fit into the block: 262145\nend"},
    {"captured beyond the block",
     START "[00000006 00000000 00000001 00000002 00000005 0000003c :01020304 ]" PACKET(""),
     START_LINES "bad: captured length does not fit into the block: 5\n" PACKET_LINE "\nend"},
    {"captured beyond all", START "[00000006 00000000 00000001 00000002 ffffffff ffffffff ]",
     START_LINES "bad: captured length does not fit into the block: 4294967295\nend"},
    {"enhanced, too short", START "[00000006 00000000 00000001 00000002 00000000 ]",
     START_LINES "bad: packet block of length 28\nend"},
    {"obsolete, too short", START "[00000002 00000000 00000001 00000002 00000000 ]",
     START_LINES "bad: packet block of length 28\nend"},
    {"enhanced, of no interface", START "[00000006 00000001 00000001 00000002 00000000 00000000 ]",
     START_LINES "bad: no such interface: 1\nend"},
    {"obsolete, of no interface", START "[00000002 ffff 0000 00000001 00000002 00000000 00000000 ]",
     START_LINES "bad: no such interface: 65535\nend"},
};

static const struct case_row simples[] = {
    {"whole", START "[00000003 00000005 :0102030405 ]",
     START_LINES "simple 0 0.0 5/5 0102030405\nend"},
    {"without bytes", START "[00000003 00000000 ]", START_LINES "simple 0 0.0 0/0 \nend"},
    {"cut at the snaplen", SECTION "[00000001 0001 0000 00000003 ] [00000003 00000005 :010203 ]",
     "block a0d0d0a 28\ninterface 1 6 0 3\nsimple 0 0.0 3/5 010203\nend"},
    {"a byte above the snaplen",
     SECTION "[00000001 0001 0000 00000003 ] [00000003 00000004 :010203 ]",
     "block a0d0d0a 28\ninterface 1 6 0 3\nsimple 0 0.0 3/4 010203\nend"},
    {"no snaplen", SECTION "[00000001 0001 0000 00000000 ] [00000003 00000005 :0102030405 ]",
     "block a0d0d0a 28\ninterface 1 6 0 0\nsimple 0 0.0 5/5 0102030405\nend"},
    {"always of the first interface",
     START "[00000001 0071 0000 00000001 ] [00000003 00000002 :0102 ]",
     START_LINES "interface 113 6 0 1\nsimple 0 0.0 2/2 0102\nend"},
    {"longer than its block", START "[00000003 00000005 :01020304 ]",
     START_LINES "bad: captured length does not fit into the block: 5\nend"},
    {"above all packets", SECTION "[00000001 0001 0000 00000000 ] [00000003 00040001 *262145 ]",
     "block a0d0d0a 28\ninterface 1 6 0 0\n"
     "bad: captured length does not fit into the block: 262145\nend"},
    {"too short", START "[00000003 ]", START_LINES "bad: packet block of length 12\nend"},
    {"without an interface", SECTION "[00000003 00000000 ]",
     "block a0d0d0a 28\nbad: no such interface: 0\nend"},
    {"after a packet with options", START PACKET("0001 0001 :61 |") "[00000003 00000001 :05 ]",
     START_LINES PACKET_LINE " options 8\nsimple 0 0.0 1/1 05\nend"},
    {"with an FCS",
     SECTION "[00000001 0001 0000 00000000 000d 0001 04 | ] [00000003 00000006 :010203040506 ]",
     "block a0d0d0a 28\ninterface 1 6 0 0 FCS 4\nsimple 0 0.0 2/2 0102 cut\nend"},
};

/* The FCS length is in bits 5 to 8 of a packet's flags, or belongs to its interface. */
#define OTHER_LINK SECTION "[00000001 0071 0000 00040000 ] "
#define FCS_LINK SECTION "[00000001 0001 0000 00000000 000d 0001 04 | ] "
#define FCS_LINES "block a0d0d0a 28\ninterface 1 6 0 0 FCS 4\n"

static const struct case_row fcs[] = {
    {"none", START FLAGS("fffffe1f"), START_LINES "enhanced 0 1.2 30/32 * options 8\nend"},
    {"1 byte", START FLAGS("00000020"), START_LINES "enhanced 0 1.2 30/31 * options 8 cut\nend"},
    {"2 bytes", START FLAGS("00000040"), START_LINES "enhanced 0 1.2 30/30 * options 8 cut\nend"},
    {"4 bytes", START FLAGS("00000080"), START_LINES "enhanced 0 1.2 28/28 * options 8 cut\nend"},
    {"8 bytes", START FLAGS("00000100"), START_LINES "enhanced 0 1.2 24/24 * options 8 cut\nend"},
    {"15 bytes", START FLAGS("ffffffff"), START_LINES "enhanced 0 1.2 17/17 * options 8 cut\nend"},
    {"flags of 2 bytes",
     START "[00000006 00000000 00000001 00000002 0000001e 00000020 *30 | 0002 0002 0080 | ]",
     START_LINES "enhanced 0 1.2 30/32 * options 8\nend"},
    {"flags twice, the first without", START FLAGS("00000001 0002 0004 00000080"),
     START_LINES "enhanced 0 1.2 28/28 * options 16 cut\nend"},
    {"the next packet has none", START FLAGS("00000080") FLAGS("00000000") PACKET(""),
     START_LINES "enhanced 0 1.2 28/28 * options 8 cut\n"
                 "enhanced 0 1.2 30/32 * options 8\n" PACKET_LINE "\nend"},
    {"the interface's", FCS_LINK FLAGS("00000000"),
     FCS_LINES "enhanced 0 1.2 28/28 * options 8 cut\nend"},
    {"the packet's before the interface's", FCS_LINK FLAGS("00000040"),
     FCS_LINES "enhanced 0 1.2 30/30 * options 8 cut\nend"},
    {"longer than the packet",
     FCS_LINK "[00000006 00000000 00000001 00000002 00000003 00000003 :010203 ]",
     FCS_LINES "enhanced 0 1.2 0/0  cut\nend"},
    {"of an obsolete packet",
     START "[00000002 0000 0000 00000001 00000002 00000005 00000005 :0102030405 |"
           " 0002 0004 00000080 ]",
     START_LINES "obsolete 0 1.2 1/1 01 options 8 cut\nend"},
    {"of a link that is not Ethernet", OTHER_LINK FLAGS("00000080"),
     "block a0d0d0a 28\ninterface 113 6 0 262144\nenhanced 0 1.2 30/32 * options 8\nend"},
};

static void test_truncations(void **state)
{
    const char *const records[] = {SECTION,
                                   ETHERNET,
                                   PACKET("0001 0001 :61 | 0000 0000"),
                                   "[00000003 00000005 :0102030405 ]",
                                   "[00000002 0000 0000 00000001 00000002 00000004 00000004 *4 ]",
                                   "[00000bad *7 ]",
                                   SECTION,
                                   "[00000001 0001 0000 00000000 0009 0001 09 | ]",
                                   PACKET("")};

    (void)state;
    for (int big = 0; big < 2; big++)
        assert_truncations(records, COUNT(records), big);
}

/* Each section has its own byte order. */
static void test_mixed_orders(void **state)
{
    const char *const text = START PACKET("0002 0004 00000080");
    const char *const lines = START_LINES "enhanced 0 1.2 4/56 01020304 options 8 cut\n";
    char expected[1000] = "";
    struct capture capture = {.big = true};

    (void)state;
    for (int section = 0; section < 4; section++) {
        capture.big = !capture.big;
        capture_add(&capture, text);
        strcat(expected, lines);
    }
    strcat(expected, "end");
    assert_trace(&capture, expected);
    free(capture.data);
}

/* Too many interface blocks in a section end the reading. A new section starts again at 0. */
static void test_interface_limit(void **state)
{
    struct capture capture = capture_of(SECTION, false);
    const char *last;
    char *trace;

    (void)state;
    for (int i = 0; i < 65536; i++)
        capture_add(&capture, "[00000001 0001 0000 00000000 ]");
    capture_add(&capture, "[00000006 0000ffff 00000001 00000002 00000001 00000001 :05 ]" START);
    capture_add(&capture, SECTION);
    for (int i = 0; i < 65537; i++)
        capture_add(&capture, "[00000001 0001 0000 00000000 ]");
    trace = capture_trace(&capture, capture.len, 0);
    assert_non_null(strstr(trace, "interface 1 6 0 0\nenhanced 65535 1.2 1/1 05\n" START_LINES));
    last = strrchr(trace, '\n');
    assert_string_equal(last, "\ncut: interfaces are more than 65536; cannot read on");
    free(trace);
    free(capture.data);
}

/* The parts of a large block, joined, must be the block. */
static void test_large_block(void **state)
{
    struct capture capture = capture_of(SECTION "[00000bad *1000001 ] [00000bad ]", false);
    const size_t steps[] = {0, 4096};

    (void)state;
    for (size_t s = 0; s < COUNT(steps); s++) {
        struct delivery delivery;
        struct cap_wait wait = delivery_open(&delivery, capture.data, capture.len, steps[s]);
        struct cap_reader reader;
        size_t at = 0;

        assert_int_equal(cap_reader_open(&reader, delivery.path, &wait), 0);
        while (cap_reader_next(&reader) == CAP_BLOCK) {
            assert_true(at + reader.block.len <= capture.len);
            assert_memory_equal(reader.block.data, capture.data + at, reader.block.len);
            at += reader.block.len;
        }
        assert_int_equal(at, capture.len);
        assert_int_equal(reader.packet.number, 0);
        cap_reader_close(&reader);
        delivery_close(&delivery);
    }
    free(capture.data);
}

static void test_counts(void **state)
{
    struct capture capture =
        capture_of(START PACKET("") "[00000003 00000001 :05 ] [00000003 ] [00000005 ]", false);
    struct delivery delivery;
    struct cap_wait wait = delivery_open(&delivery, capture.data, capture.len, 0);
    struct cap_reader reader;

    (void)state;
    assert_int_equal(cap_reader_open(&reader, delivery.path, &wait), 0);
    assert_int_equal(reader.format, CAP_FORMAT_PCAPNG);
    while (cap_reader_next(&reader) != CAP_END)
        ;
    assert_int_equal(reader.packet.number, 3); /* including the bad one */
    assert_int_equal(reader.bytes, 5);
    cap_reader_close(&reader);
    delivery_close(&delivery);
    free(capture.data);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_truncations),     cmocka_unit_test(test_mixed_orders),
        cmocka_unit_test(test_interface_limit), cmocka_unit_test(test_large_block),
        cmocka_unit_test(test_counts),
    };

    return (RUN_ROWS(test_reading, sections) + RUN_ROWS(test_reading, blocks) +
            RUN_ROWS(test_reading, interfaces) + RUN_ROWS(test_reading, packets) +
            RUN_ROWS(test_reading, simples) + RUN_ROWS(test_reading, fcs) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
