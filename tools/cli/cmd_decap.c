/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/diag.h"
#include "capfile/split.h"
#include "commands.h"
#include "map_file.h"
#include "run_options.h"
#include "transform/decap.h"

struct decap_options {
    struct run_options run;
    struct range_set vsids;
    struct range_set peers;
    bool all_layers;
    struct option_number inner_vlan; /* enum inner_vlan */
    struct option_number ecn;        /* enum ecn_mode */
    struct option_number reassemble;
    bool dedupe;
    struct option_number dedupe_window;
    struct option_number tag; /* enum decap_tag */
    struct option_names maps;
};

/* --tag: how a frame shows its tenant. */
enum decap_tag { TAG_NONE, TAG_INTERFACE, TAG_COMMENT, TAG_VLAN };

static const struct option_word reassemble_words[] = {{"on", 1}, {"off", 0}, {NULL, 0}};
static const struct option_word tag_words[] = {{"interface", TAG_INTERFACE},
                                               {"comment", TAG_COMMENT},
                                               {"vlan", TAG_VLAN},
                                               {"none", TAG_NONE},
                                               {NULL, 0}};

#define FIELD(name) offsetof(struct decap_options, name)

static const struct option_row rows[] = {
    {.help = "Tunnels"},
    {OPTION_VSIDS, "vsid-filter", 0, "LIST", "take only these VSIDs, such as 5001,6000-6009",
     .offset = FIELD(vsids)},
    {OPTION_PAS, "peer", 0, "LIST", "take packets of these outer sources only, drop others",
     .offset = FIELD(peers)},
    {OPTION_FLAG, "all-layers", 0, NULL, "take frames out of tunnels within tunnels too, 8 at most",
     .offset = FIELD(all_layers)},
    {OPTION_WORD, "reassemble", 0, "WHAT",
     "fragments of outer packets, at most 1024 packets or 16 MiB of them at a time, for 30 s", "on",
     .words = reassemble_words, .offset = FIELD(reassemble)},
    {OPTION_WORD, "inner-vlan", 0, "WHAT", "inner frames with an 802.1Q tag", "drop",
     .words = inner_vlan_words, .offset = FIELD(inner_vlan)},
    {OPTION_WORD, "ecn", 0, "WHAT", "congestion marks of the outer header (RFC 6040)", "copy",
     .words = ecn_words, .offset = FIELD(ecn)},
    {OPTION_FLAG, "dedupe", 0, NULL,
     "take one of the copies of a frame that went to several endpoints", .offset = FIELD(dedupe)},
    {OPTION_NUMBER, "dedupe-window", 0, "MS", "how far apart copies are at most, in milliseconds",
     "10", .max = 60000, .offset = FIELD(dedupe_window)},
    {.help = "Tenants"},
    {OPTION_TEXT, "split", 0, "PATTERN",
     "a file for each VSID, such as 'out-%v.pcapng'; OUT, needed only with FILTER, gets the rest",
     .offset = FIELD(run.split)},
    {OPTION_WORD, "tag", 0, "HOW",
     "what tells the VSID: a pcapng interface vsid-N, a pcapng comment, or the map's 802.1Q VLAN",
     "none", .words = tag_words, .offset = FIELD(tag)},
    {OPTION_NAMES, "map", 0, "FILE", "location map (YAML, JSON or CSV) that tells a VSID's VLAN",
     .offset = FIELD(maps)},
    {0}};

static const struct option_row *const tables[] = {rows, run_option_rows, select_option_rows, NULL};

const struct option_set decap_option_set = {
    "decap", "[options] IN OUT [FILTER]",
    "Take the tenants' frames out of NVGRE (RFC 7637): outer Ethernet, SLL, SLL2, raw IP or\n"
    "loopback, VLAN tags, IPv4 or IPv6 with options and extension headers, GRE. IN and OUT\n"
    "are pcap or pcapng files; - is standard input or output.",
    tables};

struct session {
    struct decap_options options;
    struct decap_config config;
    struct map *map;
};

static int check(void *context)
{
    struct decap_options *options = &((struct session *)context)->options;

    if ((options->tag.value == TAG_VLAN) != (options->maps.count > 0))
        return options_misuse(&decap_option_set, "--tag=vlan and --map FILE need each other");
    if (options->dedupe_window.given && !options->dedupe)
        return options_misuse(&decap_option_set, "--dedupe is needed with --dedupe-window");
    if (options->run.split && !cap_split_is_pattern(options->run.split))
        return options_misuse(&decap_option_set,
                              "--split needs %%v once in the file's name, for the VSID, and no "
                              "other %% but %%%%: %s",
                              options->run.split);
    if (options->tag.value == TAG_INTERFACE)
        options->run.tag = RESULT_TAG_INTERFACE;
    if (options->tag.value == TAG_COMMENT)
        options->run.tag = RESULT_TAG_COMMENT;
    return OPTIONS_GO_ON;
}

static int setup(void *context, struct transform *transform)
{
    struct session *session = context;
    const struct decap_options *options = &session->options;
    struct decap_config *config = &session->config;
    int code = OPTIONS_GO_ON;

    *config = (struct decap_config){.vsids = options->vsids,
                                    .peers = options->peers,
                                    .reassembles = options->reassemble.value != 0,
                                    .all_layers = options->all_layers,
                                    .inner_vlan = (enum inner_vlan)options->inner_vlan.value,
                                    .ecn = (enum ecn_mode)options->ecn.value,
                                    .strict = options->run.strict};
    if (options->dedupe) {
        config->dedupe = dedupe_new(options->dedupe_window.value);
        if (!config->dedupe) {
            diag("dedupe", "out of memory");
            return EXIT_RUNTIME;
        }
    }
    if (options->maps.count)
        code = map_file_load(&options->maps, true, &session->map);
    config->map = session->map;
    *transform = decap_transform(config);
    return code;
}

static void free_session(void *context)
{
    struct session *session = context;

    dedupe_free(session->config.dedupe);
    map_free(session->map);
}

int cmd_decap(int argc, char **argv)
{
    static const struct run_command command = {&decap_option_set, check, setup, free_session};
    struct session session = {.map = NULL};

    return run_command(&command, &session, argc, argv);
}
