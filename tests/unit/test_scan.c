/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "engine_support.h"

#include "pipeline/scan.h"

#define SECTION "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] "
#define ETHERNET "[00000001 0001 0000 00040000 ] "
#define PACKET "[00000006 00000000 00000000 000f4240 00000001 00000001 :64 | ] "
#define BAD_PACKET "[00000006 00000007 00000000 000f4240 00000001 00000001 :64 | ] "
#define UNKNOWN "[00000bad ] "

/* A scan with a letter for each event: p, u, b, x (bad) and . for the end; ! if strict. */
struct pass {
    struct scan scan;
    struct scan_config config;
    char events[64];
};

static bool note(struct scan *scan, enum outcome outcome, const char *detail)
{
    const struct transform_result result = {.value = 7, .excess = outcome};

    return scan_note(scan, scan_packet(scan), outcome, &result, detail, "; here");
}

/* Handles an event as commands do. Returns false to stop. */
static bool handle(struct scan *scan, enum scan_event event, char *letter)
{
    enum outcome outcome;

    *letter = "pubx."[event];
    switch (event) {
    case SCAN_PACKET:
        outcome = outcome_of_letter(scan_packet(scan)->data[0]);
        scan_count_selected(scan, outcome);
        return note(scan, outcome, NULL);
    case SCAN_UNSELECTED:
        return note(scan, OUTCOME_NOT_SELECTED, NULL);
    case SCAN_BAD:
        return note(scan, OUTCOME_BAD_BLOCK, scan->reader.error.text);
    case SCAN_BLOCK:
        return true;
    case SCAN_END:
        return false;
    }
    return false;
}

/* Reads to the end. */
static void read_all(struct pass *pass)
{
    enum scan_event event;
    size_t count = 0;
    bool go_on;

    do {
        event = scan_next(&pass->scan);
        go_on = handle(&pass->scan, event, &pass->events[count]) && count < 60;
        count++;
    } while (go_on);
    if (event != SCAN_END)
        pass->events[count++] = '!';
    pass->events[count] = '\0';
}

/* ---- Events ---- */

struct event_row {
    const char *name;
    const char *words;
    const char *text; /* a pcapng file instead of words */
    const char *include;
    const char *exclude;
    struct select_config select;
    bool strict;
    const char *events;
    const char *messages; /* NULL for none */
    int code;
    bool cut;
    uint64_t packets, bytes; /* read */
};

static const struct event_row event_rows[] = {
    {"packets", "d od k", .events = "ppp.", .packets = 3, .bytes = 4},
    {"no packets", "", .events = "."},
    {"pcapng", .text = SECTION ETHERNET PACKET UNKNOWN PACKET, .events = "bbpbp.", .packets = 2,
     .bytes = 2},
    {"bad block", .text = SECTION ETHERNET PACKET BAD_PACKET PACKET, .events = "bbpxp.",
     .messages = "in: packet 2: no such interface: 7; here\n", .packets = 3, .bytes = 2},
    {"bad block, strict", .text = SECTION ETHERNET PACKET BAD_PACKET PACKET, .events = "bbpx!",
     .strict = true, .messages = "in: packet 2: no such interface: 7; here\n", .packets = 2,
     .bytes = 1},
    {"bad packet", "d b d", .events = "ppp.",
     .messages = "in: packet 2: GRE bits that a receiver must discard, 0x0007; here\n",
     .packets = 3, .bytes = 3},
    {"bad packet, strict", "d b d", .events = "pp!", .strict = true,
     .messages = "in: packet 2: GRE bits that a receiver must discard, 0x0007; here\n",
     .packets = 2, .bytes = 2},
    {"others are not bad, strict", "d o k x n", .events = "ppppp.", .strict = true, .packets = 5,
     .bytes = 5},
    {"cut", .text = SECTION ETHERNET PACKET "00000006 00000024", .events = "bbp.", .cut = true,
     .messages = "in: packet 2: the file ends inside the block's header, 8 of 12 bytes\n",
     .packets = 1, .bytes = 1},
    {"cut, strict", .text = SECTION ETHERNET PACKET "00000006 00000024", .events = "bbp.",
     .strict = true, .cut = true, .code = EXIT_RUNTIME,
     .messages = "in: packet 2: the file ends inside the block's header, 8 of 12 bytes\n",
     .packets = 1, .bytes = 1},
    {"listed", "d d d d", .include = "2-3", .events = "uppu.", .packets = 4, .bytes = 4},
    {"all but those listed", "d d d d", .exclude = "2-3", .events = "puup.", .packets = 4,
     .bytes = 4},
    {"filter", "d dd ddd", .select = {.filter = "greater 2"}, .events = "upp.", .packets = 3,
     .bytes = 6},
    {"from a time on", "d d d", .select = {.has_start = true, .start = {1000, 1000000}},
     .events = "upp.", .packets = 3, .bytes = 3},
    {"until a time", "d d d", .select = {.has_stop = true, .stop = {1000, 2000000}},
     .events = "ppu.", .packets = 3, .bytes = 3},
    {"two packets", "d o d d", .select = {.count = 2}, .events = "pp.", .packets = 2, .bytes = 2},
    {"two packets, not counting unselected ones", "d n d d", .select = {.count = 2},
     .events = "ppp.", .packets = 3, .bytes = 3},
    {"two packets of those listed", "d d d d", .include = "2-", .select = {.count = 2},
     .events = "upp.", .packets = 3, .bytes = 3},
    {"more packets than there are", "d d", .select = {.count = 3}, .events = "pp.", .packets = 2,
     .bytes = 2},
    {"filter that fits no later link type", .text = SECTION PACKET ETHERNET PACKET,
     .select = {.filter = "nonsense"}, .events = "bxb.", .code = EXIT_USAGE,
     .messages = "in: packet 1: no such interface: 0; here\n"
                 "in: filter \"nonsense\" for link type 1: ...",
     .packets = 2, .bytes = 1},
};

static void pass_open(struct pass *pass, const char *path)
{
    pass->config.in = path;
    pass->scan.summary = (struct summary){.done = "done"};
    assert_int_equal(scan_open(&pass->scan, &pass->config), EXIT_CLEAN);
    assert_string_equal(pass->scan.summary.in, path);
}

static void test_events(void **state)
{
    const struct event_row *row = *state;
    struct capture capture = row->text ? capture_of(row->text, false) : words_of(row->words);
    const char *path = capture_write("in", &capture);
    struct pass pass = {.config = {.select = row->select, .strict = row->strict}};
    struct select_config *select = &pass.config.select;
    const char *messages;

    if (row->include)
        assert_int_equal(range_set_parse(&select->include, RANGES_OF_PACKETS, row->include), 0);
    if (row->exclude)
        assert_int_equal(range_set_parse(&select->exclude, RANGES_OF_PACKETS, row->exclude), 0);
    pass_open(&pass, path);
    messages_begin();
    read_all(&pass);
    messages = messages_end();
    scan_close(&pass.scan);
    assert_string_equal(pass.events, row->events);
    assert_messages(messages, row->messages ? row->messages : "");
    assert_int_equal(pass.scan.code, row->code);
    assert_int_equal(pass.scan.summary.cut, row->cut);
    assert_false(pass.scan.stopped);
    assert_int_equal(pass.scan.summary.packets_read, row->packets);
    assert_int_equal(pass.scan.summary.bytes_read, row->bytes);
    range_set_free(&select->include);
    range_set_free(&select->exclude);
    free(capture.data);
}

/* ---- Scans that do not open ---- */

struct refusal_row {
    const char *name;
    const char *words; /* NULL for no file */
    const char *filter;
    bool stop; /* a signal came before */
    int code;
    const char *messages;
};

static const struct refusal_row refusals[] = {
    {"no file", NULL, NULL, false, EXIT_RUNTIME, "in: cannot open: No such file or directory\n"},
    {"no file, after a signal", NULL, NULL, true, EXIT_RUNTIME, ""},
    {"wrong filter", "d", "tcp port", false, EXIT_USAGE,
     "in: filter \"tcp port\" for link type 1: ..."},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    struct scan_config config = {.in = scratch_path("in"), .select.filter = row->filter};
    struct scan scan = {.code = 9, .open = true};
    const char *messages;
    int code;

    scratch_clear();
    if (row->words)
        config.in = words_write("in", row->words);
    if (row->stop)
        raise_by_hand(&signals_stop);
    messages_begin();
    code = scan_open(&scan, &config);
    messages = messages_end();
    signals_clear();
    assert_int_equal(code, row->code);
    assert_messages(messages, row->messages);
    assert_false(scan.open);
}

/* ---- Outcomes ---- */

/* Each outcome has its own limit of messages. Packets that are not bad have no messages. */
static void test_messages(void **state)
{
    static const char words[] = "b b b b b b b b b b b b b l l o k x n d";
    const char *path = words_write("in", words);
    struct pass pass = {.config.harmless = 0};
    const struct summary *summary = &pass.scan.summary;
    char expected[2048] = "";

    (void)state;
    for (int i = 1; i <= 10; i++)
        sprintf(expected + strlen(expected),
                "in: packet %d: GRE bits that a receiver must discard, 0x0007; here\n", i);
    strcat(expected, "in: more packets like these: GRE bits that a receiver must discard; they are "
                     "only counted\n"
                     "in: packet 14: link type that cannot be taken, 7; here\n"
                     "in: packet 15: link type that cannot be taken, 7; here\n");
    for (int quiet = 0; quiet < 2; quiet++) {
        pass.config.quiet = quiet;
        pass_open(&pass, path);
        messages_begin();
        read_all(&pass);
        assert_string_equal(messages_end(), quiet ? "" : expected);
        assert_int_equal(summary->outcomes[OUTCOME_MUST_DISCARD], 13);
        assert_int_equal(summary->outcomes[OUTCOME_LINK_TYPE], 2);
        assert_int_equal(summary->outcomes[OUTCOME_DONE], 1);
        assert_int_equal(summary->outcomes[OUTCOME_NOT_SELECTED], 1);
        assert_int_equal(summary->mtu_excess, OUTCOME_LINK_TYPE);
        scan_close(&pass.scan);
    }
}

/* Harmless outcomes are counted without a message and do not end a strict scan. */
static void test_harmless(void **state)
{
    struct pass pass = {.config = {.harmless = 1u << OUTCOME_LINK_TYPE, .strict = true}};

    (void)state;
    pass_open(&pass, words_write("in", "l d b d"));
    messages_begin();
    read_all(&pass);
    assert_string_equal(messages_end(),
                        "in: packet 3: GRE bits that a receiver must discard, 0x0007; here\n");
    assert_string_equal(pass.events, "ppp!");
    assert_int_equal(pass.scan.summary.outcomes[OUTCOME_LINK_TYPE], 1);
    scan_close(&pass.scan);
}

static void test_notes(void **state)
{
    const struct transform_result result = {.notes = 1u << NOTE_DEVIANT | 1u << NOTE_CLAMPED,
                                            .excess = 3};
    const struct transform_result smaller = {.excess = 2};
    struct scan scan = {.counted = false};

    (void)state;
    scan_count_notes(&scan, &result);
    scan_count_notes(&scan, &smaller);
    scan.counted = true;
    scan_count_notes(&scan, &result);
    for (int i = 0; i < NOTE_COUNT; i++)
        assert_int_equal(scan.summary.notes[i], i == NOTE_DEVIANT || i == NOTE_CLAMPED);
    assert_int_equal(scan.summary.mtu_excess, 3);
}

/* --inner-filter examines the result of the transform. Packets without a result do not count. */
static void test_transform(void **state)
{
    struct scan_config config = {.in = words_write("in", "dd dd o"),
                                 .select = {.inner_filter = "ether[0] = 0x45", .count = 1},
                                 .inner_frame = INNER_IN_RESULT};
    struct scan scan = {.code = 0};
    uint8_t room[64] = {0};

    (void)state;
    assert_int_equal(scan_open(&scan, &config), EXIT_CLEAN);
    for (int i = 0; i < 2; i++) {
        struct transform_result result = {.value = 0};

        assert_int_equal(scan_next(&scan), SCAN_PACKET);
        assert_int_equal(scan_transform(&scan, &word_transform, scan_packet(&scan), room, &result),
                         OUTCOME_NOT_SELECTED);
        assert_false(result.next.more || result.next.receiver);
        scan_count_selected(&scan, OUTCOME_NOT_SELECTED);
    }
    assert_int_equal(scan_next(&scan), SCAN_PACKET);
    scan_count_selected(&scan, OUTCOME_NOT_NVGRE);
    assert_false(scan.selection.enough);
    scan_count_selected(&scan, OUTCOME_DONE);
    assert_int_equal(scan_next(&scan), SCAN_END);
    scan_close(&scan);
}

/* ---- A second pass ---- */

struct again_row {
    const char *name;
    bool reported, counted;
    uint64_t bad;  /* counted in both passes */
    uint64_t read; /* packets */
    const char *messages;
};

#define MESSAGES                                                                                   \
    "in: packet 2: GRE bits that a receiver must discard, 0x0007; here\n"                          \
    "in: packet 3: the file ends inside the packet's header, 15 of 16 bytes\n"

static const struct again_row agains[] = {
    {"all again", false, false, 2, 2, MESSAGES},
    {"reported", true, false, 2, 2, ""},
    {"counted", false, true, 1, 99, MESSAGES},
    {"both", true, true, 1, 99, ""},
};

static void test_again(void **state)
{
    const struct again_row *row = *state;
    struct capture capture = words_of("d b d");
    struct pass pass = {.config.select.count = 3};
    const char *messages;

    capture.len -= 2;
    pass_open(&pass, capture_write("in", &capture));
    messages_begin();
    read_all(&pass);
    scan_count_read(&pass.scan);
    pass.scan.summary.packets_read = row->counted ? 99 : 2;
    pass.scan.reported = row->reported;
    pass.scan.counted = row->counted;
    (void)messages_end();
    messages_begin();
    assert_int_equal(scan_rewind(&pass.scan), EXIT_CLEAN);
    assert_int_equal(pass.scan.selection.selected, 0);
    read_all(&pass);
    messages = messages_end();
    scan_close(&pass.scan);
    assert_string_equal(pass.events, "pp.");
    assert_messages(messages, row->messages);
    assert_int_equal(pass.scan.summary.outcomes[OUTCOME_MUST_DISCARD], row->bad);
    assert_int_equal(pass.scan.summary.packets_read, row->counted ? 99 : 2);
    free(capture.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_transform),
    };
    int failures;

    scratch_make();
    failures = cmocka_run_group_tests_name("scan", tests, NULL, NULL) +
               RUN_ROWS(test_events, event_rows) + RUN_ROWS(test_refused, refusals) +
               RUN_ROWS(test_again, agains);
    scratch_remove();
    return failures != 0;
}
