/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fragments.h"

#include "transform/link.h"

/* Settles fragments that the reassembler returns. `outcome` is that of the refused whole packet. */
static int give_back(struct run *run, enum outcome outcome)
{
    const struct reassemble_fragment *fragment;
    int code = EXIT_CLEAN;

    while (code == EXIT_CLEAN && (fragment = reassemble_returned(&run->reassembler))) {
        const enum outcome own =
            fragment->reason == REASSEMBLE_NOT_TAKEN ? outcome : OUTCOME_FRAGMENT;

        code =
            settle_rest(run, &fragment->packet, own,
                        own == OUTCOME_FRAGMENT ? reassemble_reason_text(fragment->reason) : NULL);
    }
    return code;
}

/* Transforms the reassembled packet and sets *outcome. */
static int settle_whole(struct run *run, enum outcome *outcome)
{
    const struct cap_packet *whole = &run->reassembler.whole;
    int code = EXIT_CLEAN;

    *outcome =
        scan_transform(&run->scan, &run->transform, whole, output_room(&run->output), &run->result);
    if (*outcome == OUTCOME_DONE) {
        run->result.notes |= 1u << NOTE_REASSEMBLED;
        code = settle_done(run, whole);
        reassemble_settle(&run->reassembler, true);
    } else if (summary_disposition(&run->scan.summary, *outcome) == DISPOSITION_DROP) {
        code = settle_rest(run, whole, *outcome, NULL);
        reassemble_settle(&run->reassembler, true);
    } else {
        reassemble_settle(&run->reassembler, false);
    }
    return code;
}

int fragments_settle(struct run *run, const struct cap_packet *packet, enum outcome outcome)
{
    enum outcome of_whole = OUTCOME_FRAGMENT;
    enum nvgre_link link;
    bool refused = false;
    int code = EXIT_CLEAN;

    if (!link_of(packet->iface->linktype, &link))
        return settle_rest(run, packet, outcome, NULL);
    switch (reassemble_add(&run->reassembler, packet, link)) {
    case REASSEMBLE_NOT_OURS:
        return settle_rest(run, packet, outcome, NULL);
    case REASSEMBLE_REFUSED:
        refused = true;
        break;
    case REASSEMBLE_HELD:
        break;
    case REASSEMBLE_WHOLE:
        code = settle_whole(run, &of_whole);
        break;
    case REASSEMBLE_NO_MEMORY:
        diag(run->scan.name, "out of memory");
        return EXIT_RUNTIME;
    }
    if (code == EXIT_CLEAN)
        code = give_back(run, of_whole);
    if (code == EXIT_CLEAN && refused)
        code = settle_rest(run, packet, outcome, reassemble_reason_text(run->reassembler.refused));
    return code;
}

int fragments_flush(struct run *run)
{
    if (!run->transform.reassembles)
        return EXIT_CLEAN;
    reassemble_flush(&run->reassembler);
    return give_back(run, OUTCOME_FRAGMENT);
}
