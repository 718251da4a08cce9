/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

/*
 * Options as tables. A row gives name, value, range, default and help, and fills one field of a
 * command's options struct. Parsing, error messages, --help, manuals and completion use the rows.
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

/* Types of the fields that rows fill. */
struct option_number {
    bool given; /* on the command line; a default sets only the value */
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

/* numerator / denominator, in lowest terms. Both are 0 if the option is not given. */
struct option_scale {
    bool given;
    uint64_t numerator;
    uint64_t denominator;
};

/* Names of an option that may be repeated. */
#define OPTION_NAMES_MAX 16

struct option_names {
    const char *items[OPTION_NAMES_MAX];
    size_t count;
};

/* A word and its number. */
struct option_word {
    const char *word;
    uint32_t value;
};

enum option_kind {
    OPTION_HEADING,  /* not an option: `help` is the heading of the next rows */
    OPTION_FLAG,     /* bool */
    OPTION_NUMBER,   /* struct option_number: min to max, or one of words */
    OPTION_WORD,     /* struct option_number: one of words */
    OPTION_ADDRESS,  /* struct address: version 0 if not given */
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
    OPTION_SCALE,    /* struct option_scale: above 0, up to max, which is at most 10^9 */
    OPTION_PACKETS,  /* struct range_set */
    OPTION_WORDS     /* char *const *: not an option, but all positional arguments, in any number;
                        ends with NULL */
};

struct option_row {
    enum option_kind kind;
    const char *name;
    char letter;       /* 0 for none */
    const char *value; /* name of the value in --help */
    const char *help;
    const char *initial; /* default, as typed on the command line; NULL for none */
    uint32_t min, max;
    const struct option_word *words; /* ends with a NULL word */
    size_t offset;                   /* of the field in the options struct */
};

/* A command's usage and options. Each table ends with an all-zero row. */
struct option_set {
    const char *command;
    const char *usage;                      /* usage line after the command's name */
    const char *summary;                    /* one or more lines for --help */
    const struct option_row *const *tables; /* ends with NULL */
};

/* No exit code: the command goes on. */
#define OPTIONS_GO_ON (-1)

/*
 * Parses argv (argv[0] is the command's name) into `options`, after setting the defaults. The first
 * `positional_max` positional arguments go to `positional`. More are an error unless there is a row
 * of OPTION_WORDS. Returns OPTIONS_GO_ON, or an exit code after --help or after a message about
 * wrong usage.
 */
int options_parse(const struct option_set *set, int argc, char **argv, void *options,
                  const char **positional, int positional_max);

/* Frees the lists that rows filled. `options` must have been all zero before it was parsed. */
void options_free(const struct option_set *set, void *options);

/* Whether a row is the all-zero row that ends a table. */
bool options_row_ends(const struct option_row *row);

/* Bytes for options_expected. */
#define OPTIONS_EXPECTED_MAX 160

/* Valid values of a row, for messages and --help. Returns `buffer` or a constant. */
const char *options_expected(const struct option_row *row, char buffer[OPTIONS_EXPECTED_MAX]);

/* Prints --help to standard output. Returns the exit code. */
int options_help(const struct option_set *set);

/* Prints a message about wrong usage, with a hint to --help. Returns EXIT_USAGE. */
int options_misuse(const struct option_set *set, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Flushes standard output. Returns EXIT_CLEAN, or EXIT_RUNTIME after a message. */
int options_flush_stdout(void);

#endif
