/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/text.h"
#include "info/show.h"
#include "support.h"

static const struct {
    double value;
    const char *text;
} scaled_rows[] = {
    {0, "0"},         {7, "7"},         {999, "999"},     {999.6, "1.00 k"},  {1000, "1.00 k"},
    {9994, "9.99 k"}, {9996, "10.0 k"}, {99960, "100 k"}, {999600, "1.00 M"}, {0.5, "0.50"},
    {12.345, "12.3"}, {123.4, "123"},   {1e24, "1000 Z"},
};

static void test_text(void **state)
{
    char text[TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(scaled_rows); i++)
        assert_string_equal(text_scaled(scaled_rows[i].value, "", text), scaled_rows[i].text);
    assert_string_equal(text_scaled(96, "B", text), "96 B");
    assert_string_equal(text_scaled(4606, "B", text), "4.61 kB");
    assert_string_equal(text_percent(0, text), "0%");
    assert_string_equal(text_percent(0.0009, text), "<0.1%");
    assert_string_equal(text_percent(0.001, text), "0.1%");
    assert_string_equal(text_percent(0.0994, text), "9.9%");
    assert_string_equal(text_percent(0.0996, text), "10%");
    assert_string_equal(text_percent(0.996, text), "99.6%");
    assert_string_equal(text_percent(0.9991, text), ">99.9%");
    assert_string_equal(text_percent(1, text), "100%");
    assert_string_equal(text_time(1767261600, 1000, text), "2026-01-01T10:00:00.000001Z");
    assert_string_equal(text_time(-1, 999999999, text), "1969-12-31T23:59:59.999999999Z");
    assert_null(text_time(INT64_MAX, 0, text));
    assert_null(text_time(253402300800, 0, text));
    assert_string_equal(info_linktype_text(113, text), "Linux cooked");
    assert_string_equal(info_linktype_text(147, text), "link type 147");
}

static const struct {
    const char *text;
    unsigned at;
    unsigned indent;
    unsigned width;
    const char *lines;
} wrap_rows[] = {
    {"", 0, 4, 20, "\n"},
    {"one two", 0, 4, 7, "one two\n"},
    {"one two", 0, 4, 6, "one\n    two\n"},
    {"one two", 1, 0, 7, "one\ntwo\n"},
    {"one two three", 0, 2, 9, "one two\n  three\n"},
    {"one two three", 0, 2, 1, "one\n  two\n  three\n"},
    {"one\ntwo  three\n", 0, 2, 20, "one two three\n"},
    {"one\n   two three", 0, 2, 20, "one\n  two three\n"},
};

static void test_wrap(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrap_rows); i++) {
        char *text = NULL;
        size_t len = 0;
        FILE *stream = open_memstream(&text, &len);

        assert_non_null(stream);
        text_wrap(stream, wrap_rows[i].text, wrap_rows[i].at, wrap_rows[i].indent,
                  wrap_rows[i].width);
        fclose(stream);
        assert_string_equal(text, wrap_rows[i].lines);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_wrap),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
