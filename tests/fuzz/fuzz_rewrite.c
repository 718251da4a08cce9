/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Feeds packets to rewrite. The first CHOICES_LEN bytes of the input select the changes (see
 * choose). Then packets follow. Before each are its captured length and the number of bytes that
 * were not captured, 16 bits each. Packets must keep their class, and checksums must stay correct,
 * or wrong by the same amount. Doing the same change twice must have no further effect. The fast
 * path must give the same as the full path.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transform/link.h"
#include "transform/rewrite.h"

enum { CHOICES_LEN = 4, LENGTHS_LEN = 4, PACKETS_MAX = 8, SEED = 7637 };
enum { ICMP = 1, ICMPV6 = 58 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is created once, and what each input selects. */
struct setting {
    struct net_map sources, both;
    struct vsid_map vsids;
    struct port_map ports;
    struct anonymise *anonymise;
    struct rewrite_config config;
    struct cap_iface iface;
    bool asks_nothing;
    bool repeatable; /* a second run changes nothing */
};

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so that %s\n", what);
        abort();
    }
}

static void load(struct setting *setting)
{
    require(net_map_parse(&setting->sources, "10.0.0.0/8:172.16.0.0/12") == 0 &&
                net_map_parse(&setting->both, "192.168.0.0/16:198.18.0.0/16,"
                                              "[fd00::/8]:[2001:db8::/32]") == 0 &&
                vsid_map_parse(&setting->vsids, "5001:7001,0-4095:8000-12095") == 0 &&
                port_map_parse(&setting->ports, "0-1023:2000,49152-65535:3000") == 0,
            "the maps can be read");
    require((setting->anonymise = anonymise_new(SEED)) != NULL, "there is memory");
}

static struct rewrite_bits bits(bool given, uint16_t mask, uint16_t value)
{
    return (struct rewrite_bits){given ? mask : 0, given ? value : 0};
}

static void choose_outer(struct setting *setting, const uint8_t *choices)
{
    static const uint8_t versions[] = {0, 4, 6, 0};
    struct rewrite_outer *outer = &setting->config.outer;

    outer->src_mac = (struct rewrite_mac){choices[0] & 1, {2, 0, 0, 0, 0, 1}};
    outer->dst_mac = (struct rewrite_mac){choices[0] & 2, {2, 0, 0, 0, 0, 2}};
    outer->tag = (enum rewrite_tag)(choices[0] >> 2 & 3);
    outer->tpid = NVGRE_TPID_8021Q;
    outer->tci = bits(outer->tag != REWRITE_TAG_NONE, 0xEFFF, 0x6067);
    outer->ttl = bits(choices[0] & 0x10, 0xFF, 9);
    outer->tos = bits(choices[0] & 0x20, 0xFC, 0xB8);
    outer->df = bits(choices[0] & 0x40, NVGRE_IPV4_DF, choices[0] & 1 ? NVGRE_IPV4_DF : 0);
    outer->ip_id = bits(choices[0] & 0x80, 0xFFFF, 0x1234);
    outer->ip_version = versions[choices[1] & 3];
    memset(outer->local, 0xFD, sizeof outer->local);
    memset(outer->remote, 0xFE, sizeof outer->remote);
    outer->normalise = (choices[1] & 4) != 0;
    if (choices[1] & 8)
        outer->pas = (struct rewrite_addresses){.sources = setting->sources, .both = setting->both};
}

static void choose_inner(struct setting *setting, const uint8_t *choices)
{
    struct rewrite_inner *inner = &setting->config.inner;

    inner->src_mac = (struct rewrite_mac){choices[2] & 1, {6, 0, 0, 0, 0, 1}};
    inner->dst_mac = (struct rewrite_mac){choices[2] & 2, {6, 0, 0, 0, 0, 2}};
    inner->strip_tags = (choices[2] & 4) != 0;
    inner->tci = bits(choices[2] & 8, 0x0FFF, 0x0123);
    if (choices[1] & 0x10)
        inner->cas = (struct rewrite_addresses){.sources = setting->sources, .both = setting->both};
    if (choices[1] & 0x20)
        inner->ports = setting->ports;
    setting->config.inner_wanted = (choices[2] & 0xB) || (choices[1] & 0x70);
}

static void choose(struct setting *setting, const uint8_t *choices)
{
    static const uint16_t linktypes[] = {CAP_LINKTYPE_ETHERNET, 113,          276, 101, 0,
                                         LINKTYPE_IPV4,         LINKTYPE_IPV6};
    static struct range selected[] = {{{.low = 0}, {.low = 5001}}};
    struct rewrite_config *config = &setting->config;

    *config = (struct rewrite_config){.fragments = rewrite_fragments_new()};
    require(config->fragments != NULL, "there is memory");
    choose_outer(setting, choices);
    choose_inner(setting, choices);
    if (choices[1] & 0x40)
        config->outer.pas.anonymise = config->inner.cas.anonymise = setting->anonymise;
    config->fix_checksums = (choices[1] & 0x80) != 0;
    if (choices[2] & 0x10)
        config->vsid_map = setting->vsids;
    config->key_mask = choices[2] & 0x20 ? 0xFF : 0;
    config->key = 0x77;
    config->hash_flow = (choices[2] & 0x40) != 0;
    nvgre_hasher_init(&config->hasher, NVGRE_HASH_CRC32C);
    if (choices[2] & 0x80)
        config->vsids = (struct range_set){selected, 1};
    setting->iface = (struct cap_iface){
        .linktype = linktypes[choices[3] % (sizeof linktypes / sizeof *linktypes)]};
    setting->asks_nothing = !(choices[0] & ~3) && !config->outer.src_mac.given &&
                            !config->outer.dst_mac.given && !(choices[1] & ~3) &&
                            !config->outer.ip_version && !(choices[2] & 0x7F);
    setting->repeatable = config->outer.tag != REWRITE_TAG_ADD &&
                          config->outer.tag != REWRITE_TAG_DELETE && !(choices[1] & 0x40) &&
                          !config->vsids.count;
}

/* Adds to a one's complement sum, modulo 0xFFFF. */
static uint32_t sum_of(const uint8_t *data, uint32_t len, uint32_t sum)
{
    for (uint32_t i = 0; i < len; i++)
        sum = (sum + (i % 2 ? data[i] : data[i] * 256u)) % 0xFFFF;
    return sum;
}

/* For each checksum the sum over the bytes that it covers: 0 if correct, 0x10000 if unknown. */
struct sums {
    uint32_t outer, gre, inner, transport;
};

static uint32_t transport_sum(const uint8_t *data, const struct nvgre_ip *ip)
{
    static const uint8_t offsets[256] = {
        [NVGRE_TCP] = 16, [NVGRE_UDP] = 6, [136] = 6, [33] = 6, [ICMP] = 2, [ICMPV6] = 2};
    const uint8_t *p = data + ip->offset + ip->header_len;
    uint32_t len = ip->len - ip->header_len;
    uint32_t at = offsets[ip->protocol];
    uint32_t sum = 0;

    if (!at || len < at + 2u || (ip->protocol == NVGRE_UDP && wire_get16(p + at) == 0))
        return 0x10000;
    if (ip->protocol != ICMP)
        sum = sum_of(data + ip->offset + (ip->version == 4 ? 12 : 8), ip->version == 4 ? 8 : 32,
                     ip->protocol);
    return sum_of(p, len, sum);
}

static struct sums find_sums(const struct nvgre_frame *frame, const uint8_t *data)
{
    const uint8_t *gre = data + frame->ip.offset + frame->ip.header_len;
    struct sums sums = {0x10000, 0x10000, 0x10000, 0x10000};
    struct nvgre_inner inner;

    if (frame->ip.version == 4)
        sums.outer = sum_of(data + frame->ip.offset, frame->ip.header_len, 0);
    if (frame->kind == NVGRE_CLASS_FRAGMENT)
        return sums;
    if (frame->gre.flags & NVGRE_FLAG_C && frame->inner_caplen == frame->inner_len)
        sums.gre = sum_of(gre, frame->ip.len - frame->ip.header_len, 0);
    nvgre_inner_decode(data + frame->inner_offset, frame->inner_caplen, &inner);
    if (!inner.has_ip || inner.caplen < inner.ip.offset + inner.ip.header_len)
        return sums;
    if (inner.ip.version == 4)
        sums.inner = sum_of(inner.data + inner.ip.offset, inner.ip.header_len, 0);
    if (!inner.ip.fragment && inner.ip.len >= inner.ip.header_len &&
        inner.caplen - inner.ip.offset >= inner.ip.len)
        sums.transport = transport_sum(inner.data, &inner.ip);
    return sums;
}

/* A new header has a new checksum, which cannot be compared with the old one. */
static void check_sums(const struct rewrite_config *config, const struct sums *was,
                       const struct sums *is)
{
    if (!config->fix_checksums) {
        require(config->outer.ip_version || was->outer == is->outer,
                "the outer checksum is as right as it was");
        require(config->outer.normalise || was->gre == is->gre, "GRE's checksum is so");
        require(was->inner == is->inner, "the inner checksum is so");
        require(was->transport == is->transport, "the transport's checksum is so");
        return;
    }
    require(is->outer == 0 || is->outer == 0x10000, "the outer checksum is made right");
    require(is->gre == 0 || is->gre == 0x10000, "GRE's checksum is");
    require(is->inner == 0 || is->inner == 0x10000, "the inner checksum is");
}

static void check_repeated(const struct setting *setting, const struct cap_packet *packet)
{
    const struct transform transform = rewrite_transform(&setting->config);
    struct transform_result result = {.value = 0};
    uint8_t *room = malloc(packet->caplen + transform.growth);

    require(room != NULL, "there is memory");
    require(transform.run(transform.config, packet, room, &result) == OUTCOME_UNCHANGED,
            "twice is once");
    free(room);
}

/* Checks each changed packet. */
static void check_packet(const struct setting *setting, const struct cap_packet *packet,
                         const uint8_t *room, const struct transform_result *result)
{
    const struct rewrite_config *config = &setting->config;
    const uint32_t growth = rewrite_transform(config).growth;
    const struct cap_packet changed = {
        .iface = packet->iface, .data = room, .caplen = result->caplen, .len = result->len};
    enum nvgre_link link = NVGRE_LINK_ETHERNET;
    struct nvgre_frame was;
    struct nvgre_frame is;
    struct sums sums[2];

    require(result->caplen <= result->len, "no more is captured than was on the wire");
    require(result->caplen <= packet->caplen + growth && result->len <= packet->len + growth,
            "a packet grows as announced");
    require(packet->len - packet->caplen == result->len - result->caplen, "as much is cut off");
    require(link_of(packet->iface->linktype, &link), "the link type is known");
    nvgre_frame_decode(link, packet->data, packet->caplen, packet->len, &was);
    nvgre_frame_decode(link, room, result->caplen, result->len, &is);
    require(was.kind == is.kind || (config->outer.normalise && was.kind == NVGRE_CLASS_DEVIANT &&
                                    is.kind == NVGRE_CLASS_CLEAN),
            "a packet stays of its class");
    sums[0] = find_sums(&was, packet->data);
    sums[1] = find_sums(&is, room);
    check_sums(config, &sums[0], &sums[1]);
    if (setting->repeatable)
        check_repeated(setting, &changed);
}

static void check_frame(const struct setting *setting, const struct cap_packet *packet)
{
    const struct transform transform = rewrite_transform(&setting->config);
    struct transform_result result = {.value = 0};
    uint8_t *room = malloc(packet->caplen + transform.growth);
    enum outcome outcome;

    require(room || packet->caplen + transform.growth == 0, "there is memory");
    outcome = transform.run(transform.config, packet, room, &result);
    require(outcome != OUTCOME_DONE || !setting->asks_nothing, "nothing is done for nothing");
    if (outcome == OUTCOME_DONE)
        check_packet(setting, packet, room, &result);
    free(room);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct setting setting;
    const uint8_t *end = data + size;
    struct cap_packet packet = {.iface = &setting.iface};

    if (size < CHOICES_LEN)
        return 0;
    if (!setting.anonymise)
        load(&setting);
    choose(&setting, data);
    data += CHOICES_LEN;
    while (end - data >= LENGTHS_LEN && packet.number < PACKETS_MAX) {
        uint32_t rest = (uint32_t)(end - data) - LENGTHS_LEN;
        uint8_t *copy;

        packet.number++;
        packet.caplen = smaller(wire_get16(data), rest);
        packet.len = packet.caplen + wire_get16(data + 2);
        copy = malloc(packet.caplen);
        require(copy || packet.caplen == 0, "there is memory");
        if (packet.caplen)
            memcpy(copy, data + LENGTHS_LEN, packet.caplen);
        packet.data = copy;
        check_frame(&setting, &packet);
        free(copy);
        data += LENGTHS_LEN + packet.caplen;
    }
    rewrite_fragments_free(setting.config.fragments);
    return 0;
}
