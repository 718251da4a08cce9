/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/terminal.h"
#include "support.h"

static int open_terminal(unsigned short columns, int *leader)
{
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    int follower = -1;

    assert_int_equal(openpty(leader, &follower, NULL, NULL, &size), 0);
    return follower;
}

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static const struct {
    const char *columns;
    unsigned short window;
    unsigned width;
} width_rows[] = {
    {NULL, 100, 100}, {NULL, 0, 80},    {NULL, 39, 40},     {NULL, 40, 40},
    {NULL, 501, 500}, {"72", 100, 72},  {"1", 100, 40},     {"99999999999999999999", 100, 500},
    {"0", 100, 100},  {"-5", 100, 100}, {"wide", 100, 100}, {"", 100, 100},
};

static void test_width(void **state)
{
    const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);

    (void)state;
    for (size_t i = 0; i < COUNT(width_rows); i++) {
        int leader = -1;
        const int follower = open_terminal(width_rows[i].window, &leader);

        set("COLUMNS", width_rows[i].columns);
        assert_int_equal(terminal_width(follower), width_rows[i].width);
        close(follower);
        close(leader);
    }
    set("COLUMNS", NULL);
    assert_int_equal(terminal_width(file), 80);
    set("COLUMNS", "72");
    assert_int_equal(terminal_width(file), 72);
    close(file);
}

static void test_colours(void **state)
{
    int leader = -1;
    const int follower = open_terminal(80, &leader);
    const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);

    (void)state;
    set("NO_COLOR", NULL);
    assert_true(terminal_has_colours(follower));
    assert_false(terminal_has_colours(file));
    set("NO_COLOR", "");
    assert_true(terminal_has_colours(follower));
    set("NO_COLOR", "1");
    assert_false(terminal_has_colours(follower));
    close(follower);
    close(leader);
    close(file);
}

static void test_utf8(void **state)
{
    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C"));
    assert_false(terminal_is_utf8());
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    assert_true(terminal_is_utf8());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_utf8),
    };

    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
