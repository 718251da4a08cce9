/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"
#include "base/terminal.h"
#include "commands.h"
#include "info/capture.h"
#include "info/show.h"
#include "options.h"
#include "select_options.h"

enum { TOP = 20 };

struct info_options {
    struct select_options select;
    const char *in;
    struct range_set vsids;
    struct option_number sort;
    struct option_number top;
    bool json;
    bool csv;
    bool quiet;
};

static const struct option_word sort_words[] = {{"packets", INFO_SORT_PACKETS},
                                                {"bytes", INFO_SORT_BYTES},
                                                {"rate", INFO_SORT_RATE},
                                                {"vsid", INFO_SORT_VSID},
                                                {"first", INFO_SORT_FIRST},
                                                {"last", INFO_SORT_LAST},
                                                {NULL, 0}};

#define FIELD(name) offsetof(struct info_options, name)

static const struct option_row rows[] = {
    {.help = "What is shown"},
    {OPTION_FLAG, "json", 0, NULL, "JSON, as docs/info.md tells", .offset = FIELD(json)},
    {OPTION_FLAG, "csv", 0, NULL, "CSV with a row for each tenant", .offset = FIELD(csv)},
    {OPTION_WORD, "sort", 0, "BY", "order of tenants", "packets", .words = sort_words,
     .offset = FIELD(sort)},
    {OPTION_NUMBER, "top", 0, "N", "so many tenants (default 20; in JSON and CSV all)", .min = 1,
     .max = UINT32_MAX, .offset = FIELD(top)},
    {OPTION_FLAG, "quiet", 'q', NULL, "no messages about single packets", .offset = FIELD(quiet)},
    {.help = "Files and packets"},
    {OPTION_TEXT, "read", 'r', "FILE", "IN by name, - is standard input", .offset = FIELD(in)},
    {OPTION_VSIDS, "vsid-filter", 0, "LIST", "only these VSIDs, such as 5001,6000-6009",
     .offset = FIELD(vsids)},
    {0}};

/* + 1: the heading of these rows is only right for commands that write captures. */
static const struct option_row *const tables[] = {rows, select_option_rows + 1, NULL};

const struct option_set info_option_set = {
    "info", "[options] IN [FILTER]",
    "Tell what is in a capture: tenants with their rates, addresses, FlowIDs and protocols,\n"
    "deviations from RFC 7637, and what is not NVGRE.",
    tables};

static struct grid_style style_for(int fd)
{
    (void)setlocale(LC_CTYPE, "");
    return (struct grid_style){.width = terminal_width(fd), .colours = terminal_has_colours(fd)};
}

/* Returns 0, or -1 if out of memory. */
static int show(const struct info_options *options, const struct info_result *result, bool report,
                FILE *stream)
{
    bool table = report || !(options->json || options->csv);
    struct grid_style style = style_for(fileno(stream));
    struct info_view view = {.info = result->info,
                             .in = result->summary.in,
                             .format = result->format,
                             .not_selected = result->summary.outcomes[OUTCOME_NOT_SELECTED],
                             .cut = result->summary.cut,
                             .interrupted = signals_stop != 0};
    uint32_t top = options->top.given ? options->top.value : table ? TOP : UINT32_MAX;
    int failed = 0;

    if (info_view_sort(&view, (enum info_sort)options->sort.value, top) != 0)
        return -1;
    if (table)
        failed = info_show_table(&view, &style, stream);
    else if (options->json)
        failed = info_show_json(&view, stream);
    else
        info_show_csv(&view, stream);
    free(view.order);
    return failed;
}

static void show_on_stderr(void *context, const struct info_result *result)
{
    (void)show(context, result, true, stderr); /* shows nothing if out of memory */
}

static int run(struct info_options *options)
{
    const struct info_config config = {.in = options->in,
                                       .select = select_options_config(&options->select),
                                       .vsids = options->vsids,
                                       .quiet = options->quiet,
                                       .report = show_on_stderr,
                                       .context = options};
    struct info_result result;
    int code = info_capture(&config, &result);
    int printed = EXIT_CLEAN;

    if (code == EXIT_CLEAN || code == EXIT_PARTLY) {
        if (show(options, &result, false, stdout) == 0) {
            printed = options_flush_stdout();
        } else {
            diag(result.summary.in, "out of memory");
            printed = EXIT_RUNTIME;
        }
    }
    info_free(result.info);
    return printed == EXIT_CLEAN ? code : printed;
}

/* Takes IN from -r or the first positional argument. Returns OPTIONS_GO_ON or a code. */
static int take_files(struct info_options *options, const char *in)
{
    const bool named = options->in != NULL;

    if (!named)
        options->in = in;
    if (!options->in || !*options->in)
        return options_misuse(&info_option_set, "IN is needed");
    if (options->json && options->csv)
        return options_misuse(&info_option_set, "--json and --csv exclude each other");
    return select_options_check(&info_option_set, &options->select, !named);
}

int cmd_info(int argc, char **argv)
{
    const char *positional[1] = {NULL};
    struct info_options options = {0};
    int code = options_parse(&info_option_set, argc, argv, &options, positional, 1);

    if (code == OPTIONS_GO_ON)
        code = take_files(&options, positional[0]);
    if (code == OPTIONS_GO_ON) {
        signals_install();
        progress_begin(options.quiet);
        code = run(&options);
        signals_end();
    }
    select_options_free(&options.select);
    options_free(&info_option_set, &options);
    return code;
}
