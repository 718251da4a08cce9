/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary.h"

#include <inttypes.h>

#include "base/signals.h"

enum disposition summary_disposition(const struct summary *summary, enum outcome outcome)
{
    return summary->harmless >> outcome & 1 ? DISPOSITION_OTHER : outcome_rows[outcome].disposition;
}

uint64_t summary_total(const struct summary *summary, enum disposition disposition)
{
    uint64_t total = 0;

    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (summary_disposition(summary, (enum outcome)i) == disposition)
            total += summary->outcomes[i];
    return total;
}

bool summary_is_partial(const struct summary *summary)
{
    return summary->cut || summary_total(summary, DISPOSITION_BAD) > 0;
}

/* ---- As text ---- */

static void print_group(const struct summary *summary, enum disposition disposition,
                        const char *what, FILE *stream)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (summary_disposition(summary, (enum outcome)i) == disposition && summary->outcomes[i])
            fprintf(stream, "%s, %s: %" PRIu64 "\n", what, outcome_rows[i].text,
                    summary->outcomes[i]);
}

void summary_print_read(const struct summary *summary, FILE *stream)
{
    fprintf(stream, "read: %" PRIu64 " packets, %" PRIu64 " bytes\n", summary->packets_read,
            summary->bytes_read);
}

void summary_print_outcomes(const struct summary *summary, FILE *stream)
{
    print_group(summary, DISPOSITION_KEPT, "kept", stream);
    print_group(summary, DISPOSITION_OTHER, summary->others_dropped ? "left out" : "kept", stream);
    print_group(summary, DISPOSITION_DROP, "dropped", stream);
    print_group(summary, DISPOSITION_BAD, "not handled", stream);
    if (summary->cut)
        fprintf(stream, "input cut: only the packets before the cut were read\n");
    if (signals_stop)
        fprintf(stream, "interrupted: only the packets so far were read\n");
}

void summary_print(const struct summary *summary, FILE *stream)
{
    summary_print_read(summary, stream);
    fprintf(stream, "written: %" PRIu64 " packets, %" PRIu64 " bytes\n", summary->packets_written,
            summary->bytes_written);
    if (summary->split_files)
        fprintf(stream, "files of tenants: %" PRIu32 "\n", summary->split_files);
    fprintf(stream, "%s: %" PRIu64 "\n", summary->done, summary->outcomes[OUTCOME_DONE]);
    for (int i = 0; i < NOTE_COUNT; i++)
        if (summary->notes[i])
            fprintf(stream, "%s, %s: %" PRIu64 "\n", summary->done, note_rows[i].text,
                    summary->notes[i]);
    if (summary->retimed)
        fprintf(stream, "with another time: %" PRIu64 "\n", summary->retimed);
    if (summary->mtu_excess)
        fprintf(stream, "outer packets above the MTU: by %" PRIu32 " bytes at most\n",
                summary->mtu_excess);
    summary_print_outcomes(summary, stream);
}

/* ---- As JSON ---- */

json_t *summary_json_count(uint64_t count)
{
    return json_integer((json_int_t)count);
}

json_t *summary_json_name(const char *name)
{
    json_t *string = json_string(name);

    return string ? string : json_null();
}

static json_t *group_of(const struct summary *summary, enum disposition disposition)
{
    json_t *object = json_object();
    int failed = 0;

    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (summary_disposition(summary, (enum outcome)i) == disposition && summary->outcomes[i])
            failed |= json_object_set_new(object, outcome_rows[i].name,
                                          summary_json_count(summary->outcomes[i]));
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

int summary_set_read(const struct summary *summary, json_t *object)
{
    return json_object_set_new(object, "packets_read", summary_json_count(summary->packets_read)) |
           json_object_set_new(object, "bytes_read", summary_json_count(summary->bytes_read));
}

int summary_set_outcomes(const struct summary *summary, json_t *object)
{
    return json_object_set_new(object, "others", group_of(summary, DISPOSITION_OTHER)) |
           json_object_set_new(object, "others_kept", json_boolean(!summary->others_dropped)) |
           json_object_set_new(object, "kept", group_of(summary, DISPOSITION_KEPT)) |
           json_object_set_new(object, "dropped", group_of(summary, DISPOSITION_DROP)) |
           json_object_set_new(object, "not_handled", group_of(summary, DISPOSITION_BAD)) |
           json_object_set_new(object, "cut", json_boolean(summary->cut)) |
           json_object_set_new(object, "interrupted", json_boolean(signals_stop != 0));
}

int summary_set_all(const struct summary *summary, json_t *object)
{
    const struct {
        const char *name;
        uint64_t count;
    } facts[] = {{"packets_written", summary->packets_written},
                 {"bytes_written", summary->bytes_written},
                 {"split_files", summary->split_files},
                 {"retimed", summary->retimed},
                 {summary->done, summary->outcomes[OUTCOME_DONE]}};
    int failed = summary_set_read(summary, object);

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        failed |= json_object_set_new(object, facts[i].name, summary_json_count(facts[i].count));
    for (int i = 0; i < NOTE_COUNT; i++)
        failed |=
            json_object_set_new(object, note_rows[i].name, summary_json_count(summary->notes[i]));
    failed |= json_object_set_new(object, "mtu_excess", summary_json_count(summary->mtu_excess));
    return failed | summary_set_outcomes(summary, object);
}

int summary_put_json(json_t *value, int failed, FILE *stream)
{
    if (!failed) {
        (void)json_dumpf(value, stream, JSON_COMPACT | JSON_PRESERVE_ORDER);
        fputc('\n', stream);
    }
    json_decref(value);
    return failed ? -1 : 0;
}
