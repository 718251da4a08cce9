/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "output_support.h"

#include <sys/stat.h>
#include <sys/wait.h>

#define CHUNK CAP_IO_CHUNK
#define ROOM CAP_OUTPUT_ROOM

static int add(struct cap_output *output, size_t at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        cap_output_at(output)[i] = pattern(at + i);
    return cap_output_add(output, len);
}

/* Taking back removes what was added after a position, whether or not it was written already. */
struct take_back_row {
    const char *name;
    size_t position;
    size_t total;
};

static const struct take_back_row take_backs[] = {
    {"all", 0, 100},
    {"nothing", 100, 100},
    {"what is in the buffer", 100, CHUNK - 1},
    {"what is written", 100, CHUNK},
    {"what is written and what is not", 100, 2 * CHUNK + 1},
    {"from a chunk's end", CHUNK, 3 * CHUNK - 1},
    {"behind what is written", CHUNK + 1, CHUNK + 1000},
};

static void test_take_back(void **state)
{
    const struct take_back_row *row = *state;
    const char *path = scratch_path("out");
    struct cap_output output;
    struct cap_error error;
    struct capture file;

    open_output(&output, path);
    for (size_t at = 0; at < row->total; at += 50) {
        assert_int_equal(cap_output_position(&output), at);
        assert_int_equal(add(&output, at, row->total - at < 50 ? row->total - at : 50), 0);
    }
    cap_output_take_back(&output, row->position);
    assert_int_equal(add(&output, row->position, 10), 0);
    assert_int_equal(cap_output_publish(&output, &error), 0);
    cap_output_close(&output);
    file = capture_read(path);
    assert_int_equal(file.len, row->position + 10);
    assert_true(is_pattern(file.data, 0, file.len));
    free(file.data);
    scratch_clear();
}

/* Whole chunks must be written as soon as they are full. All bytes must arrive in order. */
static void assert_adds(const size_t *lens, size_t count)
{
    const char *path = scratch_path("out");
    struct cap_output output;
    struct cap_error error;
    struct capture file;
    struct stat status;
    size_t total = 0;

    open_output(&output, path);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(add(&output, total, lens[i]), 0);
        total += lens[i];
        assert_int_equal(fstat(output.fd, &status), 0);
        assert_int_equal(status.st_size, total - total % CHUNK);
    }
    assert_int_equal(cap_output_publish(&output, &error), 0);
    cap_output_close(&output);
    file = capture_read(path);
    assert_int_equal(file.len, total);
    assert_true(is_pattern(file.data, 0, total));
    free(file.data);
    scratch_clear();
}

static void test_chunks(void **state)
{
    static const size_t borders[] = {1,         CHUNK - 1, CHUNK,         CHUNK + 1, 2 * CHUNK - 1,
                                     2 * CHUNK, 3 * CHUNK, 3 * CHUNK - 1, ROOM};
    uint32_t random = 1;
    size_t lens[200];

    (void)state;
    for (size_t i = 0; i < COUNT(lens); i++)
        lens[i] = next_random(&random) % (next_random(&random) % 8 ? 2000 : ROOM + 1);
    assert_adds(lens, COUNT(lens));
    for (size_t i = 0; i < COUNT(borders); i++)
        for (size_t j = 0; j < COUNT(borders); j++)
            assert_adds((const size_t[]){borders[i], 0, borders[j]}, 3);
}

static void open_pipe(struct cap_output *output, int ends[2])
{
    char path[32];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
    open_output(output, path);
    close(ends[1]);
}

/*
 * Runs in a child process. Exits with 0 if `len` bytes of the pattern come from the pipe, which is
 * full before the first read.
 */
static void expect_pattern(int fd, size_t len, int start)
{
    static uint8_t bytes[1000];
    size_t at = 0;
    ssize_t got = read(start, bytes, 1);

    usleep(20000); /* for a writer that blocks without a callback */
    while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
        if (!is_pattern(bytes, at, (size_t)got))
            _exit(1);
        at += (size_t)got;
    }
    _exit(at != len);
}

/* Called if the pipe is full and a signal interrupted the wait. Starts the reader. */
static bool start_reading(void *context)
{
    const int *start = context;

    set_alarms(false);
    return write(*start, "", 1) == 1;
}

/* Writes more than a pipe holds. Reading starts at the first wait. */
static void assert_pipe(bool blocks)
{
    const size_t total = 5 * CHUNK + 17;
    struct cap_output output;
    struct cap_error error;
    int ends[2], start[2];
    int status;
    pid_t child;

    open_pipe(&output, ends);
    assert_int_equal(pipe2(start, O_CLOEXEC), 0);
    output.wait = (struct cap_wait){.go_on = start_reading, .context = &start[1]};
    if (!blocks)
        assert_int_equal(fcntl(output.fd, F_SETFL, O_WRONLY | O_NONBLOCK), 0);
    child = fork();
    if (child == 0) {
        close(output.fd);
        expect_pattern(ends[0], total, start[0]);
    }
    set_alarms(blocks);
    if (!blocks)
        start_reading(&start[1]);
    for (size_t at = 0; at < total; at += 997) {
        assert_int_equal(add(&output, at, total - at < 997 ? total - at : 997), 0);
        if (at == 0) /* so that no whole number of chunks fits into the pipe */
            assert_int_equal(cap_output_flush(&output), 0);
    }
    assert_int_equal(cap_output_publish(&output, &error), 0);
    cap_output_close(&output);
    close(ends[0]);
    close(start[0]);
    close(start[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_pipe(void **state)
{
    (void)state;
    assert_pipe(true);
    assert_pipe(false);
}

static void test_flush(void **state)
{
    uint8_t bytes[200];
    struct cap_output output;
    int ends[2];

    (void)state;
    open_pipe(&output, ends);
    for (size_t at = 0; at < 1000; at += 100) {
        assert_int_equal(add(&output, at, 100), 0);
        assert_int_equal(cap_output_flush(&output), 0);
        assert_int_equal(read(ends[0], bytes, sizeof(bytes)), 100);
        assert_true(is_pattern(bytes, at, 100));
    }
    cap_output_close(&output);
    close(ends[0]);
}

/* After a failed write all later ones must fail, and the buffer must keep its room. */
static void assert_broken(struct cap_output *output, int reason, const char *text)
{
    struct cap_error error;
    int failures = 0;

    for (size_t i = 0; i < 20; i++)
        failures += add(output, 0, i % 2 ? ROOM : 1000) != 0;
    assert_true(failures >= 10);
    assert_int_equal(output->error, reason);
    assert_int_equal(cap_output_flush(output), -1);
    assert_int_equal(cap_output_publish(output, &error), -1);
    assert_string_equal(error.text, text);
    cap_output_close(output);
    assert_int_equal(output->error, reason);
}

static void test_full_device(void **state)
{
    struct cap_output output;
    struct cap_error error;

    (void)state;
    open_output(&output, "/dev/full");
    assert_broken(&output, ENOSPC, "cannot write: No space left on device");
    open_output(&output, "/dev/full"); /* fails only with the last bytes */
    assert_int_equal(add(&output, 0, 1), 0);
    assert_int_equal(cap_output_publish(&output, &error), -1);
    assert_string_equal(error.text, "cannot write: No space left on device");
    cap_output_close(&output);
}

static void test_closed_pipe(void **state)
{
    struct cap_output output;
    int ends[2];

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    open_pipe(&output, ends);
    close(ends[0]);
    assert_broken(&output, EPIPE, "cannot write: Broken pipe");
    signal(SIGPIPE, SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_chunks),      cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_flush),       cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_closed_pipe),
    };
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_take_back, take_backs) + cmocka_run_group_tests(whole, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
