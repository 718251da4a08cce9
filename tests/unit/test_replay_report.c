/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "replay_support.h"

#include "replay/report.h"

/* ---- Counters as text and JSON ---- */

struct shown_row {
    const char *name;
    struct replay_counts counts;
    uint64_t other; /* frames sent to a second target, of 100 bytes each */
    int64_t ns;
    bool open;
    const char *text;
    const char *json; /* of the first interface */
};

#define USUAL_COUNTS                                                                               \
    "\tSuccessful packets:        0\n"                                                             \
    "\tFailed packets:            0\n"                                                             \
    "\tTruncated packets:         0\n"                                                             \
    "\tRetried packets (ENOBUFS): 0\n"                                                             \
    "\tRetried packets (EAGAIN):  0\n"

static const struct shown_row shown_rows[] = {
    {"nothing yet",
     {0},
     .text = "Actual: 0 packets (0 bytes) sent in 0.000000 seconds\n"
             "Rated: 0.0 Bps, 0.00 Mbps, 0.00 pps\n"
             "Statistics for network device: a (not open yet)\n" USUAL_COUNTS
             "left out, not NVGRE: 7\n"},
    {"all counters",
     {.sent = 10,
      .bytes = 1000,
      .failed = 1,
      .cut = 2,
      .over_mtu = 3,
      .queue_full = 4,
      .busy = 5,
      .missing = 6,
      .reason = EMSGSIZE},
     .ns = 2000000000,
     .open = true,
     .text = "Actual: 10 packets (1000 bytes) sent in 2.000000 seconds\n"
             "Rated: 500.0 Bps, 0.00 Mbps, 5.00 pps\n"
             "Statistics for network device: a (file)\n"
             "\tSuccessful packets:        10\n"
             "\tFailed packets:            1\n"
             "\tTruncated packets:         2\n"
             "\tRetried packets (ENOBUFS): 4\n"
             "\tRetried packets (EAGAIN):  5\n"
             "\tLast failure:              Message too long\n"
             "\tAbove the MTU:             3\n"
             "\tMissing at the interface:  6\n"
             "left out, not NVGRE: 7\n",
     .json = "{'interface': 'a', 'sender': 'file', 'successful': 10, 'bytes': 1000, 'failed': 1,"
             " 'truncated': 2, 'retried': 9, 'above_mtu': 3, 'missing': 6}"},
    {"two targets",
     {.sent = 1000000, .bytes = 1000000000},
     .other = 1000000,
     .ns = 1000000000,
     .open = true,
     .text = "Actual: 2000000 packets (1100000000 bytes) sent in 1.000000 seconds\n"
             "Rated: 1100000000.0 Bps, 8800.00 Mbps, 2000000.00 pps\n"
             "Statistics for network device: a (file)\n"
             "\tSuccessful packets:        1000000\n"
             "\tFailed packets:            0\n"
             "\tTruncated packets:         0\n"
             "\tRetried packets (ENOBUFS): 0\n"
             "\tRetried packets (EAGAIN):  0\n"
             "Statistics for network device: b (file)\n"
             "\tSuccessful packets:        1000000\n"
             "\tFailed packets:            0\n"
             "\tTruncated packets:         0\n"
             "\tRetried packets (ENOBUFS): 0\n"
             "\tRetried packets (EAGAIN):  0\n"
             "left out, not NVGRE: 7\n",
     .json = "{'interface': 'a', 'sender': 'file', 'successful': 1000000, 'bytes': 1000000000,"
             " 'failed': 0, 'truncated': 0, 'retried': 0, 'above_mtu': 0, 'missing': 0}"},
};

static void assert_json(const struct shown_row *row, const char *text)
{
    json_t *root = json_loads(text, 0, NULL);
    json_t *expected;
    char *copy = strdup(row->json);

    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    expected = json_loads(copy, 0, NULL);
    assert_non_null(root);
    assert_non_null(expected);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_string_equal(json_string_value(json_object_get(root, "command")), "replay");
    assert_int_equal(json_integer_value(json_object_get(root, "loops")), 3);
    assert_int_equal(json_integer_value(json_object_get(root, "packets")), 12);
    assert_int_equal(json_integer_value(json_object_get(root, "packets_read")), 20);
    assert_true(json_real_value(json_object_get(root, "seconds")) == (double)row->ns / 1e9);
    assert_int_equal(json_array_size(json_object_get(root, "interfaces")), row->other ? 2 : 1);
    assert_true(json_equal(json_array_get(json_object_get(root, "interfaces"), 0), expected));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(root, "others"), "not_nvgre")), 7);
    json_decref(root);
    json_decref(expected);
    free(copy);
}

static void test_shown(void **state)
{
    static struct replay_target targets[2];
    const struct shown_row *row = *state;
    struct replay replay = {.targets = targets,
                            .target_count = row->other ? 2 : 1,
                            .ns = row->ns,
                            .packets = 12,
                            .loops = 3};
    struct summary *summary = &replay.source.scan.summary;
    char *text = NULL;
    size_t len;
    FILE *stream = open_memstream(&text, &len);
    struct cap_error error;

    assert_non_null(stream);
    targets[0] = (struct replay_target){.name = "a", .counts = row->counts};
    targets[1] = (struct replay_target){.name = "b",
                                        .counts = {.sent = row->other, .bytes = 100 * row->other}};
    for (uint32_t i = 0; i < replay.target_count && row->open; i++) {
        const struct sender_options options = {.kind = SENDER_FILE};

        targets[i].sender = sender_open(scratch_path(targets[i].name), &options, &error);
        assert_non_null(targets[i].sender);
    }
    *summary = (struct summary){.packets_read = 20, .others_dropped = true};
    summary->outcomes[OUTCOME_NOT_NVGRE] = 7;
    replay_print(&replay, stream);
    assert_int_equal(fflush(stream), 0);
    assert_string_equal(text, row->text);
    if (row->json) {
        rewind(stream);
        assert_int_equal(replay_print_json(&replay, stream), 0);
        fputc('\0', stream);
        assert_int_equal(fflush(stream), 0);
        assert_json(row, text);
    }
    fclose(stream);
    free(text);
    assert_int_equal(targets_close(&replay), 0);
}

/* ---- Signals ---- */

static unsigned calls;               /* of the transform */
static unsigned poked_call;          /* the call that raises a signal */
static volatile sig_atomic_t *poked; /* the signal's flag */
static unsigned reports;
static uint64_t reported_packets, reported_loops;
static bool reported_start;

static enum outcome poking_run(const void *config, const struct cap_packet *packet, uint8_t *room,
                               struct transform_result *result)
{
    if (++calls == poked_call)
        raise_by_hand(poked);
    return word_run(config, packet, room, result);
}

static void report(const struct replay *replay)
{
    reports++;
    reported_packets = replay->packets;
    reported_loops = replay->loops;
    reported_start = replay->start_ns != 0;
}

struct signal_row {
    const char *name;
    unsigned call; /* of the transform: three while looking ahead, then three for each loop */
    volatile sig_atomic_t *signal;
    bool preload; /* then there are only three calls */
    const char *out;
    int code;
    unsigned reports;
    uint64_t packets, loops; /* in the last report */
};

static const struct signal_row signal_rows[] = {
    {"none", 0, NULL, .out = "D0 D0 D0 D0 D0 D0"},
    {"stop while looking ahead", 2, &signals_stop, .out = "none", .code = EXIT_RUNTIME},
    {"stop while reading all", 2, &signals_stop, .preload = true, .out = "none",
     .code = EXIT_RUNTIME},
    {"stop after two", 5, &signals_stop, .out = "D0 D0"},
    {"stop in the second loop", 8, &signals_stop, .out = "D0 D0 D0 D0 D0"},
    {"report while looking ahead", 2, &signals_report, .out = "D0 D0 D0 D0 D0 D0", .reports = 1},
    {"report after two", 5, &signals_report, .out = "D0 D0 D0 D0 D0 D0", .reports = 1, .packets = 2,
     .loops = 1},
    {"report in the second loop", 7, &signals_report, .out = "D0 D0 D0 D0 D0 D0", .reports = 1,
     .packets = 4, .loops = 2},
};

static void test_signal(void **state)
{
    const struct signal_row *row = *state;
    struct direction direction = {.kind = DIRECTION_ONE};
    struct transform transform = word_transform;
    struct replay_config config;
    struct replay replay;
    const char *messages;
    int code;

    scratch_clear();
    config = file_config(&direction, words_write("in", "d d d"));
    config.loops = 2;
    config.preload = row->preload;
    config.report = report;
    transform.run = poking_run;
    calls = reports = 0;
    reported_packets = reported_loops = 0;
    poked_call = row->call;
    poked = row->signal;
    code = play(&replay, &config, &transform, &messages);
    signals_clear();
    assert_string_equal(messages, "");
    assert_int_equal(code, row->code);
    assert_string_equal(words_read(config.names[0]), row->out);
    assert_int_equal(reports, row->reports);
    assert_int_equal(reported_packets, row->packets);
    assert_int_equal(reported_loops, row->loops);
    if (row->reports)
        assert_int_equal(reported_start, row->loops > 0);
    targets_free(&replay);
}

/* Reports also come by time: a report is wanted every 0.5 ms. */
static void test_stats(void **state)
{
    struct direction direction = {.kind = DIRECTION_ONE};
    struct replay_config config = file_config(&direction, words_write("in", "d d d"));
    struct replay replay;
    const char *messages;

    (void)state;
    config.schedule.kind = SCHEDULE_RECORDED;
    config.report = report;
    for (int wanted = 0; wanted < 2; wanted++) {
        config.stats_ns = wanted ? 500000 : 0;
        reports = 0;
        assert_int_equal(play(&replay, &config, NULL, &messages), EXIT_CLEAN);
        assert_true(wanted ? reports > 0 && reports < 100 : reports == 0);
        targets_free(&replay);
    }
}

/* More frames than fit into a batch, and more bytes than fit into its room. */
static void test_batches(void **state)
{
    static const struct {
        size_t count, len;
    } rows[] = {{2 * SENDER_BATCH_MAX + 1, 3}, {12, 200000}};
    struct direction direction = {.kind = DIRECTION_ONE};

    (void)state;
    for (size_t row = 0; row < COUNT(rows); row++) {
        const size_t size = rows[row].count * (rows[row].len + 1);
        char *words = malloc(size);
        struct replay_config config;
        struct replay replay;
        const char *messages;

        assert_non_null(words);
        for (size_t i = 0; i < size; i++)
            words[i] = (i + 1) % (rows[row].len + 1) ? (char)('a' + i % 23) : ' ';
        words[size - 1] = '\0';
        config = file_config(&direction, words_write("in", words));
        assert_int_equal(play(&replay, &config, NULL, &messages), EXIT_CLEAN);
        assert_int_equal(replay.targets->counts.sent, rows[row].count);
        assert_same_packets(config.names[0], config.in);
        targets_free(&replay);
        free(words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stats),
                                       cmocka_unit_test(test_batches)};
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_shown, shown_rows) + RUN_ROWS(test_signal, signal_rows) +
               cmocka_run_group_tests_name("replay", tests, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
