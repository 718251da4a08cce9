/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_INFLATE_H
#define CAPFILE_INFLATE_H

/*
 * Decompresses bytes. Consecutive gzip members or zstd frames are one stream, as in zcat and
 * zstdcat. Checksums are verified. Memory is bounded: 40 KiB for gzip; the frame's window for zstd,
 * at most 2^CAP_INFLATE_WINDOW_LOG bytes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "capture.h"
#include "compression.h"

/* 128 MiB, the limit of the zstd command without --long=N. */
#define CAP_INFLATE_WINDOW_LOG 27

struct cap_inflate;

/* The input starts with the first byte of a file. Returns NULL if out of memory. */
struct cap_inflate *cap_inflate_new(enum cap_compression kind);
void cap_inflate_free(struct cap_inflate *stream);

/*
 * Decompresses the bytes from *from to `end` into at most `room` bytes at `to`. Moves *from on, and
 * sets *made to the number of bytes written; if it is 0, all input was consumed. Returns 0, or -1
 * with *error set if the input is damaged or not of this format. The *made bytes before the damage
 * are valid.
 */
int cap_inflate_run(struct cap_inflate *stream, const uint8_t **from, const uint8_t *end,
                    uint8_t *to, size_t room, size_t *made, struct cap_error *error);

/* Whether the input may end here, after a complete member or frame. If not, sets *error. */
bool cap_inflate_may_end(const struct cap_inflate *stream, struct cap_error *error);

#endif
