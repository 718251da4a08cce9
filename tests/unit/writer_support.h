/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WRITER_SUPPORT_H
#define WRITER_SUPPORT_H

/* Shared by the tests of the writers: captures, changes to them, and the expected output. */

#include "capture_support.h"
#include "scratch_support.h"

#include "capfile/retime.h"
#include "capfile/writer.h"

#define SECTION "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] "
#define IFACE(link, snaplen, options) "[00000001 " link " 0000 " snaplen " " options " ] "
#define ETHERNET IFACE("0001", "00040000", "")
#define SLL_IFACE IFACE("0071", "00040000", "")
#define START SECTION ETHERNET
#define NSEC_OPTION "0009 0001 09 | "
#define END "0000 0000 "

/* A packet of 60 bytes, 3 of them captured; and the same after ADD. */
#define BLOCK(iface, ts, options)                                                                  \
    "[00000006 " iface " " ts " 00000003 0000003c :050607 | " options " ] "
#define ADDED_BLOCK(iface, ts, options)                                                            \
    "[00000006 " iface " " ts " 00000005 0000003e :aabb050607 | " options " ] "

/*
 * Changes to packets: KEEP keeps them. ADD puts two bytes before them and makes the link type
 * Ethernet. ADD_OTHER_LINKS does this only with other link types. RETIME keeps them with another
 * time.
 */
enum change { KEEP, ADD, ADD_OTHER_LINKS, RETIME };

struct writer_row {
    const char *name;
    const char *input;
    const char *output;
    const char *results; /* for packets and blocks: `.`, or `u` for unstorable */
    const struct cap_writer_config *config;
    enum change change;
};

static inline uint16_t same(uint16_t linktype)
{
    return linktype;
}

static inline uint16_t ethernet(uint16_t linktype)
{
    return linktype == 113 ? CAP_LINKTYPE_ETHERNET : linktype;
}

/* Requested formats, also with packets that grow and with another link type. */
static const struct cap_writer_config usec = {.format = CAP_FORMAT_PCAP, .linktype = same};
static const struct cap_writer_config nsec = {.format = CAP_FORMAT_NSECPCAP, .linktype = same};
static const struct cap_writer_config pcap = {
    .format = CAP_FORMAT_PCAP, .auto_nsec = true, .linktype = same};
static const struct cap_writer_config pcapng = {.format = CAP_FORMAT_PCAPNG, .linktype = same};
static const struct cap_writer_config usec_grown = {
    .format = CAP_FORMAT_PCAP, .linktype = same, .growth = 50};
static const struct cap_writer_config nsec_grown = {
    .format = CAP_FORMAT_NSECPCAP, .linktype = same, .growth = 50};
static const struct cap_writer_config pcapng_grown = {
    .format = CAP_FORMAT_PCAPNG, .linktype = same, .growth = 50};
static const struct cap_writer_config pcapng_grown_by_2 = {
    .format = CAP_FORMAT_PCAPNG, .linktype = same, .growth = 2};
static const struct cap_writer_config usec_ethernet = {.format = CAP_FORMAT_PCAP,
                                                       .linktype = ethernet};
static const struct cap_writer_config pcapng_ethernet = {.format = CAP_FORMAT_PCAPNG,
                                                         .linktype = ethernet};

/* A file of the same family keeps its byte order. A new one has the host's. */
static inline bool output_is_big(const struct writer_row *row, bool input_is_big)
{
    bool from_pcap = row->input[0] == 'a';
    bool to_pcap = row->config->format != CAP_FORMAT_PCAPNG;

    return from_pcap == to_pcap ? input_is_big : host_is_big();
}

static inline enum cap_result change_packet(struct cap_writer *writer, struct cap_packet *packet,
                                            enum change change)
{
    struct cap_retime later = {.shift_ns = 1000003000};
    uint8_t *room = cap_writer_room(writer);

    if (change == RETIME)
        assert_true(cap_retime_packet(&later, packet));
    if (change == KEEP || change == RETIME ||
        (change == ADD_OTHER_LINKS && packet->iface->linktype == 1))
        return cap_writer_keep(writer, packet);
    memcpy(room, "\xaa\xbb", 2);
    memcpy(room + 2, packet->data, packet->caplen);
    return cap_writer_commit(writer, packet, CAP_LINKTYPE_ETHERNET, packet->caplen + 2,
                             packet->len + 2);
}

/* Writes everything that the reader returns. Returns the results. */
static inline char *change_all(struct cap_writer *writer, struct cap_reader *reader,
                               enum change change)
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

/* A reader, and a writer for what it reads. */
struct converter {
    struct delivery delivery;
    struct cap_reader reader;
    struct cap_writer writer;
};

static inline void converter_open(struct converter *converter, const struct capture *input,
                                  const char *path, const struct cap_writer_config *config)
{
    struct cap_wait wait = delivery_open(&converter->delivery, input->data, input->len, 0);
    struct cap_error error;

    assert_int_equal(cap_reader_open(&converter->reader, converter->delivery.path, &wait), 0);
    assert_int_equal(cap_writer_open(&converter->writer, path, &converter->reader, config, &error),
                     0);
}

static inline void converter_close(struct converter *converter)
{
    cap_writer_close(&converter->writer);
    cap_reader_close(&converter->reader);
    delivery_close(&converter->delivery);
}

/*
 * Converts a capture and returns the output. Each packet and block must have its expected result.
 */
static inline struct capture convert(const struct capture *input, const char *results,
                                     const struct cap_writer_config *config, enum change change)
{
    const char *path = scratch_path("out");
    struct converter converter;
    struct cap_error error;

    converter_open(&converter, input, path, config);
    assert_string_equal(change_all(&converter.writer, &converter.reader, change), results);
    assert_int_equal(cap_writer_publish(&converter.writer, &error), 0);
    converter_close(&converter);
    return capture_read(path);
}

static inline void assert_same_bytes(const struct capture *output, const struct capture *expected)
{
    assert_int_equal(output->len, expected->len);
    assert_memory_equal(output->data, expected->data, expected->len);
}

static inline void test_writing(void **state)
{
    const struct writer_row *row = *state;

    for (int big = 0; big < 2; big++) {
        struct capture input = capture_of(row->input, big);
        struct capture expected = capture_of(row->output, output_is_big(row, big));
        struct capture output = convert(&input, row->results, row->config, row->change);

        assert_same_bytes(&output, &expected);
        free(input.data);
        free(expected.data);
        free(output.data);
    }
}

#endif
