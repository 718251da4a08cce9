/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "writer_support.h"

#define PCAP(magic, snaplen, link) magic " 0002 0004 00000e10 00000001 " snaplen " " link " "
#define USEC(snaplen) PCAP("a1b2c3d4", snaplen, "00000001")
#define NSEC(snaplen) PCAP("a1b23c4d", snaplen, "00000001")
#define SLL(snaplen) PCAP("a1b2c3d4", snaplen, "00000071")
/* From pcapng: no time zone, no accuracy. */
#define NEW_USEC "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001 "
#define NEW_NSEC "a1b23c4d 0002 0004 00000000 00000000 00040000 00000001 "

#define NEW_SECTION                                                                                \
    "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff 0004 000a :6e766772652d70636170 | 0000 0000 ] "

/* The packet of BLOCK and ADDED_BLOCK. */
#define RECORD "00000001 00000002 00000003 0000003c :050607 "
#define ADDED_RECORD "00000001 00000002 00000005 0000003e :aabb050607 "

static const struct writer_row pcaps[] = {
    {"kept", USEC("0000ffff") RECORD "00000001 ffffffff 00000002 00000001 :0506 ",
     USEC("0000ffff") RECORD "00000001 ffffffff 00000002 00000001 :0506 ", "..", &usec, KEEP},
    {"kept, nanoseconds", NSEC("0000ffff") RECORD, NSEC("0000ffff") RECORD, ".", &nsec, KEEP},
    {"kept at another time", USEC("0000ffff") RECORD "00000001 000f423e 00000002 00000001 :0506 ",
     USEC("0000ffff") "00000002 00000005 00000003 0000003c :050607 "
                      "00000003 00000001 00000002 00000001 :0506 ",
     "..", &usec, RETIME},
    {"nanoseconds at another time, as microseconds", NSEC("0000ffff") RECORD,
     USEC("0000ffff") "00000002 00000003 00000003 0000003c :050607 ", ".", &usec, RETIME},
    {"no packets", USEC("0000ffff"), USEC("0000ffff"), "", &usec, KEEP},
    {"modified becomes plain",
     PCAP("a1b2cd34", "0000ffff", "00000001") "00000001 00000002 00000003 0000003c *8 :050607",
     USEC("0000ffff") RECORD, ".", &usec, KEEP},
    {"version 2.3 becomes 2.4", "a1b2c3d4 0002 0003 00000e10 00000001 0000ffff 00000001",
     USEC("0000ffff"), "", &usec, KEEP},
    {"no snaplen", USEC("00000000"), USEC("00040000"), "", &usec, KEEP},
    {"FCS", PCAP("a1b2c3d4", "0000ffff", "24000001") "00000001 00000002 00000005 0000003c *5 ",
     USEC("0000ffff") "00000001 00000002 00000005 00000038 *5 ", ".", &usec, KEEP},
    {"changed", USEC("0000ffff") RECORD, USEC("00010031") ADDED_RECORD, ".", &usec_grown, ADD},
    {"changed, nanoseconds", NSEC("0000ffff") RECORD, NSEC("00010031") ADDED_RECORD, ".",
     &nsec_grown, ADD},
    {"snaplen grown to the most", USEC("0003fff0"), USEC("00040000"), "", &usec_grown, KEEP},
    {"snaplen above it", USEC("00040001"), USEC("00040001"), "", &usec_grown, KEEP},
    {"snaplen of all ones", USEC("ffffffff"), USEC("ffffffff"), "", &usec_grown, KEEP},
    {"micro- to nanoseconds", USEC("0000ffff") "00000001 000f423f 00000001 00000001 :05",
     NSEC("0000ffff") "00000001 3b9ac618 00000001 00000001 :05", ".", &nsec, KEEP},
    {"nano- to microseconds", NSEC("0000ffff") "00000001 3b9ac9ff 00000001 00000001 :05",
     USEC("0000ffff") "00000001 000f423f 00000001 00000001 :05", ".", &usec, KEEP},
    {"a fraction of a second and more", USEC("0000ffff") "00000001 ffffffff 00000001 00000001 :05",
     NSEC("0000ffff") "000010c7 39a7c018 00000001 00000001 :05", ".", &nsec, KEEP},
    {"times as fine as the input's", NSEC("0000ffff") RECORD, NSEC("0000ffff") RECORD, ".", &pcap,
     KEEP},
    {"times no finer", USEC("0000ffff") RECORD, USEC("0000ffff") RECORD, ".", &pcap, KEEP},
    {"taken out of another link", SLL("0000ffff") RECORD, USEC("0000ffff") ADDED_RECORD, ".",
     &usec_ethernet, ADD},
    {"kept where the link type changes", SLL("0000ffff") RECORD, USEC("0000ffff"), "u",
     &usec_ethernet, KEEP},
    {"Ethernet where the link type stays", SLL("0000ffff") RECORD, SLL("0000ffff"), "u", &usec,
     ADD},
};

static const struct writer_row to_pcapng[] = {
    {"microseconds", USEC("0000ffff") RECORD,
     NEW_SECTION IFACE("0001", "0000ffff", "") BLOCK("00000000", "00000000 000f4242", ""), ".",
     &pcapng, KEEP},
    {"nanoseconds", NSEC("0000ffff") RECORD,
     NEW_SECTION IFACE("0001", "0000ffff", NSEC_OPTION END)
         BLOCK("00000000", "00000000 3b9aca02", ""),
     ".", &pcapng, KEEP},
    {"the last second", NSEC("0000ffff") "ffffffff 3b9ac9ff 00000001 00000001 :05",
     NEW_SECTION IFACE(
         "0001", "0000ffff",
         NSEC_OPTION END) "[00000006 00000000 3b9ac9ff ffffffff 00000001 00000001 :05 ]",
     ".", &pcapng, KEEP},
    {"no packets", USEC("0000ffff"), NEW_SECTION IFACE("0001", "0000ffff", ""), "", &pcapng, KEEP},
    {"no snaplen", USEC("00000000"), NEW_SECTION IFACE("0001", "00000000", ""), "", &pcapng, KEEP},
    {"changed", USEC("0000ffff") RECORD,
     NEW_SECTION IFACE("0001", "00010031", "") ADDED_BLOCK("00000000", "00000000 000f4242", ""),
     ".", &pcapng_grown, ADD},
    {"FCS", PCAP("a1b2c3d4", "0000ffff", "24000001") "00000001 00000002 00000005 00000007 *5 ",
     NEW_SECTION IFACE("0001", "0000ffff",
                       "") "[00000006 00000000 00000000 000f4242 00000003 00000003 *3 ]",
     ".", &pcapng, KEEP},
    {"taken out of another link", SLL("0000ffff") RECORD,
     NEW_SECTION IFACE("0001", "0000ffff", "") ADDED_BLOCK("00000000", "00000000 000f4242", ""),
     ".", &pcapng_ethernet, ADD},
    {"kept where the link type changes", SLL("0000ffff") RECORD,
     NEW_SECTION IFACE("0071", "0000ffff", "") BLOCK("00000000", "00000000 000f4242", ""), ".",
     &pcapng_ethernet, KEEP},
};

static const struct writer_row from_pcapng[] = {
    {"microseconds", START BLOCK("00000000", "00000000 000f4242", ""), NEW_USEC RECORD, "uu.",
     &usec, KEEP},
    {"nanoseconds asked for", START BLOCK("00000000", "00000000 000f4242", ""),
     NEW_NSEC "00000001 000007d0 00000003 0000003c :050607", "uu.", &nsec, KEEP},
    {"nanoseconds found",
     SECTION IFACE("0001", "00000100", NSEC_OPTION) BLOCK("00000000", "00000000 3b9aca02", ""),
     NEW_NSEC RECORD, "uu.", &pcap, KEEP},
    {"nanoseconds found in another interface",
     START IFACE("0001", "00000100", NSEC_OPTION) BLOCK("00000000", "00000000 000f4242", ""),
     NEW_NSEC "00000001 000007d0 00000003 0000003c :050607", "uuu.", &pcap, KEEP},
    {"milliseconds found",
     SECTION IFACE("0001", "00000100", "0009 0001 03 |") BLOCK("00000000", "00000000 000003eb", ""),
     NEW_USEC "00000001 00000bb8 00000003 0000003c :050607", "uu.", &pcap, KEEP},
    {"an offset",
     SECTION IFACE("0001", "00000000", "000e 0008 0000000000000010")
         BLOCK("00000000", "00000000 000f4242", ""),
     NEW_USEC "00000011 00000002 00000003 0000003c :050607", "uu.", &usec, KEEP},
    {"no time", START "[00000003 00000003 :050607 ]",
     NEW_USEC "00000000 00000000 00000003 00000003 :050607", "uu.", &usec, KEEP},
    {"obsolete", START "[00000002 0000 0001 00000000 000f4242 00000003 0000003c :050607 ]",
     NEW_USEC RECORD, "uu.", &usec, KEEP},
    {"no interface", SECTION, NEW_USEC, "u", &usec, KEEP},
    {"no packets", SECTION SLL_IFACE "[00000bad ]",
     "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000071", "uuu", &usec, KEEP},
    {"the first packet's link type and time",
     START IFACE("0071", "00000000", NSEC_OPTION) BLOCK("00000001", "00000000 3b9aca02", "")
         BLOCK("00000000", "00000000 000f4242", ""),
     "a1b23c4d 0002 0004 00000000 00000000 00040000 00000071 " RECORD, "uuu.u", &pcap, KEEP},
    {"taken out of two links",
     START SLL_IFACE BLOCK("00000001", "00000000 000f4242", "")
         BLOCK("00000000", "00000000 000f4242", ""),
     NEW_USEC ADDED_RECORD ADDED_RECORD, "uuu..", &usec_ethernet, ADD},
    {"FCS",
     SECTION IFACE("0001", "00000000", "000d 0001 04 |") "[00000006 00000000 00000000 000f4242 "
                                                         "00000007 00000007 :05060700000000 ]",
     NEW_USEC "00000001 00000002 00000003 00000003 :050607", "uu.", &usec, KEEP},
};

/* A failed write must be reported at the latest when the file is published. */
static void test_full_device(void **state)
{
    const struct cap_writer_config *const configs[] = {&usec, &pcapng};
    struct capture input = capture_of(USEC("0000ffff"), false);

    (void)state;
    for (int i = 0; i < 5; i++)
        capture_add(&input, "00000001 00000002 00030000 00030000 *196608");
    for (size_t i = 0; i < COUNT(configs); i++) {
        for (enum change change = KEEP; change <= ADD; change++) {
            struct converter converter;
            struct cap_error error;
            const char *results;

            converter_open(&converter, &input, "/dev/full", configs[i]);
            results = change_all(&converter.writer, &converter.reader, change);
            assert_non_null(strchr(results, '!'));
            assert_int_equal(converter.writer.output.error, ENOSPC);
            assert_int_equal(cap_writer_publish(&converter.writer, &error), -1);
            assert_string_equal(error.text, "cannot write: No space left on device");
            converter_close(&converter);
        }
    }
    free(input.data);
}

/* Flushed data, including the header, is readable although the file is not complete. */
static void test_flush(void **state)
{
    struct capture input = capture_of(USEC("0000ffff") RECORD RECORD, host_is_big());
    uint8_t bytes[1000];
    struct converter converter;
    char path[32];
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
    converter_open(&converter, &input, path, &usec);
    assert_int_equal(cap_reader_next(&converter.reader), CAP_PACKET);
    assert_int_equal(cap_writer_keep(&converter.writer, &converter.reader.packet), CAP_OK);
    assert_int_equal(cap_writer_flush(&converter.writer), 0);
    assert_int_equal(read(ends[0], bytes, sizeof(bytes)), 43);
    assert_memory_equal(bytes, input.data, 43);
    assert_int_equal(converter.writer.packets, 1);
    assert_int_equal(converter.writer.bytes, 3);
    converter_close(&converter);
    close(ends[0]);
    close(ends[1]);
    free(input.data);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_flush),
    };
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_writing, pcaps) + RUN_ROWS(test_writing, to_pcapng) +
               RUN_ROWS(test_writing, from_pcapng) + cmocka_run_group_tests(whole, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
