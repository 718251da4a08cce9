/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_SPOOL_H
#define CAPFILE_SPOOL_H

/*
 * Writes many files at a time and keeps none of them open. Their bytes are collected in a bounded
 * amount of memory. Until they are published, the files are in a temporary folder next to their
 * final place, and their names are their numbers.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "deflate.h"

#define CAP_SPOOL_MEMORY ((size_t)64 << 20) /* bytes in all buffers */
#define CAP_SPOOL_BUFFER_MAX 32768u         /* bytes in one buffer */

struct cap_spool_file {
    uint32_t number; /* unique in the spool */
    bool exists;     /* in the folder */
    size_t fill, room;
    uint8_t *data;               /* bytes that are not written yet; NULL for none */
    struct cap_spool_file *next; /* list of files with a buffer */
};

struct cap_spool {
    char *folder;
    int folder_fd;
    size_t memory; /* bytes of all buffers */
    struct cap_spool_file *first;
    struct cap_deflate *deflate; /* NULL for uncompressed files */
    uint8_t *packed;
};

/* Sets up for files in the folder of `path`. Returns 0, or -1 with errno set. */
int cap_spool_open(struct cap_spool *spool, const char *path, enum cap_compression compression);

/* Adds bytes to a file. This and the next two functions return 0, or -1 with errno set. */
int cap_spool_add(struct cap_spool *spool, struct cap_spool_file *file, const uint8_t *data,
                  size_t len);

/* Writes all collected bytes. */
int cap_spool_complete(struct cap_spool *spool);

/* Moves a complete file to its final path. */
int cap_spool_publish(struct cap_spool *spool, struct cap_spool_file *file, const char *path);

/* Frees a file's buffer, and removes the file if it was not published. */
void cap_spool_discard(struct cap_spool *spool, struct cap_spool_file *file);

/* Frees the spool and removes its folder. Call it after all files are published or discarded. */
void cap_spool_close(struct cap_spool *spool);

#endif
