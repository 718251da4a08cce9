/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"
#include "run.h"
#include "transform/decap.h"

struct decap_options {
    struct run_options run;
    struct vsid_set vsids;
    struct pa_set peers;
    bool all_layers;
    struct option_number inner_vlan; /* enum inner_vlan */
    struct option_number ecn;        /* enum ecn_mode */
    struct option_number reassemble;
    struct option_number tag; /* whether a VSID is an interface */
};

static const struct option_word reassemble_words[] = {{"on", 1}, {"off", 0}, {NULL, 0}};
static const struct option_word tag_words[] = {{"interface", 1}, {"none", 0}, {NULL, 0}};

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
    {OPTION_WORD, "tag", 0, "HOW", "what tells the VSID in a pcapng OUT: an interface vsid-N",
     "none", .words = tag_words, .offset = FIELD(tag)},
    {0}};

static const struct option_row *const tables[] = {rows, run_option_rows, select_option_rows, NULL};

static const struct option_set option_set = {
    "decap", "[options] IN OUT [FILTER]",
    "Take the tenants' frames out of NVGRE (RFC 7637): outer Ethernet, SLL, SLL2, raw IP or\n"
    "loopback, VLAN tags, IPv4 or IPv6 with options and extension headers, GRE. IN and OUT\n"
    "are pcap or pcapng files; - is standard input or output.",
    tables};

int cmd_decap(int argc, char **argv)
{
    const char *positional[2] = {NULL, NULL};
    struct decap_options options = {0};
    struct decap_config config;
    struct transform transform;
    int code = options_parse(&option_set, argc, argv, &options, positional, 2);

    if (code == OPTIONS_GO_ON)
        code = run_files(&option_set, &options.run, positional);
    if (code == OPTIONS_GO_ON) {
        config = (struct decap_config){.vsids = options.vsids,
                                       .peers = options.peers,
                                       .tags = options.tag.value != 0,
                                       .reassembles = options.reassemble.value != 0,
                                       .all_layers = options.all_layers,
                                       .inner_vlan = (enum inner_vlan)options.inner_vlan.value,
                                       .ecn = (enum ecn_mode)options.ecn.value,
                                       .strict = options.run.strict};
        transform = decap_transform(&config);
        code = run_transform("decap", &options.run, &transform);
    }
    vsid_set_free(&options.vsids);
    pa_set_free(&options.peers);
    select_options_free(&options.run.select);
    return code;
}
