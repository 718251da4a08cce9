/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "capture_support.h"

#include "capfile/writer.h"

#define PCAP(magic, snaplen, link) magic " 0002 0004 00000e10 00000001 " snaplen " " link " "
#define USEC(snaplen) PCAP("a1b2c3d4", snaplen, "00000001")
#define NSEC(snaplen) PCAP("a1b23c4d", snaplen, "00000001")
#define SLL(snaplen) PCAP("a1b2c3d4", snaplen, "00000071")
/* From pcapng: no time zone, no accuracy. */
#define NEW_USEC "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001 "
#define NEW_NSEC "a1b23c4d 0002 0004 00000000 00000000 00040000 00000001 "

#define SECTION "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] "
#define NEW_SECTION                                                                                \
    "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff 0004 000a :6e766772652d70636170 | 0000 0000 ] "
#define IFACE(link, snaplen, options) "[00000001 " link " 0000 " snaplen " " options " ] "
#define ETHERNET IFACE("0001", "00040000", "")
#define SLL_IFACE IFACE("0071", "00040000", "")
#define START SECTION ETHERNET

/* A packet of 60 bytes, 3 of them captured; and as ADD makes it. */
#define RECORD "00000001 00000002 00000003 0000003c :050607 "
#define ADDED_RECORD "00000001 00000002 00000005 0000003e :aabb050607 "
#define BLOCK(iface, ts, options)                                                                  \
    "[00000006 " iface " " ts " 00000003 0000003c :050607 | " options " ] "
#define ADDED_BLOCK(iface, ts, options)                                                            \
    "[00000006 " iface " " ts " 00000005 0000003e :aabb050607 | " options " ] "

/* What becomes of each packet: kept, or two bytes put before it and the link type Ethernet. */
enum change { KEEP, ADD };

struct writer_row {
    const char *name;
    const char *input;
    const char *output;
    const char *results; /* of packets and blocks: `.`, or `u` for unstorable */
    struct cap_writer_config config;
    enum change change;
};

static uint16_t same(uint16_t linktype)
{
    return linktype;
}

static uint16_t ethernet(uint16_t linktype)
{
    return linktype == 113 ? CAP_LINKTYPE_ETHERNET : linktype;
}

#define TO_USEC                                                                                    \
    {                                                                                              \
        CAP_FORMAT_PCAP, false, same, 0                                                            \
    }
#define TO_NSEC                                                                                    \
    {                                                                                              \
        CAP_FORMAT_NSECPCAP, false, same, 0                                                        \
    }
#define TO_PCAP                                                                                    \
    {                                                                                              \
        CAP_FORMAT_PCAP, true, same, 0                                                             \
    }
#define TO_PCAPNG                                                                                  \
    {                                                                                              \
        CAP_FORMAT_PCAPNG, false, same, 0                                                          \
    }
#define GROWN(format)                                                                              \
    {                                                                                              \
        format, false, same, 50                                                                    \
    }
#define TAKEN_OUT(format)                                                                          \
    {                                                                                              \
        format, false, ethernet, 0                                                                 \
    }

static const struct writer_row pcaps[] = {
    {"kept", USEC("0000ffff") RECORD "00000001 ffffffff 00000002 00000001 :0506 ",
     USEC("0000ffff") RECORD "00000001 ffffffff 00000002 00000001 :0506 ", "..", TO_USEC, KEEP},
    {"kept, nanoseconds", NSEC("0000ffff") RECORD, NSEC("0000ffff") RECORD, ".", TO_NSEC, KEEP},
    {"no packets", USEC("0000ffff"), USEC("0000ffff"), "", TO_USEC, KEEP},
    {"modified becomes plain",
     PCAP("a1b2cd34", "0000ffff", "00000001") "00000001 00000002 00000003 0000003c *8 :050607",
     USEC("0000ffff") RECORD, ".", TO_USEC, KEEP},
    {"version 2.3 becomes 2.4", "a1b2c3d4 0002 0003 00000e10 00000001 0000ffff 00000001",
     USEC("0000ffff"), "", TO_USEC, KEEP},
    {"no snaplen", USEC("00000000"), USEC("00040000"), "", TO_USEC, KEEP},
    {"FCS", PCAP("a1b2c3d4", "0000ffff", "24000001") "00000001 00000002 00000005 0000003c *5 ",
     USEC("0000ffff") "00000001 00000002 00000005 00000038 *5 ", ".", TO_USEC, KEEP},
    {"changed", USEC("0000ffff") RECORD, USEC("00010031") ADDED_RECORD, ".", GROWN(CAP_FORMAT_PCAP),
     ADD},
    {"changed, nanoseconds", NSEC("0000ffff") RECORD, NSEC("00010031") ADDED_RECORD, ".",
     GROWN(CAP_FORMAT_NSECPCAP), ADD},
    {"snaplen grown to the most", USEC("0003fff0"), USEC("00040000"), "", GROWN(CAP_FORMAT_PCAP),
     KEEP},
    {"snaplen above it", USEC("00040001"), USEC("00040001"), "", GROWN(CAP_FORMAT_PCAP), KEEP},
    {"snaplen of all ones", USEC("ffffffff"), USEC("ffffffff"), "", GROWN(CAP_FORMAT_PCAP), KEEP},
    {"micro- to nanoseconds", USEC("0000ffff") "00000001 000f423f 00000001 00000001 :05",
     NSEC("0000ffff") "00000001 3b9ac618 00000001 00000001 :05", ".", TO_NSEC, KEEP},
    {"nano- to microseconds", NSEC("0000ffff") "00000001 3b9ac9ff 00000001 00000001 :05",
     USEC("0000ffff") "00000001 000f423f 00000001 00000001 :05", ".", TO_USEC, KEEP},
    {"a fraction of a second and more", USEC("0000ffff") "00000001 ffffffff 00000001 00000001 :05",
     NSEC("0000ffff") "000010c7 399f8b98 00000001 00000001 :05", ".", TO_NSEC, KEEP},
    {"times as fine as the input's", NSEC("0000ffff") RECORD, NSEC("0000ffff") RECORD, ".", TO_PCAP,
     KEEP},
    {"times no finer", USEC("0000ffff") RECORD, USEC("0000ffff") RECORD, ".", TO_PCAP, KEEP},
    {"taken out of another link", SLL("0000ffff") RECORD, USEC("0000ffff") ADDED_RECORD, ".",
     TAKEN_OUT(CAP_FORMAT_PCAP), ADD},
    {"kept where the link type changes", SLL("0000ffff") RECORD, USEC("0000ffff"), "u",
     TAKEN_OUT(CAP_FORMAT_PCAP), KEEP},
    {"Ethernet where the link type stays", SLL("0000ffff") RECORD, SLL("0000ffff"), "u", TO_USEC,
     ADD},
};

#define NSEC_OPTION "0009 0001 09 | "
#define END "0000 0000 "

static const struct writer_row to_pcapng[] = {
    {"microseconds", USEC("0000ffff") RECORD,
     NEW_SECTION IFACE("0001", "0000ffff", "") BLOCK("00000000", "00000000 000f4242", ""), ".",
     TO_PCAPNG, KEEP},
    {"nanoseconds", NSEC("0000ffff") RECORD,
     NEW_SECTION IFACE("0001", "0000ffff", NSEC_OPTION END)
         BLOCK("00000000", "00000000 3b9aca02", ""),
     ".", TO_PCAPNG, KEEP},
    {"the last second", NSEC("0000ffff") "ffffffff 3b9ac9ff 00000001 00000001 :05",
     NEW_SECTION IFACE(
         "0001", "0000ffff",
         NSEC_OPTION END) "[00000006 00000000 3b9ac9ff ffffffff 00000001 00000001 :05 ]",
     ".", TO_PCAPNG, KEEP},
    {"no packets", USEC("0000ffff"), NEW_SECTION IFACE("0001", "0000ffff", ""), "", TO_PCAPNG,
     KEEP},
    {"no snaplen", USEC("00000000"), NEW_SECTION IFACE("0001", "00000000", ""), "", TO_PCAPNG,
     KEEP},
    {"changed", USEC("0000ffff") RECORD,
     NEW_SECTION IFACE("0001", "00010031", "") ADDED_BLOCK("00000000", "00000000 000f4242", ""),
     ".", GROWN(CAP_FORMAT_PCAPNG), ADD},
    {"FCS", PCAP("a1b2c3d4", "0000ffff", "24000001") "00000001 00000002 00000005 00000007 *5 ",
     NEW_SECTION IFACE("0001", "0000ffff",
                       "") "[00000006 00000000 00000000 000f4242 00000003 00000003 *3 ]",
     ".", TO_PCAPNG, KEEP},
    {"taken out of another link", SLL("0000ffff") RECORD,
     NEW_SECTION IFACE("0001", "0000ffff", "") ADDED_BLOCK("00000000", "00000000 000f4242", ""),
     ".", TAKEN_OUT(CAP_FORMAT_PCAPNG), ADD},
    {"kept where the link type changes", SLL("0000ffff") RECORD,
     NEW_SECTION IFACE("0071", "0000ffff", "") BLOCK("00000000", "00000000 000f4242", ""), ".",
     TAKEN_OUT(CAP_FORMAT_PCAPNG), KEEP},
};

static const struct writer_row from_pcapng[] = {
    {"microseconds", START BLOCK("00000000", "00000000 000f4242", ""), NEW_USEC RECORD, "uu.",
     TO_USEC, KEEP},
    {"nanoseconds asked for", START BLOCK("00000000", "00000000 000f4242", ""),
     NEW_NSEC "00000001 000007d0 00000003 0000003c :050607", "uu.", TO_NSEC, KEEP},
    {"nanoseconds found",
     SECTION IFACE("0001", "00000100", NSEC_OPTION) BLOCK("00000000", "00000000 3b9aca02", ""),
     NEW_NSEC RECORD, "uu.", TO_PCAP, KEEP},
    {"milliseconds found",
     SECTION IFACE("0001", "00000100", "0009 0001 03 |") BLOCK("00000000", "00000000 000003eb", ""),
     NEW_USEC "00000001 00000bb8 00000003 0000003c :050607", "uu.", TO_PCAP, KEEP},
    {"an offset",
     SECTION IFACE("0001", "00000000", "000e 0008 0000000000000010")
         BLOCK("00000000", "00000000 000f4242", ""),
     NEW_USEC "00000011 00000002 00000003 0000003c :050607", "uu.", TO_USEC, KEEP},
    {"no time", START "[00000003 00000003 :050607 ]",
     NEW_USEC "00000000 00000000 00000003 00000003 :050607", "uu.", TO_USEC, KEEP},
    {"obsolete", START "[00000002 0000 0001 00000000 000f4242 00000003 0000003c :050607 ]",
     NEW_USEC RECORD, "uu.", TO_USEC, KEEP},
    {"no interface", SECTION, NEW_USEC, "u", TO_USEC, KEEP},
    {"no packets", SECTION SLL_IFACE "[00000bad ]",
     "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000071", "uuu", TO_USEC, KEEP},
    {"the first packet's link type and time",
     START IFACE("0071", "00000000", NSEC_OPTION) BLOCK("00000001", "00000000 3b9aca02", "")
         BLOCK("00000000", "00000000 000f4242", ""),
     "a1b23c4d 0002 0004 00000000 00000000 00040000 00000071 " RECORD, "uuu.u", TO_PCAP, KEEP},
    {"taken out of two links",
     START SLL_IFACE BLOCK("00000001", "00000000 000f4242", "")
         BLOCK("00000000", "00000000 000f4242", ""),
     NEW_USEC ADDED_RECORD ADDED_RECORD, "uuu..", TAKEN_OUT(CAP_FORMAT_PCAP), ADD},
    {"FCS",
     SECTION IFACE("0001", "00000000", "000d 0001 04 |") "[00000006 00000000 00000000 000f4242 "
                                                         "00000007 00000007 :05060700000000 ]",
     NEW_USEC "00000001 00000002 00000003 00000003 :050607", "uu.", TO_USEC, KEEP},
};

/* Bytes of one capture in the order of another, as they are read and as they must be written. */
static bool output_is_big(const struct writer_row *row, bool input_is_big)
{
    bool from_pcap = row->input[0] == 'a';
    bool to_pcap = row->config.format != CAP_FORMAT_PCAPNG;

    return from_pcap == to_pcap ? input_is_big : host_is_big();
}

static enum cap_result change_packet(struct cap_writer *writer, const struct cap_packet *packet,
                                     enum change change)
{
    uint8_t *room = cap_writer_room(writer);

    if (change == KEEP)
        return cap_writer_keep(writer, packet);
    memcpy(room, "\xaa\xbb", 2);
    memcpy(room + 2, packet->data, packet->caplen);
    return cap_writer_commit(writer, packet, CAP_LINKTYPE_ETHERNET, packet->caplen + 2,
                             packet->len + 2);
}

/* Writes all that the reader gives; returns the results. */
static char *change_all(struct cap_writer *writer, struct cap_reader *reader, enum change change)
{
    static char results[100];
    size_t count = 0;

    for (;;) {
        enum cap_event event = cap_reader_next(reader);
        enum cap_result result;

        if (event == CAP_PACKET)
            result = change_packet(writer, &reader->packet, change);
        else if (event == CAP_BLOCK || event == CAP_BAD)
            result = cap_writer_block(writer, &reader->block);
        else
            break;
        assert_true(count < sizeof(results) - 1);
        results[count++] = ".u!"[result];
    }
    results[count] = '\0';
    return results;
}

static struct capture convert(const struct writer_row *row, const struct capture *input)
{
    const char *path = scratch_path("out");
    struct delivery delivery;
    struct cap_wait wait = delivery_open(&delivery, input->data, input->len, 0);
    struct cap_reader reader;
    struct cap_writer writer;
    struct cap_error error;

    assert_int_equal(cap_reader_open(&reader, delivery.path, &wait), 0);
    assert_int_equal(cap_writer_open(&writer, path, &reader, &row->config, &error), 0);
    assert_string_equal(change_all(&writer, &reader, row->change), row->results);
    assert_int_equal(cap_writer_publish(&writer, &error), 0);
    cap_writer_close(&writer);
    cap_reader_close(&reader);
    delivery_close(&delivery);
    return capture_read(path);
}

static void test_writing(void **state)
{
    const struct writer_row *row = *state;

    for (int big = 0; big < 2; big++) {
        struct capture input = capture_of(row->input, big);
        struct capture expected = capture_of(row->output, output_is_big(row, big));
        struct capture output = convert(row, &input);

        assert_int_equal(output.len, expected.len);
        assert_memory_equal(output.data, expected.data, expected.len);
        free(input.data);
        free(expected.data);
        free(output.data);
    }
}
