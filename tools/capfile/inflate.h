/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_INFLATE_H
#define CAPFILE_INFLATE_H

/*
 * Decompression, from bytes to bytes: members of gzip and frames of zstd that follow one another
 * are one stream, as for zcat and zstdcat. Checksums are checked. Memory is bounded: 40 KiB for
 * gzip; for zstd what the frame's window asks for, at most 2^CAP_INFLATE_WINDOW_LOG bytes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "capture.h"
#include "compression.h"

/* As the zstd command without --long=N: 128 MiB. */
#define CAP_INFLATE_WINDOW_LOG 27

struct cap_inflate;

/* Starts with the first byte of a file; NULL where memory is out. */
struct cap_inflate *cap_inflate_new(enum cap_compression kind);
void cap_inflate_free(struct cap_inflate *stream);

/*
 * Decompresses from *from, which moves on, up to `end`, into at most `room` bytes at `to`; *made
 * tells how many. Where nothing was made, all input was taken. Returns 0, or -1 with *error set
 * where the input is damaged or is no such data: *made bytes before that are sound.
 */
int cap_inflate_run(struct cap_inflate *stream, const uint8_t **from, const uint8_t *end,
                    uint8_t *to, size_t room, size_t *made, struct cap_error *error);

/* Whether the input may end here: behind a member or frame. If not, *error says what is cut. */
bool cap_inflate_may_end(const struct cap_inflate *stream, struct cap_error *error);

#endif
