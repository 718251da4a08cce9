/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The buffer is a place for what is left of the last chunk, and behind it one chunk: so reads
 * are of whole chunks at aligned offsets, and views run across the seam.
 */
#define SEAM CAP_INPUT_VIEW_MAX

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
        (void)fcntl(input->fd, F_SETPIPE_SZ, CAP_PIPE_SIZE); /* faster where it is allowed */
    input->buffer = aligned_alloc(CAP_IO_ALIGNMENT, SEAM + CAP_IO_CHUNK);
    if (!input->buffer) {
        cap_error_system(error, "cannot open");
        cap_input_close(input);
        return -1;
    }
    input->start = input->end = input->buffer + SEAM;
    return 0;
}

void cap_input_close(struct cap_input *input)
{
    free(input->buffer);
    if (input->fd > STDIN_FILENO)
        close(input->fd);
    input->fd = -1;
    input->buffer = NULL;
}

/* One read of at most `room` bytes to `end`; false at the end, on an error or when given up. */
static bool read_some(struct cap_input *input, size_t room)
{
    for (;;) {
        ssize_t got;

        if (!input->regular && !input->wait.ready(input->wait.context, input->fd)) {
            input->stopped = true;
            return false;
        }
        got = read(input->fd, input->end, room);
        if (got > 0) {
            input->end += got;
            return true;
        }
        if (got == 0) {
            input->eof = true;
            return false;
        }
        if (errno != EINTR) {
            input->error = errno;
            return false;
        }
    }
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
        if (input->end == limit) { /* a view longer than a chunk and its seam */
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
