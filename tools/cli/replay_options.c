/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay_options.h"

#include <string.h>

#include "commands.h"

static const struct option_word sender_words[] = {{"auto", SENDER_AUTO}, {"packet", SENDER_PACKET},
                                                  {"ring", SENDER_RING}, {"xdp", SENDER_XDP},
                                                  {"file", SENDER_FILE}, {NULL, 0}};

static const struct option_word direction_words[] = {
    {"pa", DIRECTION_PA}, {"interface", DIRECTION_IFACE}, {NULL, 0}};

enum { RATE_MAX = 1000000000 };

#define FIELD(name) offsetof(struct replay_options, name)
#define RUN_FIELD(name) offsetof(struct replay_options, encap.run.name)

static const struct option_row rows[] = {
    {.help = "Where and how"},
    {OPTION_TEXT, "intf1", 'i', "IFACE", "interface to send on", .offset = FIELD(interface)},
    {OPTION_TEXT, "intf2", 'I', "IFACE", "interface for the other direction",
     .offset = FIELD(interface2)},
    {OPTION_WORD, "direction", 0, "HOW",
     "what tells it: outer addresses, the first sender's to --intf1; or the capture's interfaces",
     "pa", .words = direction_words, .offset = FIELD(direction)},
    {OPTION_PAS, "cidr", 0, "LIST", "outer sources whose packets go to --intf1, others to --intf2",
     .offset = FIELD(sources)},
    {OPTION_TEXT, "map-intf", 0, "LIST",
     "interfaces by VSID, such as 5001=veth1,6000-6009=veth2; others to --intf1",
     .offset = FIELD(vsids)},
    {OPTION_FLAG, "encap", 0, NULL, "send the frames in NVGRE, as encap's options below say",
     .offset = FIELD(encapsulates)},
    {OPTION_FLAG, "decap", 0, NULL, "take the tenants' frames out of NVGRE and send those",
     .offset = FIELD(decapsulates)},
    {OPTION_WORD, "sender", 0, "HOW",
     "what sends; file: nothing, but into the pcap file IFACE what would be sent, and when", "auto",
     .words = sender_words, .offset = FIELD(sender)},
    {OPTION_FLAG, "qdisc-bypass", 0, NULL, "past the interface's queueing discipline",
     .offset = FIELD(qdisc_bypass)},
    {OPTION_FLAG, "preload-pcap", 'K', NULL, "read all of IN into memory first",
     .offset = FIELD(preload)},
    {.help = "Pace (by default as recorded)"},
    {OPTION_SCALE, "multiplier", 'x', "N", "so many times as fast as recorded", .max = RATE_MAX,
     .offset = FIELD(multiplier)},
    {OPTION_SCALE, "mbps", 'M', "N", "megabits of frames a second", .max = RATE_MAX,
     .offset = FIELD(mbps)},
    {OPTION_SCALE, "pps", 'p', "N", "packets a second", .max = RATE_MAX, .offset = FIELD(pps)},
    {OPTION_NUMBER, "pps-multi", 0, "N", "packets that are sent at a time, with --pps", "1",
     .min = 1, .max = 1000000, .offset = FIELD(pps_multi)},
    {OPTION_FLAG, "topspeed", 't', NULL, "as fast as possible", .offset = FIELD(topspeed)},
    {OPTION_NUMBER, "maxsleep", 0, "MS", "the longest gap between packets, in milliseconds",
     .min = 1, .max = UINT32_MAX, .offset = FIELD(max_sleep)},
    {.help = "How often and how long"},
    {OPTION_NUMBER, "loop", 'l', "N", "times through the capture, 0 for no end", "1",
     .max = UINT32_MAX, .offset = FIELD(loops)},
    {OPTION_NUMBER, "loopdelay-ms", 0, "MS", "between them, in milliseconds", "0",
     .max = UINT32_MAX, .offset = FIELD(loop_delay)},
    {OPTION_FLAG, "unique-ip", 0, NULL,
     "each loop has inner addresses (CAs) of its own, by adding its number",
     .offset = FIELD(unique_cas)},
    {OPTION_FLAG, "unique-vsid", 0, NULL, "each loop has VSIDs of its own, by adding its number",
     .offset = FIELD(unique_vsids)},
    {OPTION_NUMBER, "limit", 'L', "N", "packets in all", .min = 1, .max = UINT32_MAX,
     .offset = FIELD(limit)},
    {OPTION_NUMBER, "duration", 0, "SEC", "seconds in all", .min = 1, .max = UINT32_MAX,
     .offset = FIELD(duration)},
    {.help = "Files and messages"},
    {OPTION_TEXT, "read", 'r', "FILE", "IN by name, - is standard input", .offset = RUN_FIELD(in)},
    {OPTION_NUMBER, "stats", 0, "SEC", "counters every so many seconds", .min = 1,
     .max = UINT32_MAX, .offset = FIELD(stats)},
    {OPTION_FLAG, "strict", 0, NULL, "stop with exit code 1 at the first bad packet",
     .offset = RUN_FIELD(strict)},
    {OPTION_FLAG, "quiet", 'q', NULL, "no counters", .offset = RUN_FIELD(quiet)},
    {OPTION_FLAG, "json", 0, NULL, "the counters as JSON", .offset = RUN_FIELD(json)},
    {.help = "Which packets (others are not sent)"},
    {0}};

/* Rows that differ from encap_frame_rows. */
static const struct option_row frame_rows[] = {
    {OPTION_WORD, "mtu-action", 0, "WHAT",
     "frames that exceed it, or the interface's MTU; error: nothing is sent; segment: with --encap",
     "error", .words = mtu_words, .offset = FIELD(encap.mtu_action)},
    {.help = "Inner frames, with --encap or --decap"},
    {OPTION_NUMBER, "mss-clamp", 0, "N", "lower the MSS that TCP SYNs announce to this (--encap)",
     .min = 1, .max = 65535, .offset = FIELD(encap.mss_clamp)},
    {OPTION_WORD, "inner-vlan", 0, "WHAT",
     "frames with an 802.1Q tag (default: --encap strip, --decap drop)", .words = inner_vlan_words,
     .offset = FIELD(encap.inner_vlan)},
    {0}};

/* + 1: the heading of these rows is only right for commands that write captures. */
static const struct option_row *const tables[] = {rows, select_option_rows + 1, encap_option_rows,
                                                  frame_rows, NULL};

const struct option_set replay_option_set = {
    "replay", "-i IFACE [options] IN [FILTER]",
    "Send a capture to an interface: at the recorded pace or another one, as it is, in NVGRE\n"
    "(RFC 7637) or out of it. IN is a pcap or pcapng file; - is standard input.",
    tables};

/* Whether an option is given that needs --encap. */
static bool says_how_to_encap(const struct encap_options *encap)
{
    return encap->vsid.given || encap->key.given || encap->flowid.given || encap->local.version ||
           encap->remote.version || encap->maps.count || encap->on_miss.given ||
           encap->src_mac.given || encap->dst_mac.given || encap->vlan_id.given ||
           encap->vlan_pri.given || encap->vlan_cfi.given || encap->vlan_proto.given ||
           encap->ttl.given || encap->tos.given || encap->df.given || encap->mss_clamp.given ||
           encap->allow_reserved ||
           (encap->mtu_action.given && encap->mtu_action.value == MTU_SEGMENT);
}

int replay_options_check(struct replay_options *options, const char *in)
{
    const int paces =
        options->multiplier.given + options->mbps.given + options->pps.given + options->topspeed;
    struct run_options *run = &options->encap.run;

    const bool named = run->in != NULL;

    if (!named)
        run->in = in;
    if (!run->in || !*run->in || !options->interface)
        return options_misuse(&replay_option_set, "-i IFACE and IN are needed");
    if (paces > 1)
        return options_misuse(&replay_option_set,
                              "--multiplier, --mbps, --pps and --topspeed exclude "
                              "each other");
    if (options->pps_multi.given && !options->pps.given)
        return options_misuse(&replay_option_set, "--pps N is needed with --pps-multi");
    if (options->interface2 && options->vsids)
        return options_misuse(&replay_option_set, "--intf2 and --map-intf exclude each other");
    if (options->interface2 && strcmp(options->interface, options->interface2) == 0)
        return options_misuse(&replay_option_set, "--intf1 and --intf2 must not be the same");
    if (!options->interface2 && (options->direction.given || options->sources.count))
        return options_misuse(&replay_option_set, "--intf2 is needed with --direction and --cidr");
    if (options->encapsulates && options->decapsulates)
        return options_misuse(&replay_option_set, "--encap and --decap exclude each other");
    if (!options->encapsulates && !options->decapsulates &&
        (options->encap.inner_vlan.given || options->encap.ecn.given))
        return options_misuse(&replay_option_set,
                              "--encap or --decap is needed with --inner-vlan and --ecn");
    if (!options->encapsulates && says_how_to_encap(&options->encap))
        return options_misuse(&replay_option_set, "--encap is needed with encap's options");
    if (options->sender.value == SENDER_FILE && options->encap.mtu_action.given &&
        !options->encap.mtu.given)
        return options_misuse(&replay_option_set, "--mtu N is needed with --mtu-action");
    return select_options_check(&replay_option_set, &run->select, !named);
}

static struct schedule_rate rate_of(const struct option_scale *scale)
{
    return (struct schedule_rate){scale->numerator, scale->denominator};
}

static struct schedule schedule_of(const struct replay_options *options)
{
    struct schedule schedule = {.kind = SCHEDULE_RECORDED,
                                .rate = {1, 1},
                                .pps_multi = options->pps_multi.value,
                                .max_gap_ns = options->max_sleep.value * INT64_C(1000000)};

    if (options->multiplier.given)
        schedule.rate = rate_of(&options->multiplier);
    if (options->mbps.given) {
        schedule.kind = SCHEDULE_MBPS;
        schedule.rate = rate_of(&options->mbps);
    }
    if (options->pps.given) {
        schedule.kind = SCHEDULE_PPS;
        schedule.rate = rate_of(&options->pps);
    }
    if (options->topspeed)
        schedule.kind = SCHEDULE_TOPSPEED;
    return schedule;
}

void replay_options_config(const struct replay_options *options, struct replay_config *config)
{
    const struct encap_options *encap = &options->encap;

    *config = (struct replay_config){
        .in = encap->run.in,
        .select = select_options_config(&encap->run.select),
        .strict = encap->run.strict,
        .preload = options->preload,
        .unique_cas = options->unique_cas,
        .unique_vsids = options->unique_vsids,
        .file_mtu = encap->mtu.value,
        .sender = {(enum sender_kind)options->sender.value, options->qdisc_bypass},
        .schedule = schedule_of(options),
        .loops = options->loops.value,
        .loop_delay_ns = options->loop_delay.value * INT64_C(1000000),
        .limit = options->limit.value,
        .duration_ns = options->duration.value * INT64_C(1000000000),
        .stats_ns = options->stats.value * INT64_C(1000000000),
        .mtu_action = (enum mtu_action)encap->mtu_action.value};
}
