/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_INPUT_H
#define CAPFILE_INPUT_H

/*
 * Reads a file, pipe or device through one large buffer and returns views of contiguous bytes,
 * decompressed after cap_input_unpack. Memory is constant: no view is longer than
 * CAP_INPUT_VIEW_MAX.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "compression.h"

#define CAP_IO_CHUNK ((size_t)256 * 1024) /* bytes of one read or write */
#define CAP_IO_ALIGNMENT ((size_t)4096)   /* of buffers; the kernel copies whole pages faster */
#define CAP_PIPE_SIZE (1024 * 1024)       /* bytes, if the system allows it */
#define CAP_INPUT_VIEW_MAX ((size_t)512 * 1024) /* bytes, the longest view */

/* How the caller waits for the system. If either function returns false, the call gives up. */
struct cap_wait {
    bool (*ready)(void *context, int fd); /* before each read that can block: waits for data */
    bool (*go_on)(void *context);         /* after an interrupted call, and while decompressing */
    void *context;
};

/* open(2) that continues after signals. Returns -1 with errno set. */
int cap_open(const char *path, int flags, const struct cap_wait *wait);

struct cap_packed;

struct cap_input {
    int fd;
    bool regular; /* a regular file: no read blocks */
    bool eof;
    bool stopped;              /* a function of cap_wait returned false */
    int error;                 /* errno of a failed read, or 0 */
    struct cap_error defect;   /* why decompression ended too early; empty if it did not */
    struct cap_packed *packed; /* for a compressed file; NULL for others */
    uint8_t *buffer;
    uint8_t *start; /* first byte not yet taken */
    uint8_t *end;   /* of the bytes in the buffer */
    struct cap_wait wait;
};

/* Opens `path` (`-` is standard input). Returns 0, or -1 with *error set. */
int cap_input_open(struct cap_input *input, const char *path, const struct cap_wait *wait,
                   struct cap_error *error);
void cap_input_close(struct cap_input *input);

/*
 * From here on, views show the decompressed input. Nothing may have been taken from the input yet.
 * Earlier views become invalid. Returns 0, or -1 with *error set.
 */
int cap_input_unpack(struct cap_input *input, enum cap_compression kind, struct cap_error *error);

/* The share of the file that was read, between 0 and 1; 0 if its length is unknown. */
double cap_input_share(const struct cap_input *input);

/* The slow path of cap_input_view: reads until `len` bytes are there. */
const uint8_t *cap_input_fill(struct cap_input *input, size_t len);

/* Bytes in the buffer that were not taken yet. */
static inline size_t cap_input_left(const struct cap_input *input)
{
    return (size_t)(input->end - input->start);
}

/*
 * A view of the next `len` bytes (at most CAP_INPUT_VIEW_MAX), valid until the next view. Returns
 * NULL if the input ends, fails or is stopped before; cap_input_left is then the number of bytes
 * that are left.
 */
static inline const uint8_t *cap_input_view(struct cap_input *input, size_t len)
{
    return len <= cap_input_left(input) ? input->start : cap_input_fill(input, len);
}

/* Removes `len` viewed bytes from the input. */
static inline void cap_input_take(struct cap_input *input, size_t len)
{
    input->start += len;
}

#endif
