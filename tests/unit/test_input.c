/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <sys/stat.h>

#include "capture_support.h"
#include "scratch_support.h"

enum { CHUNK = 256 * 1024, VIEW_MAX = 512 * 1024, FILE_LEN = 3 * 1024 * 1024, STEPS_MAX = 8 };

static uint8_t file[FILE_LEN];

struct source {
    struct delivery delivery;
    struct cap_input input;
};

static void source_open(struct source *source, size_t len, size_t step)
{
    struct cap_error error;
    struct cap_wait wait = delivery_open(&source->delivery, file, len, step);

    assert_int_equal(cap_input_open(&source->input, source->delivery.path, &wait, &error), 0);
}

static void source_close(struct source *source)
{
    cap_input_close(&source->input);
    delivery_close(&source->delivery);
}

/* Views `len` bytes, which must be the file's bytes at `at`, then takes `take` of them. */
static void assert_view(struct cap_input *input, size_t at, size_t len, size_t take)
{
    const uint8_t *view = cap_input_view(input, len);

    assert_non_null(view);
    assert_true(cap_input_left(input) >= len);
    assert_true(is_pattern(view, at, len));
    cap_input_take(input, take);
}

/* Views across the borders between chunks; each is taken completely. */
struct view_row {
    const char *name;
    size_t views[STEPS_MAX];
};

static const struct view_row views[] = {
    {"small ones", {1, 2, 3, 1000, 1, 4096}},
    {"nothing, too", {0, 1, 0, CHUNK, 0, 1, 0, VIEW_MAX}},
    {"a chunk", {CHUNK, CHUNK, 1}},
    {"a chunk less a byte", {CHUNK - 1, 1, 1}},
    {"a chunk and a byte", {CHUNK + 1, CHUNK, 1}},
    {"across a seam", {CHUNK - 1, 2, CHUNK - 2, 2, CHUNK}},
    {"two chunks", {VIEW_MAX, 1, 1}},
    {"the longest, again and again", {VIEW_MAX, VIEW_MAX, VIEW_MAX, VIEW_MAX, VIEW_MAX}},
    {"the longest behind a byte", {1, VIEW_MAX, VIEW_MAX, VIEW_MAX, VIEW_MAX}},
    {"the longest behind a chunk less a byte", {CHUNK - 1, VIEW_MAX, 1, VIEW_MAX, VIEW_MAX}},
    {"the longest behind a chunk", {CHUNK, VIEW_MAX, CHUNK + 1, VIEW_MAX - 1}},
    {"the longest less a byte", {2, VIEW_MAX - 1, VIEW_MAX - 1, 3, VIEW_MAX - 1}},
};

static const size_t steps[] = {0, 4096, 4093, 100};

static void test_views(void **state)
{
    const struct view_row *row = *state;

    for (size_t s = 0; s < COUNT(steps); s++) {
        struct source source;
        size_t at = 0;

        source_open(&source, sizeof(file), steps[s]);
        for (size_t i = 0; i < STEPS_MAX; i++) {
            assert_view(&source.input, at, row->views[i], row->views[i]);
            at += row->views[i];
        }
        source_close(&source);
    }
}

/* Mostly small sizes, as of packets, some up to the maximum. Not all viewed bytes are taken. */
static void test_random_views(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (size_t s = 0; s < COUNT(steps); s++) {
        struct source source;
        size_t at = 0;

        source_open(&source, sizeof(file), steps[s]);
        while (at < sizeof(file)) {
            size_t len = next_random(&random) % (next_random(&random) % 8 ? 2000 : VIEW_MAX + 1);
            size_t take = next_random(&random) % (len + 1);

            if (len > sizeof(file) - at)
                len = take = sizeof(file) - at;
            assert_view(&source.input, at, len, take);
            at += take;
        }
        assert_null(cap_input_view(&source.input, 1));
        assert_true(source.input.eof);
        source_close(&source);
    }
}

/* If views are shorter than a chunk, a file is read in whole chunks at aligned offsets. */
static void test_aligned_reads(void **state)
{
    uint32_t random = 1;
    struct source source;
    size_t at = 0;

    (void)state;
    source_open(&source, sizeof(file), 0);
    while (at < sizeof(file) - 2000) {
        size_t len = next_random(&random) % 2000;

        assert_view(&source.input, at, len, len);
        at += len;
        assert_int_equal(lseek(source.input.fd, 0, SEEK_CUR) % CHUNK, 0);
    }
    source_close(&source);
}

/*
 * If the input ends inside a view, the view reports the available bytes. They can still be viewed.
 */
struct end_row {
    const char *name;
    size_t len;
    size_t take; /* taken before */
    size_t view;
};

static const struct end_row ends[] = {
    {"empty", 0, 0, 1},
    {"a byte", 1, 0, 2},
    {"all taken", 100, 100, 1},
    {"a byte too much", 100, 10, 91},
    {"the longest view of a little", 100, 10, VIEW_MAX},
    {"a whole chunk", CHUNK, 0, CHUNK + 1},
    {"a whole chunk, taken", CHUNK, CHUNK, 1},
    {"behind a seam", CHUNK + 10, CHUNK - 10, 21},
    {"the longest view less a byte", VIEW_MAX - 1, 0, VIEW_MAX},
};

static void test_end(void **state)
{
    const struct end_row *row = *state;

    for (size_t s = 0; s < COUNT(steps); s++) {
        struct source source;

        source_open(&source, row->len, steps[s]);
        for (size_t at = 0; at < row->take; at++)
            assert_view(&source.input, at, 1, 1);
        for (int again = 0; again < 2; again++) {
            assert_null(cap_input_view(&source.input, row->view));
            assert_int_equal(cap_input_left(&source.input), row->len - row->take);
        }
        assert_true(source.input.eof);
        assert_int_equal(source.input.error, 0);
        assert_view(&source.input, row->take, row->len - row->take, row->len - row->take);
        source_close(&source);
    }
}

static void test_given_up(void **state)
{
    struct source source;

    (void)state;
    source_open(&source, 100, 7);
    source.delivery.give_up = true;
    assert_null(cap_input_view(&source.input, 101));
    assert_true(source.input.stopped);
    assert_false(source.input.eof);
    assert_int_equal(cap_input_left(&source.input), 100);
    assert_null(cap_input_view(&source.input, 101));
    assert_view(&source.input, 0, 100, 100);
    source_close(&source);
}

static bool must_not_wait(void *context, int fd)
{
    (void)context;
    (void)fd;
    return false;
}

/* Reads of a file do not block, so the wait callback is not called. */
static void test_file_is_not_waited_for(void **state)
{
    struct source source;

    (void)state;
    source_open(&source, 100, 0);
    source.input.wait.ready = must_not_wait;
    assert_view(&source.input, 0, 100, 100);
    assert_false(source.input.stopped);
    source_close(&source);
}

/* The share of a file that was read, after each chunk. The length of a pipe is not known. */
static void test_share(void **state)
{
    struct source source;

    (void)state;
    source_open(&source, 4 * (size_t)CHUNK, 0);
    assert_float_equal(cap_input_share(&source.input), 0, 0);
    assert_view(&source.input, 0, 1, 1);
    assert_float_equal(cap_input_share(&source.input), 0.25, 0);
    assert_view(&source.input, 1, CHUNK, CHUNK);
    assert_float_equal(cap_input_share(&source.input), 0.5, 0);
    source_close(&source);
    source_open(&source, 100, 7);
    assert_view(&source.input, 0, 1, 1);
    assert_float_equal(cap_input_share(&source.input), 0, 0);
    source_close(&source);
}

/* The first read blocks until a signal interrupts it. The second one finds bytes. */
static bool ready_after_signal(void *context, int fd)
{
    struct delivery *delivery = context;
    bool first = delivery->step == 0;

    delivery->step = 7;
    set_alarms(first);
    return first || delivery_ready(delivery, fd);
}

static void test_signal(void **state)
{
    struct source source;

    (void)state;
    source_open(&source, 100, 7);
    source.delivery.step = 0;
    source.input.wait.ready = ready_after_signal;
    assert_view(&source.input, 0, 7, 7);
    assert_int_equal(source.input.error, 0);
    source_close(&source);
}

/* After a signal, gives up opening a FIFO, or opens its other end. */
struct opener {
    bool give_up;
    int calls;
    int other_end;
};

static bool open_other_end(void *context)
{
    struct opener *opener = context;

    set_alarms(false);
    opener->calls++;
    if (!opener->give_up)
        opener->other_end = open(scratch_path("fifo"), O_RDWR | O_CLOEXEC);
    return !opener->give_up;
}

static void test_signal_in_open(void **state)
{
    const int flags[] = {O_RDONLY, O_WRONLY};

    (void)state;
    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    for (size_t i = 0; i < 2 * COUNT(flags); i++) {
        struct opener opener = {.give_up = i % 2, .other_end = -1};
        const struct cap_wait wait = {.go_on = open_other_end, .context = &opener};
        int fd;

        set_alarms(true);
        fd = cap_open(scratch_path("fifo"), flags[i / 2], &wait);
        assert_int_equal(opener.calls, 1);
        if (opener.give_up) {
            assert_int_equal(fd, -1);
            assert_int_equal(errno, EINTR);
        } else {
            assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
            close(fd);
            close(opener.other_end);
        }
    }
    scratch_clear();
}

static bool does_not_wait(void *context, int fd)
{
    (void)context;
    (void)fd;
    return true;
}

static void test_read_error(void **state)
{
    struct cap_input input;
    struct cap_error error;
    const struct cap_wait wait = {.ready = does_not_wait};

    (void)state;
    assert_int_equal(cap_input_open(&input, "/", &wait, &error), 0);
    assert_null(cap_input_view(&input, 1));
    assert_int_equal(input.error, EISDIR);
    assert_null(cap_input_view(&input, 1));
    assert_int_equal(cap_input_left(&input), 0);
    cap_input_close(&input);
    assert_int_equal(cap_input_open(&input, "/nonexistent", &wait, &error), -1);
    assert_string_equal(error.text, "cannot open: No such file or directory");
}

/* `-` is standard input, which stays open. */
static void test_standard_input(void **state)
{
    int saved = dup(STDIN_FILENO);
    struct delivery delivery;
    struct cap_wait wait = delivery_open(&delivery, file, 100, 7);
    struct cap_input input;
    struct cap_error error;

    (void)state;
    assert_int_equal(dup2(delivery.source, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(cap_input_open(&input, "-", &wait, &error), 0);
    assert_view(&input, 0, 100, 100);
    cap_input_close(&input);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    dup2(saved, STDIN_FILENO);
    close(saved);
    delivery_close(&delivery);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_random_views), cmocka_unit_test(test_aligned_reads),
        cmocka_unit_test(test_given_up),     cmocka_unit_test(test_file_is_not_waited_for),
        cmocka_unit_test(test_signal),       cmocka_unit_test(test_signal_in_open),
        cmocka_unit_test(test_read_error),   cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_share),
    };
    int failures;

    for (size_t i = 0; i < sizeof(file); i++)
        file[i] = pattern(i);
    scratch_make();
    failures = RUN_ROWS(test_views, views) + RUN_ROWS(test_end, ends) +
               cmocka_run_group_tests(whole, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
