/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs a command and writes to RESULT: wait status, wall clock, user and system time in seconds,
 * and peak memory in KiB. Peak memory is that of the command or of the largest process that it
 * waited for.
 *
 * A child process starts with the peak memory of its parent. Python's is larger than that of the
 * measured programs. This process is small.
 *
 * measure RESULT COMMAND [ARGUMENT...]
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_NOT_RUN 127 /* the same as in shells */

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    double start = now();
    double wall;
    FILE *result;
    int status;
    pid_t child;

    if (argc < 3) {
        fprintf(stderr, "usage: measure RESULT COMMAND [ARGUMENT...]\n");
        return EXIT_FAILURE;
    }
    child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(EXIT_NOT_RUN);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("measure");
        return EXIT_FAILURE;
    }
    wall = now() - start;
    result = fopen(argv[1], "w");
    if (!result) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    fprintf(result, "%d %.6f %.6f %.6f %ld\n", status, wall, seconds(usage.ru_utime),
            seconds(usage.ru_stime), usage.ru_maxrss);
    return fclose(result) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
