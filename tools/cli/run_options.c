/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run_options.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/progress.h"
#include "base/signals.h"

static const struct option_word others_words[] = {
    {"keep", OTHERS_KEEP}, {"drop", OTHERS_DROP}, {NULL, 0}};

static const struct option_word format_words[] = {{"pcap", CAP_FORMAT_PCAP},
                                                  {"nsecpcap", CAP_FORMAT_NSECPCAP},
                                                  {"pcapng", CAP_FORMAT_PCAPNG},
                                                  {NULL, 0}};

static const struct option_word compression_words[] = {{"gz", CAP_COMPRESSION_GZIP},
                                                       {"zst", CAP_COMPRESSION_ZSTD},
                                                       {"none", CAP_COMPRESSION_NONE},
                                                       {NULL, 0}};

const struct option_word inner_vlan_words[] = {
    {"strip", INNER_VLAN_STRIP}, {"drop", INNER_VLAN_DROP}, {"keep", INNER_VLAN_KEEP}, {NULL, 0}};

const struct option_word ecn_words[] = {{"copy", ECN_COPY}, {"ignore", ECN_IGNORE}, {NULL, 0}};

const struct option_word vlan_proto_words[] = {
    {"802.1q", NVGRE_TPID_8021Q}, {"802.1ad", NVGRE_TPID_8021AD}, {NULL, 0}};

const struct option_word flowid_words[] = {{"keep", FLOWID_KEEP},
                                           {"toeplitz", FLOWID_TOEPLITZ},
                                           {"toeplitz-sym", FLOWID_TOEPLITZ_SYM},
                                           {"crc32c", FLOWID_CRC32C},
                                           {"zero", 0},
                                           {NULL, 0}};

bool flowid_hasher(uint32_t flowid, struct nvgre_hasher *hasher)
{
    static const enum nvgre_hash hashes[] = {NVGRE_HASH_TOEPLITZ, NVGRE_HASH_TOEPLITZ_SYM,
                                             NVGRE_HASH_CRC32C};
    const bool hashed = flowid >= FLOWID_TOEPLITZ;

    nvgre_hasher_init(hasher, hashes[hashed ? flowid - FLOWID_TOEPLITZ : 0]);
    return hashed;
}

#define FIELD(name) offsetof(struct run_options, name)

const struct option_row run_option_rows[] = {
    {.help = "Files and packets"},
    {OPTION_TEXT, "read", 'r', "FILE", "IN by name, - is standard input", .offset = FIELD(in)},
    {OPTION_TEXT, "write", 'w', "FILE", "OUT by name, - is standard output", .offset = FIELD(out)},
    {OPTION_WORD, "format", 'F', "FORMAT",
     "format of OUT, else as OUT's extension says, else as IN's", .words = format_words,
     .offset = FIELD(format)},
    {OPTION_WORD, "compress", 0, "HOW", "compression of OUT, else .gz or .zst as OUT's name ends",
     .words = compression_words, .offset = FIELD(compression)},
    {OPTION_WORD, "others", 0, "WHAT", "packets that this does not apply to", "keep",
     .words = others_words, .offset = FIELD(others)},
    {OPTION_FLAG, "strict", 0, NULL,
     "stop with exit code 1 and without OUT at the first bad packet", .offset = FIELD(strict)},
    {OPTION_FLAG, "quiet", 'q', NULL, "no summary", .offset = FIELD(quiet)},
    {OPTION_FLAG, "json", 0, NULL,
     "the summary as JSON on standard output (standard error if OUT is -)", .offset = FIELD(json)},
    {0}};

/* Takes IN and OUT from positional arguments or -r and -w. Returns OPTIONS_GO_ON or a code. */
static int take_files(const struct option_set *set, struct run_options *options,
                      const char *const positional[2])
{
    int next = 0;

    if (!options->in)
        options->in = positional[next++];
    if (!options->out && positional[next])
        options->out = positional[next++];
    if (!options->out && options->split && options->others.given &&
        options->others.value == OTHERS_KEEP)
        return options_misuse(set, "OUT is needed with --others=keep");
    if (!options->out && options->split) {
        options->out = "/dev/null"; /* only the tenants' files are wanted */
        options->others.value = OTHERS_DROP;
    }
    if (!options->in || !options->out || !*options->in || !*options->out)
        return options_misuse(set, "IN and OUT are needed");
    return select_options_check(set, &options->select, next);
}

static struct run_config config_of(const struct run_options *options)
{
    return (struct run_config){
        .in = options->in,
        .output = {.out = options->out,
                   .has_format = options->format.given,
                   .has_compression = options->compression.given,
                   .format = (enum cap_format)options->format.value,
                   .compression = (enum cap_compression)options->compression.value,
                   .tag = options->tag,
                   .split = options->split},
        .select = select_options_config(&options->select),
        .retime = {.wanted = options->shift.given || options->scale.given,
                   .shift_ns = options->shift.ns,
                   .numerator = options->scale.numerator,
                   .denominator = options->scale.denominator},
        .drop_others = options->others.value == OTHERS_DROP,
        .strict = options->strict};
}

static void print_on_stderr(const struct summary *summary)
{
    summary_print(summary, stderr);
}

static int print_json(const char *command, const struct run_options *options,
                      const struct summary *summary, FILE *stream)
{
    json_t *root = json_object();
    int failed = json_object_set_new(root, "command", json_string(command));

    failed |= json_object_set_new(root, "input", summary_json_name(summary->in));
    failed |= json_object_set_new(
        root, "output", summary_json_name(diag_file_name(options->out, "standard output")));
    failed |= summary_set_all(summary, root);
    if (summary_put_json(root, failed, stream) != 0) {
        diag("summary", "cannot be made: out of memory");
        return EXIT_RUNTIME;
    }
    return options_flush_stdout();
}

static int run(const struct option_set *set, const struct run_options *options,
               const struct transform *transform)
{
    /* Asked before the output is closed. */
    FILE *stream = output_is_standard(options->out) ? stderr : stdout;
    struct run_config config = config_of(options);
    struct summary summary;
    int printed = EXIT_CLEAN;
    int code;

    config.report = print_on_stderr;
    signals_install();
    code = run_transform(&config, transform, &summary);
    if (code != EXIT_CLEAN && code != EXIT_PARTLY)
        return code;
    if (options->json)
        printed = print_json(set->command, options, &summary, stream);
    else if (!options->quiet)
        summary_print(&summary, stderr);
    return printed == EXIT_CLEAN ? code : printed;
}

int run_command(const struct run_command *command, void *session, int argc, char **argv)
{
    const char *positional[2] = {NULL, NULL};
    struct run_options *options = session;
    struct transform transform;
    int code = options_parse(command->set, argc, argv, session, positional, 2);

    if (code == OPTIONS_GO_ON)
        code = command->check(session);
    if (code == OPTIONS_GO_ON)
        code = take_files(command->set, options, positional);
    if (code == OPTIONS_GO_ON) {
        progress_begin(options->quiet);
        code = command->setup(session, &transform);
    }
    if (code == OPTIONS_GO_ON)
        code = run(command->set, options, &transform);
    command->free(session);
    select_options_free(&options->select);
    options_free(command->set, session);
    signals_end();
    return code;
}
