/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include "base/diag.h"

static void print(const struct report_line *line, enum outcome outcome)
{
    const struct transform_result *result = line->result;
    const char *text = outcome_rows[outcome].text;
    const char *detail = line->detail ? line->detail : text;
    const uint64_t number = line->packet->number;
    const char *fate = line->fate;

    switch (outcome) {
    case OUTCOME_MALFORMED:
        diag_packet(line->file, number, "%s %u%s", nvgre_reason_text(result->reason), result->value,
                    fate);
        break;
    case OUTCOME_TRUNCATED:
        diag_packet(line->file, number, "%u of %u bytes captured, too few for the inner frame%s",
                    line->packet->caplen, line->packet->len, fate);
        break;
    case OUTCOME_MUST_DISCARD:
    case OUTCOME_DEVIANT:
        diag_packet(line->file, number, "%s, 0x%04x%s", text, result->value, fate);
        break;
    case OUTCOME_OVERSIZE:
    case OUTCOME_MTU_ERROR:
        diag_packet(line->file, number, "frame %s, %u bytes%s", text, result->value, fate);
        break;
    case OUTCOME_LINK_TYPE:
    case OUTCOME_NO_VLAN:
        diag_packet(line->file, number, "%s, %u%s", text, result->value, fate);
        break;
    case OUTCOME_FRAGMENT:
        diag_packet(line->file, number, "%s%s%s%s", text, line->detail ? ": " : "",
                    line->detail ? detail : "", fate);
        break;
    case OUTCOME_UNSTORABLE:
        diag_packet(line->file, number, "lost: %s", detail);
        break;
    default: /* OUTCOME_BAD_BLOCK has a detail; the others need only their text */
        diag_packet(line->file, number, "%s%s", detail, fate);
        break;
    }
}

void report_outcome(const struct report_line *line, enum outcome outcome, uint64_t count)
{
    if (count <= DIAG_MESSAGES_MAX)
        print(line, outcome);
    else if (count == DIAG_MESSAGES_MAX + 1)
        diag(line->file, "more packets like these: %s; they are only counted",
             outcome_rows[outcome].text);
}
