/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "capture_support.h"
#include "scratch_support.h"

#include "replay/sender.h"

#define NS INT64_C(1000000000)

static struct sender *open_file(const char *path)
{
    const struct sender_options options = {.kind = SENDER_FILE};
    struct cap_error error = {""};
    struct sender *sender = sender_open(path, &options, &error);

    if (!sender)
        fail_msg("%s: %s", path, error.text);
    return sender;
}

static uint32_t send_one(struct sender *sender, const void *data, uint32_t len, int64_t time_ns,
                         int *reason)
{
    uint8_t *copy = exact_copy(data, len);
    const struct sender_frame frame = {.data = copy, .len = len, .time_ns = time_ns};
    uint32_t taken = sender_send(sender, &frame, 1, reason);

    free(copy);
    return taken;
}

/* A file with two frames, byte for byte, in this machine's byte order. */
static void test_bytes(void **state)
{
    const uint32_t expected[] = {0xa1b23c4d, 0x00040002, 0, 0, 0x00040000, 1, /* header */
                                 1767261600, 999999999,  4, 4, 0x64636261,    /* abcd */
                                 0xffffffff, 0,          4, 4, 0x68676665};   /* efgh */
    const char *path = scratch_path("two.pcap");
    struct sender *sender = open_file(path);
    struct capture file;
    int reason;

    (void)state;
    assert_string_equal(sender_name(sender), "file");
    assert_int_equal(send_one(sender, "abcd", 4, 1767261600 * NS + 999999999, &reason), 1);
    assert_int_equal(reason, 0);
    assert_int_equal(send_one(sender, "efgh", 4, 0xffffffff * NS, &reason), 1);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(sender_flush(sender, &reason), 0);
    assert_int_equal(reason, 0);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(sender_close(sender, NULL), 0);
    file = capture_read(path);
    assert_int_equal(file.len, sizeof expected);
    assert_memory_equal(file.data, expected, sizeof expected);
    free(file.data);
    assert_int_equal(scratch_clear(), 1);
}

/*
 * A batch is accepted up to the first frame that the file format cannot store. The caller continues
 * after it.
 */
struct refused_row {
    const char *name;
    uint32_t len;
    int64_t time_ns;
    int reason;
};

static const struct refused_row refused[] = {
    {"an empty frame", 0, 0, 0},
    {"the longest frame", CAP_PACKET_MAX, 0, 0},
    {"too long", CAP_PACKET_MAX + 1, 0, EMSGSIZE},
    {"before 1970", 4, -1, EOVERFLOW},
    {"after 2106", 4, 0x100000000 * NS, EOVERFLOW},
};

static void test_refused(void **state)
{
    const struct refused_row *row = *state;
    uint8_t *data = calloc(1, row->len ? row->len : 1);
    const struct sender_frame frames[] = {{.data = data, .len = 1},
                                          {.data = data, .len = row->len, .time_ns = row->time_ns},
                                          {.data = data, .len = 1}};
    struct sender *sender = open_file(scratch_path("out"));
    int reason;

    assert_non_null(data);
    assert_int_equal(sender_send(sender, frames, 3, &reason), row->reason ? 1 : 3);
    assert_int_equal(reason, row->reason);
    assert_int_equal(send_one(sender, "abcd", 4, 0, &reason), 1);
    assert_int_equal(sender_flush(sender, &reason), 0);
    assert_int_equal(sender_close(sender, NULL), 0);
    free(data);
    assert_int_equal(scratch_clear(), 1);
}

/* A file that was given up gets no name. An empty file is complete. */
static void test_given_up(void **state)
{
    struct sender *sender = open_file(scratch_path("out"));
    int reason;

    (void)state;
    assert_int_equal(send_one(sender, "abcd", 4, 0, &reason), 1);
    assert_int_equal(sender_close(sender, NULL), 0);
    assert_int_equal(scratch_clear(), 0);
    sender = open_file(scratch_path("out"));
    assert_int_equal(sender_flush(sender, &reason), 0);
    assert_int_equal(sender_close(sender, NULL), 0);
    assert_int_equal(scratch_clear(), 1);
}

/* On a full device, frames since the last flush must be reported as not sent. */
static void test_full(void **state)
{
    struct sender *sender = open_file("/dev/full");
    int reason;

    (void)state;
    assert_int_equal(send_one(sender, "abcd", 4, 0, &reason), 1);
    assert_int_equal(send_one(sender, "efgh", 4, 0, &reason), 1);
    assert_int_equal(sender_flush(sender, &reason), 2);
    assert_int_equal(reason, ENOSPC);
    assert_int_equal(sender_close(sender, NULL), 0);
}

static void test_cannot_create(void **state)
{
    const struct sender_options options = {.kind = SENDER_FILE};
    struct cap_error error;

    (void)state;
    assert_null(sender_open("/nonexistent/out", &options, &error));
    assert_string_equal(error.text, "cannot create: No such file or directory");
    assert_int_equal(sender_close(NULL, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bytes),
                                       cmocka_unit_test(test_given_up), cmocka_unit_test(test_full),
                                       cmocka_unit_test(test_cannot_create)};
    int failures;

    scratch_make();
    failures = cmocka_run_group_tests(tests, NULL, NULL);
    failures += RUN_ROWS(test_refused, refused);
    scratch_remove();
    return failures != 0;
}
