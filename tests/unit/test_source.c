/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "engine_support.h"

#include "replay/source.h"
#include "transform/copy.h"
#include "transform/decap.h"

#define BITS "GRE bits that a receiver must discard"
#define SECTION "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] "
#define ETHERNET "[00000001 0001 0000 00040000 ] "
#define PACKET(iface, us) "[00000006 " iface " 00000000 " us " 00000001 00000001 :64 | ] "
#define SIMPLE "[00000003 00000001 :64 | ] "

static uint8_t room[SOURCE_FRAME_MAX];

/*
 * Returns all frames as text: their bytes, @ and the milliseconds after 1000 s, or nothing after @
 * without a time. #N follows if they were captured on an interface N above 0.
 */
static const char *read_frames(struct source *source, enum source_event *event)
{
    static char text[1024];
    struct source_frame frame;
    size_t len = 0;

    text[0] = '\0';
    while ((*event = source_next(source, room, &frame)) == SOURCE_FRAME) {
        assert_int_equal(frame.len, frame.caplen);
        assert_int_equal(frame.in_room, frame.data == room);
        len += (size_t)sprintf(text + len, "%s%.*s@", len ? " " : "", (int)frame.caplen,
                               (const char *)frame.data);
        if (frame.has_time)
            len +=
                (size_t)sprintf(text + len, "%lld", (long long)(frame.time_ns / 1000000 - 1000000));
        if (frame.iface_id)
            len += (size_t)sprintf(text + len, "#%u", frame.iface_id);
        assert_true(len < sizeof text - 100);
    }
    return text;
}

struct frames_row {
    const char *name;
    const char *words;
    const char *text; /* a pcapng file instead of words */
    const char *include;
    uint32_t count;
    bool strict, cut;
    const char *frames;
    const char *messages;
    uint64_t done, others;
    int code;
    enum source_event event;
};

static const struct frames_row frames_rows[] = {
    {"none", "", .frames = "", .event = SOURCE_END},
    {"of all", "d d d", .frames = "D0@0 D0@1 D0@2", .done = 3, .event = SOURCE_END},
    {"others are left out", "d o k x d", .frames = "D0@0 D0@4", .done = 2, .others = 1,
     .event = SOURCE_END},
    {"several of one", "dd d ddd", .frames = "D0@0 D1@0 D0@1 D0@2 D1@2 D2@2", .done = 3,
     .event = SOURCE_END},
    {"several of one, some bad", "dbd dxb d", .frames = "D0@0 D2@0 D0@1 D0@2", .done = 3,
     .event = SOURCE_END,
     .messages = "in: packet 1: " BITS ", 0x00b1; not sent\n"
                 "in: packet 2: " BITS ", 0x00b2; not sent\n"},
    {"bad", "b d", .frames = "D0@1", .done = 1, .event = SOURCE_END,
     .messages = "in: packet 1: " BITS ", 0x00b0; not sent\n"},
    {"bad, strict", "d b d", .strict = true, .frames = "D0@0", .done = 1, .code = EXIT_RUNTIME,
     .event = SOURCE_STOPPED, .messages = "in: packet 2: " BITS ", 0x00b0; not sent\n"},
    {"one of several bad, strict", "dbd d", .strict = true, .frames = "D0@0", .done = 1,
     .code = EXIT_RUNTIME, .event = SOURCE_STOPPED,
     .messages = "in: packet 1: " BITS ", 0x00b1; not sent\n"},
    {"others, strict", "d o d", .strict = true, .frames = "D0@0 D0@2", .done = 2, .others = 1,
     .event = SOURCE_END},
    {"listed", "d d d", .include = "2-", .frames = "D0@1 D0@2", .done = 2, .event = SOURCE_END},
    {"two packets", "dd o dd d", .count = 3, .frames = "D0@0 D1@0 D0@2 D1@2", .done = 2,
     .others = 1, .event = SOURCE_END},
    {"cut", "d d", .cut = true, .frames = "D0@0", .done = 1, .event = SOURCE_END,
     .messages = "in: packet 2: the file ends inside the packet, 16 of 17 bytes\n"},
    {"cut, strict", "d d", .cut = true, .strict = true, .frames = "D0@0", .done = 1,
     .code = EXIT_RUNTIME, .event = SOURCE_STOPPED,
     .messages = "in: packet 2: the file ends inside the packet, 16 of 17 bytes\n"},
    {"without a time, other interfaces",
     .text = SECTION ETHERNET ETHERNET PACKET("00000001", "3b9aca00")
         SIMPLE PACKET("00000000", "3b9aca01"),
     .frames = "D0@0#1 D0@ D0@0", .done = 3, .event = SOURCE_END},
    {"bad block",
     .text = SECTION ETHERNET PACKET("00000001", "3b9aca00") PACKET("00000000", "3b9adfff"),
     .frames = "D0@5", .done = 1, .event = SOURCE_END,
     .messages = "in: packet 1: no such interface: 1; not sent\n"},
};

/* Reads a capture twice. */
static void run_row(const struct frames_row *row, struct source_config *config)
{
    const bool failing = row->event == SOURCE_STOPPED;
    enum source_event event = SOURCE_STOPPED;
    struct source source;
    const char *messages;
    const char *frames = "";
    int code;

    misuses = 0;
    messages_begin();
    code = source_open(&source, config);
    if (code == EXIT_CLEAN)
        frames = read_frames(&source, &event);
    messages = messages_end();
    assert_string_equal(messages, row->messages ? row->messages : "");
    assert_string_equal(frames, config->preload && failing ? "" : row->frames);
    assert_int_equal(event, row->event);
    assert_int_equal(config->preload ? code : source.code, row->code);
    assert_int_equal(source.scan.summary.outcomes[OUTCOME_DONE], row->done);
    assert_int_equal(source.scan.summary.outcomes[OUTCOME_NOT_NVGRE], row->others);
    assert_int_equal(source.scan.summary.cut, row->cut);
    if (!failing) {
        messages_begin();
        code = source_rewind(&source, 1);
        frames = read_frames(&source, &event);
        messages = messages_end();
        assert_int_equal(code, EXIT_CLEAN);
        assert_string_equal(messages, "");
        assert_string_equal(frames, row->frames);
        assert_int_equal(event, SOURCE_END);
        assert_int_equal(source.scan.summary.outcomes[OUTCOME_DONE], row->done);
        assert_int_equal(source.scan.summary.outcomes[OUTCOME_NOT_NVGRE], row->others);
    }
    assert_int_equal(misuses, 0);
    source_close(&source);
}

static void test_frames(void **state)
{
    const struct frames_row *row = *state;
    struct capture capture = row->text ? capture_of(row->text, false) : words_of(row->words);
    struct source_config config = {.transform = &word_transform,
                                   .linktype = CAP_LINKTYPE_ETHERNET,
                                   .strict = row->strict,
                                   .select.count = row->count};

    capture.len -= row->cut;
    config.in = capture_write("in", &capture);
    if (row->include)
        assert_int_equal(range_set_parse(&config.select.include, RANGES_OF_PACKETS, row->include),
                         0);
    run_row(row, &config);
    config.preload = true;
    run_row(row, &config);
    range_set_free(&config.select.include);
    free(capture.data);
}

/* After a rewind between two frames of a packet, the first packet's first frame is next. */
static void test_rewind_in_packet(void **state)
{
    const struct source_config config = {.in = words_write("in", "d ddd"),
                                         .transform = &word_transform};
    struct source_frame frame;
    enum source_event event;
    struct source source;

    (void)state;
    misuses = 0;
    assert_int_equal(source_open(&source, &config), EXIT_CLEAN);
    for (int i = 0; i < 3; i++)
        assert_int_equal(source_next(&source, room, &frame), SOURCE_FRAME);
    assert_int_equal(source_rewind(&source, 1), EXIT_CLEAN);
    assert_string_equal(read_frames(&source, &event), "D0@0 D0@1 D1@1 D2@1");
    assert_int_equal(misuses, 0);
    source_close(&source);
}

static void test_no_file(void **state)
{
    struct source_config config = {.in = scratch_path("none"), .transform = &word_transform};
    struct source source;
    int code;

    (void)state;
    for (int preload = 0; preload < 2; preload++) {
        config.preload = preload;
        messages_begin();
        code = source_open(&source, &config);
        source_close(&source);
        assert_string_equal(messages_end(), "none: cannot open: No such file or directory\n");
        assert_int_equal(code, EXIT_RUNTIME);
    }
}

/* ---- Signals and pipes ---- */

static bool go_on(void *context)
{
    unsigned *asked = context;

    signals_pending = 0;
    return ++*asked < 2;
}

/* The caller's go_on ends the frames after a signal. With preload, nothing is sent. */
static void test_signal(void **state)
{
    const char *path = words_write("in", "d d d");
    unsigned asked = 0;
    struct source_config config = {
        .in = path, .transform = &word_transform, .go_on = go_on, .context = &asked};
    struct source_frame frame;
    struct source source;

    (void)state;
    assert_int_equal(source_open(&source, &config), EXIT_CLEAN);
    signals_pending = 1;
    assert_int_equal(source_next(&source, room, &frame), SOURCE_FRAME);
    assert_int_equal(asked, 1);
    signals_pending = 1;
    assert_int_equal(source_next(&source, room, &frame), SOURCE_STOPPED);
    assert_int_equal(asked, 2);
    assert_int_equal(source.code, EXIT_CLEAN);
    source_close(&source);
    config.preload = true;
    signals_pending = 1;
    assert_int_equal(source_open(&source, &config), EXIT_RUNTIME);
    assert_int_equal(asked, 3);
    source_close(&source);
    signals_clear();
}

/*
 * A pipe is read once, with the caller's wait function. From memory it can be sent any number of
 * times.
 */
static void test_pipe(void **state)
{
    struct capture capture = words_of("d o dd");
    struct source_config config = {
        .transform = &word_transform, .preload = true, .wait = delivery_ready};
    struct delivery delivery;
    enum source_event event;
    struct source source;

    (void)state;
    (void)delivery_open(&delivery, capture.data, capture.len, 7);
    config.in = delivery.path;
    config.context = &delivery;
    assert_int_equal(source_open(&source, &config), EXIT_CLEAN);
    assert_int_equal(source.scan.summary.packets_read, 3);
    for (uint32_t loop = 0; loop < 3; loop++) {
        assert_int_equal(source_rewind(&source, loop), EXIT_CLEAN);
        assert_string_equal(read_frames(&source, &event), "D0@0 D0@2 D1@2");
        assert_int_equal(event, SOURCE_END);
    }
    source_close(&source);
    delivery_close(&delivery);
    free(capture.data);
}

/* ---- Real frames ---- */

/* The frames of a source must be the packets of the capture. */
static void test_same_frames(void **state)
{
    const struct copy_config copy = {.linktype = CAP_LINKTYPE_ETHERNET};
    struct decap_config decap = {.strict = false};
    const struct cap_wait wait = {.go_on = delivery_go_on};
    struct transform transforms[2] = {copy_transform(&copy)};
    const char *const expected[] = {CAPTURES_DIR "/two-tenants.pcap",
                                    CAPTURES_DIR "/plain-red.pcap"};

    (void)state;
    assert_int_equal(range_set_parse(&decap.vsids, RANGES_OF_VSIDS, "6001"), 0);
    transforms[1] = decap_transform(&decap);
    for (int i = 0; i < 4; i++) {
        const struct source_config config = {.in = CAPTURES_DIR "/two-tenants.pcap",
                                             .transform = &transforms[i / 2],
                                             .linktype = CAP_LINKTYPE_ETHERNET,
                                             .preload = i & 1};
        struct cap_reader reader;
        struct source_frame frame;
        struct source source;

        assert_int_equal(cap_reader_open(&reader, expected[i / 2], &wait), 0);
        assert_int_equal(source_open(&source, &config), EXIT_CLEAN);
        while (source_next(&source, room, &frame) == SOURCE_FRAME) {
            assert_int_equal(cap_reader_next(&reader), CAP_PACKET);
            assert_int_equal(frame.caplen, reader.packet.caplen);
            assert_int_equal(frame.len, reader.packet.len);
            assert_memory_equal(frame.data, reader.packet.data, frame.caplen);
        }
        assert_int_equal(cap_reader_next(&reader), CAP_END);
        source_close(&source);
        cap_reader_close(&reader);
    }
    range_set_free(&decap.vsids);
}

struct unique_row {
    const char *name;
    bool cas, vsids, hash, preload;
};

static const struct unique_row uniques[] = {
    {"neither", false, false, false, false},          {"VSIDs", false, true, false, false},
    {"VSIDs, in memory", false, true, false, true},   {"addresses", true, false, false, false},
    {"addresses, FlowIDs", true, false, true, false}, {"both", true, true, true, true},
};

/* Compares a frame of a loop with the packet of the capture. */
static void assert_unique(const struct source_frame *frame, const struct cap_packet *packet,
                          const struct unique_row *row, uint32_t loop)
{
    const uint32_t vsid_add = row->vsids ? loop : 0;
    const uint32_t ca_add = row->cas ? loop : 0;
    struct nvgre_frame is, was;
    const uint8_t *ip_is, *ip_was;

    nvgre_frame_decode(NVGRE_LINK_ETHERNET, frame->data, frame->caplen, frame->len, &is);
    nvgre_frame_decode(NVGRE_LINK_ETHERNET, packet->data, packet->caplen, packet->len, &was);
    assert_int_equal(frame->len, packet->len);
    assert_int_equal(nvgre_key_vsid(is.gre.key), nvgre_key_vsid(was.gre.key) + vsid_add);
    if (!row->hash || loop == 0)
        assert_int_equal(is.gre.key & 0xff, was.gre.key & 0xff);
    ip_is = frame->data + is.inner_offset;
    ip_was = packet->data + was.inner_offset;
    if (wire_get16(ip_was + 12) == 0x0800) {
        assert_int_equal(wire_get32(ip_is + 26), wire_get32(ip_was + 26) + ca_add);
        assert_int_equal(wire_get32(ip_is + 30), wire_get32(ip_was + 30) + ca_add);
        assert_int_equal(naive_sum(ip_is + 14, 20), 0xFFFF);
    }
}

static void test_unique(void **state)
{
    const struct unique_row *row = *state;
    const struct copy_config copy = {.linktype = CAP_LINKTYPE_ETHERNET};
    const struct transform transform = copy_transform(&copy);
    const struct cap_wait wait = {.go_on = delivery_go_on};
    struct source_config config = {.in = CAPTURES_DIR "/two-tenants.pcap",
                                   .transform = &transform,
                                   .linktype = CAP_LINKTYPE_ETHERNET,
                                   .preload = row->preload,
                                   .unique_cas = row->cas,
                                   .unique_vsids = row->vsids};
    struct nvgre_hasher hasher;
    struct source_frame frame;
    struct cap_reader reader;
    struct source source;
    unsigned flow_ids = 0;

    nvgre_hasher_init(&hasher, NVGRE_HASH_CRC32C);
    config.hasher = row->hash ? &hasher : NULL;
    assert_int_equal(source_open(&source, &config), EXIT_CLEAN);
    for (uint32_t loop = 0; loop < 3; loop++) {
        assert_int_equal(source_rewind(&source, loop), EXIT_CLEAN);
        assert_int_equal(cap_reader_open(&reader, config.in, &wait), 0);
        while (source_next(&source, room, &frame) == SOURCE_FRAME) {
            assert_int_equal(cap_reader_next(&reader), CAP_PACKET);
            assert_unique(&frame, &reader.packet, row, loop);
            flow_ids += frame.data[41] != reader.packet.data[41];
        }
        assert_int_equal(cap_reader_next(&reader), CAP_END);
        cap_reader_close(&reader);
    }
    assert_true(row->hash == (flow_ids > 0));
    source_close(&source);
}

/* Packets that are not NVGRE must be unchanged in all loops. */
static void test_unique_others(void **state)
{
    const struct copy_config copy = {.linktype = CAP_LINKTYPE_ETHERNET};
    const struct transform transform = copy_transform(&copy);
    const struct source_config config = {.in = words_write("in", "abc de"),
                                         .transform = &transform,
                                         .linktype = CAP_LINKTYPE_ETHERNET,
                                         .unique_vsids = true};
    enum source_event event;
    struct source source;

    (void)state;
    assert_int_equal(source_open(&source, &config), EXIT_CLEAN);
    assert_int_equal(source_rewind(&source, 5), EXIT_CLEAN);
    assert_string_equal(read_frames(&source, &event), "abc@0 de@1");
    source_close(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rewind_in_packet), cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_signal),           cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_same_frames),      cmocka_unit_test(test_unique_others),
    };
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_frames, frames_rows) + RUN_ROWS(test_unique, uniques) +
               cmocka_run_group_tests_name("source", tests, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
