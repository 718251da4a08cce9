/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"
#include "capfile/output.h"
#include "capfile/reader.h"
#include "commands.h"
#include "learn/learn.h"
#include "options.h"
#include "pipeline/summary.h"
#include "transform/link.h"

struct learn_options {
    const char *in;
    const char *out;
    struct vsid_set vsids;
    struct option_number entries;
    bool strict;
    bool quiet;
    bool json;
};

#define FIELD(name) offsetof(struct learn_options, name)

static const struct option_row rows[] = {
    {.help = "Learning"},
    {OPTION_VSIDS, "vsid-filter", 0, "LIST", "learn only these VSIDs, such as 5001,6000-6009",
     .offset = FIELD(vsids)},
    {OPTION_NUMBER, "entries", 0, "N", "learn so many addresses and subnets at the most", "1000000",
     .min = 1, .max = MAP_RECORDS_MAX, .offset = FIELD(entries)},
    {.help = "Files and packets"},
    {OPTION_TEXT, "read", 'r', "FILE", "IN by name, - is standard input", .offset = FIELD(in)},
    {OPTION_TEXT, "write", 'w', "FILE", "OUT by name, - is standard output", .offset = FIELD(out)},
    {OPTION_FLAG, "strict", 0, NULL,
     "stop with exit code 1 and without OUT at the first bad packet", .offset = FIELD(strict)},
    {OPTION_FLAG, "quiet", 'q', NULL, "no summary", .offset = FIELD(quiet)},
    {OPTION_FLAG, "json", 0, NULL,
     "the summary as JSON on standard output (standard error if OUT is -)", .offset = FIELD(json)},
    {0}};

static const struct option_row *const tables[] = {rows, NULL};

const struct option_set learn_option_set = {
    "learn", "[options] IN [OUT.yaml]",
    "Learn a location map from an NVGRE capture: which MAC and customer address of a VSID is\n"
    "behind which provider address, by the packets' sources, and where broadcasts go. Later\n"
    "packets win over earlier ones. Without OUT the map goes to standard output.",
    tables};

struct session {
    const struct learn_options *options;
    const char *in, *out; /* as messages call them */
    struct cap_reader reader;
    struct cap_output output;
    struct map_learn *learn;
    uint64_t others; /* not NVGRE, or not selected */
    uint64_t bad;    /* malformed or cut before the inner frame */
    bool cut;
};

static void print_text(const struct session *session);

/* What signals ask for; false to stop. */
static bool go_on(void *context)
{
    const struct session *session = context;

    signals_pending = signals_stop != 0;
    if (signals_report) {
        signals_report = 0;
        diag_progress_end();
        print_text(context);
    }
    if (progress_due)
        progress_show(session->in, &session->reader);
    return signals_stop == 0;
}

static bool wait_for_input(void *context, int fd)
{
    return signals_wait_while(go_on, context, fd);
}

/* Tells of a bad packet; -1 where --strict stops at it. */
static int note_bad(struct session *session, const char *text)
{
    uint64_t count = ++session->bad;

    if (count <= DIAG_MESSAGES_MAX)
        diag_packet(session->in, session->reader.packet.number, "%s", text);
    else if (count == DIAG_MESSAGES_MAX + 1)
        diag(session->in, "more packets like these; they are only counted");
    return session->options->strict ? -1 : 0;
}

static int learn_packet(struct session *session)
{
    const struct cap_packet *packet = &session->reader.packet;
    struct nvgre_frame frame;
    enum nvgre_link link;
    enum nvgre_class kind;

    if (!link_of(packet->iface->linktype, &link)) {
        session->others++;
        return 0;
    }
    kind = nvgre_frame_decode(link, packet->data, packet->caplen, packet->len, &frame);
    if (kind == NVGRE_CLASS_MALFORMED) {
        char text[96];

        snprintf(text, sizeof text, "%s %u", nvgre_reason_text(frame.reason), frame.value);
        return note_bad(session, text);
    }
    if (kind == NVGRE_CLASS_TRUNCATED)
        return note_bad(session, "cut before the inner frame");
    if (!nvgre_class_has_inner(kind) ||
        !vsid_set_selects(&session->options->vsids, nvgre_key_vsid(frame.gre.key))) {
        session->others++;
        return 0;
    }
    if (map_learn_packet(session->learn, link, packet->data, &frame) == 0)
        return 0;
    diag(session->in, "out of memory");
    return -1;
}

/* Reads to the end; -1 where no map is to be written. */
static int learn_all(struct session *session)
{
    while (!signals_pending || go_on(session)) {
        int result = 0;

        switch (cap_reader_next(&session->reader)) {
        case CAP_PACKET:
            result = learn_packet(session);
            break;
        case CAP_BLOCK:
            break;
        case CAP_BAD:
            result = note_bad(session, session->reader.error.text);
            break;
        case CAP_CUT:
            session->cut = true;
            diag_packet(session->in, session->reader.packet.number + 1, "%s",
                        session->reader.error.text);
            return session->options->strict ? -1 : 0;
        case CAP_FAILED:
            diag(session->in, "%s", session->reader.error.text);
            return -1;
        case CAP_STOPPED:
        case CAP_END:
            return 0;
        }
        if (result != 0)
            return -1;
    }
    return 0;
}

static int write_text(struct session *session, const char *text, size_t len)
{
    struct cap_error error;

    while (len > 0 && session->output.error == 0) {
        size_t piece = len < CAP_IO_CHUNK ? len : CAP_IO_CHUNK;

        memcpy(cap_output_at(&session->output), text, piece);
        (void)cap_output_add(&session->output, piece); /* output.error keeps a failure */
        text += piece;
        len -= piece;
    }
    if (session->output.error) {
        diag(session->out, "cannot write: %s", strerror(session->output.error));
        return -1;
    }
    if (cap_output_publish(&session->output, &error) == 0)
        return 0;
    diag(session->out, "%s", error.text);
    return -1;
}

static int write_map(struct session *session)
{
    struct map_report report;
    struct map *map;
    char *text = NULL;
    size_t len = 0;
    FILE *stream;
    int result = -1;

    if (map_learn_finish(session->learn, &map, &report) != MAP_OK) {
        diag(report.error.place, "%s", report.error.text);
        return -1;
    }
    stream = open_memstream(&text, &len);
    if (stream) {
        map_write(map, stream);
        result = fclose(stream);
    }
    if (result == 0)
        result = write_text(session, text, len);
    else
        diag(session->out, "out of memory");
    free(text);
    map_free(map);
    return result;
}

/* The summary's numbers, by their names in JSON and in text; of later ones only those above 0. */
struct fact {
    const char *name;
    const char *text;
    uint64_t count;
};

enum { FACTS_ALWAYS = 6, FACT_COUNT = 13 };

static void get_facts(const struct session *session, struct fact facts[FACT_COUNT])
{
    const struct map_learn_counts *counts = map_learn_counts(session->learn);
    const struct fact all[FACT_COUNT] = {
        {"packets_read", "read", session->reader.packet.number},
        {"learned_from", "learned from", counts->packets},
        {"subnets", "subnets", counts->subnets},
        {"macs", "MAC addresses", counts->macs},
        {"customer_addresses", "customer addresses", counts->cas},
        {"provider_addresses", "provider addresses", counts->pas},
        {"floods", "flood destinations", counts->floods},
        {"moved_macs", "moves of a MAC to another provider address", counts->moved_macs},
        {"moved_customer_addresses", "moves of a customer address to another MAC",
         counts->moved_cas},
        {"changed_provider_addresses", "changes of a provider address's MAC or VLAN",
         counts->changed_pas},
        {"others", "packets not NVGRE or not selected", session->others},
        {"not_learned", "packets with something new beyond --entries", counts->not_learned},
        {"not_handled", "packets not handled", session->bad}};

    memcpy(facts, all, sizeof all);
}

static int print_json(const struct session *session, FILE *stream)
{
    struct fact facts[FACT_COUNT];
    json_t *root = json_object();
    int failed = json_object_set_new(root, "command", json_string("learn"));

    get_facts(session, facts);
    for (int i = 0; i < FACT_COUNT; i++)
        failed |=
            json_object_set_new(root, facts[i].name, json_integer((json_int_t)facts[i].count));
    failed |= json_object_set_new(root, "cut", json_boolean(session->cut));
    failed |= json_object_set_new(root, "interrupted", json_boolean(signals_stop != 0));
    return summary_put_json(root, failed, stream);
}

static void print_text(const struct session *session)
{
    struct fact facts[FACT_COUNT];

    get_facts(session, facts);
    for (int i = 0; i < FACT_COUNT; i++)
        if (i < FACTS_ALWAYS || facts[i].count)
            fprintf(stderr, "%s: %" PRIu64 "\n", facts[i].text, facts[i].count);
    if (session->cut)
        fprintf(stderr, "input cut: what stands before the cut is learned\n");
    if (signals_stop)
        fprintf(stderr, "interrupted: what was read so far is learned\n");
}

static int print_summary(const struct session *session)
{
    bool map_on_stdout = strcmp(session->options->out, "-") == 0;

    if (session->options->json) {
        if (print_json(session, map_on_stdout ? stderr : stdout) != 0) {
            diag("summary", "cannot be made: out of memory");
            return EXIT_RUNTIME;
        }
        return options_flush_stdout();
    }
    if (!session->options->quiet)
        print_text(session);
    return EXIT_CLEAN;
}

/* From open files to the exit code. */
static int run_open(struct session *session)
{
    int code;

    code = learn_all(session);
    progress_end();
    if (code != 0 || write_map(session) != 0)
        return EXIT_RUNTIME;
    code = print_summary(session);
    if (code == EXIT_CLEAN &&
        (session->cut || session->bad || map_learn_counts(session->learn)->not_learned))
        code = EXIT_PARTLY;
    return code;
}

static int run(const struct learn_options *options)
{
    struct session session = {.options = options,
                              .in = diag_file_name(options->in, "standard input"),
                              .out = diag_file_name(options->out, "standard output"),
                              .learn = map_learn_new(options->entries.value)};
    const struct cap_wait wait = {wait_for_input, go_on, &session};
    struct cap_error error;
    int code = EXIT_RUNTIME;

    if (!session.learn) {
        diag(session.in, "out of memory");
        return EXIT_RUNTIME;
    }
    if (cap_reader_open(&session.reader, options->in, &wait) != 0) {
        if (!signals_stop)
            diag(session.in, "%s", session.reader.error.text);
        map_learn_free(session.learn);
        return EXIT_RUNTIME;
    }
    if (cap_output_open(&session.output, options->out, &session.reader.input, &error) == 0) {
        code = run_open(&session);
        cap_output_close(&session.output);
    } else if (!signals_stop) {
        diag(session.out, "%s", error.text);
    }
    cap_reader_close(&session.reader);
    map_learn_free(session.learn);
    return code;
}

/* Takes IN and OUT from positional arguments or -r and -w. Returns OPTIONS_GO_ON or a code. */
static int take_files(struct learn_options *options, const char *const positional[2])
{
    int next = 0;

    if (!options->in)
        options->in = positional[next++];
    if (!options->out)
        options->out = positional[next++];
    if (next < 2 && positional[next])
        return options_misuse(&learn_option_set, "unexpected argument %s", positional[next]);
    if (!options->out)
        options->out = "-";
    if (!options->in || !*options->in || !*options->out)
        return options_misuse(&learn_option_set, "IN is needed");
    return OPTIONS_GO_ON;
}

int cmd_learn(int argc, char **argv)
{
    const char *positional[2] = {NULL, NULL};
    struct learn_options options = {0};
    int code = options_parse(&learn_option_set, argc, argv, &options, positional, 2);

    if (code == OPTIONS_GO_ON)
        code = take_files(&options, positional);
    if (code == OPTIONS_GO_ON) {
        signals_install();
        progress_begin(options.quiet);
        code = run(&options);
        signals_end();
    }
    vsid_set_free(&options.vsids);
    return code;
}
