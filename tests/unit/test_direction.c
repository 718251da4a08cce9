/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay/direction.h"

#include <stdio.h>

#include "support.h"

/*
 * An IPv4 frame between two addresses 10.0.0.x, at offset 14 with Ethernet; with GRE if it has a
 * VSID.
 */
static struct bytes ipv4_frame(uint32_t from, uint32_t to, bool raw, int64_t vsid)
{
    struct bytes frame = {.len = 0};

    if (!raw)
        add_hex(&frame, "020000000002 020000000001 0800");
    add_hex(&frame, vsid < 0 ? "45000014 00000000 4011 0000" : "4500002a 00000000 402f 0000");
    add_hex(&frame, "0a0000");
    add8(&frame, from);
    add_hex(&frame, "0a0000");
    add8(&frame, to);
    if (vsid >= 0) {
        add_hex(&frame, "2000 6558");
        add16(&frame, (uint32_t)vsid >> 8);
        add8(&frame, (uint32_t)vsid);
        add8(&frame, 0);
        add_hex(&frame, "060000000007 060000000005 88b5");
    }
    return frame;
}

static uint32_t target_of(struct direction *direction, const struct bytes *frame, uint32_t caplen,
                          bool raw)
{
    uint8_t *copy = exact_copy(frame->data, caplen);
    uint32_t target = direction_of(direction, copy, caplen, frame->len, raw, 0);

    free(copy);
    return target;
}

/* ---- Lists of VSIDs ---- */

struct list_row {
    const char *name;
    const char *text;
    int result;
    uint32_t count; /* interfaces, including the one that was there before */
    struct {
        uint32_t vsid, target;
    } expected[6];
};

static const struct list_row lists[] = {
    {"one", "5001=a", 0, 2, {{5001, 1}, {5000, 0}, {5002, 0}}},
    {"a range", "6000-6009=a", 0, 2, {{5999, 0}, {6000, 1}, {6009, 1}, {6010, 0}}},
    {"several", "1=a,2-3=b,4=a", 0, 3, {{1, 1}, {2, 2}, {3, 2}, {4, 1}, {5, 0}}},
    {"the name that was there", "1=first,2=a", 0, 2, {{1, 0}, {2, 1}}},
    {"the first that has it wins", "1-9=a,5=b", 0, 3, {{5, 1}}},
    {"all", "0-16777215=a", 0, 2, {{0, 1}, {16777215, 1}}},
    {"names with signs", "1=a=b,2=x-1", 0, 3, {{1, 1}, {2, 2}}},
    {"nothing", "", -1, 0, {{0, 0}}},
    {"no name", "1=", -1, 0, {{0, 0}}},
    {"no VSID", "=a", -1, 0, {{0, 0}}},
    {"no sign", "1", -1, 0, {{0, 0}}},
    {"too large", "16777216=a", -1, 0, {{0, 0}}},
    {"backwards", "3-2=a", -1, 0, {{0, 0}}},
    {"ends in a comma", "1=a,", -1, 0, {{0, 0}}},
    {"begins with a comma", ",1=a", -1, 0, {{0, 0}}},
    {"two commas", "1=a,,2=b", -1, 0, {{0, 0}}},
    {"space", "1=a, 2=b", -1, 0, {{0, 0}}},
};

static void test_list(void **state)
{
    const struct list_row *row = *state;
    const char *names[DIRECTION_TARGETS_MAX] = {"first"};
    struct direction direction = {.kind = DIRECTION_ONE};
    char *text = (char *)exact_copy(row->text, (uint32_t)strlen(row->text) + 1);
    uint32_t count = 1;

    assert_int_equal(direction_read_vsids(&direction, text, names, &count), row->result);
    if (row->result == 0) {
        assert_int_equal(direction.kind, DIRECTION_VSID);
        assert_int_equal(count, row->count);
        for (size_t i = 0; i < COUNT(row->expected) && (i == 0 || row->expected[i].vsid); i++) {
            struct bytes frame = ipv4_frame(1, 2, false, row->expected[i].vsid);

            assert_int_equal(target_of(&direction, &frame, frame.len, false),
                             row->expected[i].target);
        }
    }
    direction_free(&direction);
    free(text);
}

static void test_too_many_interfaces(void **state)
{
    const char *names[DIRECTION_TARGETS_MAX] = {"first"};
    char text[16 * DIRECTION_TARGETS_MAX];
    (void)state;

    for (uint32_t extra = 0; extra < 2; extra++) {
        struct direction direction = {.kind = DIRECTION_ONE};
        uint32_t count = 1;
        int len = 0;

        for (uint32_t i = 1; i < DIRECTION_TARGETS_MAX + extra; i++)
            len +=
                snprintf(text + len, sizeof text - (size_t)len, "%s%u=n%u", i > 1 ? "," : "", i, i);
        assert_int_equal(direction_read_vsids(&direction, text, names, &count), extra ? -1 : 0);
        direction_free(&direction);
    }
}

/* ---- Addresses ---- */

struct talk {
    uint32_t from, to, target;
};

static const struct talk talks[] = {{1, 2, 0}, {2, 1, 1}, {3, 1, 1}, {1, 4, 0}, {4, 5, 1},
                                    {5, 4, 0}, {2, 3, 1}, {6, 6, 0}, {6, 1, 0}, {7, 2, 0}};

static void test_pa(void **state)
{
    (void)state;
    for (int raw = 0; raw < 2; raw++) {
        struct direction direction = {.kind = DIRECTION_PA};

        for (size_t round = 0; round < 2 * COUNT(talks); round++) {
            const struct talk *talk = &talks[round % COUNT(talks)];
            struct bytes frame = ipv4_frame(talk->from, talk->to, raw, -1);

            assert_int_equal(target_of(&direction, &frame, frame.len, raw), talk->target);
        }
        direction_free(&direction);
    }
}

/*
 * More addresses than are remembered. Each gets one of the two directions, the same with any
 * secret.
 */
static void test_pa_many(void **state)
{
    enum { FRAMES = 300000 };
    uint8_t *targets = malloc(FRAMES);
    (void)state;

    assert_non_null(targets);
    for (uint32_t round = 0; round < 2; round++) {
        struct direction direction = {.kind = DIRECTION_PA};
        uint32_t random = 7637;

        table_seed(round);
        for (uint32_t i = 0; i < FRAMES; i++) {
            struct bytes frame = ipv4_frame(1, 2, false, -1);
            uint32_t addresses[] = {next_random(&random), next_random(&random)};
            uint32_t target;

            memcpy(frame.data + 26, addresses, sizeof addresses);
            target = direction_of(&direction, frame.data, frame.len, frame.len, false, 0);
            assert_in_range(target, 0, 1);
            if (round == 0)
                targets[i] = (uint8_t)target;
            assert_int_equal(target, targets[i]);
        }
        direction_free(&direction);
    }
    free(targets);
}

static void test_interfaces(void **state)
{
    struct direction direction = {.kind = DIRECTION_IFACE};
    (void)state;

    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(direction_of(&direction, NULL, 0, 0, false, i), i > 0);
    direction.kind = DIRECTION_ONE;
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(direction_of(&direction, NULL, 0, 0, false, i), 0);
}

/* Frames that are cut anywhere get a target, without a read past the end. */
static void test_cut(void **state)
{
    const enum direction_kind kinds[] = {DIRECTION_PA, DIRECTION_CIDR, DIRECTION_VSID};
    (void)state;

    for (size_t i = 0; i < COUNT(kinds); i++) {
        for (int raw = 0; raw < 2; raw++) {
            struct direction direction = {.kind = kinds[i]};
            struct bytes frame = ipv4_frame(1, 2, raw, 5001);

            for (uint32_t caplen = 0; caplen <= frame.len; caplen++)
                assert_true(target_of(&direction, &frame, caplen, raw) < 2);
            direction_free(&direction);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_too_many_interfaces),
                                       cmocka_unit_test(test_pa), cmocka_unit_test(test_pa_many),
                                       cmocka_unit_test(test_interfaces),
                                       cmocka_unit_test(test_cut)};

    return RUN_ROWS(test_list, lists) + cmocka_run_group_tests(tests, NULL, NULL);
}
