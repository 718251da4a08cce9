/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCRATCH_SUPPORT_H
#define SCRATCH_SUPPORT_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "support.h"

/* A folder for the files of a test program. Its main() creates and removes it. */
static char scratch[64];

static inline void scratch_make(void)
{
    strcpy(scratch, "/tmp/capfile-test.XXXXXX");
    if (!mkdtemp(scratch))
        abort();
}

/* Returns the path of a file in this folder. The result is in one of a few buffers in turn. */
static inline const char *scratch_path(const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % COUNT(paths)];

    snprintf(path, sizeof(paths[0]), "%s/%s", scratch, name);
    return path;
}

/* Removes the files. Returns how many there were. */
static inline size_t scratch_clear(void)
{
    size_t count = 0;
    DIR *dir = opendir(scratch);
    const struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
        count++;
    }
    closedir(dir);
    return count;
}

static inline void scratch_remove(void)
{
    scratch_clear();
    rmdir(scratch);
}

#endif
