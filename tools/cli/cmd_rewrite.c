/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/diag.h"
#include "commands.h"
#include "run_options.h"
#include "transform/rewrite.h"

struct rewrite_options {
    struct run_options run;
    struct range_set vsids;
    struct vsid_map vsid_map;
    struct option_number key, flowid;
    bool allow_reserved;
    struct net_map src_pas, dst_pas, pas;
    struct address local, remote;
    struct option_mac src_mac, dst_mac;
    struct option_number vlan, vlan_id, vlan_pri, vlan_cfi, vlan_proto; /* enum rewrite_tag */
    struct option_number ttl, tos, ecn, df, ip_id;
    bool normalise;
    struct option_mac inner_src_mac, inner_dst_mac;
    struct net_map src_cas, dst_cas, cas;
    struct port_map ports;
    struct option_number inner_vlan, inner_vlan_id, inner_vlan_pri;
    bool fix_checksums;
    struct option_number seed;
};

static const struct option_word vlan_words[] = {
    {"add", REWRITE_TAG_ADD}, {"del", REWRITE_TAG_DELETE}, {"set", REWRITE_TAG_SET}, {NULL, 0}};
static const struct option_word mark_words[] = {
    {"not-ect", 0}, {"ect1", 1}, {"ect0", 2}, {"ce", 3}, {NULL, 0}};
static const struct option_word df_words[] = {{"set", 1}, {"clear", 0}, {NULL, 0}};
static const struct option_word tags_words[] = {{"keep", 0}, {"strip", 1}, {NULL, 0}};

#define FIELD(name) offsetof(struct rewrite_options, name)

static const struct option_row rows[] = {
    {.help = "Tunnel"},
    {OPTION_VSIDS, "vsid-filter", 0, "LIST", "change packets of these VSIDs only",
     .offset = FIELD(vsids)},
    {OPTION_VSID_MAP, "vsidmap", 0, "MAP",
     "VSIDs to others, such as 5001:6001,6001:5001,7000-7009:8000-8009", .offset = FIELD(vsid_map)},
    {OPTION_NUMBER, "key", 0, "N", "the whole GRE key", .max = UINT32_MAX, .offset = FIELD(key)},
    {OPTION_FLAG, "allow-reserved-vsid", 0, NULL,
     "give VSIDs 0 to 4095 and 16777215 too (RFC 7637 section 3.4)",
     .offset = FIELD(allow_reserved)},
    {OPTION_NUMBER, "flowid", 0, "HOW", "FlowID, by the inner flow as it is then", "keep",
     .max = 255, .words = flowid_words, .offset = FIELD(flowid)},
    {OPTION_NETS, "srcipmap", 'S', "MAP", "outer sources, such as 192.168.4.0/24:10.4.0.0/24",
     .offset = FIELD(src_pas)},
    {OPTION_NETS, "dstipmap", 'D', "MAP", "outer destinations", .offset = FIELD(dst_pas)},
    {OPTION_NETS, "pnat", 'N', "MAP", "outer sources and destinations", .offset = FIELD(pas)},
    {OPTION_ADDRESS, "local", 0, "IP", "provider address (PA) of all senders; of either IP version",
     .offset = FIELD(local)},
    {OPTION_ADDRESS, "remote", 0, "IP", "provider address (PA) of all receivers",
     .offset = FIELD(remote)},
    {.help = "Outer headers"},
    {OPTION_MAC, "enet-smac", 0, "MAC", "source MAC address", .offset = FIELD(src_mac)},
    {OPTION_MAC, "enet-dmac", 0, "MAC", "destination MAC address", .offset = FIELD(dst_mac)},
    {OPTION_WORD, "enet-vlan", 0, "WHAT", "the outermost VLAN tag", .words = vlan_words,
     .offset = FIELD(vlan)},
    {OPTION_NUMBER, "enet-vlan-tag", 0, "ID", "its VLAN ID", .max = 4095, .offset = FIELD(vlan_id)},
    {OPTION_NUMBER, "enet-vlan-pri", 0, "N", "its priority", .max = 7, .offset = FIELD(vlan_pri)},
    {OPTION_NUMBER, "enet-vlan-cfi", 0, "N", "its CFI (DEI) bit", .max = 1,
     .offset = FIELD(vlan_cfi)},
    {OPTION_WORD, "enet-vlan-proto", 0, "PROTO", "its protocol, where it is added", "802.1q",
     .words = vlan_proto_words, .offset = FIELD(vlan_proto)},
    {OPTION_NUMBER, "ttl", 0, "N", "TTL or hop limit", .max = 255, .offset = FIELD(ttl)},
    {OPTION_NUMBER, "tos", 0, "N", "TOS or traffic class, with ECN", .max = 255,
     .offset = FIELD(tos)},
    {OPTION_WORD, "ecn", 0, "MARK", "congestion mark (RFC 3168)", .words = mark_words,
     .offset = FIELD(ecn)},
    {OPTION_WORD, "df", 0, "WHAT", "don't fragment (IPv4)", .words = df_words, .offset = FIELD(df)},
    {OPTION_NUMBER, "ip-id", 0, "N", "IP ID (IPv4)", .max = 65535, .offset = FIELD(ip_id)},
    {OPTION_FLAG, "normalise", 0, NULL,
     "clear C, S and reserved GRE bits with their fields, drop IPv6 extension headers",
     .offset = FIELD(normalise)},
    {.help = "Inner frames"},
    {OPTION_MAC, "inner-enet-smac", 0, "MAC", "source MAC address", .offset = FIELD(inner_src_mac)},
    {OPTION_MAC, "inner-enet-dmac", 0, "MAC", "destination MAC address",
     .offset = FIELD(inner_dst_mac)},
    {OPTION_NETS, "inner-srcipmap", 0, "MAP", "sources, with those in ARP, ND and ICMP errors",
     .offset = FIELD(src_cas)},
    {OPTION_NETS, "inner-dstipmap", 0, "MAP", "destinations, as above", .offset = FIELD(dst_cas)},
    {OPTION_NETS, "inner-pnat", 0, "MAP", "sources and destinations", .offset = FIELD(cas)},
    {OPTION_PORTS, "inner-portmap", 0, "MAP", "TCP and UDP ports, such as 80:8080,8000-8009:80",
     .offset = FIELD(ports)},
    {OPTION_WORD, "inner-vlan", 0, "WHAT", "802.1Q tags", "keep", .words = tags_words,
     .offset = FIELD(inner_vlan)},
    {OPTION_NUMBER, "inner-vlan-tag", 0, "ID", "VLAN ID of the outermost of them", .max = 4095,
     .offset = FIELD(inner_vlan_id)},
    {OPTION_NUMBER, "inner-vlan-pri", 0, "N", "its priority", .max = 7,
     .offset = FIELD(inner_vlan_pri)},
    {.help = "Inner and outer"},
    {OPTION_FLAG, "fixcsum", 'C', NULL,
     "compute checksums anew; without it they follow what changes, as right as they were",
     .offset = FIELD(fix_checksums)},
    {OPTION_NUMBER, "seed", 0, "N",
     "anonymous addresses, the same for the same seed; prefixes stay as long as they were",
     .max = UINT32_MAX, .offset = FIELD(seed)},
    {OPTION_SPAN, "time-shift", 0, "SECONDS", "of all packets, such as -3600 or 0.5",
     .offset = FIELD(run.shift)},
    {OPTION_SCALE, "time-scale", 0, "FACTOR", "of times since the first packet, such as 0.5",
     .max = 1000000, .offset = FIELD(run.scale)},
    {0}};

static const struct option_row *const tables[] = {rows, run_option_rows, select_option_rows, NULL};

const struct option_set rewrite_option_set = {
    "rewrite", "[options] IN OUT [FILTER]",
    "Change fields of NVGRE packets (RFC 7637), outer and inner, and nothing else. IN and OUT\n"
    "are pcap or pcapng files; - is standard input or output.",
    tables};

struct session {
    struct rewrite_options options;
    struct rewrite_config config;
};

static int check(void *context)
{
    const struct rewrite_options *options = &((const struct session *)context)->options;
    uint32_t reserved = vsid_map_find_reserved(&options->vsid_map);
    bool of_tag = options->vlan_id.given || options->vlan_pri.given || options->vlan_cfi.given;

    if (options->key.given && options->vsid_map.count)
        return options_misuse(&rewrite_option_set, "--key gives the VSID; leave out --vsidmap");
    if (options->key.given && options->flowid.given)
        return options_misuse(&rewrite_option_set, "--key gives the FlowID; leave out --flowid");
    if (options->key.given)
        reserved = nvgre_key_vsid(options->key.value);
    if (!options->allow_reserved &&
        (nvgre_vsid_is_reserved(reserved) || reserved == NVGRE_VSID_VENDOR))
        return options_misuse(&rewrite_option_set,
                              "VSID %u is reserved; use 4096 to 16777214 or --allow-reserved-vsid",
                              reserved);
    if (options->local.version != options->remote.version)
        return options_misuse(&rewrite_option_set,
                              "--local and --remote need each other, both IPv4 or both IPv6");
    if (options->local.version &&
        (options->src_pas.count || options->dst_pas.count || options->pas.count))
        return options_misuse(&rewrite_option_set,
                              "--local and --remote leave nothing to -S, -D and -N");
    if (options->vlan.given ? options->vlan.value == REWRITE_TAG_ADD && !options->vlan_id.given
                            : of_tag)
        return options_misuse(&rewrite_option_set,
                              "--enet-vlan=add needs --enet-vlan-tag ID, and other "
                              "fields of the tag need --enet-vlan");
    if (options->inner_vlan.value &&
        (options->inner_vlan_id.given || options->inner_vlan_pri.given))
        return options_misuse(&rewrite_option_set,
                              "--inner-vlan=strip leaves no tag for other fields");
    if (options->tos.given && options->ecn.given)
        return options_misuse(&rewrite_option_set,
                              "--tos has ECN in its last 2 bits; leave out --ecn");
    return OPTIONS_GO_ON;
}

static struct rewrite_mac mac_of(const struct option_mac *option)
{
    struct rewrite_mac mac = {.given = option->given};

    memcpy(mac.bytes, option->bytes, sizeof mac.bytes);
    return mac;
}

/* Adds a field, if its option is given. `mask` is the field's mask before the shift. */
static void add_bits(struct rewrite_bits *bits, const struct option_number *option, uint16_t mask,
                     int shift)
{
    if (!option->given)
        return;
    bits->mask |= (uint16_t)(mask << shift);
    bits->value |= (uint16_t)(option->value << shift);
}

static void fill_outer(const struct rewrite_options *options, struct rewrite_outer *outer)
{
    outer->src_mac = mac_of(&options->src_mac);
    outer->dst_mac = mac_of(&options->dst_mac);
    outer->tag = (enum rewrite_tag)options->vlan.value;
    outer->tpid = (uint16_t)options->vlan_proto.value;
    add_bits(&outer->tci, &options->vlan_id, 0xFFF, 0);
    add_bits(&outer->tci, &options->vlan_cfi, 1, 12);
    add_bits(&outer->tci, &options->vlan_pri, 7, 13);
    outer->pas.sources = options->src_pas;
    outer->pas.destinations = options->dst_pas;
    outer->pas.both = options->pas;
    outer->ip_version = options->local.version;
    memcpy(outer->local, options->local.bytes, sizeof outer->local);
    memcpy(outer->remote, options->remote.bytes, sizeof outer->remote);
    add_bits(&outer->ttl, &options->ttl, 0xFF, 0);
    add_bits(&outer->tos, &options->tos, 0xFF, 0);
    add_bits(&outer->tos, &options->ecn, 3, 0);
    add_bits(&outer->df, &options->df, 1, 14);
    add_bits(&outer->ip_id, &options->ip_id, 0xFFFF, 0);
    outer->normalise = options->normalise;
}

static void fill_inner(const struct rewrite_options *options, struct rewrite_config *config)
{
    struct rewrite_inner *inner = &config->inner;

    inner->src_mac = mac_of(&options->inner_src_mac);
    inner->dst_mac = mac_of(&options->inner_dst_mac);
    inner->strip_tags = options->inner_vlan.value != 0;
    add_bits(&inner->tci, &options->inner_vlan_id, 0xFFF, 0);
    add_bits(&inner->tci, &options->inner_vlan_pri, 7, 13);
    inner->cas.sources = options->src_cas;
    inner->cas.destinations = options->dst_cas;
    inner->cas.both = options->cas;
    inner->ports = options->ports;
    config->inner_wanted = inner->src_mac.given || inner->dst_mac.given || inner->tci.mask ||
                           options->src_cas.count || options->dst_cas.count || options->cas.count ||
                           options->ports.new_ports || options->seed.given;
}

static void fill_key(const struct rewrite_options *options, struct rewrite_config *config)
{
    uint32_t flowid = options->flowid.value;

    config->vsid_map = options->vsid_map;
    config->hash_flow = flowid_hasher(flowid, &config->hasher);
    config->key_mask = options->key.given ? UINT32_MAX : flowid <= 0xFF ? 0xFF : 0;
    config->key = options->key.given ? options->key.value : flowid;
}

static int setup(void *context, struct transform *transform)
{
    struct session *session = context;
    const struct rewrite_options *options = &session->options;
    struct rewrite_config *config = &session->config;
    bool failed = false;

    config->vsids = options->vsids;
    config->fix_checksums = options->fix_checksums;
    config->fragments = rewrite_fragments_new();
    fill_outer(options, &config->outer);
    fill_inner(options, config);
    fill_key(options, config);
    if (options->seed.given) {
        config->inner.cas.anonymise = anonymise_new(options->seed.value);
        config->outer.pas.anonymise = config->inner.cas.anonymise;
        failed = !config->inner.cas.anonymise;
    }
    *transform = rewrite_transform(config);
    if (!failed && config->fragments)
        return OPTIONS_GO_ON;
    diag("rewrite", "out of memory");
    return EXIT_RUNTIME;
}

static void free_session(void *context)
{
    struct session *session = context;

    anonymise_free(session->config.inner.cas.anonymise);
    rewrite_fragments_free(session->config.fragments);
}

int cmd_rewrite(int argc, char **argv)
{
    static const struct run_command command = {&rewrite_option_set, check, setup, free_session};
    struct session session = {.config.fragments = NULL};

    return run_command(&command, &session, argc, argv);
}
