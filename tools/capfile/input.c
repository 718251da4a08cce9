/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inflate.h"

/*
 * The buffer has room for the rest of the last chunk, followed by one chunk. So reads get whole
 * chunks at aligned file offsets, and a view can span both parts.
 */
#define SEAM CAP_INPUT_VIEW_MAX

/* A compressed file: the bytes read from it and not decompressed yet are from `at` to `end`. */
struct cap_packed {
    struct cap_inflate *inflate;
    const uint8_t *at;
    const uint8_t *end;
    uint8_t *buffer; /* CAP_IO_CHUNK */
};

int cap_open(const char *path, int flags, const struct cap_wait *wait)
{
    int fd;

    do {
        fd = open(path, flags | O_CLOEXEC);
    } while (fd < 0 && errno == EINTR && wait->go_on(wait->context));
    return fd;
}

int cap_input_open(struct cap_input *input, const char *path, const struct cap_wait *wait,
                   struct cap_error *error)
{
    struct stat status;

    *input = (struct cap_input){.fd = STDIN_FILENO, .wait = *wait};
    if (strcmp(path, "-") != 0)
        input->fd = cap_open(path, O_RDONLY, wait);
    if (input->fd < 0 || fstat(input->fd, &status) != 0) {
        cap_error_system(error, "cannot open");
        return -1;
    }
    input->regular = S_ISREG(status.st_mode);
    if (S_ISFIFO(status.st_mode))
        (void)fcntl(input->fd, F_SETPIPE_SZ, CAP_PIPE_SIZE); /* faster; may be refused */
    input->buffer = aligned_alloc(CAP_IO_ALIGNMENT, SEAM + CAP_IO_CHUNK);
    if (!input->buffer) {
        cap_error_system(error, "cannot open");
        cap_input_close(input);
        return -1;
    }
    input->start = input->end = input->buffer + SEAM;
    return 0;
}

static void free_packed(struct cap_packed *packed)
{
    if (!packed)
        return;
    cap_inflate_free(packed->inflate);
    free(packed->buffer);
    free(packed);
}

int cap_input_unpack(struct cap_input *input, enum cap_compression kind, struct cap_error *error)
{
    size_t left = cap_input_left(input);
    struct cap_packed *packed = calloc(1, sizeof *packed);

    if (packed) {
        packed->inflate = cap_inflate_new(kind);
        packed->buffer = aligned_alloc(CAP_IO_ALIGNMENT, CAP_IO_CHUNK);
    }
    if (!packed || !packed->inflate || !packed->buffer) {
        free_packed(packed);
        cap_error_set(error, "cannot decompress: %s", strerror(ENOMEM));
        return -1;
    }
    memcpy(packed->buffer, input->start, left);
    packed->at = packed->buffer;
    packed->end = packed->buffer + left;
    input->packed = packed;
    input->start = input->end = input->buffer + SEAM;
    return 0;
}

void cap_input_close(struct cap_input *input)
{
    free(input->buffer);
    free_packed(input->packed);
    if (input->fd > STDIN_FILENO)
        close(input->fd);
    input->fd = -1;
    input->buffer = NULL;
    input->packed = NULL;
}

double cap_input_share(const struct cap_input *input)
{
    struct stat status;
    off_t at;

    if (!input->regular || fstat(input->fd, &status) != 0 || status.st_size <= 0)
        return 0;
    at = lseek(input->fd, 0, SEEK_CUR);
    return at <= 0 ? 0 : at >= status.st_size ? 1 : (double)at / (double)status.st_size;
}

/* One read. Returns the number of bytes, or 0 at the end, on an error or when stopped. */
static size_t read_file(struct cap_input *input, uint8_t *to, size_t room)
{
    for (;;) {
        ssize_t got;

        if (!input->regular && !input->wait.ready(input->wait.context, input->fd)) {
            input->stopped = true;
            return 0;
        }
        got = read(input->fd, to, room);
        if (got > 0)
            return (size_t)got;
        if (got == 0) {
            input->eof = true;
            return 0;
        }
        if (errno != EINTR) {
            input->error = errno;
            return 0;
        }
    }
}

/* The same for a compressed file. It may need many reads before the first byte. */
static size_t unpack(struct cap_input *input, uint8_t *to, size_t room)
{
    struct cap_packed *packed = input->packed;

    for (;;) {
        size_t made;
        size_t got;

        if (cap_inflate_run(packed->inflate, &packed->at, packed->end, to, room, &made,
                            &input->defect) != 0)
            input->eof = true;
        if (made > 0 || input->eof)
            return made;
        if (!input->wait.go_on(input->wait.context)) {
            input->stopped = true;
            return 0;
        }
        got = read_file(input, packed->buffer, CAP_IO_CHUNK);
        if (input->eof)
            (void)cap_inflate_may_end(packed->inflate, &input->defect);
        if (got == 0)
            return 0;
        packed->at = packed->buffer;
        packed->end = packed->buffer + got;
    }
}

/* Adds at most `room` bytes at `end`. Returns false at the end, on an error or when stopped. */
static bool read_some(struct cap_input *input, size_t room)
{
    size_t got =
        input->packed ? unpack(input, input->end, room) : read_file(input, input->end, room);

    input->end += got;
    return got > 0;
}

const uint8_t *cap_input_fill(struct cap_input *input, size_t len)
{
    uint8_t *seam = input->buffer + SEAM;
    uint8_t *limit = seam + CAP_IO_CHUNK;
    size_t left = cap_input_left(input);

    if (input->end == limit || left == 0) {
        memmove(seam - left, input->start, left);
        input->start = seam - left;
        input->end = seam;
    }
    while (cap_input_left(input) < len) {
        if (input->end == limit) { /* the chunk is full, but the view needs more */
            size_t shift = (size_t)(input->start - input->buffer);

            memmove(input->buffer, input->start, cap_input_left(input));
            input->start -= shift;
            input->end -= shift;
        }
        if (input->eof || input->error || input->stopped ||
            !read_some(input, (size_t)(limit - input->end)))
            return NULL;
    }
    return input->start;
}
