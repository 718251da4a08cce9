/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "engine_support.h"

#include "pipeline/run.h"

#define BITS "GRE bits that a receiver must discard"
#define LOST "lost: a pcap file has one link type, here 1, and not 113\n"
#define SECTION "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] "
#define ETHERNET "[00000001 0001 0000 00040000 ] "
#define SLL "[00000001 0071 0000 00040000 ] "
#define SHORT_PACKET "[00000006 00000001 00000000 000f4240 00000001 00000001 :64 | ] "
#define PACKET(iface, data) "[00000006 " iface " 00000000 000f4240 00000002 00000002 :" data " | ] "

/* Runs a transform on the scratch file `in` and collects its messages. */
static int run(struct run_config *config, const struct transform *transform,
               struct summary *summary, const char **messages)
{
    int code;

    config->in = scratch_path("in");
    misuses = 0;
    messages_begin();
    code = run_transform(config, transform, summary);
    *messages = messages_end();
    assert_int_equal(misuses, 0);
    return code;
}

/* ---- What happens to packets ---- */

struct packets_row {
    const char *name;
    const char *words;
    const char *text; /* a pcapng file instead of words */
    struct run_config config;
    const char *include;
    bool cut;        /* the last byte of the input is missing */
    const char *out; /* words, or "none" if there is no such file */
    const char *messages;
    int code;
    uint64_t done, written;
};

static const struct packets_row packets_rows[] = {
    {"nothing", "", .out = ""},
    {"all done", "d d", .out = "D0 D0", .done = 2, .written = 2},
    {"others are kept, drops dropped", "d o k x", .out = "D0 o k", .done = 1, .written = 3},
    {"others are dropped", "d o k x", .config.drop_others = true, .out = "D0 k", .done = 1,
     .written = 2},
    {"bad one is kept", "b d", .out = "b D0", .code = EXIT_PARTLY, .done = 1, .written = 2,
     .messages = "in: packet 1: " BITS ", 0x00b0; kept as it is\n"},
    {"bad one is left out with others", "b d", .config.drop_others = true, .out = "D0",
     .code = EXIT_PARTLY, .done = 1, .written = 1,
     .messages = "in: packet 1: " BITS ", 0x00b0; left out\n"},
    {"strict", "d b d", .config.strict = true, .out = "none", .code = EXIT_RUNTIME, .done = 1,
     .written = 1, .messages = "in: packet 2: " BITS ", 0x00b0\n"},
    {"strict, but nothing bad", "d o k x", .config.strict = true, .out = "D0 o k", .done = 1,
     .written = 3},
    {"several of one", "ddd d", .out = "D0 D1 D2 D0", .done = 2, .written = 4},
    {"several, one bad", "dbd d", .out = "D0 D2 D0", .code = EXIT_PARTLY, .done = 2, .written = 3,
     .messages = "in: packet 1: " BITS ", 0x00b1; this copy is left out\n"},
    {"several, the last bad", "ddb d", .out = "D0 D1 D0", .code = EXIT_PARTLY, .done = 2,
     .written = 3, .messages = "in: packet 1: " BITS ", 0x00b2; this copy is left out\n"},
    {"several, one bad, strict", "dbd d", .config.strict = true, .out = "none",
     .code = EXIT_RUNTIME, .done = 1, .written = 1,
     .messages = "in: packet 1: " BITS ", 0x00b1; this copy is left out\n"},
    {"several, one dropped", "dxd d", .out = "D0 D2 D0", .done = 2, .written = 3},
    {"several, the first bad", "bd d", .out = "bd D0", .code = EXIT_PARTLY, .done = 1, .written = 2,
     .messages = "in: packet 1: " BITS ", 0x00b0; kept as it is\n"},
    {"fragment, but no reassembly", "f d", .out = "f D0", .code = EXIT_PARTLY, .done = 1,
     .written = 2, .messages = "in: packet 1: fragment of an outer packet; kept as it is\n"},
    {"selected", "d d d", .include = "2", .out = "d D0 d", .done = 1, .written = 3},
    {"selected only", "d d d", .include = "2", .config.drop_others = true, .out = "D0", .done = 1,
     .written = 1},
    {"several of one, selected", "dbd", .include = "1", .out = "D0 D2", .code = EXIT_PARTLY,
     .done = 1, .written = 2,
     .messages = "in: packet 1: " BITS ", 0x00b1; this copy is left out\n"},
    {"two packets", "o d d d", .config.select.count = 2, .out = "o D0", .done = 1, .written = 2},
    {"cut", "d d", .cut = true, .out = "D0", .code = EXIT_PARTLY, .done = 1, .written = 1,
     .messages = "in: packet 2: the file ends inside the packet, 16 of 17 bytes\n"},
    {"cut, strict", "d d", .cut = true, .config.strict = true, .out = "none", .code = EXIT_RUNTIME,
     .done = 1, .written = 1,
     .messages = "in: packet 2: the file ends inside the packet, 16 of 17 bytes\n"},
    {"times out of range", "d o", .config.retime = {.wanted = true, .shift_ns = -2000000000000},
     .out = "d o", .code = EXIT_PARTLY, .written = 2,
     .messages = "in: packet 1: time beyond what its record can hold; kept as it is\n"
                 "in: packet 2: time beyond what its record can hold; kept as it is\n"},
    {"another link type in pcap",
     .text = SECTION ETHERNET SLL PACKET("00000000", "6464") PACKET("00000001", "6464")
         PACKET("00000001", "6f6f") SHORT_PACKET PACKET("00000000", "6464"),
     .config.output = {.has_format = true, .format = CAP_FORMAT_PCAP}, .out = "D0 D1 D0 D1",
     .code = EXIT_PARTLY, .done = 2, .written = 4,
     .messages = "in: packet 2: " LOST "in: packet 3: " LOST "in: packet 4: " LOST},
    {"another link type in pcap, strict",
     .text = SECTION ETHERNET SLL PACKET("00000000", "6464") PACKET("00000001", "6464"),
     .config = {.strict = true, .output = {.has_format = true, .format = CAP_FORMAT_PCAP}},
     .out = "none", .code = EXIT_RUNTIME, .done = 1, .written = 2,
     .messages = "in: packet 2: " LOST},
    {"bad block in pcapng", .text = SECTION ETHERNET PACKET("00000007", "6464"), .out = "none",
     .config.strict = true, .code = EXIT_RUNTIME,
     .messages = "in: packet 1: no such interface: 7\n"},
    {"bad block in pcap", .text = SECTION ETHERNET PACKET("00000007", "6464"),
     .config.output = {.has_format = true, .format = CAP_FORMAT_PCAP}, .out = "",
     .code = EXIT_PARTLY, .messages = "in: packet 1: no such interface: 7; left out\n"},
    {"bad block, dropped with others",
     .text = SECTION ETHERNET PACKET("00000007", "6464") PACKET("00000000", "646f"),
     .config.drop_others = true, .out = "D0", .code = EXIT_PARTLY, .done = 1, .written = 1,
     .messages = "in: packet 1: no such interface: 7; left out\n"},
};

static void test_packets(void **state)
{
    const struct packets_row *row = *state;
    struct capture capture = row->text ? capture_of(row->text, false) : words_of(row->words);
    struct run_config config = row->config;
    struct summary summary;
    const char *messages;

    scratch_clear();
    capture.len -= row->cut;
    capture_write("in", &capture);
    config.output.out = scratch_path("out");
    if (row->include)
        assert_int_equal(range_set_parse(&config.select.include, RANGES_OF_PACKETS, row->include),
                         0);
    assert_int_equal(run(&config, &word_transform, &summary, &messages), row->code);
    assert_messages(messages, row->messages ? row->messages : "");
    assert_string_equal(words_read(config.output.out), row->out);
    assert_int_equal(summary.outcomes[OUTCOME_DONE], row->done);
    assert_int_equal(summary.packets_written, row->written);
    assert_int_equal(summary.cut, row->cut);
    range_set_free(&config.select.include);
    free(capture.data);
}

/* Each packet has one outcome. Each further packet made from it has one too, if it fails. */
static void test_counts(void **state)
{
    struct run_config config = {.output.out = scratch_path("out"), .drop_others = true};
    struct summary summary;
    const char *messages;

    (void)state;
    words_write("in", "d dd dxd dbbd b o k x");
    assert_int_equal(run(&config, &word_transform, &summary, &messages), EXIT_PARTLY);
    assert_string_equal(summary.done, "worded");
    assert_true(summary.others_dropped);
    assert_int_equal(summary.outcomes[OUTCOME_DONE], 4);
    assert_int_equal(summary.outcomes[OUTCOME_OVER_MTU], 2);
    assert_int_equal(summary.outcomes[OUTCOME_MUST_DISCARD], 3);
    assert_int_equal(summary.outcomes[OUTCOME_NOT_NVGRE], 1);
    assert_int_equal(summary.outcomes[OUTCOME_UNCHANGED], 1);
    assert_int_equal(summary.notes[NOTE_COPIED], 3);
    assert_int_equal(summary.mtu_excess, 10);
    assert_int_equal(summary.packets_read, 8);
    assert_int_equal(summary.bytes_read, 1 + 2 + 3 + 4 + 4);
    assert_int_equal(summary.packets_written, 8);
    assert_int_equal(summary.bytes_written, 15);
}

/* ---- Times ---- */

struct retime_row {
    const char *name;
    const char *include;
    const char *times;
};

static const struct retime_row retimes[] = {
    {"all", NULL, "1010.000000 1010.002000 1010.004000 "},
    {"unselected ones too", "2", "1010.000000 1010.002000 1010.004000 "},
};

static void test_retime(void **state)
{
    const struct retime_row *row = *state;
    struct run_config config = {.retime = {true, 10000000000, 2, 1, {.known = false}}};
    const struct cap_wait wait = {.go_on = delivery_go_on};
    struct cap_reader reader;
    struct summary summary;
    const char *messages;
    char times[256] = "";

    words_write("in", "d o d");
    config.output.out = scratch_path("out");
    if (row->include)
        assert_int_equal(range_set_parse(&config.select.include, RANGES_OF_PACKETS, row->include),
                         0);
    assert_int_equal(run(&config, &word_transform, &summary, &messages), EXIT_CLEAN);
    assert_int_equal(summary.retimed, 3);
    assert_int_equal(cap_reader_open(&reader, config.output.out, &wait), 0);
    while (cap_reader_next(&reader) == CAP_PACKET) {
        const struct cap_pcap_time time = cap_packet_pcap_time(&reader.packet);

        sprintf(times + strlen(times), "%u.%06u ", time.sec, time.fraction);
    }
    cap_reader_close(&reader);
    assert_string_equal(times, row->times);
    range_set_free(&config.select.include);
}

/* ---- Runs that are refused ---- */

struct refused_row {
    const char *name;
    const char *out;
    const char *split;
    enum result_tag tag;
    int code;
    const char *messages;
    bool no_input;
};

static const struct refused_row refused[] = {
    {"no input", "out", .code = EXIT_RUNTIME, .no_input = true,
     .messages = "in: cannot open: No such file or directory\n"},
    {"no folder", "nowhere/out", .code = EXIT_RUNTIME,
     .messages = "nowhere/out: cannot create: No such file or directory\n"},
    {"onto the input", "in", .code = EXIT_RUNTIME,
     .messages = "in: is also the input; the input is never overwritten\n"},
    {"full", "/dev/full", .code = EXIT_RUNTIME,
     .messages = "/dev/full: cannot write: No space left on device\n"},
    {"full, with files of tenants", "/dev/full", "t-%v", .code = EXIT_RUNTIME,
     .messages = "/dev/full: cannot write: No space left on device\n"},
    {"tags in pcap", "out.pcap", .tag = RESULT_TAG_INTERFACE, .code = EXIT_USAGE,
     .messages = "out.pcap: only pcapng has tags; name it so, or use -F pcapng\n"},
    {"tags in split pcap", "out.pcapng", "t-%v.pcap", RESULT_TAG_COMMENT, EXIT_USAGE,
     .messages = "t-%v.pcap: only pcapng has tags; name it so, or use -F pcapng\n"},
    {"a tenant's file", "t-5000.pcap", "t-%v.pcap", .code = EXIT_USAGE,
     .messages = "t-5000.pcap: is also the name of a tenant's file\n"},
};

static void test_refused(void **state)
{
    const struct refused_row *row = *state;
    struct run_config config = {.output = {.tag = row->tag}};
    struct summary summary;
    const char *messages;

    scratch_clear();
    if (!row->no_input)
        words_write("in", "d");
    config.output.out = row->out[0] == '/' ? row->out : scratch_path(row->out);
    config.output.split = row->split ? scratch_path(row->split) : NULL;
    assert_int_equal(run(&config, &word_transform, &summary, &messages), row->code);
    assert_string_equal(messages, row->messages);
    assert_int_equal(scratch_clear(), row->no_input ? 0 : 1);
}

/* A full disk must end the run at once, also between the packets made from one. */
struct full_row {
    const char *name;
    char letter;
    size_t letters;   /* of each of three packets */
    uint64_t packets; /* packets read until 256 KiB are to be written */
};

static const struct full_row fulls[] = {
    {"packets of one", 'd', 20000, 1},
    {"packets that are kept", 'o', 140000, 2},
};

static void test_full_on_the_way(void **state)
{
    const struct full_row *row = *state;
    struct run_config config = {.output.out = "/dev/full"};
    const size_t size = 3 * (row->letters + 1);
    char *words = calloc(1, size);
    struct summary summary;
    const char *messages;

    assert_non_null(words);
    memset(words, row->letter, size - 1);
    words[row->letters] = words[2 * row->letters + 1] = ' ';
    words_write("in", words);
    assert_int_equal(run(&config, &word_transform, &summary, &messages), EXIT_RUNTIME);
    assert_string_equal(messages, "/dev/full: cannot write: No space left on device\n");
    assert_int_equal(summary.packets_read, row->packets);
    free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts)};
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_packets, packets_rows) + RUN_ROWS(test_retime, retimes) +
               RUN_ROWS(test_refused, refused) + RUN_ROWS(test_full_on_the_way, fulls) +
               cmocka_run_group_tests_name("run", tests, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
