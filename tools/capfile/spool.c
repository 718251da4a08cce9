/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

enum { NAME_MAX_LEN = 12 }; /* of a number, with the NUL */

static void name_of(const struct cap_spool_file *file, char name[NAME_MAX_LEN])
{
    (void)snprintf(name, NAME_MAX_LEN, "%u", file->number);
}

static int make_folder(struct cap_spool *spool, const char *path)
{
    char *folder = cap_output_temporary(path);

    if (!folder)
        return -1;
    if (!mkdtemp(folder)) {
        free(folder);
        return -1;
    }
    spool->folder = folder;
    spool->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return spool->folder_fd < 0 ? -1 : 0;
}

int cap_spool_open(struct cap_spool *spool, const char *path, enum cap_compression compression)
{
    *spool = (struct cap_spool){.folder_fd = -1};
    if (compression != CAP_COMPRESSION_NONE) {
        spool->deflate = cap_deflate_new(compression);
        spool->packed = malloc(CAP_SPOOL_BUFFER_MAX);
    }
    if (compression != CAP_COMPRESSION_NONE && (!spool->deflate || !spool->packed))
        errno = ENOMEM;
    else if (make_folder(spool, path) == 0)
        return 0;
    cap_spool_close(spool);
    return -1;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, data, len);

        if (done < 0 && errno != EINTR)
            return -1;
        if (done > 0) {
            data += done;
            len -= (size_t)done;
        }
    }
    return 0;
}

/* A separate gzip member or zstd frame, so that files keep no state between writes. */
static int write_packed(const struct cap_spool *spool, int fd, const uint8_t *data, size_t len)
{
    const uint8_t *end = data + len;
    bool more = true;

    while (more) {
        size_t made;

        if (cap_deflate_run(spool->deflate, &data, end, CAP_DEFLATE_END, spool->packed,
                            CAP_SPOOL_BUFFER_MAX, &made, &more) != 0) {
            errno = ENOMEM;
            return -1;
        }
        if (write_all(fd, spool->packed, made) != 0)
            return -1;
    }
    return 0;
}

static int append(const struct cap_spool *spool, struct cap_spool_file *file, const uint8_t *data,
                  size_t len)
{
    char name[NAME_MAX_LEN];
    int failed;
    int fd;

    name_of(file, name);
    fd = openat(spool->folder_fd, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    file->exists = true;
    failed = spool->deflate ? write_packed(spool, fd, data, len) : write_all(fd, data, len);
    if (failed) {
        int reason = errno;

        close(fd);
        errno = reason;
        return -1;
    }
    return close(fd);
}

static int empty(const struct cap_spool *spool, struct cap_spool_file *file)
{
    size_t len = file->fill;

    file->fill = 0;
    return len ? append(spool, file, file->data, len) : 0;
}

int cap_spool_complete(struct cap_spool *spool)
{
    while (spool->first) {
        struct cap_spool_file *file = spool->first;

        if (empty(spool, file) != 0)
            return -1;
        spool->first = file->next;
        free(file->data);
        file->data = NULL;
        file->room = 0;
    }
    spool->memory = 0;
    return 0;
}

/* Makes room for `len` more bytes of a file. Writes out all files if that needs too much memory. */
static int make_room(struct cap_spool *spool, struct cap_spool_file *file, size_t len)
{
    size_t room = file->room ? 2 * file->room : 1024;
    uint8_t *data;

    while (room < file->fill + len)
        room *= 2;
    if (spool->memory + room - file->room > CAP_SPOOL_MEMORY && cap_spool_complete(spool) != 0)
        return -1;
    data = realloc(file->data, room);
    if (!data)
        return -1;
    if (!file->data) {
        file->next = spool->first;
        spool->first = file;
    }
    spool->memory += room - file->room;
    file->data = data;
    file->room = room;
    return 0;
}

int cap_spool_add(struct cap_spool *spool, struct cap_spool_file *file, const uint8_t *data,
                  size_t len)
{
    if (len > CAP_SPOOL_BUFFER_MAX - file->fill && empty(spool, file) != 0)
        return -1;
    if (len > CAP_SPOOL_BUFFER_MAX)
        return append(spool, file, data, len);
    if (len > file->room - file->fill && make_room(spool, file, len) != 0)
        return -1;
    if (len > 0)
        memcpy(file->data + file->fill, data, len);
    file->fill += len;
    return 0;
}

/* The new file gets owner and mode of the file that it replaces. */
static void keep_attributes(const struct cap_spool *spool, const char *name, const char *path)
{
    struct stat existing;
    int fd;

    if (stat(path, &existing) != 0)
        return;
    fd = openat(spool->folder_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    cap_output_set_attributes(fd, &existing);
    close(fd);
}

int cap_spool_publish(struct cap_spool *spool, struct cap_spool_file *file, const char *path)
{
    char name[NAME_MAX_LEN];

    name_of(file, name);
    keep_attributes(spool, name, path);
    if (renameat(spool->folder_fd, name, AT_FDCWD, path) != 0)
        return -1;
    file->exists = false;
    return 0;
}

void cap_spool_discard(struct cap_spool *spool, struct cap_spool_file *file)
{
    char name[NAME_MAX_LEN];

    free(file->data);
    file->data = NULL;
    if (!file->exists)
        return;
    name_of(file, name);
    (void)unlinkat(spool->folder_fd, name, 0);
    file->exists = false;
}

void cap_spool_close(struct cap_spool *spool)
{
    int reason = errno;

    cap_deflate_free(spool->deflate);
    free(spool->packed);
    if (spool->folder_fd >= 0)
        close(spool->folder_fd);
    if (spool->folder)
        (void)rmdir(spool->folder);
    free(spool->folder);
    *spool = (struct cap_spool){.folder_fd = -1};
    errno = reason;
}
