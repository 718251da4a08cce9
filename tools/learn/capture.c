/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "capfile/output.h"
#include "pipeline/scan.h"
#include "transform/classes.h"

struct session {
    const struct learn_config *config;
    struct learn_result *result;
    const char *out; /* the map's name in messages */
    struct scan scan;
    struct cap_output output;
    struct map_learn *learn;
};

static void count(struct session *session)
{
    scan_count_read(&session->scan);
    session->result->summary = session->scan.summary;
    session->result->counts = *map_learn_counts(session->learn);
}

static void report(void *context)
{
    struct session *session = context;

    count(session);
    if (session->config->report)
        session->config->report(session->result);
}

static enum outcome take(struct session *session, const struct cap_packet *packet,
                         struct transform_result *result, int *code)
{
    struct nvgre_frame frame;
    enum outcome outcome = decode_packet(packet, &frame, result);

    if (outcome != OUTCOME_DONE)
        return outcome;
    if (!range_set_selects(&session->config->vsids, nvgre_key_vsid(frame.gre.key)))
        return OUTCOME_NOT_SELECTED;
    if (map_learn_packet(session->learn, packet, &frame) == 0)
        return OUTCOME_DONE;
    diag(session->scan.name, "out of memory");
    *code = EXIT_RUNTIME;
    return OUTCOME_DONE;
}

static int settle(struct session *session, enum outcome outcome,
                  const struct transform_result *result, const char *detail)
{
    return scan_note(&session->scan, scan_packet(&session->scan), outcome, result, detail, "")
               ? EXIT_CLEAN
               : EXIT_RUNTIME;
}

/* Learns from all packets of the input. Returns an exit code. */
static int learn_all(struct session *session)
{
    struct scan *scan = &session->scan;
    struct transform_result result = {0};
    enum scan_event event;
    int code = EXIT_CLEAN;

    while (code == EXIT_CLEAN && (event = scan_next(scan)) != SCAN_END) {
        if (event == SCAN_PACKET) {
            enum outcome outcome = take(session, scan_packet(scan), &result, &code);

            if (code == EXIT_CLEAN)
                code = settle(session, outcome, &result, NULL);
        } else if (event == SCAN_BAD) {
            code = settle(session, OUTCOME_BAD_BLOCK, &result, scan->reader.error.text);
        }
    }
    return code == EXIT_CLEAN ? scan->code : code;
}

static int write_text(struct session *session, const char *text, size_t len)
{
    struct cap_error error;

    while (len > 0 && session->output.error == 0) {
        size_t piece = len < CAP_IO_CHUNK ? len : CAP_IO_CHUNK;

        memcpy(cap_output_at(&session->output), text, piece);
        (void)cap_output_add(&session->output, piece); /* an error is kept in output.error */
        text += piece;
        len -= piece;
    }
    if (session->output.error) {
        diag(session->out, "cannot write: %s", strerror(session->output.error));
        return EXIT_RUNTIME;
    }
    if (cap_output_publish(&session->output, &error) == 0)
        return EXIT_CLEAN;
    diag(session->out, "%s", error.text);
    return EXIT_RUNTIME;
}

static int write_map(struct session *session)
{
    struct map_report found;
    struct map *map;
    char *text = NULL;
    size_t len = 0;
    FILE *stream;
    int result = -1;

    if (map_learn_finish(session->learn, &map, &found) != MAP_OK) {
        diag(found.error.place, "%s", found.error.text);
        return EXIT_RUNTIME;
    }
    stream = open_memstream(&text, &len);
    if (stream) {
        map_write(map, stream);
        result = fclose(stream);
    }
    map_free(map);
    if (result == 0) {
        result = write_text(session, text, len);
    } else {
        diag(session->out, "out of memory");
        result = EXIT_RUNTIME;
    }
    free(text);
    return result;
}

/* Handles an open input. Returns an exit code. */
static int run_open(struct session *session)
{
    struct cap_error error;
    int code;

    if (cap_output_open(&session->output, session->config->out, &session->scan.reader.input,
                        &error) != 0) {
        if (!signals_stop)
            diag(session->out, "%s", error.text);
        return EXIT_RUNTIME;
    }
    code = learn_all(session);
    progress_end();
    if (code == EXIT_CLEAN)
        code = write_map(session);
    count(session);
    cap_output_close(&session->output);
    if (code == EXIT_CLEAN &&
        (summary_is_partial(&session->result->summary) || session->result->counts.not_learned))
        code = EXIT_PARTLY;
    return code;
}

int learn_capture(const struct learn_config *config, struct learn_result *result)
{
    struct session session = {.config = config,
                              .result = result,
                              .out = diag_file_name(config->out, "standard output"),
                              .learn = map_learn_new(config->entries)};
    /* These packets are harmless: their senders are learned from other packets. */
    const struct scan_config scan = {.in = config->in,
                                     .harmless = 1u << OUTCOME_FRAGMENT | 1u << OUTCOME_LINK_TYPE,
                                     .strict = config->strict,
                                     .report = report,
                                     .context = &session};
    int code;

    *result = (struct learn_result){.summary = {.done = NULL}};
    if (!session.learn) {
        diag(diag_file_name(config->in, "standard input"), "out of memory");
        return EXIT_RUNTIME;
    }
    session.scan.summary = (struct summary){.done = "learned_from", .others_dropped = true};
    code = scan_open(&session.scan, &scan);
    if (code == EXIT_CLEAN) {
        code = run_open(&session);
        scan_close(&session.scan);
    }
    map_learn_free(session.learn);
    return code;
}
