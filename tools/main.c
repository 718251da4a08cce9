/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/commands.h"

enum { SUMMARY_COLUMN = 12 };

static void print_usage(FILE *stream)
{
    const unsigned width = terminal_width(fileno(stream));

    fprintf(stream, "Usage: nvgre-pcap COMMAND [options] IN OUT\n"
                    "       nvgre-pcap COMMAND --help\n"
                    "       nvgre-pcap --version\n\n"
                    "Work on captures of NVGRE (RFC 7637).\n\nCommands:\n");
    for (const struct command *command = commands; command->name; command++) {
        fprintf(stream, "  %-*s", SUMMARY_COLUMN - 2, command->name);
        text_wrap(stream, command->summary, SUMMARY_COLUMN, SUMMARY_COLUMN, width);
    }
    fputc('\n', stream);
    text_wrap(stream,
              "Exit codes: 0 clean, 1 runtime failure, 2 wrong usage, 3 finished, but with "
              "packets that could not be handled or an input that was cut.",
              0, 0, width);
}

static int print_version(void)
{
    printf("nvgre-pcap %s\njansson %s\n", NVGRE_VERSION, jansson_version_str());
    return options_flush_stdout();
}

/*
 * If the caller closed a standard descriptor, the next opened file would get its number. /dev/null
 * takes the number instead. It is opened in the wrong direction, so that a read or write still
 * fails and no data is lost silently.
 */
static void occupy_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0) /* open returns the lowest free number, fd */
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;

    occupy_standard_files();
    if (!name) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    for (const struct command *command = commands; command->name; command++)
        if (strcmp(name, command->name) == 0)
            return command->run(argc - 1, argv + 1);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return print_version();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_usage(stdout);
        return options_flush_stdout();
    }
    diag("nvgre-pcap", "no such command: %s (see nvgre-pcap --help)", name);
    return EXIT_USAGE;
}
