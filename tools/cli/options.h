/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

/*
 * Options as tables: a row gives name, value, range, default and help, and fills one field of a
 * command's options struct. Parsing, error messages and --help all come from the rows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/range_set.h"
#include "capfile/timestamp.h"
#include "transform/net_map.h"
#include "transform/port_map.h"
#include "transform/vsid_map.h"

/* Fields that rows fill. */
struct option_number {
    bool given; /* on the command line; a default sets the value only */
    uint32_t value;
};

struct option_mac {
    bool given;
    uint8_t bytes[6];
};

struct option_time {
    bool given;
    struct time_point time;
};

struct option_span {
    bool given;
    int64_t ns;
};

/* numerator / denominator, in lowest terms; zeroes where it is not given. */
struct option_scale {
    bool given;
    uint64_t numerator;
    uint64_t denominator;
};

/* Names, one each time that the option is given. */
#define OPTION_NAMES_MAX 16

struct option_names {
    const char *items[OPTION_NAMES_MAX];
    size_t count;
};

/* A word that stands for a number. */
struct option_word {
    const char *word;
    uint32_t value;
};

enum option_kind {
    OPTION_HEADING,  /* no option: `help` stands above the rows that follow */
    OPTION_FLAG,     /* bool */
    OPTION_NUMBER,   /* struct option_number: min to max, or one of words */
    OPTION_WORD,     /* struct option_number: one of words */
    OPTION_ADDRESS,  /* struct address: version 0 where not given */
    OPTION_MAC,      /* struct option_mac */
    OPTION_TEXT,     /* const char * */
    OPTION_NAMES,    /* struct option_names */
    OPTION_VSIDS,    /* struct range_set */
    OPTION_VSID_MAP, /* struct vsid_map */
    OPTION_PAS,      /* struct range_set */
    OPTION_NETS,     /* struct net_map */
    OPTION_PORTS,    /* struct port_map */
    OPTION_TIME,     /* struct option_time */
    OPTION_SPAN,     /* struct option_span */
    OPTION_SCALE,    /* struct option_scale: above 0, to max, at most 10^9 */
    OPTION_PACKETS,  /* struct range_set */
    OPTION_WORDS     /* char *const *: no option, but all positional arguments, however many, and
                        NULL behind them */
};

struct option_row {
    enum option_kind kind;
    const char *name;
    char letter;       /* 0 for none */
    const char *value; /* what --help calls the value */
    const char *help;
    const char *initial; /* default, as one would type it; NULL for none */
    uint32_t min, max;
    const struct option_word *words; /* ends with a NULL word */
    size_t offset;                   /* of the field in the options struct */
};

/* A command's options: tables that end with an all-zero row, and how it is called. */
struct option_set {
    const char *command;
    const char *usage;                      /* what follows the command's name */
    const char *summary;                    /* one or more lines for --help */
    const struct option_row *const *tables; /* ends with NULL */
};

/* Exit code of a parse that does not end the process. */
#define OPTIONS_GO_ON (-1)

/*
 * Parses argv (argv[0] is the command's name) into `options`, defaults first. Positional
 * arguments, at most `positional_max` (without a row of OPTION_WORDS), go to `positional`. Returns
 * OPTIONS_GO_ON, or the exit code to end with: after --help, or after a message about wrong usage.
 */
int options_parse(const struct option_set *set, int argc, char **argv, void *options,
                  const char **positional, int positional_max);

/* Frees the lists that rows filled; for options that began as zeroes. */
void options_free(const struct option_set *set, void *options);

/* Whether a row is the all-zero one behind a table's last row. */
bool options_row_ends(const struct option_row *row);

/* Room for what options_expected writes. */
#define OPTIONS_EXPECTED_MAX 160

/* What a row's value may be, as messages and --help say it: in the buffer, or constant. */
const char *options_expected(const struct option_row *row, char buffer[OPTIONS_EXPECTED_MAX]);

/* Prints --help to standard output; returns the exit code. */
int options_help(const struct option_set *set);

/* A message about wrong usage, with a hint at --help. Returns EXIT_USAGE. */
int options_misuse(const struct option_set *set, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Flushes standard output; the exit code says whether all of it was written. */
int options_flush_stdout(void);

#endif
