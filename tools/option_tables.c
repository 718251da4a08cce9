/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Prints the commands' options for manuals and shell completion. It runs during the build
 * (docs/insert_options.cmake) and is not installed.
 */

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "cli/commands.h"
#include "nvgre.h"

static const struct option_row help_row = {OPTION_FLAG, .name = "help", .letter = 'h',
                                           .help = "show this help"};

/* Calls `print` for each row of a command, including headings and --help. */
static void each_row(const struct command *command,
                     void (*print)(const struct command *command, const struct option_row *row))
{
    for (const struct option_row *const *table = command->options->tables; *table; table++)
        for (const struct option_row *row = *table; !options_row_ends(row); row++)
            print(command, row);
    print(command, &help_row);
}

static bool is_option(const struct option_row *row)
{
    return row->kind != OPTION_HEADING && row->kind != OPTION_WORDS;
}

/* Prints a text, with `escape` before each of `characters`. */
static void put_escaped(const char *text, const char *characters, const char *escape)
{
    for (; *text; text++) {
        if (strchr(characters, *text))
            fputs(escape, stdout);
        putchar(*text);
    }
}

/* ---- Options and commands for manuals, in man(7) format ---- */

static void put_roff(const char *text)
{
    put_escaped(text, "-", "\\");
}

/* Whether --help does not list the valid values. The manual then lists them. */
static bool needs_value_line(const struct option_row *row)
{
    return row->value && row->kind != OPTION_NUMBER && row->kind != OPTION_WORD &&
           row->kind != OPTION_TEXT;
}

static void print_roff(const struct command *command, const struct option_row *row)
{
    char buffer[OPTIONS_EXPECTED_MAX];

    (void)command;
    if (row->kind == OPTION_HEADING) {
        printf(".SS \"%s\"\n", row->help);
        return;
    }
    fputs(".TP\n", stdout);
    if (row->letter)
        printf("\\fB\\-%c\\fR, ", row->letter);
    fputs(is_option(row) ? "\\fB\\-\\-" : "\\fI", stdout);
    put_roff(row->name);
    fputs("\\fR", stdout);
    if (row->value)
        printf(" \\fI%s\\fR", row->value);
    putchar('\n');
    put_roff(row->help);
    if (row->kind == OPTION_NUMBER || row->kind == OPTION_WORD) {
        fputs(": ", stdout);
        put_roff(options_expected(row, buffer));
    }
    if (row->initial) {
        fputs(" (default ", stdout);
        put_roff(row->initial);
        putchar(')');
    }
    if (needs_value_line(row)) {
        fputs(".\n.br\nValue: ", stdout);
        put_roff(options_expected(row, buffer));
    }
    putchar('\n');
}

static void print_roff_commands(void)
{
    for (const struct command *command = commands; command->name; command++)
        printf(".TP\n.BR nvgre\\-pcap\\-%s (1)\n%s\n", command->name, command->summary);
}

/* ---- Completion ---- */

/* What completion offers for a value. */
static const char *completed_by(const struct option_row *row)
{
    if (row->kind == OPTION_FLAG)
        return "flag";
    if (row->kind == OPTION_VSIDS || row->kind == OPTION_VSID_MAP)
        return "vsids";
    if (row->kind == OPTION_NUMBER && row->max == NVGRE_VSID_MAX)
        return "vsid";
    if (row->kind == OPTION_NAMES || strcmp(row->value, "FILE") == 0 ||
        strcmp(row->value, "PATTERN") == 0)
        return "file";
    return strcmp(row->value, "IFACE") == 0 ? "interface" : "word";
}

static void put_words(const struct option_row *row)
{
    for (const struct option_word *w = row->words; w && w->word; w++)
        printf("%s%s", w == row->words ? "" : " ", w->word);
}

/* Format: 'LETTER|NAME|completed_by|words' */
static void print_bash_row(const struct command *command, const struct option_row *row)
{
    char letter[2] = {row->letter, '\0'};

    (void)command;
    if (!is_option(row))
        return;
    printf("            '%s|%s|%s|", letter, row->name, completed_by(row));
    put_words(row);
    fputs("'\n", stdout);
}

static void print_bash(void)
{
    for (const struct command *command = commands; command->name; command++) {
        printf("    %s)\n        rows=(\n", command->name);
        each_row(command, print_bash_row);
        fputs("        ) ;;\n", stdout);
    }
}

/* Prints text for a specification of zsh's _arguments, inside single quotes. */
static void put_zsh(const char *text)
{
    for (; *text; text++) {
        if (strchr("[]:\\", *text))
            putchar('\\');
        printf(*text == '\'' ? "'\\''" : "%c", *text);
    }
}

/* One name of an option. It excludes the option's other name, unless the option may be repeated. */
static void print_zsh_name(const struct option_row *row, const char *name, const char *joint)
{
    const char *by = completed_by(row);

    fputs("            '", stdout);
    if (row->kind == OPTION_NAMES)
        putchar('*');
    else if (row->letter)
        printf("(-%c --%s)", row->letter, row->name);
    printf("%s%s[", name, row->value ? joint : "");
    put_zsh(row->help);
    putchar(']');
    if (row->value) {
        putchar(':');
        put_zsh(row->value);
        if (strcmp(by, "word") == 0)
            fputs(row->words ? ":(" : ": ", stdout);
        else
            printf(": _nvgre_pcap_%s ", by);
        put_words(row);
        fputs(strcmp(by, "word") == 0 && row->words ? ")" : "", stdout);
    }
    fputs("'\n", stdout);
}

static void print_zsh_row(const struct command *command, const struct option_row *row)
{
    char letter[3] = {'-', row->letter, '\0'};
    char name[64];

    (void)command;
    if (!is_option(row))
        return;
    snprintf(name, sizeof name, "--%s", row->name);
    if (row->letter)
        print_zsh_name(row, letter, "+");
    print_zsh_name(row, name, "=");
}

static void print_zsh(void)
{
    for (const struct command *command = commands; command->name; command++) {
        printf("    %s)\n        specs=(\n", command->name);
        each_row(command, print_zsh_row);
        fputs("            '1:IN: _nvgre_pcap_file '\n", stdout);
        if (strstr(command->options->usage, "OUT"))
            fputs("            '2:OUT: _nvgre_pcap_file '\n", stdout);
        if (strstr(command->options->usage, "FILTER"))
            fputs("            '*:FILTER: '\n", stdout);
        fputs("        ) ;;\n", stdout);
    }
}

/* Each command as 'NAME:SUMMARY' (for zsh), or only its name. */
static void print_names(bool with_summary)
{
    for (const struct command *command = commands; command->name; command++) {
        printf("%s%s", with_summary ? "    '" : " ", command->name);
        if (with_summary) {
            putchar(':');
            put_zsh(command->summary);
            fputs("'\n", stdout);
        }
    }
}

static int print_manual(const char *name)
{
    for (const struct command *command = commands; command->name; command++) {
        if (strcmp(command->name, name) == 0) {
            each_row(command, print_roff);
            return options_flush_stdout();
        }
    }
    diag("option_tables", "no such command: %s", name);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "man") == 0 && argc == 3)
        return print_manual(argv[2]);
    if (strcmp(what, "man-commands") == 0)
        print_roff_commands();
    else if (strcmp(what, "bash") == 0)
        print_bash();
    else if (strcmp(what, "bash-commands") == 0)
        print_names(false);
    else if (strcmp(what, "zsh") == 0)
        print_zsh();
    else if (strcmp(what, "zsh-commands") == 0)
        print_names(true);
    else {
        diag("option_tables", "usage: option_tables man COMMAND|man-commands|bash|bash-commands|"
                              "zsh|zsh-commands");
        return EXIT_USAGE;
    }
    return options_flush_stdout();
}
