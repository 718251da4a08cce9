/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "engine_support.h"

#include <poll.h>
#include <sys/wait.h>

#include "pipeline/run.h"
#include "transform/decap.h"

static int run(struct run_config *config, const struct transform *transform,
               struct summary *summary, const char **messages)
{
    int code;

    messages_begin();
    code = run_transform(config, transform, summary);
    *messages = messages_end();
    return code;
}

/* ---- Formats by name ---- */

struct name_row {
    const char *name; /* of the output */
    bool from_pcapng;
    const char *format, *compression; /* requested: a digit of the enum, or NULL */
    const char *magic;                /* of the output */
    bool nsec;                        /* the input has nanoseconds */
};

static const struct name_row names[] = {
    {"out", false, NULL, NULL, .magic = "a1b2c3d4"},
    {"out.pcapng", false, NULL, NULL, .magic = "0a0d0d0a"},
    {"out.PCAPNG", false, NULL, NULL, .magic = "0a0d0d0a"},
    {"out.pcap", true, NULL, NULL, .magic = "a1b2c3d4"},
    {"nsec.pcap", true, NULL, NULL, .magic = "a1b23c4d", .nsec = true},
    {"nsec.pcap.zst", true, NULL, "0", .magic = "a1b23c4d", .nsec = true},
    {"out-of-nsec.pcap", true, "0", NULL, .magic = "a1b2c3d4", .nsec = true},
    {"out.dat", true, NULL, NULL, .magic = "0a0d0d0a"},
    {"out.pcapng.dat", false, NULL, NULL, .magic = "a1b2c3d4"},
    {"out.pcap.gz", false, NULL, NULL, .magic = ":1f8b"},
    {"out.zst", false, NULL, NULL, .magic = ":28b52ffd"},
    {".gz", false, NULL, NULL, .magic = ":1f8b"},
    {"out.pcapng.gz", false, NULL, "0", .magic = "0a0d0d0a"},
    {"plain.pcapng", false, NULL, "1", .magic = ":1f8b"},
    {"nsec.pcapng", false, "1", NULL, .magic = "a1b23c4d"},
    {"usec.pcapng", false, "0", NULL, .magic = "a1b2c3d4"},
    {"new.pcap", false, "2", NULL, .magic = "0a0d0d0a"},
};

static void test_name(void **state)
{
    const struct name_row *row = *state;
    struct capture magic = capture_of(row->magic, host_is_big());
    struct capture input = words_of("o");
    struct run_config config = {.output = {.out = scratch_path("in.pcapng")}};
    struct capture output;
    struct summary summary;
    const char *messages;

    capture_put(&input, 0, row->nsec ? 0xa1b23c4d : 0xa1b2c3d4, 4);
    config.in = capture_write("in", &input);
    if (row->from_pcapng) {
        assert_int_equal(run(&config, &word_transform, &summary, &messages), EXIT_CLEAN);
        config.in = scratch_path("in.pcapng");
    }
    config.output = (struct output_config){.out = scratch_path(row->name)};
    if (row->format) {
        config.output.has_format = true;
        config.output.format = (enum cap_format)(row->format[0] - '0');
    }
    if (row->compression) {
        config.output.has_compression = true;
        config.output.compression = (enum cap_compression)(row->compression[0] - '0');
    }
    assert_int_equal(run(&config, &word_transform, &summary, &messages), EXIT_CLEAN);
    output = capture_read(config.output.out);
    assert_memory_equal(output.data, magic.data, magic.len);
    free(input.data);
    free(output.data);
    free(magic.data);
}

/* ---- Tenants ---- */

static struct run_config tenants_config(const char *out)
{
    return (struct run_config){.in = CAPTURES_DIR "/two-tenants.pcap",
                               .output.out = scratch_path(out)};
}

static void test_decap(void **state)
{
    struct decap_config decap = {.strict = false};
    struct run_config config = tenants_config("blue.pcap");
    struct transform transform;
    struct summary summary;
    const char *messages;

    (void)state;
    config.drop_others = true;
    assert_int_equal(range_set_parse(&decap.vsids, RANGES_OF_VSIDS, "5001"), 0);
    transform = decap_transform(&decap);
    assert_int_equal(run(&config, &transform, &summary, &messages), EXIT_CLEAN);
    assert_same_packets(config.output.out, CAPTURES_DIR "/plain-blue.pcap");
    assert_int_equal(summary.outcomes[OUTCOME_DONE], 18);
    assert_int_equal(summary.outcomes[OUTCOME_NOT_SELECTED], 17);
    range_set_free(&decap.vsids);
}

static void test_split(void **state)
{
    const struct decap_config decap = {.strict = false};
    const struct transform transform = decap_transform(&decap);
    struct run_config config = tenants_config("rest.pcap");
    struct summary summary;
    const char *messages;

    (void)state;
    config.output.split = scratch_path("t-%v.pcap");
    assert_int_equal(run(&config, &transform, &summary, &messages), EXIT_CLEAN);
    assert_string_equal(messages, "");
    assert_same_packets(scratch_path("t-5001.pcap"), CAPTURES_DIR "/plain-blue.pcap");
    assert_same_packets(scratch_path("t-6001.pcap"), CAPTURES_DIR "/plain-red.pcap");
    assert_string_equal(words_read(config.output.out), "");
    assert_int_equal(summary.split_files, 2);
    assert_int_equal(summary.packets_written, 35);
    assert_int_equal(summary.bytes_written, 2438);
}

/* Only results are split by tenant. If the run fails, no tenant's file may appear. */
static void test_split_others(void **state)
{
    struct run_config config = {.in = words_write("in", "ddo k d d"),
                                .output = {.out = scratch_path("rest")}};
    struct summary summary;
    const char *messages;

    (void)state;
    config.output.split = scratch_path("t-%v");
    assert_int_equal(run(&config, &word_transform, &summary, &messages), EXIT_CLEAN);
    assert_string_equal(words_read(scratch_path("t-5000")), "D0 D0 D0");
    assert_string_equal(words_read(scratch_path("t-5001")), "D1");
    assert_string_equal(words_read(config.output.out), "k");
    assert_int_equal(summary.outcomes[OUTCOME_NOT_NVGRE], 1);
    scratch_clear();
    words_write("in", "d b");
    config.strict = true;
    assert_int_equal(run(&config, &word_transform, &summary, &messages), EXIT_RUNTIME);
    assert_int_equal(scratch_clear(), 1);
}

static size_t count_of(const struct capture *capture, const char *text)
{
    const uint8_t *at = capture->data;
    size_t count = 0;

    while ((at = memmem(at, capture->len - (size_t)(at - capture->data), text, strlen(text)))) {
        at += strlen(text);
        count++;
    }
    return count;
}

struct tag_row {
    const char *name;
    enum result_tag tag;
    bool split;
    size_t interfaces, comments; /* of Blue: interfaces with its VSID, comments with a peer's PA */
};

static const struct tag_row tags[] = {
    {"none", RESULT_TAG_NONE, false, 0, 0},
    {"interfaces", RESULT_TAG_INTERFACE, false, 1, 0},
    {"comments", RESULT_TAG_COMMENT, false, 0, 35},
    {"comments, split", RESULT_TAG_COMMENT, true, 1, 18},
};

static void test_tag(void **state)
{
    const struct tag_row *row = *state;
    const struct decap_config decap = {.strict = false};
    const struct transform transform = decap_transform(&decap);
    struct run_config config = tenants_config("out.pcapng");
    struct capture output;
    struct summary summary;
    const char *messages;
    int code;

    config.output.tag = row->tag;
    config.output.split = row->split ? scratch_path("t-%v.pcapng") : NULL;
    code = run(&config, &transform, &summary, &messages);
    assert_string_equal(messages, "");
    assert_int_equal(code, EXIT_CLEAN);
    output = capture_read(row->split ? scratch_path("t-5001.pcapng") : config.output.out);
    assert_int_equal(count_of(&output, "vsid-5001"), row->interfaces);
    assert_int_equal(count_of(&output, "192.168.4.11"), row->comments);
    free(output.data);
}

/* ---- Fragments ---- */

#define ETH "0200c0a804160200c0a8040b0800"
#define IP(len, fragment) "4500" len "0001" fragment "402f0000c0a8040bc0a80416"
#define INNER1 "0606000000070606"
#define INNER2 "0000000588b50102030405060708090a"
#define FIRST ETH IP("0024", "2000") "2000655800138950" INNER1
#define LAST ETH IP("0024", "0002") INNER2
#define SECTION "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] [00000001 0001 0000 00040000 ] "
#define PACKET(len, data) "[00000006 00000000 00000000 000f4240 " len " " len " :" data " | ] "
#define REASON "fragment of an outer packet: others of its packet are missing"

struct fragment_row {
    const char *name;
    const char *in;
    const char *out;
    const char *vsids;
    bool drop_others, strict;
    int code;
    uint64_t whole, fragments, unselected;
    const char *messages;
};

static const struct fragment_row fragments[] = {
    {"whole", SECTION PACKET("00000032", FIRST) PACKET("00000032", LAST),
     SECTION PACKET("00000018", INNER1 INNER2), .whole = 1},
    {"incomplete", SECTION PACKET("00000032", FIRST), SECTION PACKET("00000032", FIRST),
     .code = EXIT_PARTLY, .fragments = 1, .messages = "in: packet 1: " REASON "; kept as it is\n"},
    {"incomplete, dropped with others", SECTION PACKET("00000032", LAST), SECTION,
     .drop_others = true, .code = EXIT_PARTLY, .fragments = 1,
     .messages = "in: packet 1: " REASON "; left out\n"},
    {"incomplete, strict", SECTION PACKET("00000032", FIRST), NULL, .strict = true,
     .code = EXIT_RUNTIME, .fragments = 1, .messages = "in: packet 1: " REASON "\n"},
    {"not taken", SECTION PACKET("00000032", FIRST) PACKET("00000032", LAST),
     SECTION PACKET("00000032", FIRST) PACKET("00000032", LAST), .vsids = "6001", .unselected = 2},
    {"not taken, dropped with others", SECTION PACKET("00000032", FIRST) PACKET("00000032", LAST),
     SECTION, .vsids = "6001", .drop_others = true, .unselected = 2},
    {"in two sections", SECTION PACKET("00000032", FIRST) SECTION PACKET("00000032", LAST),
     SECTION PACKET("00000032", FIRST) SECTION PACKET("00000032", LAST), .code = EXIT_PARTLY,
     .fragments = 2,
     .messages = "in: packet 1: " REASON "; kept as it is\n"
                 "in: packet 2: " REASON "; kept as it is\n"},
    {"refused", SECTION PACKET("00000022", ETH IP("0014", "2000")),
     SECTION PACKET("00000022", ETH IP("0014", "2000")), .code = EXIT_PARTLY, .fragments = 1,
     .messages = "in: packet 1: fragment of an outer packet: ..."},
};

static void test_fragments(void **state)
{
    const struct fragment_row *row = *state;
    struct decap_config decap = {.reassembles = true};
    struct capture input = capture_of(row->in, host_is_big());
    struct capture expected = capture_of(row->out ? row->out : "", host_is_big());
    struct run_config config = {.drop_others = row->drop_others, .strict = row->strict};
    struct capture output = {.len = 0};
    struct transform transform;
    struct summary summary;
    const char *messages;
    int code;

    scratch_clear();
    config.in = capture_write("in", &input);
    config.output.out = scratch_path("out");
    if (row->vsids)
        assert_int_equal(range_set_parse(&decap.vsids, RANGES_OF_VSIDS, row->vsids), 0);
    transform = decap_transform(&decap);
    code = run(&config, &transform, &summary, &messages);
    assert_messages(messages, row->messages ? row->messages : "");
    assert_int_equal(code, row->code);
    assert_int_equal(summary.outcomes[OUTCOME_DONE], row->whole);
    assert_int_equal(summary.notes[NOTE_REASSEMBLED], row->whole);
    assert_int_equal(summary.outcomes[OUTCOME_FRAGMENT], row->fragments);
    assert_int_equal(summary.outcomes[OUTCOME_NOT_SELECTED], row->unselected);
    if (row->out) {
        output = capture_read(config.output.out);
        assert_int_equal(output.len, expected.len);
        assert_memory_equal(output.data, expected.data, expected.len);
    }
    assert_int_equal(scratch_clear(), row->out ? 2 : 1);
    range_set_free(&decap.vsids);
    free(input.data);
    free(expected.data);
    free(output.data);
}

/* ---- Signals and pipes ---- */

static volatile sig_atomic_t *poke; /* what the second packet sets */

static enum outcome poking_run(const void *config, const struct cap_packet *packet, uint8_t *room,
                               struct transform_result *result)
{
    if (poke && packet->number == 2)
        raise_by_hand(poke);
    return word_run(config, packet, room, result);
}

static struct summary reported;

static void report(const struct summary *summary)
{
    reported = *summary;
}

static void test_signals(void **state)
{
    struct transform transform = word_transform;
    struct run_config config = {
        .in = words_write("in", "d o d d"), .output.out = scratch_path("out"), .report = report};
    struct summary summary;
    const char *messages;

    (void)state;
    transform.run = poking_run;
    poke = &signals_report;
    assert_int_equal(run(&config, &transform, &summary, &messages), EXIT_CLEAN);
    assert_string_equal(words_read(config.output.out), "D0 o D0 D0");
    assert_int_equal(reported.packets_read, 2);
    assert_int_equal(reported.packets_written, 2);
    poke = &signals_stop;
    assert_int_equal(run(&config, &transform, &summary, &messages), EXIT_CLEAN);
    signals_clear();
    poke = NULL;
    assert_string_equal(words_read(config.output.out), "D0 o");
    assert_int_equal(summary.packets_read, 2);
}

/* What was read from a pipe must be written before more arrives. */
static void test_pipes(void **state)
{
    struct capture capture = words_of("d o d");
    const size_t last = capture.len - 17;
    struct pollfd readable = {.events = POLLIN};
    char in[32], out[32];
    uint8_t got[256];
    int ends[2][2];
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(pipe2(ends[0], O_CLOEXEC), 0);
    assert_int_equal(pipe2(ends[1], O_CLOEXEC), 0);
    sprintf(in, "/proc/self/fd/%d", ends[0][0]);
    sprintf(out, "/proc/self/fd/%d", ends[1][1]);
    child = fork();
    if (child == 0) {
        struct run_config config = {.in = in, .output.out = out};
        struct summary summary;

        close(ends[0][1]);
        _exit(run_transform(&config, &word_transform, &summary));
    }
    close(ends[1][1]);
    readable.fd = ends[1][0];
    assert_int_equal(write(ends[0][1], capture.data, last), last);
    assert_int_equal(poll(&readable, 1, 10000), 1);
    assert_int_equal(read(readable.fd, got, sizeof got), 24 + 18 + 17);
    assert_int_equal(write(ends[0][1], capture.data + last, 17), 17);
    close(ends[0][1]);
    assert_int_equal(read(readable.fd, got, sizeof got), 18);
    assert_memory_equal(got + 16, "D0", 2);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ends[0][0]);
    close(ends[1][0]);
    free(capture.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decap),        cmocka_unit_test(test_split),
        cmocka_unit_test(test_split_others), cmocka_unit_test(test_signals),
        cmocka_unit_test(test_pipes),
    };
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_name, names) + RUN_ROWS(test_tag, tags) +
               RUN_ROWS(test_fragments, fragments) +
               cmocka_run_group_tests_name("output of runs", tests, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
