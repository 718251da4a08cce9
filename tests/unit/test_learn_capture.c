/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "engine_support.h"

#include "learn/capture.h"

#define MAP_START "version: 1\nprovider:\n"
#define PROVIDERS                                                                                  \
    "  - {address: 192.168.4.11, mac: \"02:00:c0:a8:04:0b\"}\n"                                    \
    "  - {address: 192.168.4.22, mac: \"02:00:c0:a8:04:16\"}\n"
#define RECORD(vsid, ca, mac, pa)                                                                  \
    "  - {vsid: " vsid ", ca: 10.0.0." ca ", mac: \"" mac "\", pa: [192.168.4." pa                 \
    "], type: dynamic}\n"
#define RED_RECORDS                                                                                \
    RECORD("6001", "5", "08:08:00:00:00:05", "11") RECORD("6001", "7", "08:08:00:00:00:07", "22")
#define BAD_ONE(number) "in: packet " number ": "

struct learn_row {
    const char *name;
    const char *in; /* a sample capture; NULL for one packet of another link type */
    const char *vsids;
    uint32_t entries; /* 0 means 100 */
    bool strict;
    size_t cut; /* bytes missing at the end of the input */
    const char *include;
    int code;
    const char *map; /* the whole map; "" for any map; NULL for none */
    const char *messages;
    uint64_t learned, unselected, bad; /* packets */
    uint32_t subnets, macs, cas, pas, floods;
    bool not_learned;
};

/* The counts come from captures/tenants.py and captures/MANIFEST. */
static const struct learn_row learn_rows[] = {
    {"two tenants", "two-tenants.pcap", .map = "", .learned = 35, .subnets = 2, .macs = 4, .cas = 4,
     .pas = 2, .floods = 2},
    {"one tenant", "two-tenants.pcap", .vsids = "6001", .learned = 17, .unselected = 18,
     .subnets = 1, .macs = 2, .cas = 2, .pas = 2, .floods = 1,
     .map = MAP_START PROVIDERS "subnets:\n  - {vsid: 6001, flood: [192.168.4.22]}\n"
                                "records:\n" RED_RECORDS},
    {"strict, but nothing bad", "two-tenants.pcap", .strict = true, .map = "", .learned = 35,
     .subnets = 2, .macs = 4, .cas = 4, .pas = 2, .floods = 2},
    {"too few entries", "two-tenants.pcap", .entries = 3, .code = EXIT_PARTLY, .map = "",
     .learned = 35, .subnets = 1, .macs = 1, .pas = 1, .not_learned = true},
    {"nothing to learn", "plain-blue.pcap", .map = "version: 1\n"},
    {"deviations", "deviations.pcap", .code = EXIT_PARTLY, .map = "", .learned = 30, .bad = 3,
     .subnets = 5, .macs = 5, .cas = 5, .pas = 2,
     .messages = BAD_ONE("26") "38 of 116 bytes captured, too few for the inner frame\n" BAD_ONE(
         "27") "inner frame shorter than its Ethernet header and tags, bytes "
               "10\n" BAD_ONE("28") "GRE header beyond the end of the IP packet, bytes "
                                    "needed 8\n"},
    {"deviations, strict", "deviations.pcap", .strict = true, .code = EXIT_RUNTIME, .learned = 20,
     .bad = 1, .subnets = 4, .macs = 4, .cas = 4, .pas = 2,
     .messages = BAD_ONE("26") "38 of 116 bytes captured, too few for the inner frame\n"},
    {"another link type is no failure", NULL, .strict = true, .map = "version: 1\n"},
    {"cut", "two-tenants.pcap", .cut = 1, .code = EXIT_PARTLY, .map = "", .learned = 34,
     .subnets = 2, .macs = 4, .cas = 4, .pas = 2, .floods = 2,
     .messages = "in: packet 35: the file ends inside the packet, 115 of 116 bytes\n"},
    {"cut, strict", "two-tenants.pcap", .cut = 1, .strict = true, .code = EXIT_RUNTIME,
     .learned = 34, .subnets = 2, .macs = 4, .cas = 4, .pas = 2, .floods = 2,
     .messages = "in: packet 35: the file ends inside the packet, 115 of 116 bytes\n"},
};

static int run(struct learn_config *config, struct learn_result *result, const char **messages)
{
    int code;

    messages_begin();
    code = learn_capture(config, result);
    *messages = messages_end();
    return code;
}

/* Copies a sample capture to the scratch file `in`. */
static struct capture input_of(const char *name)
{
    char path[256];

    snprintf(path, sizeof path, CAPTURES_DIR "/%s", name ? name : "");
    return name ? capture_read(path)
                : capture_of("a1b2c3d4 0002 0004 00000000 00000000 00040000 00000093 "
                             "00000000 00000000 00000001 00000001 :64",
                             host_is_big());
}

/* The map must be the expected one and must load. */
static void assert_map(const char *path, const char *expected)
{
    const struct map_options options = {.allow_reserved = true};
    struct map_report found;
    struct map *map = NULL;
    struct capture text;

    if (!expected) {
        assert_int_equal(access(path, F_OK), -1);
        return;
    }
    text = capture_read(path);
    assert_int_equal(map_load_text(path, text.data, text.len, &options, &map, &found), MAP_OK);
    map_free(map);
    *capture_extend(&text, 1) = '\0';
    if (*expected)
        assert_string_equal((const char *)text.data, expected);
    free(text.data);
}

static void assert_counts(const struct learn_row *row, const struct learn_result *result)
{
    const struct map_learn_counts *counts = &result->counts;

    assert_string_equal(result->summary.done, "learned_from");
    assert_int_equal(result->summary.outcomes[OUTCOME_DONE], row->learned);
    assert_int_equal(result->summary.outcomes[OUTCOME_NOT_SELECTED], row->unselected);
    assert_int_equal(summary_total(&result->summary, DISPOSITION_BAD), row->bad);
    assert_int_equal(result->summary.cut, row->cut > 0);
    assert_int_equal(counts->packets, row->learned);
    assert_int_equal(counts->subnets, row->subnets);
    assert_int_equal(counts->macs, row->macs);
    assert_int_equal(counts->cas, row->cas);
    assert_int_equal(counts->pas, row->pas);
    assert_int_equal(counts->floods, row->floods);
    assert_int_equal(counts->not_learned > 0, row->not_learned);
}

static void test_learn(void **state)
{
    const struct learn_row *row = *state;
    struct capture capture = input_of(row->in);
    struct learn_config config = {.entries = row->entries ? row->entries : 100,
                                  .strict = row->strict};
    struct learn_result result;
    const char *messages;
    int code;

    scratch_clear();
    capture.len -= row->cut;
    config.in = capture_write("in", &capture);
    config.out = scratch_path("map.yaml");
    if (row->vsids)
        assert_int_equal(range_set_parse(&config.vsids, RANGES_OF_VSIDS, row->vsids), 0);
    code = run(&config, &result, &messages);
    assert_string_equal(messages, row->messages ? row->messages : "");
    assert_int_equal(code, row->code);
    assert_map(config.out, row->map);
    assert_counts(row, &result);
    range_set_free(&config.vsids);
    free(capture.data);
}

/* ---- Files that cannot be read or written ---- */

struct refused_row {
    const char *name;
    const char *in, *out;
    const char *messages;
};

static const struct refused_row refused[] = {
    {"no file", "none", "map", "none: cannot open: No such file or directory\n"},
    {"no folder", "in", "nowhere/map", "nowhere/map: cannot create: No such file or directory\n"},
    {"onto the input", "in", "in", "in: is also the input; the input is never overwritten\n"},
    {"full", "in", "/dev/full", "/dev/full: cannot write: No space left on device\n"},
};

static void test_refused(void **state)
{
    const struct refused_row *row = *state;
    struct capture capture = input_of("two-tenants.pcap");
    struct learn_config config = {.entries = 100};
    struct learn_result result;
    const char *messages;

    scratch_clear();
    capture_write("in", &capture);
    config.in = scratch_path(row->in);
    config.out = row->out[0] == '/' ? row->out : scratch_path(row->out);
    assert_int_equal(run(&config, &result, &messages), EXIT_RUNTIME);
    assert_string_equal(messages, row->messages);
    assert_int_equal(scratch_clear(), 1);
    free(capture.data);
}

/* ---- Signals ---- */

static unsigned reports;
static uint64_t reported[3] = {99}; /* packets read and learned from */

/* Asks for another report, which comes before the next packet. */
static void report(const struct learn_result *result)
{
    assert_int_equal(result->summary.packets_read, result->counts.packets);
    reported[reports++] = result->counts.packets;
    if (reports < 3)
        raise_by_hand(&signals_report);
}

/* The map of what was learned so far must also be written if a signal ends the run. */
static void test_signals(void **state)
{
    struct learn_config config = {.in = CAPTURES_DIR "/two-tenants.pcap",
                                  .out = scratch_path("map.yaml"),
                                  .entries = 100,
                                  .report = report};
    struct learn_result result;
    const char *messages;
    int code;

    (void)state;
    raise_by_hand(&signals_report);
    assert_int_equal(run(&config, &result, &messages), EXIT_CLEAN);
    assert_int_equal(reports, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(reported[i], i);
    assert_int_equal(result.counts.packets, 35);
    assert_int_equal(unlink(config.out), 0);
    raise_by_hand(&signals_stop);
    code = run(&config, &result, &messages);
    signals_clear();
    assert_int_equal(code, EXIT_CLEAN);
    assert_string_equal(messages, "");
    assert_int_equal(result.counts.packets, 0);
    assert_map(config.out, "version: 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_signals)};
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_learn, learn_rows) + RUN_ROWS(test_refused, refused) +
               cmocka_run_group_tests_name("signals", tests, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
