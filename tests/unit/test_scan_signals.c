/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "engine_support.h"

#include "pipeline/scan.h"

/* A scan of a file or a pipe, and what its callbacks received. */
struct pass {
    struct scan scan;
    struct scan_config config;
    struct delivery delivery;
    uint64_t packets; /* delivered */
    uint64_t reported[4];
    unsigned reports;
    unsigned asked; /* calls of go_on */
    unsigned waits;
    bool give_up;
};

static void report(void *context)
{
    struct pass *pass = context;

    pass->reported[pass->reports++ % 4] = pass->scan.summary.packets_read;
}

static bool go_on(void *context)
{
    struct pass *pass = context;

    pass->asked++;
    signals_pending = 0;
    return !pass->give_up;
}

static bool wait_in_place(void *context, int fd)
{
    struct pass *pass = context;

    pass->waits++;
    return delivery_ready(&pass->delivery, fd);
}

static void read_all(struct pass *pass)
{
    while (scan_next(&pass->scan) == SCAN_PACKET)
        pass->packets++;
}

/* ---- Between packets ---- */

struct signal_row {
    const char *name;
    const char *signals; /* before each packet: s to stop, r to report, - for none */
    bool own, give_up;   /* the scan has its own go_on; it returns false */
    uint64_t packets;    /* of the four that are delivered */
    bool stopped;
    unsigned reports, asked;
    uint64_t reported[4];
};

static const struct signal_row signal_rows[] = {
    {"none", "", .packets = 4},
    {"stop at the start", "s", .stopped = true},
    {"stop after two", "--s", .packets = 2, .stopped = true},
    {"stop after the last", "----s", .packets = 4, .stopped = true},
    {"report after two", "--r", .packets = 4, .reports = 1, .reported = {2}},
    {"report twice", "-r-r", .packets = 4, .reports = 2, .reported = {1, 3}},
    {"report, then stop", "r--s", .packets = 3, .stopped = true, .reports = 1, .reported = {0}},
    {"own reaction", "-r", .own = true, .packets = 4, .asked = 1},
    {"own reaction to a stop", "-s", .own = true, .packets = 4, .asked = 1},
    {"own reaction is to end", "-r", .own = true, .give_up = true, .packets = 1, .asked = 1,
     .stopped = true},
};

static void test_signal(void **state)
{
    const struct signal_row *row = *state;
    struct pass pass = {.config = {.in = words_write("in", "d d d d"), .report = report},
                        .give_up = row->give_up};
    const char *signals = row->signals;
    enum scan_event event;

    pass.config.context = &pass;
    pass.config.go_on = row->own ? go_on : NULL;
    assert_int_equal(scan_open(&pass.scan, &pass.config), EXIT_CLEAN);
    do {
        if (*signals == 's')
            raise_by_hand(&signals_stop);
        if (*signals == 'r')
            raise_by_hand(&signals_report);
        signals += *signals != '\0';
        event = scan_next(&pass.scan);
        pass.packets += event == SCAN_PACKET;
    } while (event == SCAN_PACKET);
    assert_int_equal(event, SCAN_END);
    assert_int_equal(pass.scan.code, EXIT_CLEAN);
    signals_clear();
    scan_close(&pass.scan);
    assert_int_equal(pass.packets, row->packets);
    assert_int_equal(pass.scan.stopped, row->stopped);
    assert_int_equal(pass.scan.summary.packets_read, row->packets);
    assert_int_equal(pass.reports, row->reports);
    assert_int_equal(pass.asked, row->asked);
    for (unsigned i = 0; i < pass.reports; i++)
        assert_int_equal(pass.reported[i], row->reported[i]);
}

/* ---- While the scan waits for a pipe ---- */

static void pass_open_pipe(struct pass *pass, const struct capture *capture, size_t step)
{
    (void)delivery_open(&pass->delivery, capture->data, capture->len, step);
    pass->config.in = pass->delivery.path;
    pass->config.context = pass;
}

/* The caller's wait function replaces the scan's and writes the next bytes. */
static void test_own_wait(void **state)
{
    struct capture capture = words_of("d d d");
    struct pass pass = {.config.wait = wait_in_place};

    (void)state;
    pass_open_pipe(&pass, &capture, 10);
    assert_int_equal(scan_open(&pass.scan, &pass.config), EXIT_CLEAN);
    read_all(&pass);
    assert_int_equal(pass.packets, 3);
    assert_true(pass.waits >= capture.len / 10);
    assert_false(pass.scan.stopped || pass.scan.summary.cut);
    scan_close(&pass.scan);
    delivery_close(&pass.delivery);
    free(capture.data);
}

/* If the wait function gives up, the scan ends: the input is neither cut nor at its end. */
static void test_own_wait_gives_up(void **state)
{
    struct capture capture = words_of("d d d");
    struct pass pass = {.config.wait = wait_in_place};

    (void)state;
    pass_open_pipe(&pass, &capture, capture.len - 3);
    pass.delivery.left -= 3;
    pass.delivery.give_up = true;
    assert_int_equal(scan_open(&pass.scan, &pass.config), EXIT_CLEAN);
    read_all(&pass);
    assert_int_equal(pass.packets, 2);
    assert_true(pass.scan.stopped);
    assert_false(pass.scan.summary.cut);
    assert_int_equal(pass.scan.code, EXIT_CLEAN);
    scan_close(&pass.scan);
    delivery_close(&pass.delivery);
    free(capture.data);
}

/* Without callbacks a scan reads a pipe to its end, and a signal ends its wait. */
static void test_wait(void **state)
{
    struct capture capture = words_of("d d d");

    (void)state;
    for (int ends = 0; ends < 2; ends++) {
        struct pass pass = {.config.report = report};

        pass_open_pipe(&pass, &capture, capture.len);
        assert_true(delivery_ready(&pass.delivery, -1)); /* everything is in the pipe */
        if (ends)
            assert_true(delivery_ready(&pass.delivery, -1));
        assert_int_equal(scan_open(&pass.scan, &pass.config), EXIT_CLEAN);
        for (int i = 0; i < 3; i++)
            assert_int_equal(scan_next(&pass.scan), SCAN_PACKET);
        if (!ends) {
            raise_by_hand(&signals_report);
            signals_stop = SIGTERM;
            pass.scan.special = false;
            assert_int_equal(scan_event_of(&pass.scan, cap_reader_next(&pass.scan.reader)),
                             SCAN_END);
        } else {
            assert_int_equal(scan_next(&pass.scan), SCAN_END);
        }
        signals_clear();
        assert_int_equal(pass.scan.stopped, !ends);
        assert_int_equal(pass.reports, !ends);
        assert_int_equal(pass.reported[0], ends ? 0 : 3);
        scan_close(&pass.scan);
        delivery_close(&pass.delivery);
    }
    free(capture.data);
}

/* A signal while the input is opened gives no message: nothing is wrong with the input. */
static void test_stop_while_opening(void **state)
{
    struct capture capture = words_of("d");
    struct pass pass = {.config.strict = false};
    const char *messages;
    int code;

    (void)state;
    pass_open_pipe(&pass, &capture, 10);
    raise_by_hand(&signals_stop);
    messages_begin();
    code = scan_open(&pass.scan, &pass.config);
    messages = messages_end();
    signals_clear();
    assert_int_equal(code, EXIT_RUNTIME);
    assert_string_equal(messages, "");
    delivery_close(&pass.delivery);
    free(capture.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_wait),
        cmocka_unit_test(test_own_wait_gives_up),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_stop_while_opening),
    };
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_signal, signal_rows) +
               cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
