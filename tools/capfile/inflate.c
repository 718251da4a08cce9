/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inflate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
    GZIP_ONLY = 16, /* for inflateInit2: gzip members, no bare zlib streams */
    GZIP_MAGIC = 0x1f,
    ZSTD_MAGIC_LEN = 4,
    ZSTD_BLOCK_HEADER_LEN = 3
};

struct cap_inflate {
    enum cap_compression kind;
    z_stream zlib;
    ZSTD_DStream *zstd;
    size_t hint; /* bytes that zstd asks for next */
    bool inside; /* inside a member or frame */
    bool padded; /* zeros came after a gzip member; only zeros may follow */
};

struct cap_inflate *cap_inflate_new(enum cap_compression kind)
{
    struct cap_inflate *stream = calloc(1, sizeof *stream);

    if (!stream)
        return NULL;
    stream->kind = kind;
    stream->inside = true;
    stream->hint = ZSTD_MAGIC_LEN;
    if (kind == CAP_COMPRESSION_GZIP) {
        if (inflateInit2(&stream->zlib, GZIP_ONLY + MAX_WBITS) == Z_OK)
            return stream;
    } else {
        stream->zstd = ZSTD_createDStream();
        if (stream->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(stream->zstd, ZSTD_d_windowLogMax,
                                                                 CAP_INFLATE_WINDOW_LOG)))
            return stream;
    }
    cap_inflate_free(stream);
    return NULL;
}

void cap_inflate_free(struct cap_inflate *stream)
{
    if (!stream)
        return;
    if (stream->kind == CAP_COMPRESSION_GZIP)
        inflateEnd(&stream->zlib);
    ZSTD_freeDStream(stream->zstd);
    free(stream);
}

/*
 * Between members: whether another one begins. Zeros end the data, as in gzip: tapes and block
 * devices pad files with them.
 */
static bool next_member(struct cap_inflate *stream, const uint8_t **from, const uint8_t *end,
                        struct cap_error *error)
{
    for (; *from < end && **from == 0; ++*from)
        stream->padded = true;
    if (*from == end)
        return false;
    if (stream->padded || **from != GZIP_MAGIC) {
        cap_error_set(error, "what follows the gzip data is none (it begins with %02x)", **from);
        return false;
    }
    inflateReset(&stream->zlib);
    stream->inside = true;
    return true;
}

/* Loops until there is output, so that many empty members do not cost a call each. */
static int run_gzip(struct cap_inflate *stream, const uint8_t **from, const uint8_t *end,
                    uint8_t *to, size_t room, size_t *made, struct cap_error *error)
{
    z_stream *zlib = &stream->zlib;
    int code = Z_OK;

    error->text[0] = '\0';
    do {
        if (!stream->inside && !next_member(stream, from, end, error))
            return error->text[0] ? -1 : 0;
        zlib->next_in = (z_const Bytef *)*from;
        zlib->avail_in = (uInt)(end - *from);
        zlib->next_out = to;
        zlib->avail_out = (uInt)room;
        code = inflate(zlib, Z_NO_FLUSH);
        *from = zlib->next_in;
        *made = room - zlib->avail_out;
        stream->inside = code != Z_STREAM_END;
    } while (code == Z_STREAM_END && *made == 0);
    if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR)
        return 0;
    cap_error_set(error, "cannot decompress the gzip data: %s",
                  zlib->msg ? zlib->msg : zError(code));
    return -1;
}

/*
 * How much input to give zstd. Its hint covers a block and the header of the next block. If that
 * header is invalid, the call fails and its output is lost; so the block is given without it.
 */
static size_t next_step(size_t hint, size_t left)
{
    size_t step = hint > ZSTD_BLOCK_HEADER_LEN ? hint - ZSTD_BLOCK_HEADER_LEN : hint;

    return step < left ? step : left;
}

static int run_zstd(struct cap_inflate *stream, const uint8_t **from, const uint8_t *end,
                    uint8_t *to, size_t room, size_t *made, struct cap_error *error)
{
    do {
        ZSTD_inBuffer in = {*from, next_step(stream->hint, (size_t)(end - *from)), 0};
        ZSTD_outBuffer out = {to, room, 0};
        size_t hint = ZSTD_decompressStream(stream->zstd, &out, &in);

        if (ZSTD_getErrorCode(hint) == ZSTD_error_prefix_unknown) {
            cap_error_set(error, "what follows the zstd data is none");
            return -1;
        }
        if (ZSTD_isError(hint)) {
            cap_error_set(error, "cannot decompress the zstd data: %s", ZSTD_getErrorName(hint));
            return -1;
        }
        *from += in.pos;
        *made = out.pos;
        if (in.pos > 0 || out.pos > 0) {
            stream->inside = hint != 0;
            stream->hint = hint ? hint : ZSTD_MAGIC_LEN;
        }
    } while (*from < end && *made == 0);
    return 0;
}

int cap_inflate_run(struct cap_inflate *stream, const uint8_t **from, const uint8_t *end,
                    uint8_t *to, size_t room, size_t *made, struct cap_error *error)
{
    *made = 0;
    return stream->kind == CAP_COMPRESSION_GZIP
               ? run_gzip(stream, from, end, to, room, made, error)
               : run_zstd(stream, from, end, to, room, made, error);
}

bool cap_inflate_may_end(const struct cap_inflate *stream, struct cap_error *error)
{
    if (stream->inside)
        cap_error_set(error, "the file ends inside its %s data",
                      cap_compression_name(stream->kind));
    return !stream->inside;
}
