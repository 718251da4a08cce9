/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture.h"

#include "base/progress.h"
#include "pipeline/scan.h"
#include "transform/classes.h"

struct session {
    const struct info_config *config;
    struct info_result *result;
    struct scan scan;
};

static void count(struct session *session)
{
    scan_count_read(&session->scan);
    session->result->summary = session->scan.summary;
    session->result->format = session->scan.reader.format;
}

static void report(void *context)
{
    struct session *session = context;

    count(session);
    if (session->config->report)
        session->config->report(session->config->context, session->result);
}

/*
 * Whether the user selected a packet's tenant and inner frame. All packets that are not NVGRE are
 * selected.
 */
static bool is_selected(struct session *session, const struct info_packet *packet)
{
    const struct nvgre_frame *frame = &packet->frame;

    if (!info_is_nvgre(packet))
        return true;
    return range_set_selects(&session->config->vsids, nvgre_key_vsid(frame->gre.key)) &&
           select_result(&session->scan.selection, packet->packet->data + frame->inner_offset,
                         frame->inner_caplen, frame->inner_len) == SELECT_YES;
}

/* Decodes and counts a packet. Returns an exit code. */
static int take(struct session *session, bool selected)
{
    struct scan *scan = &session->scan;
    struct info *info = session->result->info;
    struct transform_result result = {0};
    enum outcome outcome = OUTCOME_NOT_SELECTED;
    struct info_packet packet;

    info_read(info, scan_packet(scan), &packet);
    if (selected && is_selected(session, &packet)) {
        outcome = info_is_nvgre(&packet) ? OUTCOME_DONE
                  : packet.known_link    ? outcome_of_class(&packet.frame, &result)
                                         : OUTCOME_LINK_TYPE;
        scan_count_selected(scan, outcome);
        if (info_count(info, &packet) != 0) {
            diag(scan->name, "out of memory");
            return EXIT_RUNTIME;
        }
    }
    (void)scan_note(scan, scan_packet(scan), outcome, &result, NULL, "");
    return EXIT_CLEAN;
}

/* Reads the whole capture. Returns an exit code. */
static int take_all(struct session *session)
{
    const struct transform_result none = {0};
    struct scan *scan = &session->scan;
    enum scan_event event;
    int code = EXIT_CLEAN;

    while (code == EXIT_CLEAN && (event = scan_next(scan)) != SCAN_END) {
        if (event == SCAN_BAD) {
            info_finding_add(&session->result->info->findings[INFO_RULE_BAD_BLOCK],
                             scan_packet(scan)->number);
            (void)scan_note(scan, scan_packet(scan), OUTCOME_BAD_BLOCK, &none,
                            scan->reader.error.text, "");
        } else if (event != SCAN_BLOCK) {
            code = take(session, event == SCAN_PACKET);
        }
    }
    return code == EXIT_CLEAN ? scan->code : code;
}

int info_capture(const struct info_config *config, struct info_result *result)
{
    struct session session = {.config = config, .result = result};
    /* Fragments and unknown link types are results of info, not failures. */
    const struct scan_config scan = {.in = config->in,
                                     .select = config->select,
                                     .inner_frame = INNER_IN_RESULT,
                                     .harmless = 1u << OUTCOME_FRAGMENT | 1u << OUTCOME_LINK_TYPE,
                                     .quiet = config->quiet,
                                     .report = report,
                                     .context = &session};
    int code;

    *result = (struct info_result){.info = info_new()};
    if (!result->info) {
        diag(diag_file_name(config->in, "standard input"), "out of memory");
        return EXIT_RUNTIME;
    }
    code = scan_open(&session.scan, &scan);
    if (code == EXIT_CLEAN) {
        code = take_all(&session);
        progress_end();
        count(&session);
        scan_close(&session.scan);
    }
    return code == EXIT_CLEAN && summary_is_partial(&result->summary) ? EXIT_PARTLY : code;
}
