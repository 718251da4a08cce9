/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settle.h"

static int note(struct run *run, const struct cap_packet *packet, enum outcome outcome,
                const char *detail, const char *fate)
{
    return scan_note(&run->scan, packet, outcome, &run->result, detail, fate) ? EXIT_CLEAN
                                                                              : EXIT_RUNTIME;
}

static int settle_unwritten(struct run *run, const struct cap_packet *packet,
                            enum cap_result written)
{
    if (written != CAP_UNSTORABLE)
        return EXIT_RUNTIME;
    return note(run, packet, OUTCOME_UNSTORABLE, run->output.writer.error.text, "");
}

int settle_written(struct run *run, const struct cap_packet *packet, enum cap_result written)
{
    int code = EXIT_CLEAN;

    if (written != CAP_OK) {
        run->result.next = (struct transform_next){0};
        return settle_unwritten(run, packet, written);
    }
    run->scan.summary.outcomes[OUTCOME_DONE]++;
    scan_count_notes(&run->scan, &run->result);
    while (code == EXIT_CLEAN && run->result.next.more) {
        enum outcome outcome = run->transform.run(run->transform.config, packet,
                                                  output_room(&run->output), &run->result);

        if (outcome == OUTCOME_DONE) {
            written = output_commit(&run->output, packet, &run->result);
            if (written != CAP_OK)
                code = settle_unwritten(run, packet, written);
        } else {
            code = note(run, packet, outcome, NULL, "; this copy is left out");
        }
    }
    return code;
}

int settle_done(struct run *run, const struct cap_packet *packet)
{
    return settle_written(run, packet, output_commit(&run->output, packet, &run->result));
}

int settle_rest(struct run *run, const struct cap_packet *packet, enum outcome outcome,
                const char *detail)
{
    const enum disposition disposition = summary_disposition(&run->scan.summary, outcome);
    const bool strict = run->scan.config.strict;
    const bool stays = disposition == DISPOSITION_KEPT ||
                       (disposition != DISPOSITION_DROP && !run->scan.summary.others_dropped &&
                        !(disposition == DISPOSITION_BAD && strict));
    enum cap_result kept = CAP_OK;
    const char *fate;

    if (stays)
        kept = outcome == OUTCOME_BAD_BLOCK
                   ? cap_writer_block(&run->output.writer, &run->scan.reader.block)
                   : cap_writer_keep(&run->output.writer, packet);
    if (kept == CAP_WRITE_FAILED)
        return EXIT_RUNTIME;
    if (kept == CAP_UNSTORABLE && outcome != OUTCOME_BAD_BLOCK)
        return settle_unwritten(run, packet, kept);
    fate = strict ? "" : stays && kept == CAP_OK ? "; kept as it is" : "; left out";
    return note(run, packet, outcome, detail, fate);
}
