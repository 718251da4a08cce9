/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/diag.h"
#include "run_state.h"
#include "transform/link.h"

/* Handles a packet in the place of the one in hand, without offering it to reassembly. */
static int settle_instead(struct run *run, const struct cap_packet *packet, enum outcome outcome)
{
    const struct cap_packet in_hand = run->reader.packet;
    int code;

    run->reader.packet = *packet;
    run->reassembling = false;
    code = run_settle(run, outcome);
    run->reassembling = true;
    run->reader.packet = in_hand;
    return code;
}

/* Fragments that come back; `outcome` is that of a whole packet which was not taken. */
static int give_back(struct run *run, enum outcome outcome)
{
    const struct reassemble_fragment *fragment;
    int code = EXIT_CLEAN;

    while (code == EXIT_CLEAN && (fragment = reassemble_returned(&run->reassembler))) {
        run->reason = fragment->reason;
        code =
            settle_instead(run, &fragment->packet,
                           fragment->reason == REASSEMBLE_NOT_TAKEN ? outcome : OUTCOME_FRAGMENT);
    }
    return code;
}

/* *outcome becomes that of the whole packet. */
static int handle_whole(struct run *run, enum outcome *outcome)
{
    const struct cap_packet in_hand = run->reader.packet;
    int code = EXIT_CLEAN;
    bool taken;

    run->reader.packet = run->reassembler.whole;
    *outcome = run_transform_packet(run);
    run->reader.packet = in_hand;
    taken = *outcome == OUTCOME_DONE || outcome_rows[*outcome].disposition == DISPOSITION_DROP;
    if (*outcome == OUTCOME_DONE)
        run->result.notes |= 1u << NOTE_REASSEMBLED;
    if (taken)
        code = settle_instead(run, &run->reassembler.whole, *outcome);
    reassemble_settle(&run->reassembler, taken);
    return code;
}

int run_offer_fragment(struct run *run, bool *held)
{
    enum outcome outcome = OUTCOME_FRAGMENT;
    enum nvgre_link link;
    int code = EXIT_CLEAN;

    *held = false;
    if (!link_of(run->reader.packet.iface->linktype, &link))
        return EXIT_CLEAN;
    switch (reassemble_add(&run->reassembler, &run->reader.packet, link)) {
    case REASSEMBLE_NOT_OURS:
        return EXIT_CLEAN;
    case REASSEMBLE_REFUSED:
        break;
    case REASSEMBLE_HELD:
        *held = true;
        break;
    case REASSEMBLE_WHOLE:
        *held = true;
        code = handle_whole(run, &outcome);
        break;
    case REASSEMBLE_NO_MEMORY:
        diag(run->summary.in, "out of memory");
        return EXIT_RUNTIME;
    }
    if (code == EXIT_CLEAN)
        code = give_back(run, outcome);
    run->reason = run->reassembler.refused;
    return code;
}

int run_flush_fragments(struct run *run)
{
    if (!run->transform.reassembles)
        return EXIT_CLEAN;
    reassemble_flush(&run->reassembler);
    return give_back(run, OUTCOME_FRAGMENT);
}
