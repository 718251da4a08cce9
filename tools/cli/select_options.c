/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

#define FIELD(name) offsetof(struct select_options, name)

const struct option_row select_option_rows[] = {
    {.help = "Which packets (others are kept as they are, or left out with --others=drop)"},
    {OPTION_WORDS, "FILTER", 0, NULL,
     "packets that match this expression of tcpdump (outer headers)", .offset = FIELD(words)},
    {OPTION_TEXT, "inner-filter", 0, "EXPR",
     "those whose inner frame (of encap: the frame read) matches this one",
     .offset = FIELD(inner_filter)},
    {OPTION_TIME, "start-time", 'A', "TIME", "those captured at this time or later",
     .offset = FIELD(start)},
    {OPTION_TIME, "stop-time", 'B', "TIME", "those captured before this time",
     .offset = FIELD(stop)},
    {OPTION_PACKETS, "include", 0, "LIST", "those with these numbers, such as 1,3-5,100-",
     .offset = FIELD(include)},
    {OPTION_PACKETS, "exclude", 0, "LIST", "those without these numbers", .offset = FIELD(exclude)},
    {OPTION_NUMBER, "packet-count", 'c', "N", "stop reading after so many selected packets",
     .min = 1, .max = UINT32_MAX, .offset = FIELD(count)},
    {0}};

/* Joins words with spaces. The caller frees the result. Returns NULL if out of memory. */
static char *join(char *const *words)
{
    size_t len = 1;
    char *text;
    char *p;

    for (char *const *word = words; *word; word++)
        len += strlen(*word) + 1;
    p = text = malloc(len);
    if (!text)
        return NULL;
    for (; *words; words++) {
        size_t word_len = strlen(*words);

        memcpy(p, *words, word_len);
        p += word_len;
        *p++ = ' ';
    }
    p[-1] = '\0';
    return text;
}

int select_options_check(const struct option_set *set, struct select_options *options, int first)
{
    if (options->start.given && options->stop.given &&
        !time_is_before(&options->start.time, &options->stop.time))
        return options_misuse(set, "--start-time must be before --stop-time");
    if (!options->words[first])
        return OPTIONS_GO_ON;
    options->filter = join(options->words + first);
    if (options->filter)
        return OPTIONS_GO_ON;
    diag("filter", "out of memory");
    return EXIT_RUNTIME;
}

struct select_config select_options_config(const struct select_options *options)
{
    return (struct select_config){.filter = options->filter,
                                  .inner_filter = options->inner_filter,
                                  .has_start = options->start.given,
                                  .has_stop = options->stop.given,
                                  .start = options->start.time,
                                  .stop = options->stop.time,
                                  .include = options->include,
                                  .exclude = options->exclude,
                                  .count = options->count.value};
}

void select_options_free(struct select_options *options)
{
    free(options->filter);
}
