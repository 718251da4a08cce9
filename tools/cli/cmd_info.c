/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"
#include "capfile/reader.h"
#include "commands.h"
#include "info/show.h"
#include "options.h"
#include "select/select.h"

enum { TOP = 20, WIDTH = 80, WIDTH_MIN = 40, WIDTH_MAX = 500 };

struct info_options {
    struct select_options select;
    const char *in;
    char *const *filter; /* words of FILTER, NULL at the end */
    struct vsid_set vsids;
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

/* The heading of the rows of selection is of commands that write captures. */
static const struct option_row *const tables[] = {rows, select_option_rows + 1, NULL};

const struct option_set info_option_set = {
    "info", "[options] IN [FILTER]",
    "Tell what is in a capture: tenants with their rates, addresses, FlowIDs and protocols,\n"
    "deviations from RFC 7637, and what is not NVGRE.",
    tables};

struct session {
    const struct info_options *options;
    const char *in; /* as messages call it */
    struct cap_reader reader;
    struct selection selection;
    struct info *info;
    uint64_t messages;
    bool cut;
};

/* ---- Showing ---- */

static struct grid_style style_for(int fd)
{
    const char *columns = getenv("COLUMNS");
    const char *no_color = getenv("NO_COLOR");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    struct winsize window;

    if (width <= 0 && ioctl(fd, TIOCGWINSZ, &window) == 0)
        width = window.ws_col;
    if (width <= 0)
        width = WIDTH;
    if (width < WIDTH_MIN || width > WIDTH_MAX)
        width = width < WIDTH_MIN ? WIDTH_MIN : WIDTH_MAX;
    (void)setlocale(LC_CTYPE, "");
    return (struct grid_style){.width = (unsigned)width,
                               .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
                               .colours = isatty(fd) && !(no_color && *no_color)};
}

/* Returns 0, or -1 where memory is out. */
static int show(const struct session *session, bool report, FILE *stream)
{
    const struct info_options *options = session->options;
    bool table = report || !(options->json || options->csv);
    struct grid_style style = style_for(fileno(stream));
    struct info_view view = {.info = session->info,
                             .in = session->in,
                             .format = session->reader.format,
                             .cut = session->cut,
                             .interrupted = signals_stop != 0};
    uint32_t top = options->top.given ? options->top.value : table ? TOP : UINT32_MAX;
    int result = 0;

    if (info_view_sort(&view, (enum info_sort)options->sort.value, top) != 0)
        return -1;
    if (table)
        info_show_table(&view, &style, stream);
    else if (options->json)
        result = info_show_json(&view, stream);
    else
        info_show_csv(&view, stream);
    free(view.order);
    return result;
}

/* What signals ask for; false to stop. */
static bool go_on(void *context)
{
    const struct session *session = context;

    signals_pending = signals_stop != 0;
    if (signals_report) {
        signals_report = 0;
        diag_progress_end();
        (void)show(context, true, stderr); /* without memory it is not shown */
    }
    if (progress_due)
        progress_show(session->in, &session->reader);
    return signals_stop == 0;
}

static bool wait_for_input(void *context, int fd)
{
    return signals_wait_while(go_on, context, fd);
}

/* ---- Reading ---- */

static void note_bad(struct session *session, const char *text)
{
    if (session->options->quiet || ++session->messages > DIAG_MESSAGES_MAX + 1)
        return;
    if (session->messages <= DIAG_MESSAGES_MAX)
        diag_packet(session->in, session->reader.packet.number, "%s", text);
    else
        diag(session->in, "more packets like these; they are only counted");
}

/* Whether a packet's tenant and inner frame are wanted; of packets that are not NVGRE all are. */
static enum select_answer select_inner(struct session *session, const struct info_packet *packet)
{
    const struct nvgre_frame *frame = &packet->frame;

    if (!info_is_nvgre(packet))
        return SELECT_YES;
    if (!vsid_set_selects(&session->options->vsids, nvgre_key_vsid(frame->gre.key)))
        return SELECT_NO;
    return select_result(&session->selection, packet->packet->data + frame->inner_offset,
                         frame->inner_caplen, frame->inner_len);
}

static void report_bad(struct session *session, const struct nvgre_frame *frame)
{
    char text[96];

    if (frame->kind == NVGRE_CLASS_MALFORMED) {
        snprintf(text, sizeof text, "%s %u", nvgre_reason_text(frame->reason), frame->value);
        note_bad(session, text);
    } else if (frame->kind == NVGRE_CLASS_TRUNCATED) {
        note_bad(session, "cut before the inner frame");
    }
}

/* Returns an exit code. */
static int take_packet(struct session *session)
{
    const struct cap_packet *packet = &session->reader.packet;
    struct info_packet taken;
    enum select_answer answer = SELECT_YES;

    info_read(session->info, packet, &taken);
    if (session->selection.wanted)
        answer = select_packet(&session->selection, packet);
    if (answer == SELECT_YES)
        answer = select_inner(session, &taken);
    if (answer == SELECT_UNFIT)
        return EXIT_USAGE;
    if (answer == SELECT_NO) {
        session->info->not_selected++;
        return EXIT_CLEAN;
    }
    select_count(&session->selection, info_is_nvgre(&taken));
    report_bad(session, &taken.frame);
    if (info_count(session->info, &taken) == 0)
        return EXIT_CLEAN;
    diag(session->in, "out of memory");
    return EXIT_RUNTIME;
}

/* Reads to the end; returns an exit code. */
static int take_all(struct session *session)
{
    while (!session->selection.enough && (!signals_pending || go_on(session))) {
        int code = EXIT_CLEAN;

        switch (cap_reader_next(&session->reader)) {
        case CAP_PACKET:
            code = take_packet(session);
            break;
        case CAP_BLOCK:
            break;
        case CAP_BAD:
            info_finding_add(&session->info->findings[INFO_RULE_BAD_BLOCK],
                             session->reader.packet.number);
            note_bad(session, session->reader.error.text);
            break;
        case CAP_CUT:
            session->cut = true;
            diag_packet(session->in, session->reader.packet.number + 1, "%s",
                        session->reader.error.text);
            return EXIT_CLEAN;
        case CAP_FAILED:
            diag(session->in, "%s", session->reader.error.text);
            return EXIT_RUNTIME;
        case CAP_STOPPED:
        case CAP_END:
            return EXIT_CLEAN;
        }
        if (code != EXIT_CLEAN)
            return code;
    }
    return EXIT_CLEAN;
}

static int run_open(struct session *session)
{
    int code = select_prepare(&session->selection, &session->reader) == SELECT_YES
                   ? take_all(session)
                   : EXIT_USAGE;

    progress_end();
    if (code != EXIT_CLEAN)
        return code;
    if (show(session, false, stdout) != 0) {
        diag(session->in, "out of memory");
        return EXIT_RUNTIME;
    }
    code = options_flush_stdout();
    if (code == EXIT_CLEAN && (session->cut || info_is_partial(session->info)))
        code = EXIT_PARTLY;
    return code;
}

static int run(const struct info_options *options)
{
    struct session session = {.options = options,
                              .in = diag_file_name(options->in, "standard input"),
                              .info = info_new()};
    const struct cap_wait wait = {wait_for_input, go_on, &session};
    int code = EXIT_RUNTIME;

    if (!session.info || select_init(&session.selection, &options->select, options->filter,
                                     INNER_IN_RESULT, session.in) != 0) {
        diag(session.in, "out of memory");
    } else if (cap_reader_open(&session.reader, options->in, &wait) == 0) {
        code = run_open(&session);
        cap_reader_close(&session.reader);
    } else if (!signals_stop) {
        diag(session.in, "%s", session.reader.error.text);
    }
    select_free(&session.selection);
    info_free(session.info);
    return code;
}

/* Takes IN from -r or the first positional argument. Returns OPTIONS_GO_ON or a code. */
static int take_files(struct info_options *options, const char *in)
{
    options->filter = options->select.words;
    if (!options->in) {
        options->in = in;
        options->filter += in != NULL;
    }
    if (!options->in || !*options->in)
        return options_misuse(&info_option_set, "IN is needed");
    if (options->json && options->csv)
        return options_misuse(&info_option_set, "--json and --csv exclude each other");
    return select_check(&info_option_set, &options->select);
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
    vsid_set_free(&options.vsids);
    return code;
}
