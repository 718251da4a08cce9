/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan.h"

#include "base/progress.h"
#include "report.h"

void scan_count_read(struct scan *scan)
{
    if (!scan->open || scan->counted)
        return;
    scan->summary.packets_read = scan->reader.packet.number;
    scan->summary.bytes_read = scan->reader.bytes;
}

static void print_report(void *context)
{
    struct scan *scan = context;

    scan_count_read(scan);
    if (scan->config.report)
        scan->config.report(scan->config.context);
}

static void print_progress(void *context)
{
    const struct scan *scan = context;

    progress_show(scan->name, scan->reader.packet.number, scan->reader.bytes,
                  cap_input_share(&scan->reader.input));
}

bool scan_go_on(void *context)
{
    struct scan *scan = context;
    const struct signals_actions actions = {
        .report = print_report, .progress = print_progress, .context = scan};

    if (scan->config.go_on)
        return scan->config.go_on(scan->config.context);
    return !signals_pending || signals_handle(&actions);
}

static bool wait_for_input(void *context, int fd)
{
    struct scan *scan = context;

    return scan->config.wait ? scan->config.wait(scan->config.context, fd)
                             : signals_wait_while(scan_go_on, scan, fd);
}

int scan_rewind(struct scan *scan)
{
    const struct cap_wait wait = {wait_for_input, scan_go_on, scan};

    scan_close(scan);
    if (cap_reader_open(&scan->reader, scan->config.in, &wait) != 0) {
        if (!signals_stop)
            diag(scan->name, "%s", scan->reader.error.text);
        return EXIT_RUNTIME;
    }
    scan->open = true;
    if (select_init(&scan->selection, &scan->config.select, scan->config.inner_frame, scan->name) !=
        0) {
        diag("filter", "cannot be made: out of memory");
        scan->code = EXIT_RUNTIME;
    } else if (select_prepare(&scan->selection, &scan->reader) != SELECT_YES) {
        scan->code = EXIT_USAGE;
    }
    scan->special = scan->selection.wanted;
    if (scan->code != EXIT_CLEAN)
        scan_close(scan);
    return scan->code;
}

int scan_open(struct scan *scan, const struct scan_config *config)
{
    scan->config = *config;
    scan->name = diag_file_name(config->in, "standard input");
    scan->code = EXIT_CLEAN;
    scan->stopped = scan->open = scan->reported = scan->counted = false;
    scan->summary.in = scan->name;
    scan->summary.harmless = config->harmless;
    return scan_rewind(scan);
}

void scan_close(struct scan *scan)
{
    if (!scan->open)
        return;
    scan_count_read(scan);
    select_free(&scan->selection);
    cap_reader_close(&scan->reader);
    scan->open = false;
}

/* The input ends or breaks off inside a record. */
static enum scan_event end_cut(struct scan *scan)
{
    scan->summary.cut = true;
    if (!scan->reported)
        diag_packet(scan->name, scan->reader.packet.number + 1, "%s", scan->reader.error.text);
    if (scan->config.strict)
        scan->code = EXIT_RUNTIME;
    return SCAN_END;
}

enum scan_event scan_event_of(struct scan *scan, enum cap_event event)
{
    switch (event) {
    case CAP_PACKET:
        return SCAN_PACKET;
    case CAP_BLOCK:
        return SCAN_BLOCK;
    case CAP_BAD:
        return SCAN_BAD;
    case CAP_CUT:
        return end_cut(scan);
    case CAP_FAILED:
        diag(scan->name, "%s", scan->reader.error.text);
        scan->code = EXIT_RUNTIME;
        return SCAN_END;
    case CAP_STOPPED:
        scan->stopped = true;
        break;
    case CAP_END:
        break;
    }
    return SCAN_END;
}

enum scan_event scan_select(struct scan *scan)
{
    enum cap_event event;

    scan->stopped = signals_pending && !scan_go_on(scan);
    if (scan->stopped || scan->selection.enough)
        return SCAN_END;
    event = cap_reader_next(&scan->reader);
    if (event != CAP_PACKET || !scan->selection.wanted)
        return scan_event_of(scan, event);
    switch (select_packet(&scan->selection, scan_packet(scan))) {
    case SELECT_YES:
        return SCAN_PACKET;
    case SELECT_NO:
        return SCAN_UNSELECTED;
    case SELECT_UNFIT:
        scan->code = EXIT_USAGE;
        break;
    }
    return SCAN_END;
}

enum outcome scan_transform(struct scan *scan, const struct transform *transform,
                            const struct cap_packet *packet, uint8_t *room,
                            struct transform_result *result)
{
    enum outcome outcome = transform->run(transform->config, packet, room, result);

    if (outcome == OUTCOME_DONE && scan->selection.wanted &&
        select_result(&scan->selection, room, result->caplen, result->len) != SELECT_YES) {
        result->next = (struct transform_next){0};
        return OUTCOME_NOT_SELECTED;
    }
    return outcome;
}

void scan_count_selected(struct scan *scan, enum outcome outcome)
{
    if (outcome != OUTCOME_NOT_SELECTED)
        select_count(&scan->selection, outcome == OUTCOME_DONE);
}

static void note_excess(struct scan *scan, const struct transform_result *result)
{
    if (result->excess > scan->summary.mtu_excess)
        scan->summary.mtu_excess = result->excess;
}

bool scan_note(struct scan *scan, const struct cap_packet *packet, enum outcome outcome,
               const struct transform_result *result, const char *detail, const char *fate)
{
    const struct report_line line = {scan->name, packet, result, detail, fate};

    if (!scan->counted) {
        scan->summary.outcomes[outcome]++;
        note_excess(scan, result);
    }
    if (summary_disposition(&scan->summary, outcome) != DISPOSITION_BAD)
        return true;
    if (!scan->reported && !scan->config.quiet)
        report_outcome(&line, outcome, scan->summary.outcomes[outcome]);
    return !scan->config.strict;
}

void scan_count_notes(struct scan *scan, const struct transform_result *result)
{
    if (scan->counted)
        return;
    for (int i = 0; i < NOTE_COUNT; i++)
        scan->summary.notes[i] += result->notes >> i & 1;
    note_excess(scan, result);
}
