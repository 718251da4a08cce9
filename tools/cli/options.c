/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/number.h"
#include "base/terminal.h"
#include "base/text.h"
#include "base/time_point.h"

enum { ROWS_MAX = 64, LONG_BASE = 256, HELP_COLUMN = 30, HELP_INDENT = 6, OPTION_HELP_MAX = 512 };

static void *field_of(const struct option_row *row, void *options)
{
    return (char *)options + row->offset;
}

static bool parse_words(const struct option_row *row, const char *text, uint32_t *value)
{
    for (const struct option_word *w = row->words; w && w->word; w++) {
        if (strcmp(text, w->word) == 0) {
            *value = w->value;
            return true;
        }
    }
    return false;
}

static bool parse_number(const struct option_row *row, const char *text, uint32_t *value)
{
    uint32_t number;

    if (parse_words(row, text, value))
        return true;
    if (row->kind == OPTION_WORD || !number_read(&text, row->max, &number) || *text ||
        number < row->min)
        return false;
    *value = number;
    return true;
}

/* Six bytes of two hexadecimal digits, between colons or hyphens. */
static bool parse_mac(const char *text, struct option_mac *mac)
{
    for (int i = 0; i < 6; i++, text += 3) {
        char digits[3] = {0};

        if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
            return false;
        if (i < 5 ? text[2] != ':' && text[2] != '-' : text[2] != '\0')
            return false;
        memcpy(digits, text, 2);
        mac->bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    mac->given = true;
    return true;
}

static bool add_name(struct option_names *names, const char *text)
{
    if (*text == '\0' || names->count == OPTION_NAMES_MAX)
        return false;
    names->items[names->count++] = text;
    return true;
}

static bool parse_span(const char *text, struct option_span *span)
{
    span->given = true;
    return time_span_read(text, &span->ns);
}

static bool parse_scale(const struct option_row *row, const char *text, struct option_scale *scale)
{
    scale->given = true;
    return time_scale_read(text, row->max, &scale->numerator, &scale->denominator);
}

static bool parse_ranges(enum range_kind kind, const char *text, struct range_set *set)
{
    range_set_free(set);
    return range_set_parse(set, kind, text) == 0;
}

static bool parse_value(const struct option_row *row, const char *text, void *field)
{
    struct option_number *number = field;

    switch (row->kind) {
    case OPTION_NUMBER:
    case OPTION_WORD:
        return parse_number(row, text, &number->value);
    case OPTION_ADDRESS:
        return address_read(text, field);
    case OPTION_MAC:
        return parse_mac(text, field);
    case OPTION_VSIDS:
        return parse_ranges(RANGES_OF_VSIDS, text, field);
    case OPTION_VSID_MAP:
        vsid_map_free(field);
        return vsid_map_parse(field, text) == 0;
    case OPTION_PAS:
        return parse_ranges(RANGES_OF_ADDRESSES, text, field);
    case OPTION_NETS:
        net_map_free(field);
        return net_map_parse(field, text) == 0;
    case OPTION_PORTS:
        port_map_free(field);
        return port_map_parse(field, text) == 0;
    case OPTION_TIME:
        ((struct option_time *)field)->given = true;
        return time_text_read(text, &((struct option_time *)field)->time);
    case OPTION_SPAN:
        return parse_span(text, field);
    case OPTION_SCALE:
        return parse_scale(row, text, field);
    case OPTION_PACKETS:
        return parse_ranges(RANGES_OF_PACKETS, text, field);
    case OPTION_TEXT:
        memcpy(field, &text, sizeof text);
        return *text != '\0';
    case OPTION_NAMES:
        return add_name(field, text);
    default:
        *(bool *)field = true;
        return true;
    }
}

const char *options_expected(const struct option_row *row, char buffer[OPTIONS_EXPECTED_MAX])
{
    const size_t size = OPTIONS_EXPECTED_MAX;
    size_t used = 0;

    switch (row->kind) {
    case OPTION_ADDRESS:
        return "an IPv4 or IPv6 address";
    case OPTION_MAC:
        return "a MAC address such as 02:00:00:00:00:01";
    case OPTION_VSIDS:
        return "VSIDs such as 5001,6000-6009 (0 to 16777215)";
    case OPTION_VSID_MAP:
        return "pairs such as 5001:6001,7000-7009:8000-8009, no old VSID twice";
    case OPTION_PAS:
        return "addresses and prefixes such as 192.168.4.0/24,2001:db8::11";
    case OPTION_NETS:
        return "pairs such as 10.0.0.0/8:172.16.0.0/12,[2001:db8::/32]:[fd00::/32]";
    case OPTION_PORTS:
        return "pairs such as 80:8000,8080-8089:80,53+123:5353";
    case OPTION_TIME:
        return "a time such as 2026-01-01 10:00:00.5, with Z for UTC, or 1767261600.5";
    case OPTION_SPAN:
        return "seconds such as -3600 or 0.5";
    case OPTION_SCALE:
        snprintf(buffer, size, "a number such as 0.5 or 2, above 0, up to %u", row->max);
        return buffer;
    case OPTION_PACKETS:
        return "packet numbers such as 1,3-5,100-";
    case OPTION_TEXT:
        return "a name";
    case OPTION_NAMES:
        return "a name, 16 in all";
    default:
        break;
    }
    buffer[0] = '\0';
    for (const struct option_word *w = row->words; w && w->word && used < size; w++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", used ? "|" : "", w->word);
    if (row->kind == OPTION_NUMBER && used < size)
        snprintf(buffer + used, size - used, "%s%u to %u", used ? " or " : "", row->min, row->max);
    return buffer;
}

int options_misuse(const struct option_set *set, const char *format, ...)
{
    char message[256];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fprintf(stderr, "nvgre-pcap %s: %s (see nvgre-pcap %s --help)\n", set->command, message,
            set->command);
    return EXIT_USAGE;
}

bool options_row_ends(const struct option_row *row)
{
    return !row->name && row->kind == OPTION_HEADING && !row->help;
}

static void set_initial(const struct option_row *row, void *options)
{
    if (row->initial && !parse_value(row, row->initial, field_of(row, options)))
        abort(); /* a bug in a table: the default is invalid for its row */
}

/* The rows of all tables in one list, and in the form that getopt_long needs. */
struct getopt_tables {
    const struct option_row *rows[ROWS_MAX];
    struct option longs[ROWS_MAX + 2];
    char shorts[2 * ROWS_MAX + 4];
    const struct option_row *words; /* the row of OPTION_WORDS, or NULL */
    int count;
};

static void add_row(struct getopt_tables *tables, const struct option_row *row)
{
    size_t shorts = strlen(tables->shorts);
    int has_arg = row->kind == OPTION_FLAG ? no_argument : required_argument;

    if (tables->count == ROWS_MAX)
        abort(); /* a longer table needs a larger ROWS_MAX */
    tables->longs[tables->count] =
        (struct option){row->name, has_arg, NULL, LONG_BASE + tables->count};
    if (row->letter) {
        tables->shorts[shorts] = row->letter;
        if (has_arg == required_argument)
            tables->shorts[shorts + 1] = ':';
    }
    tables->rows[tables->count++] = row;
}

static void collect_rows(const struct option_set *set, struct getopt_tables *tables, void *options)
{
    *tables = (struct getopt_tables){.shorts = ":h"};
    for (const struct option_row *const *table = set->tables; *table; table++) {
        for (const struct option_row *row = *table; !options_row_ends(row); row++) {
            if (row->kind == OPTION_HEADING)
                continue;
            if (row->kind == OPTION_WORDS) {
                tables->words = row;
                continue;
            }
            set_initial(row, options);
            add_row(tables, row);
        }
    }
    tables->longs[tables->count] = (struct option){"help", no_argument, NULL, 'h'};
}

static const struct option_row *row_of(const struct getopt_tables *tables, int code)
{
    if (code >= LONG_BASE)
        return tables->rows[code - LONG_BASE];
    for (int i = 0; i < tables->count; i++)
        if (tables->rows[i]->letter == code)
            return tables->rows[i];
    return NULL;
}

static int misuse_of(const struct option_set *set, const struct getopt_tables *tables, int code,
                     char **argv)
{
    const struct option_row *row = optopt ? row_of(tables, optopt) : NULL;
    char buffer[OPTIONS_EXPECTED_MAX];

    if (code == ':' && row)
        return options_misuse(set, "--%s needs a value: %s", row->name,
                              options_expected(row, buffer));
    if (row || optopt == 'h')
        return options_misuse(set, "%s takes no value", argv[optind - 1]);
    if (optopt)
        return options_misuse(set, "unknown option -%c", optopt);
    return options_misuse(set, "unknown or ambiguous option %s", argv[optind - 1]);
}

static int apply(const struct option_set *set, const struct option_row *row, void *options)
{
    char buffer[OPTIONS_EXPECTED_MAX];

    if (!parse_value(row, optarg, field_of(row, options)))
        return options_misuse(set, "--%s %s: expected %s", row->name, optarg,
                              options_expected(row, buffer));
    if (row->kind == OPTION_NUMBER || row->kind == OPTION_WORD)
        ((struct option_number *)field_of(row, options))->given = true;
    return OPTIONS_GO_ON;
}

int options_parse(const struct option_set *set, int argc, char **argv, void *options,
                  const char **positional, int positional_max)
{
    struct getopt_tables tables;
    int code;

    collect_rows(set, &tables, options);
    opterr = 0;
    optind = 0;
    while ((code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        int done;

        if (code == 'h')
            return options_help(set);
        if (code == '?' || code == ':')
            return misuse_of(set, &tables, code, argv);
        done = apply(set, row_of(&tables, code), options);
        if (done != OPTIONS_GO_ON)
            return done;
    }
    if (!tables.words && argc - optind > positional_max)
        return options_misuse(set, "unexpected argument %s", argv[optind + positional_max]);
    for (int i = optind; i < argc && i - optind < positional_max; i++)
        positional[i - optind] = argv[i];
    if (tables.words) {
        char *const *words = argv + optind;

        memcpy(field_of(tables.words, options), &words, sizeof words);
    }
    return OPTIONS_GO_ON;
}

static void print_row(const struct option_row *row, unsigned width)
{
    /* In a narrow terminal the help text starts on a new line. */
    const unsigned column = width < 2 * HELP_COLUMN ? HELP_INDENT : HELP_COLUMN;
    const bool has_values = row->kind == OPTION_NUMBER || row->kind == OPTION_WORD;
    char help[OPTION_HELP_MAX];
    char range[OPTIONS_EXPECTED_MAX];
    char left[64] = "";
    int used = 0;

    if (row->kind == OPTION_HEADING) {
        putchar('\n');
        snprintf(help, sizeof help, "%s:", row->help);
        text_wrap(stdout, help, 0, 0, width);
        return;
    }
    if (row->letter)
        used = snprintf(left, sizeof left, "-%c, ", row->letter);
    snprintf(left + used, sizeof left - (size_t)used, "%s%s%s%s",
             row->kind == OPTION_WORDS ? "" : "--", row->name, row->value ? " " : "",
             row->value ? row->value : "");
    if (2 + strlen(left) < column)
        printf("  %-*s", (int)column - 2, left);
    else
        printf("  %s\n%*s", left, (int)column, "");
    snprintf(help, sizeof help, "%s%s%s%s%s%s", row->help, has_values ? ": " : "",
             has_values ? options_expected(row, range) : "", row->initial ? " (default " : "",
             row->initial ? row->initial : "", row->initial ? ")" : "");
    text_wrap(stdout, help, column, column, width);
}

int options_help(const struct option_set *set)
{
    static const struct option_row help = {
        .kind = OPTION_FLAG, .name = "help", .letter = 'h', .help = "show this help"};
    const unsigned width = terminal_width(STDOUT_FILENO);

    text_wrap(stdout, set->usage, (unsigned)printf("Usage: nvgre-pcap %s ", set->command), 7,
              width);
    putchar('\n');
    text_wrap(stdout, set->summary, 0, 0, width);
    for (const struct option_row *const *table = set->tables; *table; table++)
        for (const struct option_row *row = *table; !options_row_ends(row); row++)
            print_row(row, width);
    print_row(&help, width);
    return options_flush_stdout();
}

int options_flush_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_CLEAN;
    diag("standard output", "cannot write: %s", strerror(errno));
    return EXIT_RUNTIME;
}

static void free_field(enum option_kind kind, void *field)
{
    switch (kind) {
    case OPTION_VSIDS:
    case OPTION_PAS:
    case OPTION_PACKETS:
        range_set_free(field);
        break;
    case OPTION_VSID_MAP:
        vsid_map_free(field);
        break;
    case OPTION_NETS:
        net_map_free(field);
        break;
    case OPTION_PORTS:
        port_map_free(field);
        break;
    default:
        break;
    }
}

void options_free(const struct option_set *set, void *options)
{
    for (const struct option_row *const *table = set->tables; *table; table++)
        for (const struct option_row *row = *table; !options_row_ends(row); row++)
            free_field(row->kind, (char *)options + row->offset);
}
