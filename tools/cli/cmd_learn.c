/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"
#include "commands.h"
#include "learn/capture.h"
#include "options.h"
#include "pipeline/output.h"

struct learn_options {
    const char *in;
    const char *out;
    struct range_set vsids;
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

/* A counter of what was learned, with its names in JSON and text. */
struct fact {
    const char *name;
    const char *text;
    uint64_t count;
};

enum { FACTS_ALWAYS = 5, FACT_COUNT = 10 }; /* text has later facts only if above 0 */

static void get_facts(const struct learn_result *result, struct fact facts[FACT_COUNT])
{
    const struct map_learn_counts *counts = &result->counts;
    const struct fact all[FACT_COUNT] = {
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
        {"not_learned", "packets with something new beyond --entries", counts->not_learned}};

    memcpy(facts, all, sizeof all);
}

static int print_json(const struct learn_result *result, FILE *stream)
{
    struct fact facts[FACT_COUNT];
    json_t *root = json_object();
    int failed = json_object_set_new(root, "command", json_string("learn"));

    get_facts(result, facts);
    failed |= summary_set_read(&result->summary, root);
    for (int i = 0; i < FACT_COUNT; i++)
        failed |= json_object_set_new(root, facts[i].name, summary_json_count(facts[i].count));
    failed |= summary_set_outcomes(&result->summary, root);
    if (summary_put_json(root, failed, stream) == 0)
        return options_flush_stdout();
    diag("summary", "cannot be made: out of memory");
    return EXIT_RUNTIME;
}

static void print_text(const struct learn_result *result)
{
    struct fact facts[FACT_COUNT];

    get_facts(result, facts);
    summary_print_read(&result->summary, stderr);
    for (int i = 0; i < FACT_COUNT; i++)
        if (i < FACTS_ALWAYS || facts[i].count)
            fprintf(stderr, "%s: %" PRIu64 "\n", facts[i].text, facts[i].count);
    summary_print_outcomes(&result->summary, stderr);
}

static int run(const struct learn_options *options)
{
    const struct learn_config config = {.in = options->in,
                                        .out = options->out,
                                        .vsids = options->vsids,
                                        .entries = options->entries.value,
                                        .strict = options->strict,
                                        .report = print_text};
    /* Asked before the map is closed. */
    FILE *stream = output_is_standard(options->out) ? stderr : stdout;
    struct learn_result result;
    int code = learn_capture(&config, &result);
    int printed = EXIT_CLEAN;

    if (code != EXIT_CLEAN && code != EXIT_PARTLY)
        return code;
    if (options->json)
        printed = print_json(&result, stream);
    else if (!options->quiet)
        print_text(&result);
    return printed == EXIT_CLEAN ? code : printed;
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
    options_free(&learn_option_set, &options);
    return code;
}
