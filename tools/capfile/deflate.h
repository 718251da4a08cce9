/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_DEFLATE_H
#define CAPFILE_DEFLATE_H

/*
 * Compresses bytes to gzip members or zstd frames, with checksums, at the default levels of the
 * commands gzip (6) and zstd (3).
 */

#include <stdbool.h>
#include <stddef.h>

#include "compression.h"

struct cap_deflate;

/* What must be in the output when all input is consumed. */
enum cap_deflate_until {
    CAP_DEFLATE_ON,    /* nothing in particular; compresses best */
    CAP_DEFLATE_FLUSH, /* enough to decompress all input so far */
    CAP_DEFLATE_END    /* the complete member or frame; later input begins another one */
};

/* Returns NULL if out of memory. */
struct cap_deflate *cap_deflate_new(enum cap_compression kind);
void cap_deflate_free(struct cap_deflate *stream);

/* Abandons the current member or frame; later input begins another one. */
void cap_deflate_reset(struct cap_deflate *stream);

/*
 * Compresses the bytes from *from to `end` into at most `room` bytes at `to`. Moves *from on, and
 * sets *made to the number of bytes written. If *more is set, call it again with the same `until`
 * and new room: at least 8 bytes, otherwise a flush never ends. Returns 0, or -1 if out of memory.
 */
int cap_deflate_run(struct cap_deflate *stream, const uint8_t **from, const uint8_t *end,
                    enum cap_deflate_until until, uint8_t *to, size_t room, size_t *made,
                    bool *more);

#endif
