/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run_state.h"

#include <string.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"
#include "capfile/pcapng.h"

static void count_files(struct run *run)
{
    run->summary.packets_read = run->reader.packet.number;
    run->summary.bytes_read = run->reader.bytes;
    run->summary.packets_written = run->writer.packets;
    run->summary.bytes_written = run->writer.bytes;
    if (run->split) {
        struct cap_split_counts counts;

        cap_split_count(run->split, &counts);
        run->summary.packets_written += counts.packets;
        run->summary.bytes_written += counts.bytes;
        run->summary.split_files = counts.files;
    }
}

/* What signals ask for; false to stop. */
static bool heed_signals(struct run *run)
{
    signals_pending = signals_stop != 0;
    if (signals_report) {
        signals_report = 0;
        count_files(run);
        diag_progress_end();
        summary_print(&run->summary, stderr);
    }
    if (progress_due)
        progress_show(run->summary.in, &run->reader);
    return signals_stop == 0;
}

bool run_go_on(void *context)
{
    return !signals_pending || heed_signals(context);
}

/* A packet, or all there is of a bad one, that the transform did not change. */
static int pass_on(struct run *run, enum outcome outcome)
{
    enum disposition disposition = outcome_rows[outcome].disposition;
    bool stays = disposition == DISPOSITION_KEPT ||
                 (disposition != DISPOSITION_DROP && run->options->others.value == OTHERS_KEEP &&
                  !(disposition == DISPOSITION_BAD && run->options->strict));
    enum cap_result kept = CAP_OK;
    const char *fate;

    if (run->reassembling && (outcome == OUTCOME_FRAGMENT || outcome == OUTCOME_NOT_NVGRE)) {
        bool held;
        int code = run_offer_fragment(run, &held);

        if (held || code != EXIT_CLEAN)
            return code;
    }
    if (stays)
        kept = outcome == OUTCOME_BAD_BLOCK ? cap_writer_block(&run->writer, &run->reader.block)
                                            : cap_writer_keep(&run->writer, &run->reader.packet);
    if (kept == CAP_WRITE_FAILED)
        return EXIT_RUNTIME;
    if (kept == CAP_UNSTORABLE && outcome != OUTCOME_BAD_BLOCK)
        outcome = OUTCOME_UNSTORABLE;
    fate = run->options->strict ? "" : stays && kept == CAP_OK ? "; kept as it is" : "; left out";
    return run_note_outcome(run, outcome, fate) ? EXIT_CLEAN : EXIT_RUNTIME;
}

/* A result whose tenant is to be seen in the output, or has a file of its own. */
TRANSFORM_REST enum cap_result commit_labelled(struct run *run)
{
    const struct cap_packet *packet = &run->reader.packet;
    const struct transform_result *result = &run->result;
    struct cap_label label = {run->tag == RESULT_TAG_INTERFACE ? result->vsid + 1 : CAP_TAG_NONE,
                              NULL};
    char comment[CAP_COMMENT_MAX + 1];

    if (run->tag == RESULT_TAG_COMMENT) {
        run->transform.describe(packet, comment, sizeof comment);
        label.comment = comment;
    }
    if (run->split)
        return run_split_commit(run, label.comment);
    return cap_writer_commit_labelled(&run->writer, packet, CAP_LINKTYPE_ETHERNET, result->caplen,
                                      result->len, &label);
}

TRANSFORM_STEP bool has_same_link(const struct run *run, enum way_of_run way)
{
    return way == WAY_SAME_LINK || (way == WAY_SPECIAL && run->transform.keeps_link);
}

TRANSFORM_STEP enum cap_result commit(struct run *run, enum way_of_run way)
{
    const struct transform_result *result = &run->result;

    if (way == WAY_SPECIAL && run->labelling)
        return commit_labelled(run);
    return cap_writer_commit(&run->writer, &run->reader.packet,
                             has_same_link(run, way) ? run->reader.packet.iface->linktype
                                                     : CAP_LINKTYPE_ETHERNET,
                             result->caplen, result->len);
}

/* Where the bytes of a result are written to. */
TRANSFORM_STEP uint8_t *room_of(struct run *run, enum way_of_run way)
{
    return way == WAY_SPECIAL && run->split_room ? run->split_room : cap_writer_room(&run->writer);
}

TRANSFORM_STEP enum outcome transform_packet(struct run *run, enum way_of_run way)
{
    return run->transform.run(run->transform.config, &run->reader.packet, room_of(run, way),
                              &run->result);
}

static int settle_unwritten(struct run *run, enum cap_result result)
{
    if (result != CAP_UNSTORABLE)
        return EXIT_RUNTIME;
    return run_note_outcome(run, OUTCOME_UNSTORABLE, "") ? EXIT_CLEAN : EXIT_RUNTIME;
}

/* Counts what there is to say of a packet, and makes the other packets that come of it. */
TRANSFORM_REST int settle_notes(struct run *run)
{
    int code = EXIT_CLEAN;

    run_count_notes(run);
    while (code == EXIT_CLEAN && run->result.notes & TRANSFORM_MORE) {
        enum outcome outcome;
        enum cap_result written;

        run->result.part++;
        outcome = transform_packet(run, run->way);
        if (outcome == OUTCOME_DONE) {
            written = commit(run, run->way);
            code = written == CAP_OK ? EXIT_CLEAN : settle_unwritten(run, written);
        } else if (!run_note_outcome(run, outcome, "; this copy is left out")) {
            code = EXIT_RUNTIME;
        }
    }
    run->result.part = 0;
    return code;
}

/* What becomes of a packet after its outcome. */
TRANSFORM_STEP int settle(struct run *run, enum outcome outcome, enum way_of_run way)
{
    enum cap_result written;

    if (outcome != OUTCOME_DONE)
        return pass_on(run, outcome);
    written = commit(run, way);
    if (written != CAP_OK)
        return settle_unwritten(run, written);
    run->summary.outcomes[OUTCOME_DONE]++;
    return run->result.notes ? settle_notes(run) : EXIT_CLEAN;
}

enum outcome run_transform_packet(struct run *run)
{
    enum outcome outcome = transform_packet(run, run->way);

    if (outcome == OUTCOME_DONE && run->selection.wanted &&
        select_result(&run->selection, room_of(run, run->way), run->result.caplen,
                      run->result.len) != SELECT_YES)
        return OUTCOME_NOT_SELECTED;
    return outcome;
}

int run_settle(struct run *run, enum outcome outcome)
{
    return settle(run, outcome, run->way);
}

TRANSFORM_STEP int handle_packet(struct run *run, enum way_of_run way)
{
    return settle(run, transform_packet(run, way), way);
}

/* The same where not all packets are wanted, or results go elsewhere. */
TRANSFORM_REST int handle_special(struct run *run)
{
    struct selection *selection = &run->selection;
    enum select_answer answer = select_packet(selection, &run->reader.packet);
    enum outcome outcome = OUTCOME_NOT_SELECTED;

    if (answer == SELECT_UNFIT)
        return EXIT_USAGE;
    if (run->retime.wanted && !cap_retime_packet(&run->retime, &run->reader.packet))
        return settle(run, OUTCOME_TIME, WAY_SPECIAL);
    run->summary.retimed += run->retime.wanted;
    if (answer == SELECT_YES)
        outcome = run_transform_packet(run);
    if (outcome != OUTCOME_NOT_SELECTED)
        select_count(selection, outcome == OUTCOME_DONE);
    return settle(run, outcome, WAY_SPECIAL);
}

/* An input that ends or breaks off inside a record. */
static int handle_cut(struct run *run)
{
    run->summary.cut = true;
    diag_packet(run->summary.in, run->reader.packet.number + 1, "%s", run->reader.error.text);
    return run->options->strict ? EXIT_RUNTIME : EXIT_CLEAN;
}

/* Before interfaces are numbered anew. */
static int begin_section(struct run *run)
{
    int code = run_flush_fragments(run);

    if (run->split)
        cap_split_section(run->split);
    return code;
}

/* Reads to the end; returns an exit code, as far as it is known then. */
static int copy_all(struct run *run)
{
    for (;;) {
        int code = EXIT_CLEAN;

        switch (cap_reader_next(&run->reader)) {
        case CAP_PACKET:
            if (run->way == WAY_USUAL)
                code = handle_packet(run, WAY_USUAL);
            else if (run->way == WAY_SAME_LINK)
                code = handle_packet(run, WAY_SAME_LINK);
            else if ((code = handle_special(run)) == EXIT_CLEAN && run->selection.enough)
                return EXIT_CLEAN;
            break;
        case CAP_BLOCK:
            if (run->reader.block.type == PCAPNG_SECTION)
                code = begin_section(run);
            if (cap_writer_block(&run->writer, &run->reader.block) == CAP_WRITE_FAILED)
                code = EXIT_RUNTIME;
            break;
        case CAP_BAD:
            code = pass_on(run, OUTCOME_BAD_BLOCK);
            break;
        case CAP_CUT:
            return handle_cut(run);
        case CAP_FAILED:
            diag(run->summary.in, "%s", run->reader.error.text);
            return EXIT_RUNTIME;
        case CAP_STOPPED:
        case CAP_END:
            return EXIT_CLEAN;
        }
        if (code != EXIT_CLEAN || (signals_pending && !heed_signals(run)))
            return code;
    }
}

static int print_summary(const struct run *run)
{
    if (run->options->json) {
        bool data_on_stdout = strcmp(run->out, "-") == 0;

        if (summary_print_json(&run->summary, data_on_stdout ? stderr : stdout) != 0) {
            diag("summary", "cannot be made: out of memory");
            return EXIT_RUNTIME;
        }
        return options_flush_stdout();
    }
    if (!run->options->quiet)
        summary_print(&run->summary, stderr);
    return EXIT_CLEAN;
}

static int finish(struct run *run, int code)
{
    struct cap_error error;

    if (run->split && code == EXIT_CLEAN)
        (void)cap_writer_complete(&run->writer); /* before files of tenants appear */
    if (run->writer.output.error) {
        diag(run->summary.out, "cannot write: %s", strerror(run->writer.output.error));
        return EXIT_RUNTIME;
    }
    if (code != EXIT_CLEAN)
        return code;
    if (run->split && cap_split_publish(run->split, &error) != 0) {
        diag(run->options->split, "%s", error.text);
        return EXIT_RUNTIME;
    }
    if (cap_writer_publish(&run->writer, &error) != 0) {
        diag(run->summary.out, "%s", error.text);
        return EXIT_RUNTIME;
    }
    count_files(run);
    run->summary.interrupted = signals_stop != 0;
    code = print_summary(run);
    return code == EXIT_CLEAN && summary_is_partial(&run->summary) ? EXIT_PARTLY : code;
}

int run_transform(const char *command, const struct run_options *options,
                  const struct transform *transform)
{
    struct run run = {.options = options,
                      .transform = *transform,
                      .reassembling = transform->reassembles,
                      .summary = {.command = command,
                                  .done = transform->done,
                                  .drop_others = options->others.value == OTHERS_DROP}};
    int code;

    run_name_files(&run);
    run_set_times(&run);
    reassemble_init(&run.reassembler, &reassemble_defaults);
    signals_install();
    if (select_init(&run.selection, &options->select, options->filter, transform->inner_frame,
                    run.summary.in) != 0) {
        diag("filter", "cannot be made: out of memory");
        code = EXIT_RUNTIME;
    } else {
        code = run_open(&run);
    }
    if (code == EXIT_CLEAN) {
        code = copy_all(&run);
        if (code == EXIT_CLEAN)
            code = run_flush_fragments(&run);
        progress_end();
        code = finish(&run, code);
        run_close(&run);
    }
    reassemble_free(&run.reassembler);
    select_free(&run.selection);
    signals_end();
    return code;
}
