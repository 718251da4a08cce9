/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "engine_support.h"

#include "info/capture.h"

#define SECTION "[0a0d0d0a 1a2b3c4d 0001 0000 ffffffffffffffff ] "
#define ETHERNET "[00000001 0001 0000 00040000 ] "
#define PACKET(iface) "[00000006 " iface " 00000000 000f4240 00000002 00000002 :6465 | ] "

/* captures/MANIFEST lists these three packets that are not handled. */
#define BAD_ONES                                                                                   \
    "deviations.pcap: packet 26: 38 of 116 bytes captured, too few for the inner frame\n"          \
    "deviations.pcap: packet 27: inner frame shorter than its Ethernet header and tags, bytes "    \
    "10\n"                                                                                         \
    "deviations.pcap: packet 28: GRE header beyond the end of the IP packet, bytes needed 8\n"

struct info_row {
    const char *name;
    const char *in;   /* a sample capture, or NULL for `text` */
    const char *text; /* the content of the capture */
    const char *vsids;
    struct select_config select;
    bool quiet, cut;
    int code;
    const char *messages;
    uint32_t tenants;
    uint64_t read, nvgre, blue, red; /* packets */
    uint64_t outcomes[OUTCOME_COUNT];
    enum cap_format format;
};

static const struct info_row info_rows[] = {
    {"two tenants", "two-tenants.pcap", .read = 35, .nvgre = 35, .tenants = 2, .blue = 18,
     .red = 17, .outcomes[OUTCOME_DONE] = 35},
    {"of one VSID", "two-tenants.pcap", .vsids = "6001", .read = 35, .nvgre = 17, .tenants = 1,
     .red = 17, .outcomes = {[OUTCOME_DONE] = 17, [OUTCOME_NOT_SELECTED] = 18}},
    {"of inner ICMP", "two-tenants.pcap", .select.inner_filter = "icmp", .read = 35, .nvgre = 4,
     .tenants = 2, .blue = 2, .red = 2,
     .outcomes = {[OUTCOME_DONE] = 4, [OUTCOME_NOT_SELECTED] = 31}},
    {"of long packets", "two-tenants.pcap", .select.filter = "greater 200", .read = 35, .nvgre = 2,
     .tenants = 2, .blue = 1, .red = 1,
     .outcomes = {[OUTCOME_DONE] = 2, [OUTCOME_NOT_SELECTED] = 33}},
    {"the first five", "two-tenants.pcap", .select.count = 5, .read = 5, .nvgre = 5, .tenants = 2,
     .blue = 3, .red = 2, .outcomes[OUTCOME_DONE] = 5},
    {"the first five of a VSID", "two-tenants.pcap", .select.count = 5, .vsids = "6001", .read = 10,
     .nvgre = 5, .tenants = 1, .red = 5,
     .outcomes = {[OUTCOME_DONE] = 5, [OUTCOME_NOT_SELECTED] = 5}},
    {"no tenants", "plain-blue.pcap", .read = 18, .outcomes[OUTCOME_NOT_NVGRE] = 18},
    {"no tenants, of one VSID", "plain-blue.pcap", .vsids = "5001", .read = 18,
     .outcomes[OUTCOME_NOT_NVGRE] = 18},
    {"deviations", "deviations.pcap", .code = EXIT_PARTLY, .messages = BAD_ONES, .read = 42,
     .nvgre = 30, .tenants = 5, .blue = 26, .red = 1,
     .outcomes = {[OUTCOME_DONE] = 30,
                  [OUTCOME_NOT_NVGRE] = 1,
                  [OUTCOME_OTHER_GRE] = 5,
                  [OUTCOME_NO_KEY] = 1,
                  [OUTCOME_FRAGMENT] = 2,
                  [OUTCOME_MALFORMED] = 2,
                  [OUTCOME_TRUNCATED] = 1}},
    {"deviations, quiet", "deviations.pcap", .quiet = true, .code = EXIT_PARTLY, .read = 42,
     .nvgre = 30, .tenants = 5, .blue = 26, .red = 1,
     .outcomes = {[OUTCOME_DONE] = 30,
                  [OUTCOME_NOT_NVGRE] = 1,
                  [OUTCOME_OTHER_GRE] = 5,
                  [OUTCOME_NO_KEY] = 1,
                  [OUTCOME_FRAGMENT] = 2,
                  [OUTCOME_MALFORMED] = 2,
                  [OUTCOME_TRUNCATED] = 1}},
    {"fragments are not failures", "deviations.pcap", .select.filter = "ip[6:2] & 0x3fff != 0",
     .read = 42, .outcomes = {[OUTCOME_FRAGMENT] = 2, [OUTCOME_NOT_SELECTED] = 40}},
    {"another link type is no failure",
     .text = "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000093 00000000 00000000 00000001 "
             "00000001 :64",
     .read = 1, .outcomes[OUTCOME_LINK_TYPE] = 1},
    {"a bad block", .text = SECTION ETHERNET PACKET("00000000") PACKET("00000001"),
     .code = EXIT_PARTLY, .messages = "in: packet 2: no such interface: 1\n", .read = 2,
     .outcomes = {[OUTCOME_NOT_NVGRE] = 1, [OUTCOME_BAD_BLOCK] = 1}, .format = CAP_FORMAT_PCAPNG},
    {"a bad block, quiet", .text = SECTION ETHERNET PACKET("00000000") PACKET("00000001"),
     .quiet = true, .code = EXIT_PARTLY, .read = 2,
     .outcomes = {[OUTCOME_NOT_NVGRE] = 1, [OUTCOME_BAD_BLOCK] = 1}, .format = CAP_FORMAT_PCAPNG},
    {"cut", .text = SECTION ETHERNET PACKET("00000000") "00000006", .cut = true,
     .code = EXIT_PARTLY, .read = 1, .outcomes[OUTCOME_NOT_NVGRE] = 1, .format = CAP_FORMAT_PCAPNG,
     .messages = "in: packet 2: the file ends inside the block's header, 4 of 12 bytes\n"},
};

static int run(struct info_config *config, struct info_result *result, const char **messages)
{
    int code;

    messages_begin();
    code = info_capture(config, result);
    *messages = messages_end();
    return code;
}

static uint64_t packets_of(struct info *info, uint32_t vsid)
{
    for (uint32_t i = 0; i < info->tenants.count; i++)
        if (info_tenant_at(&info->tenants, i)->vsid == vsid)
            return info_tenant_at(&info->tenants, i)->packets;
    return 0;
}

static void test_info(void **state)
{
    const struct info_row *row = *state;
    struct capture capture = capture_of(row->text ? row->text : "", host_is_big());
    const struct info_finding *bad;
    struct info_config config = {.select = row->select, .quiet = row->quiet};
    struct info_result result;
    const char *messages;
    char path[256];
    int code;

    snprintf(path, sizeof path, CAPTURES_DIR "/%s", row->in ? row->in : "");
    config.in = row->in ? path : capture_write("in", &capture);
    if (row->vsids)
        assert_int_equal(range_set_parse(&config.vsids, RANGES_OF_VSIDS, row->vsids), 0);
    code = run(&config, &result, &messages);
    assert_string_equal(messages, row->messages ? row->messages : "");
    assert_int_equal(code, row->code);
    assert_int_equal(result.format, row->format);
    assert_string_equal(result.summary.in, config.in);
    assert_int_equal(result.summary.cut, row->cut);
    assert_int_equal(result.summary.packets_read, row->read);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_int_equal(result.summary.outcomes[i], row->outcomes[i]);
    bad = &result.info->findings[INFO_RULE_BAD_BLOCK];
    assert_int_equal(bad->packets, row->outcomes[OUTCOME_BAD_BLOCK]);
    assert_int_equal(bad->numbers[0], bad->packets ? 2 : 0);
    assert_int_equal(result.info->file.all.packets, row->read - bad->packets);
    assert_int_equal(result.info->nvgre.packets, row->nvgre);
    assert_int_equal(result.info->tenants.count, row->tenants);
    assert_int_equal(packets_of(result.info, 5001), row->blue);
    assert_int_equal(packets_of(result.info, 6001), row->red);
    info_free(result.info);
    range_set_free(&config.vsids);
    free(capture.data);
}

/* ---- Input that cannot be read ---- */

struct refused_row {
    const char *name;
    const char *words; /* NULL for no file */
    const char *filter;
    int code;
    const char *messages;
    bool pcapng; /* one packet; its link type is not known at the start */
};

static const struct refused_row refused[] = {
    {"no file", NULL, NULL, EXIT_RUNTIME,
     .messages = "in: cannot open: No such file or directory\n"},
    {"wrong filter", "d", "nonsense", EXIT_USAGE,
     .messages = "in: filter \"nonsense\" for link type 1: ..."},
    {"wrong filter of a later link type", NULL, "nonsense", EXIT_USAGE, .pcapng = true,
     .messages = "in: filter \"nonsense\" for link type 1: ..."},
    {"wrong inner filter", "d", NULL, EXIT_USAGE,
     .messages = "in: filter \"1 +\" for link type 1: ..."},
};

static void test_refused(void **state)
{
    const struct refused_row *row = *state;
    struct capture capture = capture_of(SECTION ETHERNET PACKET("00000000"), false);
    struct info_config config = {.select.filter = row->filter};
    struct info_result result;
    const char *messages;

    scratch_clear();
    config.in = scratch_path("in");
    if (row->pcapng)
        capture_write("in", &capture);
    if (row->words)
        words_write("in", row->words);
    if (row->words && !row->filter)
        config.select.inner_filter = "1 +";
    assert_int_equal(run(&config, &result, &messages), row->code);
    assert_messages(messages, row->messages);
    assert_non_null(result.info);
    info_free(result.info);
    free(capture.data);
}

/* ---- Signals ---- */

struct reports {
    unsigned count;
    const struct info_result *result;
    uint64_t packets[3];
};

static void report(void *context, const struct info_result *result)
{
    struct reports *reports = context;

    reports->result = result;
    reports->packets[reports->count++] = result->summary.packets_read;
    if (reports->count < 3)
        raise_by_hand(&signals_report);
}

/* Each report asks for another one, which comes before the next packet. */
static void test_report(void **state)
{
    struct reports reports = {.packets = {99}};
    struct info_config config = {
        .in = CAPTURES_DIR "/two-tenants.pcap", .report = report, .context = &reports};
    struct info_result result;
    const char *messages;

    (void)state;
    raise_by_hand(&signals_report);
    assert_int_equal(run(&config, &result, &messages), EXIT_CLEAN);
    assert_int_equal(reports.count, 3);
    assert_ptr_equal(reports.result, &result);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(reports.packets[i], i);
    assert_int_equal(result.info->nvgre.packets, 35);
    info_free(result.info);
    config.report = NULL;
    raise_by_hand(&signals_report);
    assert_int_equal(run(&config, &result, &messages), EXIT_CLEAN);
    info_free(result.info);
}

static void test_stop(void **state)
{
    struct info_config config = {.in = CAPTURES_DIR "/two-tenants.pcap"};
    struct info_result result;
    const char *messages;
    int code;

    (void)state;
    raise_by_hand(&signals_stop);
    code = run(&config, &result, &messages);
    signals_clear();
    assert_int_equal(code, EXIT_CLEAN);
    assert_string_equal(messages, "");
    assert_int_equal(result.summary.packets_read, 0);
    info_free(result.info);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_report), cmocka_unit_test(test_stop)};
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_info, info_rows) + RUN_ROWS(test_refused, refused) +
               cmocka_run_group_tests_name("signals", tests, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
