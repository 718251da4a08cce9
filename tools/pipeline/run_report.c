/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/diag.h"
#include "run_state.h"

/* One line about a packet that could not be handled, and what became of it. */
static void report_bad(const struct run *run, enum outcome outcome, const char *fate)
{
    const struct transform_result *result = &run->result;
    const struct cap_packet *packet = &run->reader.packet;
    const char *file = run->summary.in;
    uint64_t number = packet->number;

    switch (outcome) {
    case OUTCOME_MALFORMED:
        diag_packet(file, number, "%s %u%s", nvgre_reason_text(result->reason), result->value,
                    fate);
        break;
    case OUTCOME_TRUNCATED:
        diag_packet(file, number, "%u of %u bytes captured, too few for the inner frame%s",
                    packet->caplen, packet->len, fate);
        break;
    case OUTCOME_MUST_DISCARD:
    case OUTCOME_DEVIANT:
        diag_packet(file, number, "%s, 0x%04x%s", outcome_rows[outcome].text, result->value, fate);
        break;
    case OUTCOME_OVERSIZE:
    case OUTCOME_MTU_ERROR:
        diag_packet(file, number, "frame %s, %u bytes%s", outcome_rows[outcome].text, result->value,
                    fate);
        break;
    case OUTCOME_LINK_TYPE:
    case OUTCOME_NO_VLAN:
        diag_packet(file, number, "%s, %u%s", outcome_rows[outcome].text, result->value, fate);
        break;
    case OUTCOME_NO_VSID:
    case OUTCOME_NO_WAY:
    case OUTCOME_NO_LOCAL:
    case OUTCOME_TIME:
        diag_packet(file, number, "%s%s", outcome_rows[outcome].text, fate);
        break;
    case OUTCOME_FRAGMENT:
        diag_packet(file, number, "%s%s%s%s", outcome_rows[outcome].text,
                    run->transform.reassembles ? ": " : "",
                    run->transform.reassembles ? reassemble_reason_text(run->reason) : "", fate);
        break;
    case OUTCOME_BAD_BLOCK:
        diag_packet(file, number, "%s%s", run->reader.error.text, fate);
        break;
    default:
        diag_packet(file, number, "lost: %s", run->writer.error.text);
        break;
    }
}

static void note_excess(struct run *run)
{
    if (run->result.excess > run->summary.mtu_excess)
        run->summary.mtu_excess = run->result.excess;
    run->result.excess = 0;
}

/* Counts an outcome and tells of a bad one. Returns false where --strict stops the run. */
bool run_note_outcome(struct run *run, enum outcome outcome, const char *fate)
{
    uint64_t count = ++run->summary.outcomes[outcome];

    note_excess(run);
    if (outcome_rows[outcome].disposition != DISPOSITION_BAD)
        return true;
    if (count <= DIAG_MESSAGES_MAX)
        report_bad(run, outcome, fate);
    else if (count == DIAG_MESSAGES_MAX + 1)
        diag(run->summary.in, "more packets like these: %s; they are only counted",
             outcome_rows[outcome].text);
    return !run->options->strict;
}

void run_count_notes(struct run *run)
{
    for (int i = 0; i < NOTE_COUNT; i++)
        run->summary.notes[i] += run->result.notes >> i & 1;
    note_excess(run);
}
