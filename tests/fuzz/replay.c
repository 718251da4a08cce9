/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs a fuzz target on each file of a folder, without libFuzzer: the corpus as an ordinary test.
 * Each input is in a block of its exact size, so that a sanitizer finds any over-read.
 */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int fail(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, errno ? strerror(errno) : "changed while it was read");
    return -1;
}

/* Feeds `size` bytes of a file. Returns 0, or -1 after a message. */
static int feed(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size);
    size_t got;

    if (!file || (!data && size))
        return fail(path);
    got = fread(data, 1, size, file);
    fclose(file);
    if (got != size)
        return fail(path);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

/* Returns the number of files that were fed, or -1 after a message. */
static int feed_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    int count = 0;

    if (!dir)
        return fail(folder);
    while ((entry = readdir(dir))) {
        char path[4096];
        struct stat info;
        int len = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);

        if (len >= (int)sizeof(path))
            errno = ENAMETOOLONG;
        if (len >= (int)sizeof(path) || stat(path, &info) != 0)
            return fail(path);
        if (!S_ISREG(info.st_mode))
            continue;
        if (feed(path, (size_t)info.st_size) != 0)
            return -1;
        count++;
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 1;
    }
    count = feed_folder(argv[1]);
    if (count == 0)
        fprintf(stderr, "%s: no files\n", argv[1]);
    if (count <= 0)
        return 1;
    printf("%d inputs\n", count);
    return 0;
}
