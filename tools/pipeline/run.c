/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include "base/progress.h"
#include "capfile/pcapng.h"
#include "fragments.h"
#include "settle.h"

/* Output is held back this long while waiting for input, so that a busy pipe gets large writes. */
#define HOLD_BACK_MS 5

static void count(struct run *run)
{
    scan_count_read(&run->scan);
    output_count(&run->output, &run->scan.summary);
}

static void report(void *context)
{
    struct run *run = context;

    count(run);
    if (run->config->report)
        run->config->report(&run->scan.summary);
}

/* If no input comes for a while, the reader of the output gets all packets so far. */
static bool wait_for_input(void *context, int fd)
{
    struct run *run = context;
    int timeout_ms = HOLD_BACK_MS;

    while (!signals_wait(fd, timeout_ms)) {
        if (!scan_go_on(&run->scan) || output_flush(&run->output) != 0)
            return false;
        timeout_ms = -1;
    }
    return true;
}

static int settle(struct run *run, const struct cap_packet *packet, enum outcome outcome)
{
    if (outcome == OUTCOME_DONE)
        return settle_done(run, packet);
    if (run->transform.reassembles && (outcome == OUTCOME_FRAGMENT || outcome == OUTCOME_NOT_NVGRE))
        return fragments_settle(run, packet, outcome);
    return settle_rest(run, packet, outcome, NULL);
}

/* Handles a packet if the run selects packets, changes times or labels results. */
static int handle_special(struct run *run, const struct cap_packet *read, bool selected)
{
    struct cap_packet packet = *read;
    enum outcome outcome = OUTCOME_NOT_SELECTED;

    if (run->retime.wanted) {
        if (!cap_retime_packet(&run->retime, &packet))
            return settle(run, &packet, OUTCOME_TIME);
        run->scan.summary.retimed++;
    }
    if (selected) {
        outcome = scan_transform(&run->scan, &run->transform, &packet, output_room(&run->output),
                                 &run->result);
        scan_count_selected(&run->scan, outcome);
    }
    return settle(run, &packet, outcome);
}

static inline int handle_packet(struct run *run, const struct cap_packet *packet)
{
    enum outcome outcome;
    enum cap_result written;

    if (__builtin_expect(run->scan.special, 0))
        return handle_special(run, packet, true);
    outcome = run->transform.run(run->transform.config, packet,
                                 cap_writer_room(&run->output.writer), &run->result);
    if (__builtin_expect(outcome != OUTCOME_DONE, 0))
        return settle(run, packet, outcome);
    written = output_commit_plain(&run->output, packet, &run->result);
    if (__builtin_expect(written != CAP_OK || run->result.notes, 0))
        return settle_written(run, packet, written);
    run->scan.summary.outcomes[OUTCOME_DONE]++;
    return EXIT_CLEAN;
}

static int handle_block(struct run *run, const struct cap_block *block)
{
    int code = EXIT_CLEAN;

    if (block->type == PCAPNG_SECTION) {
        code = fragments_flush(run);
        output_section(&run->output);
    }
    return cap_writer_block(&run->output.writer, block) == CAP_WRITE_FAILED ? EXIT_RUNTIME : code;
}

/* Reads the whole input. Returns an exit code, without EXIT_PARTLY. */
static int copy_all(struct run *run)
{
    struct scan *scan = &run->scan;

    for (;;) {
        int code = EXIT_CLEAN;

        switch (scan_next(scan)) {
        case SCAN_PACKET:
            code = handle_packet(run, scan_packet(scan));
            break;
        case SCAN_UNSELECTED:
            code = handle_special(run, scan_packet(scan), false);
            break;
        case SCAN_BLOCK:
            code = handle_block(run, &scan->reader.block);
            break;
        case SCAN_BAD:
            code = settle_rest(run, scan_packet(scan), OUTCOME_BAD_BLOCK, scan->reader.error.text);
            break;
        case SCAN_END:
            return scan->code;
        }
        if (code != EXIT_CLEAN)
            return code;
    }
}

static int run_open(struct run *run)
{
    int code = output_open(&run->output, &run->config->output, &run->scan.reader, &run->transform);

    run->scan.special |= run->retime.wanted || run->output.labelling;
    if (code == EXIT_CLEAN) {
        code = copy_all(run);
        if (code == EXIT_CLEAN)
            code = fragments_flush(run);
        progress_end();
        if (code == EXIT_CLEAN)
            code = output_finish(&run->output);
        else if (output_has_failed(&run->output))
            code = EXIT_RUNTIME;
        count(run);
    }
    output_close(&run->output);
    return code;
}

int run_transform(const struct run_config *config, const struct transform *transform,
                  struct summary *summary)
{
    struct run run = {.config = config, .transform = *transform, .retime = config->retime};
    const struct scan_config scan = {.in = config->in,
                                     .select = config->select,
                                     .inner_frame = transform->inner_frame,
                                     .strict = config->strict,
                                     .report = report,
                                     .wait = wait_for_input,
                                     .context = &run};
    int code;

    reassemble_init(&run.reassembler, &reassemble_defaults);
    run.scan.summary =
        (struct summary){.done = transform->done, .others_dropped = config->drop_others};
    code = scan_open(&run.scan, &scan);
    if (code == EXIT_CLEAN) {
        code = run_open(&run);
        scan_close(&run.scan);
    }
    reassemble_free(&run.reassembler);
    *summary = run.scan.summary;
    return code == EXIT_CLEAN && summary_is_partial(summary) ? EXIT_PARTLY : code;
}
