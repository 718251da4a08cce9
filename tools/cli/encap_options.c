/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encap_options.h"

#include <string.h>

#include "base/diag.h"
#include "map_file.h"

/* Words of --vsid, above all VSIDs. */
enum { VSID_FROM_INTERFACE = NVGRE_VSID_MAX + 1, VSID_FROM_VLAN };

static const struct option_word vsid_words[] = {
    {"from-interface", VSID_FROM_INTERFACE}, {"from-vlan", VSID_FROM_VLAN}, {NULL, 0}};
static const struct option_word miss_words[] = {
    {"error", MISS_ERROR}, {"drop", MISS_DROP}, {"default", MISS_DEFAULT}, {NULL, 0}};

/* Words of --tos, --ttl and --df, above all their numbers. */
enum { QOS_INHERIT = 256, QOS_PCP };

enum { MTU_MIN = 68 }; /* RFC 791; room for all headers up to the inner Ethernet */

static const struct option_word df_words[] = {
    {"set", 1}, {"clear", 0}, {"inherit", QOS_INHERIT}, {NULL, 0}};
static const struct option_word tos_words[] = {
    {"inherit", QOS_INHERIT}, {"pcp", QOS_PCP}, {NULL, 0}};
const struct option_word mtu_words[] = {{"keep", MTU_KEEP},   {"drop", MTU_DROP},
                                        {"trunc", MTU_TRUNC}, {"segment", MTU_SEGMENT},
                                        {"error", MTU_ERROR}, {NULL, 0}};
static const struct option_word ttl_words[] = {{"inherit", QOS_INHERIT}, {NULL, 0}};

#define FIELD(name) offsetof(struct encap_options, name)

const struct option_row encap_option_rows[] = {
    {.help = "Tunnel (VSID or key, and both endpoints or a map, are needed)"},
    {OPTION_NUMBER, "vsid", 0, "N",
     "Virtual Subnet ID; or from a pcapng interface vsid-N, or by the map from the 802.1Q VLAN",
     .max = NVGRE_VSID_MAX, .words = vsid_words, .offset = FIELD(vsid)},
    {OPTION_NUMBER, "key", 0, "N", "the whole GRE key instead of VSID and FlowID",
     .max = UINT32_MAX, .offset = FIELD(key)},
    {OPTION_FLAG, "allow-reserved-vsid", 0, NULL,
     "take VSIDs 0 to 4095 and 16777215 too (RFC 7637 section 3.4)",
     .offset = FIELD(allow_reserved)},
    {OPTION_NUMBER, "flowid", 0, "HOW", "FlowID", "toeplitz", .max = 255, .words = flowid_words + 1,
     .offset = FIELD(flowid)},
    {OPTION_ADDRESS, "local", 0, "IP", "provider address (PA) of the sending endpoint",
     .offset = FIELD(local)},
    {OPTION_ADDRESS, "remote", 0, "IP", "provider address (PA) of the receiving endpoint",
     .offset = FIELD(remote)},
    {OPTION_NAMES, "map", 0, "FILE",
     "location map (YAML, JSON or CSV) that tells the endpoints, but a sender given by --local; "
     "several files are one map",
     .offset = FIELD(maps)},
    {OPTION_WORD, "on-miss", 0, "WHAT",
     "frames whose receiver the map does not tell; \"default\" sends them to --remote", "error",
     .words = miss_words, .offset = FIELD(on_miss)},
    {OPTION_VSIDS, "vsid-filter", 0, "LIST", "take only these VSIDs, such as 5001,6000-6009",
     .offset = FIELD(vsids)},
    {.help = "Outer headers"},
    {OPTION_MAC, "enet-smac", 0, "MAC",
     "source MAC address (default 02:00: and local's last 4 bytes)", .offset = FIELD(src_mac)},
    {OPTION_MAC, "enet-dmac", 0, "MAC",
     "destination MAC address (default as above of remote; of a group its own)",
     .offset = FIELD(dst_mac)},
    {OPTION_NUMBER, "enet-vlan-tag", 0, "ID", "put an outer VLAN tag", .max = 4095,
     .offset = FIELD(vlan_id)},
    {OPTION_NUMBER, "enet-vlan-pri", 0, "N", "its priority", "0", .max = 7,
     .offset = FIELD(vlan_pri)},
    {OPTION_NUMBER, "enet-vlan-cfi", 0, "N", "its CFI (DEI) bit", "0", .max = 1,
     .offset = FIELD(vlan_cfi)},
    {OPTION_WORD, "enet-vlan-proto", 0, "PROTO", "its protocol", "802.1q",
     .words = vlan_proto_words, .offset = FIELD(vlan_proto)},
    {OPTION_NUMBER, "ttl", 0, "N", "TTL or hop limit; inherited only from IP", "64", .min = 1,
     .max = 255, .words = ttl_words, .offset = FIELD(ttl)},
    {OPTION_NUMBER, "tos", 0, "N",
     "TOS or traffic class; inherited (RFC 2983), or from the 802.1Q priority", "0", .max = 255,
     .words = tos_words, .offset = FIELD(tos)},
    {OPTION_WORD, "ecn", 0, "WHAT", "the inner packet's congestion marks (RFC 6040)", "copy",
     .words = ecn_words, .offset = FIELD(ecn)},
    {OPTION_WORD, "df", 0, "WHAT", "don't fragment (IPv4); if clear, the IP ID counts packets",
     "set", .words = df_words, .offset = FIELD(df)},
    {OPTION_NUMBER, "mtu", 0, "N", "the longest outer IP packet, in bytes", .min = MTU_MIN,
     .max = 65535, .offset = FIELD(mtu)},
    {0}};

const struct option_row encap_frame_rows[] = {
    {OPTION_WORD, "mtu-action", 0, "WHAT",
     "frames that exceed it; trunc cuts the inner frame, error keeps it plain", "keep",
     .words = mtu_words, .offset = FIELD(mtu_action)},
    {.help = "Inner frames"},
    {OPTION_NUMBER, "mss-clamp", 0, "N", "lower the MSS that TCP SYNs announce to this", .min = 1,
     .max = 65535, .offset = FIELD(mss_clamp)},
    {OPTION_WORD, "inner-vlan", 0, "WHAT", "frames with an 802.1Q tag", "strip",
     .words = inner_vlan_words, .offset = FIELD(inner_vlan)},
    {0}};

int encap_options_check(const struct option_set *set, const struct encap_options *options)
{
    uint32_t vsid = options->key.given ? nvgre_key_vsid(options->key.value) : options->vsid.value;

    if (!options->vsid.given && !options->key.given)
        return options_misuse(set, "--vsid N (or --key N) is needed");
    if (options->key.given && (options->vsid.given || options->flowid.given))
        return options_misuse(set, "--key gives VSID and FlowID; leave out --%s",
                              options->vsid.given ? "vsid" : "flowid");
    if (!options->allow_reserved && vsid <= NVGRE_VSID_MAX &&
        (nvgre_vsid_is_reserved(vsid) || vsid == NVGRE_VSID_VENDOR))
        return options_misuse(
            set, "VSID %u is reserved; use 4096 to 16777214 or --allow-reserved-vsid", vsid);
    if (options->mtu_action.given && !options->mtu.given)
        return options_misuse(set, "--mtu N is needed with --mtu-action");
    if (!options->maps.count && (options->on_miss.given || options->vsid.value == VSID_FROM_VLAN))
        return options_misuse(set, "--map FILE is needed with --on-miss and from-vlan");
    if ((!options->maps.count || options->on_miss.value == MISS_DEFAULT) &&
        (!options->local.version || !options->remote.version))
        return options_misuse(set, "--local IP and --remote IP are needed");
    if (options->remote.version && options->local.version != options->remote.version)
        return options_misuse(set, "--local and --remote must both be IPv4 or both IPv6");
    if (!options->vlan_id.given &&
        (options->vlan_pri.given || options->vlan_cfi.given || options->vlan_proto.given))
        return options_misuse(set, "--enet-vlan-tag ID is needed with its other fields");
    if (address_is_group(&options->local))
        return options_misuse(set, "--local must not be a multicast address");
    return OPTIONS_GO_ON;
}

static void mac_of(const struct option_mac *given, const struct address *address, uint8_t mac[6])
{
    if (given->given)
        memcpy(mac, given->bytes, 6);
    else
        ways_pa_mac(address, mac);
}

static uint8_t fixed_ttl(const struct encap_options *options)
{
    return options->ttl.value == QOS_INHERIT ? 64 : (uint8_t)options->ttl.value;
}

static void fill_outer(const struct encap_options *options, struct nvgre_outer *outer)
{
    *outer = (struct nvgre_outer){.ip_version = options->local.version,
                                  .ttl = fixed_ttl(options),
                                  .df = options->df.value != 0};
    mac_of(&options->src_mac, &options->local, outer->src_mac);
    mac_of(&options->dst_mac, &options->remote, outer->dst_mac);
    memcpy(outer->src_pa, options->local.bytes, sizeof outer->src_pa);
    memcpy(outer->dst_pa, options->remote.bytes, sizeof outer->dst_pa);
    if (options->vlan_id.given) {
        outer->vlan_tpid = (uint16_t)options->vlan_proto.value;
        outer->vlan_tci = (uint16_t)(options->vlan_pri.value << 13 | options->vlan_cfi.value << 12 |
                                     options->vlan_id.value);
    }
}

/* The longest frame for the fast path; 0 for none. With a map, PAs may be of either IP version. */
static uint32_t usual_max(const struct encap_options *options)
{
    uint32_t max4 = encap_inner_max(options->mtu.value, 4);
    uint32_t max6 = encap_inner_max(options->mtu.value, 6);

    if (options->vsids.count || options->mss_clamp.given)
        return 0;
    if (options->maps.count)
        return max4 < max6 ? max4 : max6;
    return options->local.version == 4 ? max4 : max6;
}

static void fill_config(const struct encap_options *options, struct encap_config *config)
{
    const bool of_iface = options->vsid.value == VSID_FROM_INTERFACE;
    const bool of_vlan = options->vsid.value == VSID_FROM_VLAN;
    uint32_t flowid = options->flowid.value;
    struct nvgre_outer outer;

    fill_outer(options, &outer);
    nvgre_template_init(&config->tmpl, &outer);
    config->tos = options->tos.value < QOS_INHERIT ? (uint8_t)options->tos.value : 0;
    config->ttl = fixed_ttl(options);
    config->df = options->df.value != 0;
    config->inherit = (uint8_t)((of_iface ? INHERIT_VSID : 0) | (of_vlan ? INHERIT_VLAN : 0) |
                                (options->tos.value == QOS_INHERIT ? INHERIT_DSCP : 0) |
                                (options->tos.value == QOS_PCP ? INHERIT_PCP : 0) |
                                (options->ttl.value == QOS_INHERIT ? INHERIT_TTL : 0) |
                                (options->df.value == QOS_INHERIT ? INHERIT_DF : 0));
    config->mtu = options->mtu.value;
    config->usual_max = usual_max(options);
    config->vsids = options->vsids;
    config->mss_max = (uint16_t)options->mss_clamp.value;
    config->mtu_action = (enum mtu_action)options->mtu_action.value;
    config->inner_vlan = (enum inner_vlan)options->inner_vlan.value;
    config->ecn = (enum ecn_mode)options->ecn.value;
    config->hash_flow = flowid_hasher(flowid, &config->hasher) && !options->key.given;
    config->key = options->key.given ? options->key.value
                                     : nvgre_key(of_iface || of_vlan ? 0 : options->vsid.value,
                                                 config->hash_flow ? 0 : (uint8_t)flowid);
}

int encap_setup(struct encap_setup *setup, const struct encap_options *options)
{
    struct encap_config *config = &setup->config;
    struct ways *ways = &setup->ways;
    int code;

    *setup = (struct encap_setup){.map = NULL};
    fill_config(options, config);
    if (!options->maps.count)
        return OPTIONS_GO_ON;
    code = map_file_load(&options->maps, options->allow_reserved, &setup->map);
    if (code != OPTIONS_GO_ON)
        return code;
    *ways = (struct ways){.map = setup->map,
                          .on_miss = (enum on_miss)options->on_miss.value,
                          .local = options->local,
                          .standby = config->tmpl,
                          .src_mac_fixed = options->src_mac.given,
                          .dst_mac_fixed = options->dst_mac.given,
                          .vlan_fixed = options->vlan_id.given};
    fill_outer(options, &ways->outer);
    config->ways = ways;
    if (ways_init(ways) == 0)
        return OPTIONS_GO_ON;
    diag("map", "cannot be used: out of memory");
    return EXIT_RUNTIME;
}

void encap_setup_free(struct encap_setup *setup)
{
    ways_free(&setup->ways);
    map_free(setup->map);
}
