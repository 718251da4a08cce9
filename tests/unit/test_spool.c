/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capfile/spool.h"

#include "capfile/split.h"
#include "scratch_support.h"

enum { FILES = 300, FULL_FILES = CAP_SPOOL_MEMORY / CAP_SPOOL_BUFFER_MAX };

/* The byte for a file and an offset. */
static uint8_t byte_at(uint32_t file, size_t offset)
{
    return (uint8_t)(file * 31 + offset * 7 + offset / 256);
}

/* Bytes of a file from an offset, in their own block. */
static uint8_t *bytes_of(uint32_t file, size_t offset, size_t len)
{
    uint8_t *block = malloc(len ? len : 1);

    assert_non_null(block);
    for (size_t i = 0; i < len; i++)
        block[i] = byte_at(file, offset + i);
    return block;
}

static void add(struct cap_spool *spool, struct cap_spool_file *file, size_t *written, size_t len)
{
    uint8_t *block = bytes_of(file->number, *written, len);

    assert_int_equal(cap_spool_add(spool, file, block, len), 0);
    assert_true(spool->memory <= CAP_SPOOL_MEMORY);
    *written += len;
    free(block);
}

static void assert_content(const char *path, uint32_t number, size_t len)
{
    FILE *stream = fopen(path, "rb");
    uint8_t *expected = bytes_of(number, 0, len);
    uint8_t *found = malloc(len + 1);

    assert_non_null(stream);
    assert_non_null(found);
    assert_int_equal(fread(found, 1, len + 1, stream), len);
    assert_true(memcmp(found, expected, len) == 0);
    fclose(stream);
    free(expected);
    free(found);
}

static void assert_published(struct cap_spool *spool, struct cap_spool_file *file, size_t len)
{
    const char *path = scratch_path("published");

    assert_int_equal(cap_spool_publish(spool, file, path), 0);
    assert_content(path, file->number, len);
    cap_spool_discard(spool, file);
}

/* Lengths around the limits, and enough data to write out each buffer more than once. */
static void test_bytes_arrive_in_order(void **state)
{
    static const size_t lengths[] = {0,    1,     1023,  1024,  1025,   16,
                                     1500, 32767, 32768, 32769, 100000, 3};
    struct cap_spool_file files[FILES] = {0};
    size_t written[FILES] = {0};
    struct cap_spool spool;

    (void)state;
    assert_int_equal(cap_spool_open(&spool, scratch_path("x-"), CAP_COMPRESSION_NONE), 0);
    for (uint32_t step = 0; step < FILES * 40; step++) {
        uint32_t at = step * 7919 % FILES;

        files[at].number = at;
        add(&spool, &files[at], &written[at], lengths[(step / 3 + at) % COUNT(lengths)]);
    }
    assert_int_equal(cap_spool_complete(&spool), 0);
    assert_int_equal(spool.memory, 0);
    for (uint32_t at = 0; at < FILES; at++)
        assert_published(&spool, &files[at], written[at]);
    cap_spool_close(&spool);
    assert_int_equal(scratch_clear(), 1);
}

/* The size of all buffers, which the spool must know. */
static size_t memory_of(const struct cap_spool_file *files, uint32_t count)
{
    size_t memory = 0;

    for (uint32_t at = 0; at < count; at++)
        memory += files[at].room;
    return memory;
}

/* The maximum number of full buffers. One byte for another file must write all of them out. */
static void test_memory_is_bounded(void **state)
{
    static struct cap_spool_file files[FULL_FILES + 1];
    static size_t written[FULL_FILES + 1];
    struct cap_spool spool;

    (void)state;
    assert_int_equal(cap_spool_open(&spool, scratch_path("x-"), CAP_COMPRESSION_NONE), 0);
    for (uint32_t at = 0; at < FULL_FILES; at++) {
        files[at].number = at;
        add(&spool, &files[at], &written[at], CAP_SPOOL_BUFFER_MAX);
        assert_false(files[at].exists);
    }
    assert_int_equal(spool.memory, CAP_SPOOL_MEMORY);
    assert_int_equal(memory_of(files, FULL_FILES + 1), CAP_SPOOL_MEMORY);
    files[FULL_FILES].number = FULL_FILES;
    add(&spool, &files[FULL_FILES], &written[FULL_FILES], 1);
    assert_true(spool.memory > 0 && spool.memory < CAP_SPOOL_BUFFER_MAX);
    assert_int_equal(memory_of(files, FULL_FILES + 1), spool.memory);
    assert_int_equal(cap_spool_complete(&spool), 0);
    assert_published(&spool, &files[0], written[0]);
    assert_published(&spool, &files[FULL_FILES], written[FULL_FILES]);
    for (uint32_t at = 0; at <= FULL_FILES; at++)
        cap_spool_discard(&spool, &files[at]);
    cap_spool_close(&spool);
    assert_int_equal(scratch_clear(), 1);
}

static void test_what_is_not_published_is_removed(void **state)
{
    struct cap_spool_file written = {.number = 1};
    struct cap_spool_file waiting = {.number = 2};
    struct cap_spool spool;
    size_t len = 0;

    (void)state;
    assert_int_equal(cap_spool_open(&spool, scratch_path("x-"), CAP_COMPRESSION_GZIP), 0);
    add(&spool, &written, &len, 100000);
    add(&spool, &waiting, &len, 10);
    cap_spool_discard(&spool, &written);
    cap_spool_discard(&spool, &waiting);
    cap_spool_close(&spool);
    assert_int_equal(scratch_clear(), 0);
    assert_int_equal(cap_spool_open(&spool, scratch_path("no/x-"), CAP_COMPRESSION_NONE), -1);
}

struct name_row {
    const char *pattern;
    const char *path;
    bool is_pattern;
    bool names;
};

static const struct name_row names[] = {
    {"out-%v.pcap", "out-5001.pcap", true, true},
    {"out-%v.pcap", "./out-5001.pcap", true, true},
    {"./out-%v.pcap", "out-0.pcap", true, true},
    {"/tmp/%v", "/tmp/../tmp/16777215", true, true},
    {"/tmp/%v", "16777215", true, false},
    {"%%%v%%", "%7%", true, true},
    {"out-%v.pcap", "out-.pcap", true, false},
    {"out-%v.pcap", "out-05.pcap", true, false},
    {"out-%v.pcap", "out-x.pcap", true, false},
    {"out-%v.pcap", "out-5.pcapng", true, false},
    {"out-%v.pcap", "out-123456789.pcap", true, false},
    {"a%va", "a", true, false},
    {"out.pcap", NULL, false, false},
    {"%v%v", NULL, false, false},
    {"%v/x", NULL, false, false},
    {"%x%v", NULL, false, false},
    {"%v%", NULL, false, false},
    {"%%v", NULL, false, false},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(cap_split_is_pattern(names[i].pattern), names[i].is_pattern);
        if (names[i].path)
            assert_int_equal(cap_split_names(names[i].pattern, names[i].path), names[i].names);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_arrive_in_order), cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_what_is_not_published_is_removed), cmocka_unit_test(test_names)};
    int failed;

    scratch_make();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_remove();
    return failed;
}
