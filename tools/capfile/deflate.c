/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deflate.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum {
    GZIP_ONLY = 16,
    MEMORY_LEVEL = 8
}; /* for deflateInit2: gzip format, zlib's default memory */

struct cap_deflate {
    enum cap_compression kind;
    z_stream zlib;
    ZSTD_CStream *zstd;
};

struct cap_deflate *cap_deflate_new(enum cap_compression kind)
{
    struct cap_deflate *stream = calloc(1, sizeof *stream);

    if (!stream)
        return NULL;
    stream->kind = kind;
    if (kind == CAP_COMPRESSION_GZIP) {
        if (deflateInit2(&stream->zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_ONLY + MAX_WBITS,
                         MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK)
            return stream;
    } else {
        stream->zstd = ZSTD_createCStream();
        if (stream->zstd &&
            !ZSTD_isError(ZSTD_CCtx_setParameter(stream->zstd, ZSTD_c_checksumFlag, 1)))
            return stream;
    }
    cap_deflate_free(stream);
    return NULL;
}

void cap_deflate_free(struct cap_deflate *stream)
{
    if (!stream)
        return;
    if (stream->kind == CAP_COMPRESSION_GZIP)
        deflateEnd(&stream->zlib);
    ZSTD_freeCStream(stream->zstd);
    free(stream);
}

void cap_deflate_reset(struct cap_deflate *stream)
{
    if (stream->kind == CAP_COMPRESSION_GZIP)
        deflateReset(&stream->zlib);
    else
        ZSTD_CCtx_reset(stream->zstd, ZSTD_reset_session_only);
}

static int run_gzip(struct cap_deflate *stream, const uint8_t **from, const uint8_t *end,
                    enum cap_deflate_until until, uint8_t *to, size_t room, size_t *made,
                    bool *more)
{
    static const int flushes[] = {Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH};
    z_stream *zlib = &stream->zlib;
    int code;

    zlib->next_in = (z_const Bytef *)*from;
    zlib->avail_in = (uInt)(end - *from);
    zlib->next_out = to;
    zlib->avail_out = (uInt)room;
    code = deflate(zlib, flushes[until]);
    *from = zlib->next_in;
    *made = room - zlib->avail_out;
    *more = until == CAP_DEFLATE_END ? code != Z_STREAM_END : zlib->avail_out == 0;
    if (code == Z_STREAM_END)
        deflateReset(zlib);
    return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR ? 0 : -1;
}

static int run_zstd(struct cap_deflate *stream, const uint8_t **from, const uint8_t *end,
                    enum cap_deflate_until until, uint8_t *to, size_t room, size_t *made,
                    bool *more)
{
    static const ZSTD_EndDirective directives[] = {ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end};
    ZSTD_inBuffer in = {*from, (size_t)(end - *from), 0};
    ZSTD_outBuffer out = {to, room, 0};
    size_t rest = ZSTD_compressStream2(stream->zstd, &out, &in, directives[until]);

    *from += in.pos;
    *made = out.pos;
    if (ZSTD_isError(rest))
        return -1;
    *more = until == CAP_DEFLATE_ON ? in.pos < in.size : rest != 0;
    return 0;
}

int cap_deflate_run(struct cap_deflate *stream, const uint8_t **from, const uint8_t *end,
                    enum cap_deflate_until until, uint8_t *to, size_t room, size_t *made,
                    bool *more)
{
    return stream->kind == CAP_COMPRESSION_GZIP
               ? run_gzip(stream, from, end, until, to, room, made, more)
               : run_zstd(stream, from, end, until, to, room, made, more);
}
