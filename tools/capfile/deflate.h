/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_DEFLATE_H
#define CAPFILE_DEFLATE_H

/*
 * Compression, from bytes to bytes, as gzip members or zstd frames with checksums, at the
 * commands' usual levels (6 and 3).
 */

#include <stdbool.h>
#include <stddef.h>

#include "compression.h"

struct cap_deflate;

/* What must have come out when all data is taken. */
enum cap_deflate_until {
    CAP_DEFLATE_ON,    /* whatever is worth it */
    CAP_DEFLATE_FLUSH, /* enough to decompress all data */
    CAP_DEFLATE_END    /* the member or frame; the next data begins another one */
};

/* NULL where memory is out. */
struct cap_deflate *cap_deflate_new(enum cap_compression kind);
void cap_deflate_free(struct cap_deflate *stream);

/* Forgets what was begun: the next data begins another member or frame. */
void cap_deflate_reset(struct cap_deflate *stream);

/*
 * Compresses from *from, which moves on, up to `end`, into at most `room` bytes at `to`; *made
 * tells how many. *more says that it must be called again, with the same `until` and more room:
 * with less than 8 bytes each time a flush would not end.
 * Returns 0, or -1 where memory is out.
 */
int cap_deflate_run(struct cap_deflate *stream, const uint8_t **from, const uint8_t *end,
                    enum cap_deflate_until until, uint8_t *to, size_t room, size_t *made,
                    bool *more);

#endif
