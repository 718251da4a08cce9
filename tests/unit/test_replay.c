/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "replay_support.h"

#include "pipeline/run.h"
#include "transform/decap.h"

#define BITS "GRE bits that a receiver must discard"
#define ANY 99

/* With an MTU of 5, a frame has at most 19 bytes. */
#define LONG "a-frame-of-twenty-one"
#define CUT "a-frame-of-twenty-o"
#define EXCEEDS "a: 1 of 3 frames exceed the MTU of 5, by 2 bytes at most\n"

struct play_row {
    const char *name;
    const char *words;
    bool worded; /* use word_transform, otherwise send unchanged */
    bool strict, input_cut;
    uint32_t loops; /* 0 means 1; ANY means no end */
    uint64_t limit;
    uint32_t mtu;
    enum mtu_action action;
    uint32_t select; /* packets */
    const char *out; /* words, or "none" if there is no such file */
    const char *messages;
    int code;
    uint64_t bytes, cut, over_mtu, failed;
    uint32_t begun;    /* loops */
    uint64_t expected; /* 0: as many as in `out` */
    bool untried;
};

static const struct play_row plays[] = {
    {"once", "aa b ccc", .out = "aa b ccc", .bytes = 6, .begun = 1},
    {"nothing", "", .out = "", .begun = 1},
    {"nothing, for ever", "", .loops = ANY, .out = "", .begun = 1},
    {"three loops", "a b", .loops = 3, .out = "a b a b a b", .bytes = 6, .begun = 3},
    {"limit", "a b c", .limit = 2, .out = "a b", .bytes = 2, .begun = 1},
    {"limit in a loop", "a b c", .loops = 3, .limit = 4, .out = "a b c a", .bytes = 4, .begun = 2},
    {"limit without end", "a b", .loops = ANY, .limit = 5, .out = "a b a b a", .bytes = 5,
     .begun = 3},
    {"limit beyond all", "a b", .loops = 2, .limit = 9, .out = "a b a b", .bytes = 4, .begun = 2},
    {"two packets selected", "a b c", .select = 2, .loops = 2, .out = "a b a b", .bytes = 4,
     .begun = 2},
    {"within the MTU", "a " CUT " c", .mtu = 5, .out = "a " CUT " c", .bytes = 21, .begun = 1},
    {"above the MTU, an error", "a " LONG " c", .mtu = 5, .action = MTU_ERROR, .out = "none",
     .code = EXIT_RUNTIME, .messages = EXCEEDS, .expected = 3, .untried = true},
    {"above the MTU, dropped", "a " LONG " c", .mtu = 5, .action = MTU_DROP, .out = "a c",
     .bytes = 2, .over_mtu = 1, .messages = EXCEEDS, .begun = 1},
    {"above the MTU, dropped each time", "a " LONG " c", .mtu = 5, .action = MTU_DROP, .loops = 2,
     .out = "a c a c", .bytes = 4, .over_mtu = 2, .messages = EXCEEDS, .begun = 2},
    {"above the MTU, dropped, limit", "a " LONG " c " LONG, .mtu = 5, .action = MTU_DROP,
     .limit = 2, .out = "a c", .bytes = 2, .over_mtu = 1, .messages = EXCEEDS, .begun = 1},
    {"above the MTU, cut", "a " LONG " c", .mtu = 5, .action = MTU_TRUNC, .out = "a " CUT " c",
     .bytes = 21, .cut = 1, .over_mtu = 1, .messages = EXCEEDS, .begun = 1},
    {"above the MTU, sent", "a " LONG " c", .mtu = 5, .action = MTU_KEEP, .out = "a " LONG " c",
     .bytes = 23, .over_mtu = 1, .messages = EXCEEDS, .begun = 1},
    {"several of one", "dd d", .worded = true, .out = "D0 D1 D0", .bytes = 6, .begun = 1},
    {"others", "d o k d", .worded = true, .strict = true, .out = "D0 D0", .bytes = 4, .begun = 1},
    {"bad, each time", "d b d", .worded = true, .loops = 2, .out = "D0 D0 D0 D0", .bytes = 8,
     .code = EXIT_PARTLY, .messages = "in: packet 2: " BITS ", 0x00b0; not sent\n", .begun = 2},
    {"bad, strict", "d b d", .worded = true, .strict = true, .out = "none", .code = EXIT_RUNTIME,
     .messages = "in: packet 2: " BITS ", 0x00b0; not sent\n", .expected = 1, .untried = true},
    {"cut input", "d d", .worded = true, .input_cut = true, .out = "D0", .bytes = 2,
     .code = EXIT_PARTLY, .begun = 1,
     .messages = "in: packet 2: the file ends inside the packet, 16 of 17 bytes\n"},
};

static uint64_t count_words(const char *words)
{
    uint64_t count = *words != '\0';

    if (strcmp(words, "none") == 0)
        return 0;
    while ((words = strchr(words, ' '))) {
        words++;
        count++;
    }
    return count;
}

static void assert_play(const struct play_row *row, const struct replay_config *config)
{
    const uint64_t frames = count_words(row->out);
    const struct replay_counts *counts;
    struct replay replay;
    const char *messages;
    int code = play(&replay, config, row->worded ? &word_transform : NULL, &messages);

    assert_string_equal(messages, row->messages ? row->messages : "");
    assert_int_equal(code, row->code);
    assert_string_equal(words_read(config->names[0]), row->out);
    assert_int_equal(replay.packets, frames);
    assert_int_equal(replay.loops, row->begun);
    assert_int_equal(replay.start_ns == 0, row->untried);
    if (!row->untried)
        assert_int_equal(replay.source.scan.summary.outcomes[OUTCOME_MUST_DISCARD],
                         row->messages && strstr(row->messages, BITS) ? 1 : 0);
    counts = &replay.targets->counts;
    assert_int_equal(counts->sent, frames);
    assert_int_equal(counts->bytes, row->bytes);
    assert_int_equal(counts->cut, row->cut);
    assert_int_equal(counts->over_mtu, row->over_mtu);
    assert_int_equal(counts->failed, row->failed);
    if (!config->preload || !row->untried)
        assert_int_equal(replay.expected, row->expected ? row->expected : frames);
    targets_free(&replay);
}

static void test_play(void **state)
{
    const struct play_row *row = *state;
    struct direction direction = {.kind = DIRECTION_ONE};
    struct capture capture = words_of(row->words);
    struct replay_config config;

    for (int preload = 0; preload < 2; preload++) {
        scratch_clear();
        capture.len -= row->input_cut && !preload;
        config = file_config(&direction, capture_write("in", &capture));
        config.loops = row->loops == ANY ? 0 : row->loops ? row->loops : 1;
        config.limit = row->limit;
        config.file_mtu = row->mtu;
        config.mtu_action = row->action;
        config.strict = row->strict;
        config.select.count = row->select;
        config.preload = preload;
        assert_play(row, &config);
    }
    free(capture.data);
}

/* ---- Frames that cannot be sent ---- */

struct refused_row {
    const char *name;
    const char *in;
    const char *out;
    const char *messages;
    bool untried;
    uint64_t failed;
};

static const struct refused_row refused[] = {
    {"no input", "none", "a", "none: cannot open: No such file or directory\n", true, 0},
    {"no folder", "in", "nowhere/a", "nowhere/a: cannot create: No such file or directory\n", true,
     0},
    {"onto the input", "in", "in", "in: is also the input; the input is never overwritten\n", true,
     0},
    {"full", "in", "/dev/full", "/dev/full: cannot send: No space left on device\n", false, 2},
};

static void test_refused(void **state)
{
    const struct refused_row *row = *state;
    struct direction direction = {.kind = DIRECTION_ONE};
    struct replay_config config;
    struct replay replay;
    const char *messages;
    int code;

    scratch_clear();
    words_write("in", "a b");
    config = file_config(&direction, scratch_path(row->in));
    config.names[0] = row->out[0] == '/' ? row->out : scratch_path(row->out);
    code = play(&replay, &config, NULL, &messages);
    assert_int_equal(code, EXIT_RUNTIME);
    assert_string_equal(messages, row->messages);
    assert_int_equal(replay.start_ns == 0, row->untried);
    assert_int_equal(replay.targets->counts.failed, row->failed);
    assert_int_equal(replay.targets->counts.sent, 0);
    assert_int_equal(replay.targets->counts.bytes, 0);
    targets_free(&replay);
    assert_int_equal(scratch_clear(), 1);
}

/* ---- Times ---- */

struct time_row {
    const char *name;
    struct schedule schedule;
    uint32_t loops;
    int64_t loop_delay_ns, duration_ns;
    const char *us; /* between each two frames, in microseconds */
};

#define AT(name, value, multi)                                                                     \
    {                                                                                              \
        .kind = SCHEDULE_##name, .rate = {(uint64_t)((value)*1e9), 1000000000},                    \
        .pps_multi = (multi)                                                                       \
    }

static const struct time_row times[] = {
    {"as recorded", AT(RECORDED, 1, 1), 1, 0, 0, "1000 1000 "},
    {"twice as fast", AT(RECORDED, 2, 1), 1, 0, 0, "500 500 "},
    {"two loops", AT(RECORDED, 4, 1), 2, 0, 0, "250 250 0 250 250 "},
    {"a delay", AT(RECORDED, 4, 1), 2, 700000, 0, "250 250 700 250 250 "},
    {"packets a second", AT(PPS, 2500, 1), 1, 0, 0, "400 400 "},
    {"two at a time", AT(PPS, 2500, 2), 1, 0, 0, "0 800 "},
    {"top speed", AT(TOPSPEED, 1, 1), 1, 0, 0, "0 0 "},
    {"over before the third", AT(PPS, 0.001, 2), 1, 0, 100000000000, "0 "},
    {"over before the second", AT(RECORDED, 0.00001, 1), 1, 0, 50000000000, ""},
    {"over before the second loop", AT(TOPSPEED, 1, 1), 2, 90000000000, 50000000000, "0 0 "},
};

static void test_times(void **state)
{
    const struct time_row *row = *state;
    const struct cap_wait wait = {.go_on = delivery_go_on};
    struct direction direction = {.kind = DIRECTION_ONE};
    struct replay_config config = file_config(&direction, words_write("in", "a b c"));
    struct cap_reader reader;
    struct replay replay;
    const char *messages;
    char us[256] = "";
    int64_t before = 0;

    config.schedule = row->schedule;
    config.loops = row->loops;
    config.loop_delay_ns = row->loop_delay_ns;
    config.duration_ns = row->duration_ns;
    assert_int_equal(play(&replay, &config, NULL, &messages), EXIT_CLEAN);
    targets_free(&replay);
    assert_int_equal(cap_reader_open(&reader, config.names[0], &wait), 0);
    while (cap_reader_next(&reader) == CAP_PACKET) {
        const struct time_point time = cap_packet_time(&reader.packet);
        const int64_t ns = time.sec * 1000000000 + time.nsec;

        if (before)
            sprintf(us + strlen(us), "%lld ", (long long)(ns - before) / 1000);
        before = ns;
    }
    cap_reader_close(&reader);
    assert_string_equal(us, row->us);
}

/* At top speed and without end, a replay ends with its duration. */
static void test_duration(void **state)
{
    struct direction direction = {.kind = DIRECTION_ONE};
    struct replay_config config = file_config(&direction, words_write("in", "a b c"));
    struct replay replay;
    const char *messages;

    (void)state;
    config.loops = 0;
    config.duration_ns = 3000000;
    assert_int_equal(play(&replay, &config, NULL, &messages), EXIT_CLEAN);
    assert_true(replay.ns >= 3000000);
    assert_int_equal(replay.targets->counts.sent, replay.packets);
    assert_int_equal(replay.expected, 0);
    targets_free(&replay);
}

/* ---- Several targets, pipes ---- */

/* Decapsulating the file of a VSID must give the tenant's own capture. */
static void test_tenants(void **state)
{
    struct direction direction = {.kind = DIRECTION_ONE};
    struct replay_config config = file_config(&direction, CAPTURES_DIR "/two-tenants.pcap");
    const struct decap_config decap = {.strict = true};
    const struct transform transform = decap_transform(&decap);
    const char *const expected[] = {CAPTURES_DIR "/plain-blue.pcap",
                                    CAPTURES_DIR "/plain-red.pcap"};
    char *list = NULL;
    struct replay replay;
    const char *messages;

    (void)state;
    config.name_count = 0;
    assert_true(asprintf(&list, "5001=%s/blue,6001=%s/red", scratch, scratch) > 0);
    assert_int_equal(direction_read_vsids(&direction, list, config.names, &config.name_count), 0);
    assert_int_equal(play(&replay, &config, NULL, &messages), EXIT_CLEAN);
    assert_int_equal(replay.target_count, 2);
    for (int i = 0; i < 2; i++) {
        struct run_config run = {.in = config.names[i], .output.out = scratch_path("plain")};
        struct summary summary;

        assert_int_equal(replay.targets[i].counts.sent, i ? 17 : 18);
        assert_int_equal(run_transform(&run, &transform, &summary), EXIT_CLEAN);
        assert_same_packets(run.output.out, expected[i]);
    }
    targets_free(&replay);
    direction_free(&direction);
    free(list);
}

/* A pipe is read into memory if it is sent several times. */
static void test_pipe(void **state)
{
    struct capture capture = words_of("a b");
    struct direction direction = {.kind = DIRECTION_ONE};
    struct delivery delivery;
    const char *messages;

    (void)state;
    for (uint32_t loops = 1; loops < 4; loops++) {
        struct replay_config config = file_config(&direction, delivery.path);
        struct replay replay;

        (void)delivery_open(&delivery, capture.data, capture.len, capture.len);
        (void)delivery_ready(&delivery, -1);
        (void)delivery_ready(&delivery, -1); /* the end of the pipe */
        config.loops = loops;
        assert_int_equal(play(&replay, &config, NULL, &messages), EXIT_CLEAN);
        assert_int_equal(replay.targets->counts.sent, 2 * loops);
        assert_int_equal(replay.expected, loops == 1 ? 0 : 2 * loops);
        targets_free(&replay);
        delivery_close(&delivery);
    }
    free(capture.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_duration),
                                       cmocka_unit_test(test_tenants), cmocka_unit_test(test_pipe)};
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_play, plays) + RUN_ROWS(test_refused, refused) +
               RUN_ROWS(test_times, times) +
               cmocka_run_group_tests_name("replay", tests, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
