/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary.h"

#include <inttypes.h>
#include <jansson.h>

uint64_t summary_total(const struct summary *summary, enum disposition disposition)
{
    uint64_t total = 0;

    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (outcome_rows[i].disposition == disposition)
            total += summary->outcomes[i];
    return total;
}

bool summary_is_partial(const struct summary *summary)
{
    return summary->cut || summary_total(summary, DISPOSITION_BAD) > 0;
}

static void print_outcomes(const struct summary *summary, enum disposition disposition,
                           const char *what, FILE *stream)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (outcome_rows[i].disposition == disposition && summary->outcomes[i])
            fprintf(stream, "%s, %s: %" PRIu64 "\n", what, outcome_rows[i].text,
                    summary->outcomes[i]);
}

void summary_print(const struct summary *summary, FILE *stream)
{
    fprintf(stream, "read: %" PRIu64 " packets, %" PRIu64 " bytes\n", summary->packets_read,
            summary->bytes_read);
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
    print_outcomes(summary, DISPOSITION_KEPT, "kept", stream);
    print_outcomes(summary, DISPOSITION_OTHER, summary->drop_others ? "left out" : "kept", stream);
    print_outcomes(summary, DISPOSITION_DROP, "dropped", stream);
    print_outcomes(summary, DISPOSITION_BAD, "not handled", stream);
    if (summary->cut)
        fprintf(stream, "input cut: the packets before the cut are written\n");
    if (summary->interrupted)
        fprintf(stream, "interrupted: the packets read so far are written\n");
}

static json_t *json_count(uint64_t count)
{
    return json_integer((json_int_t)count);
}

json_t *summary_outcomes(const struct summary *summary, enum disposition disposition)
{
    json_t *object = json_object();

    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (outcome_rows[i].disposition == disposition && summary->outcomes[i])
            json_object_set_new(object, outcome_rows[i].name, json_count(summary->outcomes[i]));
    return object;
}

/* File names need not be UTF-8, which JSON is. */
static json_t *json_name(const char *name)
{
    json_t *string = json_string(name);

    return string ? string : json_null();
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

int summary_print_json(const struct summary *summary, FILE *stream)
{
    json_t *root = json_object();
    int failed = 0;

    failed |= json_object_set_new(root, "command", json_string(summary->command));
    failed |= json_object_set_new(root, "input", json_name(summary->in));
    failed |= json_object_set_new(root, "output", json_name(summary->out));
    failed |= json_object_set_new(root, "packets_read", json_count(summary->packets_read));
    failed |= json_object_set_new(root, "bytes_read", json_count(summary->bytes_read));
    failed |= json_object_set_new(root, "packets_written", json_count(summary->packets_written));
    failed |= json_object_set_new(root, "bytes_written", json_count(summary->bytes_written));
    failed |= json_object_set_new(root, "split_files", json_count(summary->split_files));
    failed |= json_object_set_new(root, "retimed", json_count(summary->retimed));
    failed |= json_object_set_new(root, summary->done, json_count(summary->outcomes[OUTCOME_DONE]));
    for (int i = 0; i < NOTE_COUNT; i++)
        failed |= json_object_set_new(root, note_rows[i].name, json_count(summary->notes[i]));
    failed |= json_object_set_new(root, "mtu_excess", json_count(summary->mtu_excess));
    failed |= json_object_set_new(root, "others", summary_outcomes(summary, DISPOSITION_OTHER));
    failed |= json_object_set_new(root, "others_kept", json_boolean(!summary->drop_others));
    failed |= json_object_set_new(root, "kept", summary_outcomes(summary, DISPOSITION_KEPT));
    failed |= json_object_set_new(root, "dropped", summary_outcomes(summary, DISPOSITION_DROP));
    failed |= json_object_set_new(root, "not_handled", summary_outcomes(summary, DISPOSITION_BAD));
    failed |= json_object_set_new(root, "cut", json_boolean(summary->cut));
    failed |= json_object_set_new(root, "interrupted", json_boolean(summary->interrupted));
    return summary_put_json(root, failed, stream);
}
