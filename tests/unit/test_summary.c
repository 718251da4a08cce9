/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "engine_support.h"

#include "pipeline/report.h"

/* ---- Dispositions of outcomes ---- */

#define HARMLESS (1u << OUTCOME_FRAGMENT | 1u << OUTCOME_UNSTORABLE)

struct disposition_row {
    const char *name;
    enum outcome outcome;
    enum disposition usual, harmless; /* the second one with HARMLESS */
};

static const struct disposition_row dispositions[] = {
    {"done", OUTCOME_DONE, DISPOSITION_DONE, DISPOSITION_DONE},
    {"not NVGRE", OUTCOME_NOT_NVGRE, DISPOSITION_OTHER, DISPOSITION_OTHER},
    {"unchanged", OUTCOME_UNCHANGED, DISPOSITION_KEPT, DISPOSITION_KEPT},
    {"above the MTU", OUTCOME_OVER_MTU, DISPOSITION_DROP, DISPOSITION_DROP},
    {"truncated", OUTCOME_TRUNCATED, DISPOSITION_BAD, DISPOSITION_BAD},
    {"fragment", OUTCOME_FRAGMENT, DISPOSITION_BAD, DISPOSITION_OTHER},
    {"unstorable", OUTCOME_UNSTORABLE, DISPOSITION_BAD, DISPOSITION_OTHER},
};

static void test_disposition(void **state)
{
    const struct disposition_row *row = *state;
    struct summary summary = {.harmless = 0};

    summary.outcomes[row->outcome] = 3;
    for (int harmless = 0; harmless < 2; harmless++) {
        const enum disposition expected = harmless ? row->harmless : row->usual;

        summary.harmless = harmless ? HARMLESS : 0;
        assert_int_equal(summary_disposition(&summary, row->outcome), expected);
        for (int i = 0; i <= DISPOSITION_BAD; i++)
            assert_int_equal(summary_total(&summary, (enum disposition)i),
                             i == (int)expected ? 3 : 0);
        assert_int_equal(summary_is_partial(&summary), expected == DISPOSITION_BAD);
        summary.cut = true;
        assert_true(summary_is_partial(&summary));
        summary.cut = false;
    }
}

/* ---- As text and JSON ---- */

struct shown_row {
    const char *name;
    struct summary summary;
    bool stopped;
    const char *text;
    const char *json; /* members that differ from `usual` */
};

static const char usual[] =
    "{'packets_read': 0, 'bytes_read': 0, 'packets_written': 0, 'bytes_written': 0,"
    " 'split_files': 0, 'retimed': 0, 'worded': 0, 'deviant': 0, 'reserved_vsids': 0,"
    " 'untagged': 0, 'reassembled': 0, 'nested': 0, 'over_mtu': 0, 'cut_to_mtu': 0,"
    " 'segmented': 0, 'copied': 0, 'clamped': 0, 'routed': 0, 'mtu_excess': 0, 'others': {},"
    " 'others_kept': true, 'kept': {}, 'dropped': {}, 'not_handled': {}, 'cut': false,"
    " 'interrupted': false}";

#define FIRST "read: 9 packets, 900 bytes\nwritten: 8 packets, 800 bytes\n"
#define FIRST_JSON                                                                                 \
    "{'packets_read': 9, 'bytes_read': 900, 'packets_written': 8, 'bytes_written': 800"
#define SUMMARY .packets_read = 9, .bytes_read = 900, .packets_written = 8, .bytes_written = 800

static const struct shown_row shown_rows[] = {
    {"nothing",
     {.done = "worded"},
     .text = "read: 0 packets, 0 bytes\nwritten: 0 packets, 0 "
             "bytes\nworded: 0\n",
     .json = "{}"},
    {"packets",
     {SUMMARY, .outcomes[OUTCOME_DONE] = 7},
     .text = FIRST "worded: 7\n",
     .json = FIRST_JSON ", 'worded': 7}"},
    {"a group each",
     {SUMMARY, .outcomes = {[OUTCOME_DONE] = 5,
                            [OUTCOME_NOT_NVGRE] = 4,
                            [OUTCOME_NO_KEY] = 3,
                            [OUTCOME_UNCHANGED] = 2,
                            [OUTCOME_OVER_MTU] = 6,
                            [OUTCOME_TRUNCATED] = 1}},
     .text = FIRST "worded: 5\n"
                   "kept, nothing to change: 2\n"
                   "kept, not NVGRE: 4\n"
                   "kept, Ethernet in GRE without a key: 3\n"
                   "dropped, above the MTU with outer headers: 6\n"
                   "not handled, cut before the inner frame: 1\n",
     .json = FIRST_JSON ", 'worded': 5, 'others': {'not_nvgre': 4, 'no_key': 3},"
                        " 'kept': {'unchanged': 2}, 'dropped': {'over_mtu': 6},"
                        " 'not_handled': {'truncated': 1}}"},
    {"others dropped, a harmless one too",
     {SUMMARY, .others_dropped = true, .harmless = HARMLESS,
      .outcomes = {[OUTCOME_NOT_NVGRE] = 4, [OUTCOME_FRAGMENT] = 2, [OUTCOME_UNCHANGED] = 1}},
     .text = FIRST "worded: 0\n"
                   "kept, nothing to change: 1\n"
                   "left out, not NVGRE: 4\n"
                   "left out, fragment of an outer packet: 2\n",
     .json = FIRST_JSON ", 'others': {'not_nvgre': 4, 'fragment': 2}, 'others_kept': false,"
                        " 'kept': {'unchanged': 1}}"},
    {"notes, files, times",
     {SUMMARY, .notes = {[NOTE_DEVIANT] = 1, [NOTE_ROUTED] = 2}, .split_files = 3, .retimed = 4,
      .mtu_excess = 5, .outcomes[OUTCOME_DONE] = 6},
     .text = FIRST "files of tenants: 3\n"
                   "worded: 6\n"
                   "worded, with C, S or reserved GRE bits: 1\n"
                   "worded, to a machine of another subnet: 2\n"
                   "with another time: 4\n"
                   "outer packets above the MTU: by 5 bytes at most\n",
     .json = FIRST_JSON ", 'deviant': 1, 'routed': 2, 'split_files': 3, 'retimed': 4,"
                        " 'mtu_excess': 5, 'worded': 6}"},
    {"cut",
     {SUMMARY, .cut = true},
     .text = FIRST "worded: 0\ninput cut: only the packets before the cut were read\n",
     .json = FIRST_JSON ", 'cut': true}"},
    {"interrupted",
     {SUMMARY},
     .stopped = true,
     .text = FIRST "worded: 0\ninterrupted: only the packets so far were read\n",
     .json = FIRST_JSON ", 'interrupted': true}"},
    {"more than 2^32",
     {.packets_read = 1ull << 40, .bytes_read = 1ull << 50},
     .text = "read: 1099511627776 packets, 1125899906842624 bytes\n"
             "written: 0 packets, 0 bytes\nworded: 0\n",
     .json = "{'packets_read': 1099511627776, 'bytes_read': 1125899906842624}"},
};

/* Parses JSON that has ' instead of ". */
static json_t *json_of(const char *text)
{
    char *copy = strdup(text);
    json_t *value;

    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    value = json_loads(copy, 0, NULL);
    free(copy);
    assert_non_null(value);
    return value;
}

static void test_shown(void **state)
{
    const struct shown_row *row = *state;
    struct summary summary = row->summary;
    json_t *expected = json_of(usual);
    json_t *differs = json_of(row->json);
    json_t *object = json_object();
    char *text = NULL;
    size_t len;
    FILE *stream = open_memstream(&text, &len);

    assert_non_null(stream);
    summary.done = "worded";
    assert_int_equal(json_object_update(expected, differs), 0);
    signals_stop = row->stopped ? SIGINT : 0;
    summary_print(&summary, stream);
    assert_int_equal(summary_set_all(&summary, object), 0);
    signals_clear();
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, row->text);
    assert_true(json_equal(object, expected));
    free(text);
    json_decref(expected);
    json_decref(differs);
    json_decref(object);
}

/* Returns the line for a value; the caller frees it. It is empty if creating the value failed. */
static char *put(json_t *value, int failed, int *result)
{
    char *text = NULL;
    size_t len;
    FILE *stream = open_memstream(&text, &len);

    assert_non_null(stream);
    *result = summary_put_json(value, failed, stream);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static void test_put_json(void **state)
{
    json_t *value = json_pack("{s:o, s:o, s:o}", "b", summary_json_name("caf\xc3\xa9"), "a",
                              summary_json_name("caf\xe9"), "n", summary_json_count(1ull << 60));
    int result;
    char *text;

    (void)state;
    assert_non_null(value);
    text = put(json_incref(value), 0, &result);
    assert_int_equal(result, 0);
    assert_string_equal(text, "{\"b\":\"caf\xc3\xa9\",\"a\":null,\"n\":1152921504606846976}\n");
    free(text);
    text = put(value, -1, &result);
    assert_int_equal(result, -1);
    assert_string_equal(text, "");
    free(text);
}

/* ---- Messages ---- */

struct report_row {
    const char *name;
    enum outcome outcome;
    const char *detail;
    const char *message;
    uint64_t count; /* 0 means 1 */
};

static const struct report_row report_rows[] = {
    {"malformed", OUTCOME_MALFORMED, NULL,
     .message =
         "in: packet 12: inner frame shorter than its Ethernet header and tags, bytes 74; kept\n"},
    {"truncated", OUTCOME_TRUNCATED, NULL,
     .message = "in: packet 12: 60 of 90 bytes captured, too few for the inner frame; kept\n"},
    {"must discard", OUTCOME_MUST_DISCARD, NULL,
     .message = "in: packet 12: GRE bits that a receiver must discard, 0x004a; kept\n"},
    {"deviant", OUTCOME_DEVIANT, NULL,
     .message = "in: packet 12: C, S or reserved GRE bits, 0x004a; kept\n"},
    {"oversize", OUTCOME_OVERSIZE, NULL,
     .message = "in: packet 12: frame too long for an outer IP packet, 74 bytes; kept\n"},
    {"above the MTU", OUTCOME_MTU_ERROR, NULL,
     .message = "in: packet 12: frame above the MTU with outer headers, 74 bytes; kept\n"},
    {"link type", OUTCOME_LINK_TYPE, NULL,
     .message = "in: packet 12: link type that cannot be taken, 74; kept\n"},
    {"no VLAN", OUTCOME_NO_VLAN, NULL,
     .message = "in: packet 12: no VLAN in the map for the VSID, 74; kept\n"},
    {"fragment", OUTCOME_FRAGMENT, NULL,
     .message = "in: packet 12: fragment of an outer packet; kept\n"},
    {"fragment, with its reason", OUTCOME_FRAGMENT, "no payload",
     .message = "in: packet 12: fragment of an outer packet: no payload; kept\n"},
    {"unstorable", OUTCOME_UNSTORABLE, "a time before 1970",
     .message = "in: packet 12: lost: a time before 1970\n"},
    {"bad block", OUTCOME_BAD_BLOCK, "no such interface: 7",
     .message = "in: packet 12: no such interface: 7; kept\n"},
    {"no VSID", OUTCOME_NO_VSID, NULL,
     .message = "in: packet 12: no VSID known for the packet; kept\n"},
    {"time", OUTCOME_TIME, NULL,
     .message = "in: packet 12: time beyond what its record can hold; kept\n"},
    {"the last message", OUTCOME_TIME, NULL,
     .message = "in: packet 12: time beyond what its record can hold; kept\n", .count = 10},
    {"one too many", OUTCOME_TIME, NULL,
     .message = "in: more packets like these: time beyond what its record can hold; they are only "
                "counted\n",
     .count = 11},
    {"another one", OUTCOME_TIME, NULL, .message = "", .count = 12},
};

static void test_report(void **state)
{
    const struct report_row *row = *state;
    const struct cap_packet packet = {.number = 12, .caplen = 60, .len = 90};
    const struct transform_result result = {.reason = NVGRE_REASON_INNER_LEN, .value = 74};
    const struct report_line line = {"in", &packet, &result, row->detail, "; kept"};

    messages_begin();
    report_outcome(&line, row->outcome, row->count ? row->count : 1);
    assert_string_equal(messages_end(), row->message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_put_json)};
    int failures;

    strcpy(scratch, "/nowhere");
    failures = cmocka_run_group_tests_name("summary", tests, NULL, NULL) +
               RUN_ROWS(test_disposition, dispositions) + RUN_ROWS(test_shown, shown_rows) +
               RUN_ROWS(test_report, report_rows);
    return failures != 0;
}
