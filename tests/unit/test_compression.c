/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Decompression of gzip and zstd output, and of our own compression. */

#include "capfile/deflate.h"
#include "capfile/inflate.h"
#include "support.h"

#define GZIP_BLUE "1f8b08000000000002034bca294d0500b4ca369e04000000"
#define GZIP_RED "1f8b08000000000002032b4a4d01008f5f61fa03000000"
#define GZIP_EMPTY "1f8b080000000000020303000000000000000000"
#define ZSTD_BLUE "28b52ffd0458210000626c75653774bf96"
#define ZSTD_RED "28b52ffd04581900007265646a65e412"
#define ZSTD_RED_UNCHECKED "28b52ffd0058190000726564"
#define ZSTD_EMPTY "28b52ffd240001000099e9d851"
#define SKIPPABLE "502a4d1803000000616263"
#define SKIPPABLE_EMPTY "5f2a4d1800000000"
#define WINDOW_OF_1_GIB "28b52ffd00a0010000"

struct stream_row {
    const char *name;
    const char *packed; /* in hexadecimal */
    const char *data;   /* the decompressed data */
    const char *error;  /* start of the message; NULL if the data is valid */
};

static const struct stream_row streams[] = {
    {"gzip", GZIP_BLUE, "blue", NULL},
    {"gzip, of nothing", GZIP_EMPTY, "", NULL},
    {"gzip, two members", GZIP_BLUE GZIP_RED, "bluered", NULL},
    {"gzip, empty members between", GZIP_EMPTY GZIP_BLUE GZIP_EMPTY GZIP_EMPTY GZIP_RED, "bluered",
     NULL},
    {"gzip, zeros behind", GZIP_RED "000000", "red", NULL},
    {"gzip, garbage behind", GZIP_RED "6761", "red", "what follows the gzip data is none"},
    {"gzip, a member behind zeros", GZIP_RED "00" GZIP_BLUE, "red", "what follows the gzip data"},
    {"gzip, half a magic behind", GZIP_RED "1f", "red", "the file ends inside its gzip data"},
    {"gzip, wrong checksum", "1f8b08000000000002032b4a4d01008f5f61fb03000000", "red",
     "cannot decompress the gzip data: incorrect data check"},
    {"gzip, wrong length", "1f8b08000000000002032b4a4d01008f5f61fa04000000", "red",
     "cannot decompress the gzip data: incorrect length check"},
    {"gzip, another method", "1f8b0700000000000203", "", "cannot decompress the gzip data: "},
    {"gzip, a block of no type", "1f8b080000000000020307", "", "cannot decompress the gzip data: "},
    {"zstd", ZSTD_BLUE, "blue", NULL},
    {"zstd, of nothing", ZSTD_EMPTY, "", NULL},
    {"zstd, without a checksum", ZSTD_RED_UNCHECKED, "red", NULL},
    {"zstd, two frames", ZSTD_BLUE ZSTD_RED, "bluered", NULL},
    {"zstd, skippable frames",
     SKIPPABLE ZSTD_BLUE SKIPPABLE SKIPPABLE_EMPTY ZSTD_EMPTY ZSTD_RED SKIPPABLE, "bluered", NULL},
    {"zstd, only a skippable frame", SKIPPABLE, "", NULL},
    {"zstd, garbage behind", ZSTD_RED "6761726261676500", "red",
     "what follows the zstd data is none"},
    {"zstd, wrong checksum", "28b52ffd04581900007265646a65e413", "red",
     "cannot decompress the zstd data: "},
    {"zstd, a window above the limit", WINDOW_OF_1_GIB, "", "cannot decompress the zstd data: "},
};

/* The output of one stream. */
struct unpacked {
    uint8_t data[1 << 18];
    size_t len;
    struct cap_error error; /* empty if all data was valid and complete */
};

/* Decompresses `step` bytes at a time into `room` bytes, both in blocks of exact size. */
static void unpack(const uint8_t *packed, size_t len, size_t step, size_t room,
                   struct unpacked *unpacked)
{
    struct cap_inflate *inflate = cap_inflate_new(cap_compression_of(packed));
    size_t made = 0;

    unpacked->len = 0;
    unpacked->error.text[0] = '\0';
    assert_non_null(inflate);
    for (size_t at = 0; at < len; at += step) {
        uint32_t part = (uint32_t)(len - at < step ? len - at : step);
        uint8_t *copy = exact_copy(packed + at, part);
        const uint8_t *from = copy;
        uint8_t *to = malloc(room);

        do {
            int result =
                cap_inflate_run(inflate, &from, copy + part, to, room, &made, &unpacked->error);

            assert_true(made <= room && from <= copy + part);
            assert_true(unpacked->len + made <= sizeof(unpacked->data));
            memcpy(unpacked->data + unpacked->len, to, made);
            unpacked->len += made;
            if (result != 0) {
                assert_true(unpacked->error.text[0]);
                at = len;
                break;
            }
        } while (made > 0);
        assert_true(at == len || from == copy + part);
        free(copy);
        free(to);
    }
    if (!unpacked->error.text[0]) {
        bool may_end = cap_inflate_may_end(inflate, &unpacked->error);

        assert_int_equal(may_end, unpacked->error.text[0] == '\0');
    }
    cap_inflate_free(inflate);
}

static void test_stream(void **state)
{
    static struct unpacked unpacked;
    const struct stream_row *row = *state;
    struct bytes packed = from_hex(row->packed);

    for (size_t step = 1; step <= packed.len; step++) {
        for (size_t room = 1; room < 10; room++) {
            unpack(packed.data, packed.len, step, room, &unpacked);
            assert_int_equal(unpacked.len, strlen(row->data));
            assert_memory_equal(unpacked.data, row->data, unpacked.len);
            if (!row->error)
                assert_string_equal(unpacked.error.text, "");
            else if (step >= 8) /* in smaller pieces garbage may look like the start of a magic */
                assert_memory_equal(unpacked.error.text, row->error, strlen(row->error));
            else
                assert_true(unpacked.error.text[0]);
        }
    }
}

/* After a cut anywhere, the output is the beginning of the data, and an error reports the cut. */
static void test_cut(void **state)
{
    static struct unpacked unpacked;
    const struct stream_row *row = *state;
    struct bytes packed = from_hex(row->packed);

    for (size_t len = CAP_COMPRESSION_MAGIC_LEN; len < packed.len; len++) {
        unpack(packed.data, len, len, 100, &unpacked);
        assert_true(unpacked.len <= strlen(row->data));
        assert_memory_equal(unpacked.data, row->data, unpacked.len);
    }
}

/* After flipping any bit there must be an error, or the same data if the bit has no meaning. */
static void test_damage(void **state)
{
    static struct unpacked unpacked;
    const struct stream_row *row = *state;
    struct bytes packed = from_hex(row->packed);

    for (size_t bit = CAP_COMPRESSION_MAGIC_LEN * 8; bit < packed.len * 8; bit++) {
        packed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        unpack(packed.data, packed.len, packed.len, 100, &unpacked);
        packed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

struct kind_row {
    const char *name;
    enum cap_compression kind;
};

static const struct kind_row kinds[] = {{"gzip", CAP_COMPRESSION_GZIP},
                                        {"zstd", CAP_COMPRESSION_ZSTD}};

/* Compresses data and appends the result to `packed`. */
static void pack(struct cap_deflate *deflate, const uint8_t *data, size_t len,
                 enum cap_deflate_until until, size_t room, struct unpacked *packed)
{
    const uint8_t *from = data;
    bool more;

    do {
        uint8_t *to = malloc(room);
        size_t made;

        assert_int_equal(cap_deflate_run(deflate, &from, data + len, until, to, room, &made, &more),
                         0);
        assert_true(made <= room && packed->len + made <= sizeof(packed->data));
        memcpy(packed->data + packed->len, to, made);
        packed->len += made;
        free(to);
    } while (more);
    assert_ptr_equal(from, data + len);
}

/* Data in pieces, flushed and ended at various points, with little and with much room. */
static void test_round_trip(void **state)
{
    static struct unpacked packed;
    static struct unpacked unpacked;
    static uint8_t data[60000];
    const struct kind_row *row = *state;
    uint32_t random = 1;

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i % 3 ? next_random(&random) : i / 3);
    for (size_t room = 8; room < 100000; room = room * 7 + 3) {
        struct cap_deflate *deflate = cap_deflate_new(row->kind);

        assert_non_null(deflate);
        packed.len = 0;
        for (size_t at = 0; at < sizeof(data);) {
            size_t len = next_random(&random) % 20000;
            enum cap_deflate_until until = (enum cap_deflate_until)(next_random(&random) % 3);

            len = len < sizeof(data) - at ? len : sizeof(data) - at;
            pack(deflate, data + at, len, until, room, &packed);
            at += len;
            if (until == CAP_DEFLATE_ON)
                continue;
            unpack(packed.data, packed.len, packed.len, 1000, &unpacked);
            assert_int_equal(unpacked.len, at);
            assert_memory_equal(unpacked.data, data, at);
            assert_int_equal(unpacked.error.text[0] == '\0', until == CAP_DEFLATE_END);
        }
        pack(deflate, data, 0, CAP_DEFLATE_END, room, &packed);
        unpack(packed.data, packed.len, 777, 1000, &unpacked);
        assert_string_equal(unpacked.error.text, "");
        assert_int_equal(unpacked.len, sizeof(data));
        assert_memory_equal(unpacked.data, data, sizeof(data));
        cap_deflate_free(deflate);
    }
}

/* A reset must leave nothing of the earlier stream. */
static void test_reset(void **state)
{
    static struct unpacked packed;
    static struct unpacked unpacked;
    const struct kind_row *row = *state;
    struct cap_deflate *deflate = cap_deflate_new(row->kind);

    packed.len = 0;
    pack(deflate, (const uint8_t *)"blue", 4, CAP_DEFLATE_END, 100, &packed);
    pack(deflate, (const uint8_t *)"green", 5, CAP_DEFLATE_ON, 100, &(struct unpacked){.len = 0});
    cap_deflate_reset(deflate);
    pack(deflate, (const uint8_t *)"red", 3, CAP_DEFLATE_END, 100, &packed);
    unpack(packed.data, packed.len, packed.len, 100, &unpacked);
    assert_string_equal(unpacked.error.text, "");
    assert_int_equal(unpacked.len, 7);
    assert_memory_equal(unpacked.data, "bluered", 7);
    cap_deflate_free(deflate);
}

int main(void)
{
    return (RUN_ROWS(test_stream, streams) + RUN_ROWS(test_cut, streams) +
            RUN_ROWS(test_damage, streams) + RUN_ROWS(test_round_trip, kinds) +
            RUN_ROWS(test_reset, kinds)) != 0;
}
