/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_OUTPUT_H
#define CAPFILE_OUTPUT_H

/*
 * A file, pipe or device written through one large buffer, and compressed where that was asked
 * for. A regular file appears under its
 * name only when it is complete: it is written beside it and renamed by cap_output_publish.
 */

#include <stdint.h>
#include <sys/stat.h>

#include "capture.h"
#include "input.h"

/* Bytes that are always free behind `cap_output_at`. */
#define CAP_OUTPUT_ROOM ((size_t)768 * 1024)

struct cap_packer;

/* Takes bytes in the place of a file. Returns 0, or -1 with the reason in errno. */
typedef int (*cap_output_sink)(void *context, const uint8_t *data, size_t len);

struct cap_output {
    int fd;
    int error; /* errno of a failed write, or 0 */
    struct cap_wait wait;
    uint64_t written;          /* bytes that have left the buffer */
    struct cap_packer *packer; /* what compresses them; NULL for nothing */
    cap_output_sink sink;      /* where they go; NULL for `fd` */
    void *sink_context;
    char *path;      /* where a regular file goes; NULL for others */
    char *temporary; /* where it is until then */
    uint8_t *buffer;
    uint8_t *chunk_end; /* of the buffer's first chunk */
    uint8_t *at;        /* where the next byte goes */
};

/* Whether both are the same file, whatever its names. */
static inline bool cap_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * Opens `path` (`-` is standard output) for output that does not come from `input`: the same
 * file is refused before anything is opened for writing. Returns 0, or -1 with *error set.
 */
int cap_output_open(struct cap_output *output, const char *path, const struct cap_input *input,
                    struct cap_error *error);

/*
 * Sets up an output whose bytes all go to `sink` as soon as they are added. They are put together
 * at `place`, with CAP_OUTPUT_ROOM, which is the caller's: others may use it between packets.
 */
void cap_output_to_sink(struct cap_output *output, uint8_t *place, cap_output_sink sink,
                        void *context);

/* Compresses from the start on. Returns 0, or -1 with *error set. */
int cap_output_pack(struct cap_output *output, enum cap_compression kind, struct cap_error *error);

/* Writes whole chunks, or all there is; -1 with output->error set where that fails. */
int cap_output_write_chunks(struct cap_output *output);
int cap_output_flush(struct cap_output *output);

/*
 * How many bytes were added so far, a place to go back to; and taking back what was added after
 * it, from a file. Compressed data is taken back as members or frames, so that each place begins
 * one, and only the last one can be gone back to.
 */
uint64_t cap_output_position(struct cap_output *output);
void cap_output_take_back(struct cap_output *output, uint64_t position);

/*
 * For files that are completed beside `path` and renamed: the template of a temporary name, to be
 * freed (NULL where memory is out), and owner and mode, of the file to be replaced or, if that is
 * NULL, as a new one has them.
 */
char *cap_output_temporary(const char *path);
void cap_output_set_attributes(int fd, const struct stat *existing);

/* Writes all there is, closes and gives the file its name. Returns 0, or -1 with *error set. */
int cap_output_publish(struct cap_output *output, struct cap_error *error);

/* Closes; a file that was not published is removed. */
void cap_output_close(struct cap_output *output);

static inline uint8_t *cap_output_at(const struct cap_output *output)
{
    return output->at;
}

/* Takes `len` bytes that stand at cap_output_at (at most CAP_OUTPUT_ROOM). */
static inline int cap_output_add(struct cap_output *output, size_t len)
{
    output->at += len;
    return output->at < output->chunk_end ? 0 : cap_output_write_chunks(output);
}

#endif
