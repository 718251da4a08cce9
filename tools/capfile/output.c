/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deflate.h"

struct cap_packer {
    struct cap_deflate *deflate;
    bool begun;      /* a member or frame is not complete */
    off_t mark;      /* file offset of the last cap_output_position; -1 in pipes */
    size_t fill;     /* bytes in the buffer */
    uint8_t *buffer; /* compressed bytes to write, CAP_IO_CHUNK of room */
};

/* The path to rename to: the target of a symbolic link, so that the link itself stays. */
static char *final_path(const char *path)
{
    char *resolved = realpath(path, NULL);
    struct stat link;

    if (!resolved && lstat(path, &link) == 0) /* a broken link */
        return NULL;
    return resolved ? resolved : strdup(path);
}

/* In the same folder for renaming. Short, because the name in `path` may have maximum length. */
char *cap_output_temporary(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *temporary = NULL;

    if (asprintf(&temporary, "%.*s.nvgre-pcap.XXXXXX", slash ? (int)(slash + 1 - path) : 0, path) <
        0)
        return NULL;
    return temporary;
}

/* The mode of the existing file, or the mode that open would give a new one. */
static mode_t file_mode(const struct stat *existing)
{
    mode_t mask;

    if (existing)
        return existing->st_mode & 07777;
    mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* Failures are ignored: some file systems have no owners or modes, and the content is right. */
void cap_output_set_attributes(int fd, const struct stat *existing)
{
    if (existing && fchown(fd, existing->st_uid, existing->st_gid) != 0)
        errno = 0;
    if (fchmod(fd, file_mode(existing)) != 0)
        errno = 0;
}

static int open_temporary(struct cap_output *output, const char *path, const struct stat *existing)
{
    char *temporary;

    output->path = final_path(path);
    if (!output->path || (existing && access(output->path, W_OK) != 0))
        return -1;
    temporary = cap_output_temporary(output->path);
    if (!temporary)
        return -1;
    output->fd = mkostemp(temporary, O_CLOEXEC);
    if (output->fd < 0) {
        free(temporary);
        return -1;
    }
    output->temporary = temporary;
    cap_output_set_attributes(output->fd, existing);
    return 0;
}

static int open_path(struct cap_output *output, const char *path, const struct cap_input *input,
                     struct cap_error *error)
{
    struct stat out;
    struct stat in;
    bool standard = strcmp(path, "-") == 0;
    bool opened = true;
    bool exists = (standard ? fstat(STDOUT_FILENO, &out) : stat(path, &out)) == 0;

    if (exists && S_ISREG(out.st_mode) && fstat(input->fd, &in) == 0 && cap_same_file(&in, &out)) {
        cap_error_set(error, "is also the input; the input is never overwritten");
        return -1;
    }
    if (standard)
        output->fd = STDOUT_FILENO;
    else if (exists && !S_ISREG(out.st_mode))
        output->fd = cap_open(path, O_WRONLY, &input->wait);
    else
        opened = open_temporary(output, path, exists ? &out : NULL) == 0;
    if (!opened || output->fd < 0) {
        cap_error_system(error, "cannot create");
        return -1;
    }
    if (exists && S_ISFIFO(out.st_mode))
        (void)fcntl(output->fd, F_SETPIPE_SZ, CAP_PIPE_SIZE); /* faster; may be refused */
    return 0;
}

int cap_output_open(struct cap_output *output, const char *path, const struct cap_input *input,
                    struct cap_error *error)
{
    *output = (struct cap_output){.fd = -1, .wait = input->wait};
    output->buffer = aligned_alloc(CAP_IO_ALIGNMENT, CAP_IO_CHUNK + CAP_OUTPUT_ROOM);
    if (!output->buffer) {
        cap_error_system(error, "cannot create");
        return -1;
    }
    output->chunk_end = output->buffer + CAP_IO_CHUNK;
    output->at = output->buffer;
    if (open_path(output, path, input, error) == 0)
        return 0;
    cap_output_close(output);
    return -1;
}

void cap_output_to_sink(struct cap_output *output, uint8_t *place, cap_output_sink sink,
                        void *context)
{
    *output = (struct cap_output){.fd = -1,
                                  .sink = sink,
                                  .sink_context = context,
                                  .buffer = place,
                                  .chunk_end = place,
                                  .at = place};
}

static int write_all(struct cap_output *output, const uint8_t *data, size_t len)
{
    if (output->sink && !output->error && output->sink(output->sink_context, data, len) != 0)
        output->error = errno;
    if (output->sink)
        return output->error ? -1 : 0;
    while (len > 0 && !output->error) {
        ssize_t done = write(output->fd, data, len);

        if (done >= 0) {
            data += done;
            len -= (size_t)done;
        } else if (errno == EAGAIN) {
            (void)poll(&(struct pollfd){.fd = output->fd, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            output->error = errno;
        }
        if (done < 0 && errno == EINTR)                     /* from write or poll */
            (void)output->wait.go_on(output->wait.context); /* never stops a started write */
    }
    return output->error ? -1 : 0;
}

static void free_packer(struct cap_packer *packer)
{
    if (!packer)
        return;
    cap_deflate_free(packer->deflate);
    free(packer->buffer);
    free(packer);
}

int cap_output_pack(struct cap_output *output, enum cap_compression kind, struct cap_error *error)
{
    struct cap_packer *packer = calloc(1, sizeof *packer);

    if (packer) {
        packer->deflate = cap_deflate_new(kind);
        packer->buffer = aligned_alloc(CAP_IO_ALIGNMENT, CAP_IO_CHUNK);
    }
    if (!packer || !packer->deflate || !packer->buffer) {
        free_packer(packer);
        cap_error_set(error, "cannot compress: %s", strerror(ENOMEM));
        return -1;
    }
    output->packer = packer;
    return 0;
}

/* Compresses and writes whole chunks. Writes all output unless `until` is CAP_DEFLATE_ON. */
static int pack(struct cap_output *output, const uint8_t *data, size_t len,
                enum cap_deflate_until until)
{
    struct cap_packer *packer = output->packer;
    const uint8_t *end = data + len;
    bool more = len > 0 || packer->begun || until == CAP_DEFLATE_END;

    while (more && !output->error) {
        size_t made;

        if (cap_deflate_run(packer->deflate, &data, end, until, packer->buffer + packer->fill,
                            CAP_IO_CHUNK - packer->fill, &made, &more) != 0) {
            output->error = ENOMEM;
            break;
        }
        packer->begun = more || until != CAP_DEFLATE_END;
        packer->fill += made;
        if (packer->fill == CAP_IO_CHUNK || (!more && until != CAP_DEFLATE_ON)) {
            (void)write_all(output, packer->buffer, packer->fill);
            packer->fill = 0;
        }
    }
    return output->error ? -1 : 0;
}

/* Writes the first `len` bytes of the buffer. `until` is for compressed output. */
static int write_front(struct cap_output *output, size_t len, enum cap_deflate_until until)
{
    size_t fill = (size_t)(output->at - output->buffer);
    int failed = output->packer ? pack(output, output->buffer, len, until)
                                : write_all(output, output->buffer, len);

    if (failed)
        fill = len; /* later bytes are dropped, so that the buffer cannot overflow */
    output->written += len;
    memmove(output->buffer, output->buffer + len, fill - len);
    output->at = output->buffer + (fill - len);
    return output->error ? -1 : 0;
}

int cap_output_write_chunks(struct cap_output *output)
{
    size_t fill = (size_t)(output->at - output->buffer);

    return write_front(output, output->sink ? fill : fill - fill % CAP_IO_CHUNK, CAP_DEFLATE_ON);
}

static int write_rest(struct cap_output *output, enum cap_deflate_until until)
{
    return write_front(output, (size_t)(output->at - output->buffer), until);
}

/* Flushing makes compression worse, and nobody reads a temporary file meanwhile. */
int cap_output_flush(struct cap_output *output)
{
    return write_rest(output, output->temporary ? CAP_DEFLATE_ON : CAP_DEFLATE_FLUSH);
}

/* Whether a member or frame must be completed. A file without data needs an empty one. */
static bool is_unfinished(const struct cap_output *output)
{
    return output->packer->begun || output->at > output->buffer || output->written == 0;
}

uint64_t cap_output_position(struct cap_output *output)
{
    if (output->packer) {
        if (is_unfinished(output))
            (void)write_rest(output, CAP_DEFLATE_END); /* a failure shows at the next write */
        output->packer->mark = lseek(output->fd, 0, SEEK_CUR);
    }
    return output->written + (uint64_t)(output->at - output->buffer);
}

void cap_output_take_back(struct cap_output *output, uint64_t position)
{
    struct stat status;
    off_t end;

    if (position >= output->written) {
        output->at = output->buffer + (position - output->written);
        return;
    }
    output->at = output->buffer;
    if (fstat(output->fd, &status) != 0 || !S_ISREG(status.st_mode))
        return; /* bytes in a pipe or device cannot be taken back */
    if (output->packer) {
        cap_deflate_reset(output->packer->deflate);
        output->packer->begun = false;
        output->packer->fill = 0;
        end = lseek(output->fd, output->packer->mark, SEEK_SET);
    } else {
        end = lseek(output->fd, (off_t)(position - output->written), SEEK_CUR);
    }
    output->written = position;
    if (end < 0 || ftruncate(output->fd, end) != 0)
        output->error = errno;
}

int cap_output_publish(struct cap_output *output, struct cap_error *error)
{
    bool failed = output->packer && !is_unfinished(output)
                      ? output->error != 0
                      : write_rest(output, CAP_DEFLATE_END) != 0;
    int fd = output->fd;

    output->fd = -1;
    if (failed)
        errno = output->error;
    if (close(fd) != 0 && !failed)
        failed = true;
    if (!failed && output->temporary) {
        failed = rename(output->temporary, output->path) != 0;
        if (!failed) {
            free(output->temporary);
            output->temporary = NULL;
        }
    }
    if (failed)
        cap_error_system(error, "cannot write");
    return failed ? -1 : 0;
}

void cap_output_close(struct cap_output *output)
{
    int reason = errno;

    if (output->fd > STDERR_FILENO)
        close(output->fd);
    if (output->temporary)
        unlink(output->temporary);
    free(output->temporary);
    free(output->path);
    if (!output->sink)
        free(output->buffer);
    free_packer(output->packer);
    *output = (struct cap_output){.fd = -1, .error = output->error};
    errno = reason;
}
