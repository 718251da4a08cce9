/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "output_support.h"

#include <sys/stat.h>
#include <sys/wait.h>

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *path, const char *text)
{
    struct capture file = capture_read(path);

    assert_int_equal(file.len, strlen(text));
    assert_memory_equal(file.data, text, file.len);
    free(file.data);
}

/* The file must appear or change only when it is published. */
struct publish_row {
    const char *name;
    const char *before; /* NULL if there is no file */
    bool publish;
};

static const struct publish_row publishes[] = {
    {"new and published", NULL, true},
    {"new and not published", NULL, false},
    {"replaced", "old", true},
    {"kept", "old", false},
};

static void assert_file_or_none(const char *path, const char *text)
{
    if (text)
        assert_file(path, text);
    else
        assert_int_equal(access(path, F_OK), -1);
}

static void test_publish(void **state)
{
    const struct publish_row *row = *state;
    const char *path = scratch_path("out");
    const char *after = row->publish ? "new" : row->before;
    struct cap_output output;
    struct cap_error error;

    if (row->before)
        write_file(path, row->before);
    open_output(&output, path);
    memcpy(cap_output_at(&output), "new", 3);
    assert_int_equal(cap_output_add(&output, 3), 0);
    assert_int_equal(cap_output_flush(&output), 0);
    assert_file_or_none(path, row->before);
    if (row->publish)
        assert_int_equal(cap_output_publish(&output, &error), 0);
    cap_output_close(&output);
    assert_file_or_none(path, after);
    assert_int_equal(scratch_clear(), after ? 1 : 0);
}

/* With a symbolic link, its target is replaced, not the link. A link to nothing is refused. */
static void test_symbolic_link(void **state)
{
    const char *link = scratch_path("link");
    const char *file = scratch_path("file");
    struct cap_output output;
    struct cap_error error;
    struct stat status;

    (void)state;
    write_file(file, "old");
    assert_int_equal(symlink("file", link), 0);
    open_output(&output, link);
    memcpy(cap_output_at(&output), "new", 3);
    assert_int_equal(cap_output_add(&output, 3), 0);
    assert_int_equal(cap_output_publish(&output, &error), 0);
    cap_output_close(&output);
    assert_file(file, "new");
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(unlink(file), 0);
    assert_int_equal(cap_output_open(&output, link, &no_input, &error), -1);
    assert_string_equal(error.text, "cannot create: No such file or directory");
    assert_int_equal(scratch_clear(), 1);
}

/* Names under which the output may be the input. */
struct same_row {
    const char *name;
    const char *out;
    bool refused;
};

static const struct same_row same[] = {
    {"its name", "in", true},
    {"a hard link", "hard", true},
    {"a symbolic link", "symbolic", true},
    {"another file of the same bytes", "other", false},
};

static void test_same_file(void **state)
{
    const struct same_row *row = *state;
    struct cap_output output;
    struct cap_error error;
    struct cap_input input = {.fd = -1};

    write_file(scratch_path("in"), "input");
    write_file(scratch_path("other"), "input");
    assert_int_equal(link(scratch_path("in"), scratch_path("hard")), 0);
    assert_int_equal(symlink("in", scratch_path("symbolic")), 0);
    input.fd = open(scratch_path("in"), O_RDONLY);
    assert_int_equal(cap_output_open(&output, scratch_path(row->out), &input, &error),
                     row->refused ? -1 : 0);
    if (row->refused)
        assert_string_equal(error.text, "is also the input; the input is never overwritten");
    cap_output_close(&output);
    close(input.fd);
    assert_file(scratch_path("in"), "input");
    assert_int_equal(scratch_clear(), 4);
}

/* `-` is standard output, here a file. It is refused if it is also the input, otherwise written. */
static void test_standard_output(void **state)
{
    int saved = dup(STDOUT_FILENO);
    int in = open(scratch_path("in"), O_RDWR | O_CREAT, 0600);
    int out = open(scratch_path("out"), O_RDWR | O_CREAT, 0600);
    const struct cap_input input = {.fd = in};
    struct cap_output output;
    struct cap_error error;
    int refused;
    int opened;

    (void)state;
    fflush(stdout);
    dup2(in, STDOUT_FILENO);
    refused = cap_output_open(&output, "-", &input, &error);
    dup2(out, STDOUT_FILENO);
    opened = cap_output_open(&output, "-", &input, &error);
    if (opened == 0) {
        memcpy(cap_output_at(&output), "new", 3);
        cap_output_add(&output, 3);
        cap_output_publish(&output, &error);
        cap_output_close(&output);
    }
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(in);
    close(out);
    assert_int_equal(refused, -1);
    assert_int_equal(opened, 0);
    assert_file(scratch_path("in"), "");
    assert_file(scratch_path("out"), "new");
    assert_int_equal(scratch_clear(), 2);
}

struct mode_row {
    const char *name;
    mode_t mask;
    mode_t existing; /* 0 if there is no file */
    mode_t expected;
};

static const struct mode_row modes[] = {
    {"new, umask 022", 0022, 0, 0644},
    {"new, umask 077", 0077, 0, 0600},
    {"new, umask 0", 0, 0, 0666},
    {"as the file had it", 0022, 0640, 0640},
    {"as the file had it, more than the umask gives", 0077, 0666, 0666},
    {"as the file had it, with a special bit", 0022, 02755, 02755},
};

static void test_mode(void **state)
{
    const struct mode_row *row = *state;
    const char *path = scratch_path("out");
    mode_t before = umask(row->mask);
    struct cap_output output;
    struct cap_error error;
    struct stat status;

    if (row->existing) {
        write_file(path, "old");
        assert_int_equal(chmod(path, row->existing), 0);
    }
    open_output(&output, path);
    assert_int_equal(cap_output_publish(&output, &error), 0);
    cap_output_close(&output);
    assert_int_equal(umask(before), row->mask);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, row->expected);
    scratch_clear();
}

struct refusal_row {
    const char *name;
    const char *path;
    const char *text;
};

static const struct refusal_row refusals[] = {
    {"a folder", "/", "cannot create: Is a directory"},
    {"in no folder", "/nonexistent/out", "cannot create: No such file or directory"},
    {"in a file", "/dev/null/out", "cannot create: Not a directory"},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    struct cap_output output;
    struct cap_error error;

    assert_int_equal(cap_output_open(&output, row->path, &no_input, &error), -1);
    assert_string_equal(error.text, row->text);
    cap_output_close(&output);
}

/*
 * Runs in a child process without root rights, because root may write all files. Exits with 0 if
 * refused.
 */
static void expect_refusal(const char *path)
{
    const uid_t nobody = 65534;
    struct cap_output output;
    struct cap_error error;

    if (geteuid() == 0 && setresuid(nobody, nobody, nobody) != 0)
        _exit(1);
    if (cap_output_open(&output, path, &no_input, &error) != -1)
        _exit(2);
    _exit(strcmp(error.text, "cannot create: Permission denied") == 0 ? 0 : 3);
}

static void test_read_only_file(void **state)
{
    const char *path = scratch_path("out");
    int status;
    pid_t child;

    (void)state;
    write_file(path, "old");
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(scratch, 0777), 0); /* a file could be created next to it */
    child = fork();
    if (child == 0)
        expect_refusal(path);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(scratch_clear(), 1);
}

int main(void)
{
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(test_symbolic_link),
        cmocka_unit_test(test_standard_output),
        cmocka_unit_test(test_read_only_file),
    };
    int failures;

    scratch_make();
    failures = RUN_ROWS(test_publish, publishes) + RUN_ROWS(test_same_file, same) +
               RUN_ROWS(test_mode, modes) + RUN_ROWS(test_refused, refusals) +
               cmocka_run_group_tests(whole, NULL, NULL);
    scratch_remove();
    return failures != 0;
}
