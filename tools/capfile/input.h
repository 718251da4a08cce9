/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_INPUT_H
#define CAPFILE_INPUT_H

/*
 * A file, pipe or device read through one large buffer that hands out views of contiguous
 * bytes, decompressed where that was asked for. Memory is constant: no view is longer than
 * CAP_INPUT_VIEW_MAX.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "compression.h"

#define CAP_IO_CHUNK ((size_t)256 * 1024)       /* bytes a read or write asks for */
#define CAP_IO_ALIGNMENT ((size_t)4096)         /* the kernel copies faster from and to pages */
#define CAP_PIPE_SIZE (1024 * 1024)             /* of pipes, where the system allows it */
#define CAP_INPUT_VIEW_MAX ((size_t)512 * 1024) /* the longest view */

/* What to do where the system makes us wait; false from either gives up. */
struct cap_wait {
    bool (*ready)(void *context, int fd); /* before a read that would wait for its writer */
    bool (*go_on)(void *context);         /* when a signal broke a call off */
    void *context;
};

/* open(2) that goes on after signals; -1 with errno set. */
int cap_open(const char *path, int flags, const struct cap_wait *wait);

struct cap_packed;

struct cap_input {
    int fd;
    bool regular; /* a file, where no read waits */
    bool eof;
    bool stopped;              /* cap_wait said to give up */
    int error;                 /* errno of a failed read, or 0 */
    struct cap_error defect;   /* why compressed data ended too early; empty if it did not */
    struct cap_packed *packed; /* what is read of a compressed file; NULL for others */
    uint8_t *buffer;
    uint8_t *start; /* first byte not yet taken */
    uint8_t *end;
    struct cap_wait wait;
};

/* Opens `path` (`-` is standard input). Returns 0, or -1 with *error set. */
int cap_input_open(struct cap_input *input, const char *path, const struct cap_wait *wait,
                   struct cap_error *error);
void cap_input_close(struct cap_input *input);

/*
 * Goes on with what the input decompresses to. For an input of which nothing was taken yet; views
 * begin anew. Returns 0, or -1 with *error set.
 */
int cap_input_unpack(struct cap_input *input, enum cap_compression kind, struct cap_error *error);

/* The share of the file that was read, between 0 and 1; 0 where its length is not known. */
double cap_input_share(const struct cap_input *input);

/* Reads on until `len` bytes are there; for cap_input_view. */
const uint8_t *cap_input_fill(struct cap_input *input, size_t len);

/* Bytes that a view can have without reading. */
static inline size_t cap_input_left(const struct cap_input *input)
{
    return (size_t)(input->end - input->start);
}

/*
 * A view of the next `len` bytes (at most CAP_INPUT_VIEW_MAX), valid until the next view; NULL
 * where the input ends, fails or is given up before: then cap_input_left tells what there was.
 */
static inline const uint8_t *cap_input_view(struct cap_input *input, size_t len)
{
    return len <= cap_input_left(input) ? input->start : cap_input_fill(input, len);
}

/* Takes `len` bytes that were viewed. */
static inline void cap_input_take(struct cap_input *input, size_t len)
{
    input->start += len;
}

#endif
