/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "writer_support.h"

#define TIME "00000001 00000002"

static const struct writer_row kept[] = {
    {"nothing but a section", SECTION, SECTION, ".", &pcapng, KEEP},
    {"section length, no longer known",
     "[0a0d0d0a 1a2b3c4d 0001 0000 0000000000000064 0001 0001 :61 | 0000 0000 ]",
     "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff 0001 0001 :61 | 0000 0000 ]", ".", &pcapng,
     KEEP},
    {"packets", START BLOCK("00000000", TIME, "") BLOCK("00000000", TIME, "0003 0001 :00 |"),
     START BLOCK("00000000", TIME, "") BLOCK("00000000", TIME, "0003 0001 :00 |"), "....", &pcapng,
     KEEP},
    {"an obsolete packet", START "[00000002 0000 0007 " TIME " 00000003 0000003c :050607 ]",
     START "[00000002 0000 0007 " TIME " 00000003 0000003c :050607 ]", "...", &pcapng, KEEP},
    {"a length below the captured one",
     START "[00000006 00000000 " TIME " 00000003 00000002 :050607 ]",
     START "[00000006 00000000 " TIME " 00000003 00000002 :050607 ]", "...", &pcapng, KEEP},
    {"padding that is not zero", START "[00000006 00000000 " TIME " 00000003 00000003 :05060708 ]",
     START "[00000006 00000000 " TIME " 00000003 00000003 :05060708 ]", "...", &pcapng, KEEP},
    {"a packet that makes no sense", START "[00000006 00000007 " TIME " 00000000 00000000 ]",
     START "[00000006 00000007 " TIME " 00000000 00000000 ]", "...", &pcapng, KEEP},
    {"unknown blocks", "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] [00000bad :0102 ]",
     SECTION "[00000bad :0102 ]", "..", &pcapng, KEEP},
    {"statistics", START "[00000005 00000000 " TIME " ] [00000005 00000009 " TIME "] [00000005 ]",
     START "[00000005 00000000 " TIME " ] [00000005 00000009 " TIME "] [00000005 ]", ".....",
     &pcapng, KEEP},
    {"an interface with options",
     SECTION IFACE("0071", "00000003", "0002 0001 :61 | 0009 0001 09 | 0000 0000"),
     SECTION IFACE("0071", "00000003", "0002 0001 :61 | 0009 0001 09 | 0000 0000"), "..", &pcapng,
     KEEP},
    {"at another time, hash and all, but a packet without one",
     START BLOCK(
         "00000000", "00000001 fffffffe",
         "0003 0001 :00 | 0000 0000") "[00000002 0000 0007 " TIME
                                      " 00000003 0000003c :050607 ] [00000003 00000003 :050607 ] ",
     START BLOCK("00000000", "00000002 000f4241",
                 "0003 0001 :00 | 0000 0000") "[00000002 0000 0007 00000001 000f4245 00000003 "
                                              "0000003c :050607 ] "
                                              "[00000003 00000003 :050607 ] ",
     ".....", &pcapng, RETIME},
    {"two sections",
     START BLOCK("00000000", TIME, "") SECTION SLL_IFACE BLOCK("00000000", TIME, ""),
     START BLOCK("00000000", TIME, "") SECTION SLL_IFACE BLOCK("00000000", TIME, ""), "......",
     &pcapng, KEEP},
};

static const struct writer_row changed[] = {
    {"a packet", START BLOCK("00000000", TIME, ""), START ADDED_BLOCK("00000000", TIME, ""), "...",
     &pcapng, ADD},
    {"an obsolete packet",
     START "[00000002 0000 0007 " TIME " 00000003 0000003c :050607 | 0002 0004 00000001 ]",
     START ADDED_BLOCK("00000000", TIME, "0002 0004 00000001 0000 0000"), "...", &pcapng, ADD},
    {"options, but for a hash of other bytes",
     START BLOCK("00000000", TIME,
                 "0001 0001 :61 | 0003 0005 :0001020304 | 0002 0004 00000001 0000 0000"),
     START ADDED_BLOCK("00000000", TIME, "0001 0001 :61 | 0002 0004 00000001 0000 0000"), "...",
     &pcapng, ADD},
    {"options without an end", START BLOCK("00000000", TIME, "0001 0001 :61 |"),
     START ADDED_BLOCK("00000000", TIME, "0001 0001 :61 | 0000 0000"), "...", &pcapng, ADD},
    {"options, the last beyond the block",
     START BLOCK("00000000", TIME, "0001 0001 :61 | 0001 0005 :61 |"),
     START ADDED_BLOCK("00000000", TIME, "0001 0001 :61 | 0000 0000"), "...", &pcapng, ADD},
    {"no option but a hash", START BLOCK("00000000", TIME, "0003 0001 :00 |"),
     START ADDED_BLOCK("00000000", TIME, "0000 0000"), "...", &pcapng, ADD},
    {"snaplens",
     SECTION IFACE("0001", "0000ffff", "") IFACE("0001", "00000000", "")
         IFACE("0001", "0003fff0", "") IFACE("0001", "00040001", ""),
     SECTION IFACE("0001", "00010031", "") IFACE("0001", "00000000", "")
         IFACE("0001", "00040000", "") IFACE("0001", "00040001", ""),
     ".....", &pcapng_grown, ADD},
};

/*
 * An FCS is cut off. The options and flags about it are removed, whether the packet is changed or
 * kept.
 */
#define FCS_BLOCK(flags)                                                                           \
    "[00000006 00000000 " TIME " 00000007 00000007 :05060701020304 | 0002 0004 " flags " ] "
#define CUT_BLOCK(flags)                                                                           \
    "[00000006 00000000 " TIME " 00000003 00000003 :050607 | 0002 0004 " flags " 0000 0000 ] "

static const struct writer_row fcs[] = {
    {"in flags", START FCS_BLOCK("fffffe9f"), START CUT_BLOCK("fffffe1f"), "...", &pcapng, KEEP},
    {"in the interface, alone",
     SECTION IFACE("0001", "00000000", "000d 0001 04 | 0000 0000") FCS_BLOCK("00000001"),
     SECTION IFACE("0001", "00000000", "0000 0000") CUT_BLOCK("00000001"), "...", &pcapng, KEEP},
    {"in the interface, among others",
     SECTION IFACE("0001", "00000000", "0002 0001 :61 | 000d 0001 20 | 0009 0001 09 |")
         FCS_BLOCK("00000001"),
     SECTION IFACE("0001", "00000000", "0002 0001 :61 | 0009 0001 09 | 0000 0000")
         CUT_BLOCK("00000001"),
     "...", &pcapng, KEEP},
    {"without packet options",
     SECTION IFACE("0001", "00000000", "000d 0001 04 |") "[00000006 00000000 " TIME
                                                         " 00000007 0000003c :05060701020304 ]",
     SECTION IFACE("0001", "00000000", "0000 0000") "[00000006 00000000 " TIME
                                                    " 00000007 00000038 :05060701020304 ]",
     "...", &pcapng, KEEP},
    {"none in the interface of another link", SECTION IFACE("0071", "00000000", "000d 0001 04 |"),
     SECTION IFACE("0071", "00000000", "000d 0001 04 |"), "..", &pcapng, KEEP},
};

/* If a link type changes, an Ethernet interface is added, and later interfaces get new numbers. */
#define OPTIONS NSEC_OPTION "000e 0008 fffffffffffffffe " END

#define NO_SENSE BLOCK("00000001", TIME, "")

static const struct writer_row links[] = {
    {"an interface is added once",
     SECTION SLL_IFACE BLOCK("00000000", TIME, "") BLOCK("00000000", TIME, ""),
     SECTION SLL_IFACE ETHERNET ADDED_BLOCK("00000001", TIME, "") ADDED_BLOCK("00000001", TIME, ""),
     "....", &pcapng_ethernet, ADD},
    {"with time stamps and snaplen of the other",
     SECTION IFACE("0071", "0000ffff", "0002 0001 :61 | " OPTIONS) BLOCK("00000000", TIME, ""),
     SECTION IFACE("0071", "0000ffff", "0002 0001 :61 | " OPTIONS)
         IFACE("0001", "0000ffff", OPTIONS) ADDED_BLOCK("00000001", TIME, ""),
     "...", &pcapng_ethernet, ADD},
    {"interfaces behind it",
     SECTION SLL_IFACE BLOCK("00000000", TIME, "")
         ETHERNET BLOCK("00000001", TIME, "0001 0001 :61 |") SLL_IFACE BLOCK("00000002", TIME, ""),
     SECTION SLL_IFACE ETHERNET ADDED_BLOCK("00000001", TIME, "")
         ETHERNET BLOCK("00000002", TIME, "0001 0001 :61 | 0000 0000")
             SLL_IFACE ETHERNET ADDED_BLOCK("00000004", TIME, ""),
     ".......", &pcapng_ethernet, ADD_OTHER_LINKS},
    {"statistics of them",
     SECTION SLL_IFACE BLOCK("00000000", TIME, "") ETHERNET
     "[00000005 00000001 " TIME " ] [00000005 00000000 " TIME " ] [00000005 00000002 " TIME " ]",
     SECTION SLL_IFACE ETHERNET ADDED_BLOCK("00000001", TIME, "") ETHERNET
     "[00000005 00000002 " TIME " ] [00000005 00000000 " TIME " ]"
     "[00000005 00000002 " TIME " ]",
     ".......", &pcapng_ethernet, ADD_OTHER_LINKS},
    {"packets before it",
     START SLL_IFACE BLOCK("00000000", TIME, "") BLOCK("00000001", TIME, "")
         BLOCK("00000000", TIME, ""),
     START SLL_IFACE BLOCK("00000000", TIME, "") ETHERNET ADDED_BLOCK("00000002", TIME, "")
         BLOCK("00000000", TIME, ""),
     "......", &pcapng_ethernet, ADD_OTHER_LINKS},
    {"packets that make no sense, which could be of it",
     SECTION SLL_IFACE NO_SENSE BLOCK("00000000", TIME, "") NO_SENSE SECTION NO_SENSE,
     SECTION SLL_IFACE NO_SENSE ETHERNET ADDED_BLOCK("00000001", TIME, "") SECTION NO_SENSE,
     "....u..", &pcapng_ethernet, ADD},
    {"numbers start anew in a section",
     SECTION SLL_IFACE BLOCK("00000000", TIME, "") START BLOCK("00000000", TIME, ""),
     SECTION SLL_IFACE ETHERNET ADDED_BLOCK("00000001", TIME, "") START BLOCK("00000000", TIME, ""),
     "......", &pcapng_ethernet, ADD_OTHER_LINKS},
};

/* The caplen of a Simple Packet Block comes from its length and the first interface's snaplen. */
#define SNAPLEN(snaplen) SECTION IFACE("0001", snaplen, "")

static const struct writer_row simples[] = {
    {"whole, kept", START "[00000003 00000003 :050607 ]", START "[00000003 00000003 :050607 ]",
     "...", &pcapng, KEEP},
    {"whole, changed", START "[00000003 00000003 :050607 ]",
     START "[00000003 00000005 :aabb050607 ]", "...", &pcapng, ADD},
    {"cut, kept", SNAPLEN("00000003") "[00000003 00000009 :050607 ]",
     SNAPLEN("00000003") "[00000003 00000009 :050607 ]", "...", &pcapng, KEEP},
    {"cut, kept under a snaplen that grew", SNAPLEN("00000003") "[00000003 00000009 :050607 ]",
     SNAPLEN("00000035") "[00000006 00000000 00000000 00000000 00000003 00000009 :050607 ]", "...",
     &pcapng_grown, KEEP},
    {"cut, changed by less than the snaplen grew",
     SNAPLEN("00000003") "[00000003 0000003c :050607 ]",
     SNAPLEN("00000035") ADDED_BLOCK("00000000", "00000000 00000000", ""), "...", &pcapng_grown,
     ADD},
    {"cut, changed by as much", SNAPLEN("00000003") "[00000003 0000003c :050607 ]",
     SNAPLEN("00000005") "[00000003 0000003e :aabb050607 ]", "...", &pcapng_grown_by_2, ADD},
    {"taken out of another link", SECTION SLL_IFACE "[00000003 00000003 :050607 ]",
     SECTION SLL_IFACE ETHERNET
     "[00000006 00000001 00000000 00000000 00000005 00000005 :aabb050607 ]",
     "...", &pcapng_ethernet, ADD},
    {"of the first interface among two",
     SNAPLEN("00000003") IFACE("0001", "00000002", "") "[00000003 00000009 :050607 ]",
     SNAPLEN("00000003") IFACE("0001", "00000002", "") "[00000003 00000009 :050607 ]", "....",
     &pcapng, KEEP},
    {"with an FCS",
     SECTION IFACE("0001", "00000000", "000d 0001 04 |") "[00000003 00000007 :05060701020304 ]",
     SECTION IFACE("0001", "00000000", "0000 0000") "[00000003 00000003 :050607 ]", "...", &pcapng,
     KEEP},
    {"in a second section with another snaplen",
     SNAPLEN("00000002") SNAPLEN("00000003") "[00000003 00000009 :050607 ]",
     SNAPLEN("00000002") SNAPLEN("00000003") "[00000003 00000009 :050607 ]", ".....", &pcapng,
     KEEP},
};

/* Each section keeps its byte order. */
static void test_mixed_orders(void **state)
{
    const char *const text = SECTION SLL_IFACE BLOCK("00000000", TIME, "");
    const char *const changed_text = SECTION SLL_IFACE ETHERNET ADDED_BLOCK("00000001", TIME, "");
    struct capture input = {.big = false};
    struct capture expected = {.big = false};
    struct capture output;

    (void)state;
    for (int section = 0; section < 4; section++) {
        capture_add(&input, text);
        capture_add(&expected, changed_text);
        input.big = expected.big = !input.big;
    }
    output = convert(&input, "............", &pcapng_ethernet, ADD);
    assert_same_bytes(&output, &expected);
    free(input.data);
    free(expected.data);
    free(output.data);
}

static void test_large(void **state)
{
    struct capture input = capture_of(START "[00000bad *1000001 ]"
                                            "[00000006 00000000 " TIME
                                            " 00040000 00040000 *262144 0001 ffff *65535 | ]"
                                            "[00000bad *524276 ]",
                                      false);
    struct capture output = convert(&input, "........", &pcapng, KEEP);

    (void)state;
    assert_same_bytes(&output, &input);
    free(input.data);
    free(output.data);
}

/* A large block that is cut by the end of the input is taken back: the output is whole. */
static void test_cut_block(void **state)
{
    const size_t lens[] = {0, 262135, 262136, 300000, 600000, 1000000};

    (void)state;
    for (size_t i = 0; i < COUNT(lens); i++) {
        struct capture input = capture_of(START BLOCK("00000000", TIME, ""), false);
        struct capture expected = {.len = 0};
        struct capture output;
        char text[40];
        char results[8]; /* three, and one for each part */

        memcpy(capture_extend(&expected, input.len), input.data, input.len);
        snprintf(text, sizeof(text), "00000bad 00100000 *%zu", lens[i]);
        capture_add(&input, text);
        snprintf(results, sizeof(results), "%.*s", 3 + (int)((lens[i] + 8) / CAP_IO_CHUNK),
                 "......");
        output = convert(&input, results, &pcapng, KEEP);
        assert_same_bytes(&output, &expected);
        free(input.data);
        free(expected.data);
        free(output.data);
    }
}

/* The interface is added while the data of its first packet is in the buffer, at any position. */
static void test_interface_at_seam(void **state)
{
    const size_t chunk = 256 * 1024;

    (void)state;
    for (size_t left = 0; left < 100; left += 4) {
        struct capture input = capture_of(SECTION IFACE("0071", "00040000", OPTIONS), false);
        struct capture expected;
        struct capture output;
        char text[40];

        snprintf(text, sizeof(text), "[00000bad *%zu ]", chunk - left - input.len - 12);
        capture_add(&input, text);
        expected = (struct capture){.big = false};
        memcpy(capture_extend(&expected, input.len), input.data, input.len);
        capture_add(&input, "[00000006 00000000 " TIME " 0003fffe 0003fffe *262142 ]");
        capture_add(&expected,
                    IFACE("0001", "00040000", OPTIONS) "[00000006 00000001 " TIME
                                                       " 00040000 00040000 :aabb *262142 ]");
        output = convert(&input, "....", &pcapng_ethernet, ADD);
        assert_same_bytes(&output, &expected);
        free(input.data);
        free(expected.data);
        free(output.data);
    }
}

/* LINKTYPE_NULL is an ordinary link type. */
static void test_link_type_zero(void **state)
{
    struct capture input = capture_of(
        SECTION IFACE("0000", "00000000", "") BLOCK("00000000", TIME, ""), host_is_big());
    const char *path = scratch_path("out");
    struct converter converter;
    struct cap_packet *packet = &converter.reader.packet;
    struct cap_error error;
    struct capture output;

    (void)state;
    converter_open(&converter, &input, path, &pcapng);
    while (cap_reader_next(&converter.reader) == CAP_BLOCK)
        assert_int_equal(cap_writer_block(&converter.writer, &converter.reader.block), CAP_OK);
    memcpy(cap_writer_room(&converter.writer), packet->data, packet->caplen);
    assert_int_equal(cap_writer_commit(&converter.writer, packet, 0, packet->caplen, packet->len),
                     CAP_OK);
    assert_int_equal(cap_writer_publish(&converter.writer, &error), 0);
    converter_close(&converter);
    output = capture_read(path);
    assert_same_bytes(&output, &input);
    free(input.data);
    free(output.data);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_mixed_orders),   cmocka_unit_test(test_large),
        cmocka_unit_test(test_cut_block),      cmocka_unit_test(test_interface_at_seam),
        cmocka_unit_test(test_link_type_zero),
    };
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_writing, kept) + RUN_ROWS(test_writing, changed) +
               RUN_ROWS(test_writing, fcs) + RUN_ROWS(test_writing, links) +
               RUN_ROWS(test_writing, simples) + cmocka_run_group_tests(whole, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
