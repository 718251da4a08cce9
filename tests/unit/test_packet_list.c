/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/packet_list.h"

#include <stdio.h>

#include "support.h"

enum { NUMBERS = 30 };

struct list_row {
    const char *name;
    const char *text;
    const char *members; /* of the numbers from 1 on, one character each; the last one goes on */
};

static const struct list_row lists[] = {
    {"one", "3", "..x."},
    {"the first", "1", "x."},
    {"a range", "2-4", ".xxx."},
    {"from a number on", "3-", "..x"},
    {"all", "1-", "x"},
    {"several", "1,3-4,6-", "x.xx.x"},
    {"out of order", "6-,3-4,1", "x.xx.x"},
    {"one inside another", "1-6,2-3,8", "xxxxxx.x."},
    {"overlapping", "1-3,2-5", "xxxxx."},
    {"a short one first", "2,2-4", ".xxx."},
    {"open inside open", "3-,5-6,4-", "..x"},
    {"leading zeros", "003-04", "..xx."},
    {"the largest", "2-18446744073709551615", ".x"},
};

static void test_list(void **state)
{
    const struct list_row *row = *state;
    size_t last = strlen(row->members) - 1;

    for (uint64_t step = 1; step < 4; step++) {
        struct packet_list list;

        assert_int_equal(packet_list_parse(&list, row->text), 0);
        for (uint64_t number = 1; number <= NUMBERS; number += step)
            assert_int_equal(packet_list_has(&list, number),
                             row->members[number - 1 < last ? number - 1 : last] == 'x');
        packet_list_free(&list);
    }
}

struct refusal_row {
    const char *name;
    const char *text;
};

static const struct refusal_row refusals[] = {
    {"nothing", ""},
    {"a comma", ","},
    {"a comma at the end", "1,"},
    {"zero", "0"},
    {"a range from zero", "0-3"},
    {"a range backwards", "3-2"},
    {"a range without a start", "-3"},
    {"a range of three", "1-2-3"},
    {"above 64 bits", "18446744073709551616"},
    {"a word", "x"},
    {"a word behind", "1x"},
    {"a space", "1, 2"},
    {"a sign", "+1"},
    {"hexadecimal", "0x10"},
};

static void test_refused(void **state)
{
    const struct refusal_row *row = *state;
    struct packet_list list;

    assert_int_equal(packet_list_parse(&list, row->text), -1);
    assert_null(list.ranges);
    assert_int_equal(list.count, 0);
}

static void test_empty(void **state)
{
    struct packet_list list = {0};

    (void)state;
    assert_false(packet_list_has(&list, 1));
    packet_list_free(&list);
}

int main(void)
{
    const struct CMUnitTest whole[] = {cmocka_unit_test(test_empty)};

    return (RUN_ROWS(test_list, lists) + RUN_ROWS(test_refused, refusals) +
            cmocka_run_group_tests(whole, NULL, NULL)) != 0;
}
