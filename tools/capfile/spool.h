/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_SPOOL_H
#define CAPFILE_SPOOL_H

/*
 * Many files at a time of which none is kept open: what goes into them is gathered in a bounded
 * amount of memory. Until they are complete they stand, by number, in a folder of their own
 * beside where they will be.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "deflate.h"

#define CAP_SPOOL_MEMORY ((size_t)64 << 20) /* bytes of all buffers */
#define CAP_SPOOL_BUFFER_MAX 32768u         /* and of one */

struct cap_spool_file {
    uint32_t number; /* unique in the spool */
    bool exists;     /* in the folder */
    size_t fill, room;
    uint8_t *data;               /* what is to be written yet; NULL for nothing */
    struct cap_spool_file *next; /* of those with a buffer */
};

struct cap_spool {
    char *folder;
    int folder_fd;
    size_t memory; /* of all buffers */
    struct cap_spool_file *first;
    struct cap_deflate *deflate; /* NULL for files as they are */
    uint8_t *packed;
};

/* Sets up for files that will stand beside `path`. Returns 0, or -1 with the reason in errno. */
int cap_spool_open(struct cap_spool *spool, const char *path, enum cap_compression compression);

/* Adds bytes to a file. As all that follow: returns 0, or -1 with the reason in errno. */
int cap_spool_add(struct cap_spool *spool, struct cap_spool_file *file, const uint8_t *data,
                  size_t len);

/* Writes out all that is gathered. */
int cap_spool_complete(struct cap_spool *spool);

/* Moves a complete file to its name. */
int cap_spool_publish(struct cap_spool *spool, struct cap_spool_file *file, const char *path);

/* Frees what a file has, and removes it if it was not published. */
void cap_spool_discard(struct cap_spool *spool, struct cap_spool_file *file);

/* Frees all that is not the files' and removes the folder, which must be empty again. */
void cap_spool_close(struct cap_spool *spool);

#endif
