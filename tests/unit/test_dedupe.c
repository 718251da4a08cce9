/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transform/dedupe.h"

#include "support.h"
#include "wire.h"

enum { INNER_LEN = 60, OUTER_LEN = 42, WINDOW_MS = 10 };

/*
 * A script of packets. Each step is a letter for the inner frame and a digit for the receiver.
 * Optional: `v` for another VSID, `s` for an inner frame that is longer on the wire, and the time
 * in ms.
 */
struct script_row {
    const char *name;
    const char *steps;
    const char *expected; /* `.` for a frame, `c` for a copy */
};

static const struct script_row scripts[] = {
    {"copies", "a1 a2 a3", ".cc"},
    {"two frames in turns", "a1 b1 a2 b2", "..cc"},
    {"again to the same", "a1 a1", ".."},
    {"the same once more, with copies", "a1 a2 a1 a2", ".c.c"},
    {"another VSID", "a1 a2v a3", "..c"},
    {"another length", "a1 a2s a3", "..c"},
    {"at the window's end", "a1:0 a2:10", ".c"},
    {"behind it", "a1:0 a2:11", ".."},
    {"behind it, counted from the first", "a1:0 a2:9 a3:11", ".c."},
    {"backwards", "a1:20 a2:10 a3:9", ".c."},
};

static const struct cap_iface iface = {.linktype = CAP_LINKTYPE_ETHERNET, .tsresol = 3};

/* Reads a step at *text and makes a packet in a block of exact size. */
static uint8_t *read_step(const char **text, struct cap_packet *packet, struct nvgre_frame *frame)
{
    const char *p = *text;
    uint8_t *data = calloc(1, OUTER_LEN + INNER_LEN);
    uint32_t key = 5001 << 8;

    assert_non_null(data);
    *frame = (struct nvgre_frame){.kind = NVGRE_CLASS_CLEAN,
                                  .ip = {.offset = 14, .version = 4},
                                  .inner_offset = OUTER_LEN,
                                  .inner_caplen = INNER_LEN,
                                  .inner_len = INNER_LEN};
    memset(data + OUTER_LEN, *p++, INNER_LEN);
    data[33] = (uint8_t)*p++;
    for (; *p == 'v' || *p == 's'; p++) {
        key += *p == 'v' ? 1 << 8 : 0;
        frame->inner_len += *p == 's';
    }
    frame->gre.key = key | data[33]; /* another FlowID does not make another frame */
    *packet = (struct cap_packet){.data = data,
                                  .caplen = OUTER_LEN + INNER_LEN,
                                  .len = OUTER_LEN + frame->inner_len,
                                  .iface = &iface,
                                  .record = CAP_RECORD_ENHANCED};
    if (*p == ':')
        packet->ts = strtoull(p + 1, (char **)&p, 10);
    *text = p + (*p == ' ');
    return data;
}

static void test_script(void **state)
{
    const struct script_row *row = *state;
    struct dedupe *dedupe = dedupe_new(WINDOW_MS);
    const char *text = row->steps;

    assert_non_null(dedupe);
    for (size_t i = 0; i < strlen(row->expected); i++) {
        struct cap_packet packet;
        struct nvgre_frame frame;
        uint8_t *data = read_step(&text, &packet, &frame);

        assert_int_equal(dedupe_is_copy(dedupe, &packet, &frame), row->expected[i] == 'c');
        free(data);
    }
    assert_int_equal(*text, '\0');
    dedupe_free(dedupe);
}

/* Whether the frame with this number, sent to this receiver, is a copy. */
static bool is_copy(struct dedupe *dedupe, uint32_t number, char receiver)
{
    const char step[] = {'a', receiver, '\0'};
    const char *text = step;
    struct cap_packet packet;
    struct nvgre_frame frame;
    uint8_t *data = read_step(&text, &packet, &frame);
    bool result;

    wire_put32(data + OUTER_LEN, number);
    result = dedupe_is_copy(dedupe, &packet, &frame);
    free(data);
    return result;
}

/* A frame is remembered until DEDUPE_FRAMES others came, with any secret. */
static void test_forgets(void **state)
{
    (void)state;
    for (uint32_t others = DEDUPE_FRAMES - 1; others <= DEDUPE_FRAMES; others++) {
        struct dedupe *dedupe = dedupe_new(WINDOW_MS);

        assert_non_null(dedupe);
        assert_false(is_copy(dedupe, 0, '1'));
        for (uint32_t i = 1; i <= others; i++) {
            assert_false(is_copy(dedupe, i, '1'));
            assert_true(is_copy(dedupe, i, '2'));
        }
        assert_int_equal(is_copy(dedupe, 0, '2'), others < DEDUPE_FRAMES);
        dedupe_free(dedupe);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forgets)};

    return RUN_ROWS(test_script, scripts) + cmocka_run_group_tests(tests, NULL, NULL);
}
