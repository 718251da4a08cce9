/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Feeds a capture file to the reader, and its packets through a transform to the writer. Then reads
 * the output again. Byte 0 of the input selects output format, transform and compression, byte 1
 * the options of the transform. The capture follows, compressed or not.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capfile/reader.h"
#include "capfile/timestamp.h"
#include "capfile/writer.h"
#include "transform/decap.h"
#include "transform/encap.h"

enum { CHOICES_LEN = 2, BLOCK_LEN_MIN = 12, IFACE_LEN_MIN = 20 };
enum { FORMAT_OF_INPUT = 3 };
enum { TRANSFORM_NONE, TRANSFORM_ENCAP, TRANSFORM_DECAP };

/* A packet as it was written. */
struct written {
    uint8_t *data;
    uint32_t caplen;
    uint32_t len;
    uint16_t linktype;
    bool has_time;
    struct time_point time;
};

struct session {
    unsigned kind; /* of the transform */
    bool drop_others;
    struct transform transform;
    struct cap_reader reader;
    struct cap_writer writer;
    struct written *packets;
    size_t count;
    size_t bad;      /* invalid packet blocks, kept */
    uint64_t events; /* packets and blocks */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so that %s\n", what);
        abort();
    }
}

static bool never_waits(void *context, int fd)
{
    (void)context;
    (void)fd;
    return true;
}

static bool goes_on(void *context)
{
    (void)context;
    return true;
}

static const struct cap_wait no_wait = {.ready = never_waits, .go_on = goes_on};

/* A file in memory that can be opened by path several times. */
struct memory_file {
    int fd;
    char path[32];
};

static void memory_file_set(struct memory_file *file, const uint8_t *data, size_t size)
{
    if (file->path[0] == '\0') {
        file->fd = memfd_create("capture", MFD_CLOEXEC);
        snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
    }
    require(ftruncate(file->fd, 0) == 0 && pwrite(file->fd, data, size, 0) == (ssize_t)size,
            "memory can be had");
}

static uint16_t same_linktype(uint16_t linktype)
{
    return linktype;
}

static struct transform make_encap(uint8_t choices)
{
    static struct encap_config config;
    const struct nvgre_outer outer = {.vlan_tpid = choices & 0x10 ? NVGRE_TPID_8021Q : 0,
                                      .ip_version = choices & 0x08 ? 6 : 4,
                                      .ttl = 64};
    static bool ready;

    if (!ready)
        nvgre_hasher_init(&config.hasher, NVGRE_HASH_TOEPLITZ);
    ready = true;
    nvgre_template_init(&config.tmpl, &outer);
    config.mtu = choices & 0x20 ? 140 : 0;
    config.usual_max = encap_inner_max(config.mtu, outer.ip_version);
    config.mtu_action = MTU_TRUNC;
    config.key = nvgre_key(5001, 0);
    config.hash_flow = (choices & 0x20) != 0;
    config.inner_vlan = (enum inner_vlan)((choices & 3) % 3);
    config.ecn = choices & 0x04 ? ECN_IGNORE : ECN_COPY;
    return encap_transform(&config);
}

static struct transform make_decap(uint8_t choices)
{
    static struct range selected[] = {{{.low = 4096}, {.low = 5001}},
                                      {{.low = 6000}, {.low = 0xFFFFFF}}};
    static struct decap_config config;

    config.vsids = (struct range_set){selected, choices & 0x10 ? 2 : 0};
    config.strict = (choices & 0x08) != 0;
    config.inner_vlan = (enum inner_vlan)((choices & 3) % 3);
    config.ecn = choices & 0x04 ? ECN_IGNORE : ECN_COPY;
    return decap_transform(&config);
}

static void choose(struct session *session, const uint8_t *choices)
{
    session->kind = (choices[0] >> 2 & 3) % 3;
    session->drop_others = (choices[0] & 0x20) != 0;
    session->transform = (struct transform){.linktype = same_linktype};
    if (session->kind == TRANSFORM_ENCAP)
        session->transform = make_encap(choices[1]);
    else if (session->kind == TRANSFORM_DECAP)
        session->transform = make_decap(choices[1]);
}

/* Opens a writer to a file in memory. A file opened by name would be renamed at the end. */
static void open_writer(struct session *session, uint8_t choice, const struct memory_file *file)
{
    unsigned format = choice & 3;
    const struct cap_writer_config config = {
        .format = format == FORMAT_OF_INPUT ? session->reader.format : (enum cap_format)format,
        .auto_nsec = (choice & 0x10) != 0,
        .linktype = session->transform.linktype,
        .growth = session->transform.growth,
        .compression = (enum cap_compression)((choice >> 6) % 3)};
    struct cap_error error;

    require(cap_writer_open(&session->writer, "/dev/null", &session->reader, &config, &error) == 0,
            "the writer opens");
    close(session->writer.output.fd);
    session->writer.output.fd = open(file->path, O_WRONLY | O_CLOEXEC);
}

/* Stores what was passed to cap_writer_keep or _commit. */
static void remember(struct session *session, const uint8_t *data, uint32_t caplen, uint32_t len,
                     uint16_t linktype)
{
    const struct cap_packet *packet = &session->reader.packet;
    struct written *written;

    session->packets = realloc(session->packets, (session->count + 1) * sizeof *session->packets);
    require(session->packets, "memory can be had");
    written = &session->packets[session->count++];
    *written = (struct written){.data = malloc(caplen),
                                .caplen = caplen,
                                .len = len,
                                .linktype = linktype,
                                .has_time = packet->record != CAP_RECORD_SIMPLE,
                                .time = cap_packet_time(packet)};
    if (caplen)
        memcpy(written->data, data, caplen);
}

static void check_result(struct session *session, enum cap_result result)
{
    require(result == CAP_OK || result == CAP_UNSTORABLE, "writing works");
    require(result == CAP_OK || session->writer.config.format != CAP_FORMAT_PCAPNG,
            "pcapng holds all packets");
    if (result == CAP_UNSTORABLE)
        free(session->packets[--session->count].data);
}

static void keep_packet(struct session *session)
{
    const struct cap_packet *packet = &session->reader.packet;

    remember(session, packet->data, packet->caplen, packet->len, packet->iface->linktype);
    check_result(session, cap_writer_keep(&session->writer, packet));
}

static void transform_packet(struct session *session)
{
    const struct transform *transform = &session->transform;
    const struct cap_packet *packet = &session->reader.packet;
    uint8_t *room = cap_writer_room(&session->writer);
    struct transform_result result = {.value = 0};
    enum outcome outcome = transform->run(transform->config, packet, room, &result);
    enum disposition disposition = outcome_rows[outcome].disposition;

    if (outcome == OUTCOME_DONE) {
        require(result.caplen <= result.len, "no more is captured than was on the wire");
        require(result.caplen <= packet->caplen + transform->growth &&
                    result.len <= packet->len + transform->growth,
                "a packet grows as announced");
        remember(session, room, result.caplen, result.len, CAP_LINKTYPE_ETHERNET);
        check_result(session, cap_writer_commit(&session->writer, packet, CAP_LINKTYPE_ETHERNET,
                                                result.caplen, result.len));
    } else if (disposition != DISPOSITION_DROP && !session->drop_others) {
        keep_packet(session);
    }
}

static void handle_packet(struct session *session)
{
    const struct cap_packet *packet = &session->reader.packet;

    require(packet->caplen <= CAP_PACKET_MAX, "a packet is not too long");
    require(packet->caplen <= packet->len, "no more is captured than was on the wire");
    require(packet->iface == &session->reader.ifaces[packet->iface_id], "its interface is known");
    if (session->kind == TRANSFORM_NONE)
        keep_packet(session);
    else
        transform_packet(session);
}

static void handle_block(struct session *session, bool is_bad)
{
    bool is_pcapng = session->writer.config.format == CAP_FORMAT_PCAPNG;
    enum cap_result result;

    if (is_bad && session->drop_others)
        return;
    result = cap_writer_block(&session->writer, &session->reader.block);
    require(is_bad || result == (is_pcapng ? CAP_OK : CAP_UNSTORABLE), "pcapng holds all blocks");
    session->bad += is_bad && result == CAP_OK;
}

/* Reads to the end. */
static void copy_all(struct session *session)
{
    for (;; session->events++) {
        enum cap_event event = cap_reader_next(&session->reader);

        switch (event) {
        case CAP_PACKET:
            handle_packet(session);
            break;
        case CAP_BLOCK:
        case CAP_BAD:
            handle_block(session, event == CAP_BAD);
            break;
        case CAP_END:
        case CAP_CUT:
            return;
        case CAP_STOPPED:
        case CAP_FAILED:
            require(false, "a file in memory can be read");
        }
    }
}

static void check_time(const struct written *written, const struct cap_packet *packet,
                       enum cap_format format)
{
    struct time_point expected = written->time;
    struct time_point time = cap_packet_time(packet);

    if (format != CAP_FORMAT_PCAPNG) {
        expected.sec = (uint32_t)expected.sec;
        time.sec = (uint32_t)time.sec;
    }
    if (format == CAP_FORMAT_PCAP)
        expected.nsec -= expected.nsec % 1000;
    require(time.sec == expected.sec && time.nsec == expected.nsec, "a packet keeps its time");
}

static void check_packet(const struct written *written, const struct cap_reader *reader)
{
    const struct cap_packet *packet = &reader->packet;

    require(packet->caplen == written->caplen && packet->len == written->len,
            "a packet keeps its lengths");
    require(packet->iface->linktype == written->linktype, "a packet keeps its link type");
    require(packet->caplen == 0 || memcmp(packet->data, written->data, packet->caplen) == 0,
            "a packet keeps its bytes");
    if (written->has_time)
        check_time(written, packet, reader->format);
}

/* The output must be a capture of the same packets. */
static void read_back(const struct session *session, const struct memory_file *file)
{
    struct cap_reader reader;
    enum cap_event event;
    size_t next = 0;
    size_t bad = 0;

    require(cap_reader_open(&reader, file->path, &no_wait) == 0, "the output is a capture");
    require(reader.format == session->writer.config.format, "it has the format asked for");
    while ((event = cap_reader_next(&reader)) != CAP_END) {
        require(event == CAP_PACKET || event == CAP_BLOCK || event == CAP_BAD,
                "the output is a whole capture");
        if (event == CAP_PACKET) {
            require(next < session->count, "no packet is added");
            check_packet(&session->packets[next++], &reader);
        }
        bad += event == CAP_BAD;
    }
    require(next == session->count, "no packet is lost");
    require(bad == session->bad, "what makes no sense stays as it is");
    cap_reader_close(&reader);
}

static void check_bounds(const struct session *session, size_t size)
{
    size_t ifaces = size / IFACE_LEN_MIN + 1;

    if (session->reader.input.packed)
        return; /* a few bytes may decompress to many */
    require(session->events <= size / BLOCK_LEN_MIN, "each event takes bytes of the input");
    require(session->reader.iface_room <= 2 * ifaces + 4,
            "interfaces take memory as the input does");
    require(session->writer.pcapng.map.room <= 2 * ifaces + 8, "so does their map");
}

static void end_session(struct session *session)
{
    cap_writer_close(&session->writer);
    cap_reader_close(&session->reader);
    while (session->count)
        free(session->packets[--session->count].data);
    free(session->packets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct memory_file in;
    static struct memory_file out;
    struct session session = {.count = 0};
    struct cap_error error;

    if (size < CHOICES_LEN)
        return 0;
    choose(&session, data);
    memory_file_set(&in, data + CHOICES_LEN, size - CHOICES_LEN);
    memory_file_set(&out, data, 0);
    if (cap_reader_open(&session.reader, in.path, &no_wait) != 0)
        return 0;
    open_writer(&session, data[0], &out);
    copy_all(&session);
    check_bounds(&session, size);
    require(cap_writer_publish(&session.writer, &error) == 0, "the output is complete");
    read_back(&session, &out);
    end_session(&session);
    return 0;
}
