/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_OUTPUT_H
#define CAPFILE_OUTPUT_H

/*
 * Writes a file, pipe or device through one large buffer, compressed after cap_output_pack. A
 * regular file is written to a temporary file in the same folder. cap_output_publish renames it
 * when it is complete.
 */

#include <stdint.h>
#include <sys/stat.h>

#include "capture.h"
#include "input.h"

/* Bytes that are always free after cap_output_at. */
#define CAP_OUTPUT_ROOM ((size_t)768 * 1024)

struct cap_packer;

/* Receives the bytes instead of a file. Returns 0, or -1 with errno set. */
typedef int (*cap_output_sink)(void *context, const uint8_t *data, size_t len);

struct cap_output {
    int fd;
    int error; /* errno of a failed write, or 0 */
    struct cap_wait wait;
    uint64_t written;          /* bytes that have left the buffer */
    struct cap_packer *packer; /* compresses them; NULL for none */
    cap_output_sink sink;      /* receives them; NULL for `fd` */
    void *sink_context;
    char *path;      /* final path of a regular file; NULL for others */
    char *temporary; /* its path until it is published */
    uint8_t *buffer;
    uint8_t *chunk_end; /* end of the buffer's first chunk */
    uint8_t *at;        /* place of the next byte */
};

/* Whether both are the same file, under any names. */
static inline bool cap_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * Opens `path` (`-` is standard output). If it is the same file as `input`, fails before it opens
 * anything for writing. Returns 0, or -1 with *error set.
 */
int cap_output_open(struct cap_output *output, const char *path, const struct cap_input *input,
                    struct cap_error *error);

/*
 * Sets up an output that passes all bytes to `sink` as soon as they are added. Its buffer is
 * `place`, with CAP_OUTPUT_ROOM bytes. It belongs to the caller, who may use it for other outputs
 * between packets.
 */
void cap_output_to_sink(struct cap_output *output, uint8_t *place, cap_output_sink sink,
                        void *context);

/* Compresses the output; call it before the first byte. Returns 0, or -1 with *error set. */
int cap_output_pack(struct cap_output *output, enum cap_compression kind, struct cap_error *error);

/* Write whole chunks, or all bytes. Return 0, or -1 with output->error set. */
int cap_output_write_chunks(struct cap_output *output);
int cap_output_flush(struct cap_output *output);

/*
 * cap_output_position returns the number of bytes added so far. cap_output_take_back removes the
 * bytes added after such a position, except bytes already in a pipe or device. In compressed output
 * each position begins a new member or frame, and only the last position can be used.
 */
uint64_t cap_output_position(struct cap_output *output);
void cap_output_take_back(struct cap_output *output, uint64_t position);

/*
 * For files that are written in the folder of `path` and renamed. cap_output_temporary returns a
 * template for mkstemp, which the caller frees, or NULL if out of memory.
 * cap_output_set_attributes sets owner and mode to those of the existing file, or, if that is NULL,
 * the mode to that of a new file.
 */
char *cap_output_temporary(const char *path);
void cap_output_set_attributes(int fd, const struct stat *existing);

/* Writes all bytes, closes, and renames to the final path. Returns 0, or -1 with *error set. */
int cap_output_publish(struct cap_output *output, struct cap_error *error);

/* Closes. Removes a file that was not published. */
void cap_output_close(struct cap_output *output);

static inline uint8_t *cap_output_at(const struct cap_output *output)
{
    return output->at;
}

/*
 * Adds the `len` bytes that the caller wrote at cap_output_at (at most CAP_OUTPUT_ROOM). Returns 0,
 * or -1 with output->error set.
 */
static inline int cap_output_add(struct cap_output *output, size_t len)
{
    output->at += len;
    return output->at < output->chunk_end ? 0 : cap_output_write_chunks(output);
}

#endif
