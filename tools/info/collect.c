/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collect.h"

#include <stdlib.h>
#include <string.h>

#include "ecn.h"
#include "transform/link.h"

const struct info_kind_row info_kind_rows[INFO_KIND_COUNT] = {
    [INFO_KIND_IPV4] = {"ipv4", "IPv4"},
    [INFO_KIND_IPV6] = {"ipv6", "IPv6"},
    [INFO_KIND_ARP] = {"arp", "ARP"},
    [INFO_KIND_ETHERTYPE] = {"other_ethertype", "other EtherTypes"},
    [INFO_KIND_NO_KEY] = {"no_key", "Ethernet in GRE without a key"},
    [INFO_KIND_GRE] = {"other_gre", "GRE of another kind"},
    [INFO_KIND_FRAGMENT] = {"fragment", "fragment of an outer packet"},
    [INFO_KIND_MALFORMED] = {"malformed", "malformed"},
    [INFO_KIND_TRUNCATED] = {"truncated", "cut before the inner frame"},
    [INFO_KIND_LINK] = {"link_type", "link type that cannot be taken"},
};

struct info *info_new(void)
{
    return calloc(1, sizeof(struct info));
}

void info_free(struct info *info)
{
    if (info)
        info_tenants_free(&info->tenants);
    free(info);
}

void info_read(struct info *info, const struct cap_packet *packet, struct info_packet *taken)
{
    struct info_file *file = &info->file;
    enum nvgre_link link;

    taken->packet = packet;
    taken->has_time = packet->record != CAP_RECORD_SIMPLE;
    taken->known_link = true;
    file->all.packets++;
    file->all.bytes += packet->len;
    file->captured_bytes += packet->caplen;
    file->cut_packets += packet->caplen < packet->len;
    info->linktypes[packet->iface->linktype]++;
    if (taken->has_time) {
        taken->time = cap_packet_time(packet);
        info_span_add(&file->span, &taken->time);
    }
    if (packet->iface->linktype == CAP_LINKTYPE_ETHERNET &&
        nvgre_frame_decode_usual(packet->data, packet->caplen, packet->len, &taken->frame))
        return;
    taken->frame.l2 = (struct nvgre_l2){0};
    taken->frame.kind = NVGRE_CLASS_OTHER;
    taken->known_link = link_of(packet->iface->linktype, &link);
    if (taken->known_link)
        (void)nvgre_frame_decode(link, packet->data, packet->caplen, packet->len, &taken->frame);
}

static void find(struct info *info, enum info_rule rule, const struct info_packet *packet)
{
    info_finding_add(&info->findings[rule], packet->packet->number);
}

static void find_deviations(struct info *info, const struct info_packet *packet)
{
    uint32_t deviations = packet->frame.gre.deviations;

    if (deviations & NVGRE_DEV_CHECKSUM)
        find(info, INFO_RULE_CHECKSUM, packet);
    if (deviations & NVGRE_DEV_SEQUENCE)
        find(info, INFO_RULE_SEQUENCE, packet);
    if (deviations & NVGRE_DEV_DISCARD)
        find(info, INFO_RULE_DISCARD_BITS, packet);
    if (deviations & NVGRE_DEV_IGNORED)
        find(info, INFO_RULE_RESERVED_BITS, packet);
}

static void find_in_header(struct info *info, const struct info_packet *packet)
{
    const struct nvgre_ip *ip = &packet->frame.ip;
    uint32_t vsid = nvgre_key_vsid(packet->frame.gre.key);

    if (packet->frame.gre.deviations)
        find_deviations(info, packet);
    if (nvgre_vsid_is_reserved(vsid))
        find(info, INFO_RULE_VSID_RESERVED, packet);
    if (vsid == NVGRE_VSID_VENDOR)
        find(info, INFO_RULE_VSID_VENDOR, packet);
    if (packet->packet->data[ip->offset + nvgre_ttl_at(ip->version)] == 0)
        find(info, INFO_RULE_OUTER_TTL, packet);
}

static bool is_nested(const struct info_packet *packet, const struct nvgre_inner *inner)
{
    struct nvgre_frame frame;
    enum nvgre_class kind = nvgre_frame_decode(NVGRE_LINK_ETHERNET, inner->data, inner->caplen,
                                               packet->frame.inner_len, &frame);

    return nvgre_class_has_inner(kind);
}

static void find_in_inner(struct info *info, const struct info_packet *packet,
                          const struct nvgre_inner *inner)
{
    uint8_t outer_tos = packet->frame.ip.tos;

    if (inner->has_l2 && inner->l2.vlan_count)
        find(info, INFO_RULE_INNER_8021Q, packet);
    if (!inner->has_ip)
        return;
    if (inner->ip.len > packet->frame.inner_len - inner->ip.offset &&
        inner->ip.len != UINT32_MAX - inner->ip.offset) /* IP length 0 */
        find(info, INFO_RULE_INNER_LENGTH, packet);
    if (inner->ip.protocol == NVGRE_IP_PROTOCOL && is_nested(packet, inner))
        find(info, INFO_RULE_NESTED, packet);
    if ((outer_tos & NVGRE_ECN_MASK) == 0)
        return;
    if (nvgre_ecn_decap(outer_tos, inner->ip.tos) == NVGRE_ECN_DROP)
        find(info, INFO_RULE_ECN_DROP, packet);
    if (nvgre_ecn_is_unused(outer_tos, inner->ip.tos))
        find(info, INFO_RULE_ECN_UNUSED, packet);
}

static enum info_protocol protocol_of(const struct nvgre_inner *inner)
{
    bool v4 = inner->has_ip && inner->ip.version == 4;

    if (!inner->has_l2)
        return INFO_UNKNOWN;
    if (!inner->has_ip) {
        if (inner->l2.ethertype == NVGRE_ETHERTYPE_ARP)
            return INFO_ARP;
        return inner->l2.ethertype == NVGRE_ETHERTYPE_IPV4 ||
                       inner->l2.ethertype == NVGRE_ETHERTYPE_IPV6
                   ? INFO_UNKNOWN
                   : INFO_OTHER_ETHERTYPE;
    }
    if (inner->ip.protocol == NVGRE_TCP)
        return v4 ? INFO_IPV4_TCP : INFO_IPV6_TCP;
    if (inner->ip.protocol == NVGRE_UDP)
        return v4 ? INFO_IPV4_UDP : INFO_IPV6_UDP;
    if (inner->ip.protocol == (v4 ? NVGRE_ICMP : NVGRE_ICMPV6))
        return v4 ? INFO_IPV4_ICMP : INFO_IPV6_ICMP;
    return v4 ? INFO_IPV4_OTHER : INFO_IPV6_OTHER;
}

static inline struct info_address pair_of(const uint8_t *ip, uint8_t version, uint32_t owner)
{
    struct info_address pair = {.owner = owner, .version = version};

    if (version == 4) {
        memcpy(pair.is.bytes.source, ip + NVGRE_IPV4_SRC_AT, 4);
        memcpy(pair.is.bytes.destination, ip + NVGRE_IPV4_DST_AT, 4);
    } else {
        memcpy(&pair.is, ip + NVGRE_IPV6_SRC_AT, 32);
    }
    return pair;
}

/* Whether an address is a unicast address: not multicast, broadcast or unspecified. */
static bool is_host(const struct info_address *address)
{
    uint8_t first = address->is.bytes.source[0];

    if (address->version == 4) /* broadcast addresses start with 255 */
        return first < 224 && address->is.words[0] != 0;
    return first != 0xFF && (address->is.words[0] | address->is.words[1]) != 0;
}

/* Finds the inner packet's unicast addresses, each once. Returns their number, at most 2. */
static unsigned find_cas(const struct nvgre_inner *inner, uint32_t owner,
                         struct info_address cas[2])
{
    struct info_address pair;
    unsigned count = 0;

    if (!inner->has_ip)
        return 0;
    pair = pair_of(inner->data + inner->ip.offset, inner->ip.version, owner);
    for (size_t i = 0; i < 2; i++) {
        cas[count] = (struct info_address){
            .owner = owner,
            .version = pair.version,
            .is.words = {pair.is.words[2 * i], pair.is.words[2 * i + 1], 0, 0}};
        count += is_host(&cas[count]);
    }
    return count - (count == 2 && memcmp(&cas[0].is, &cas[1].is, sizeof cas[0].is) == 0);
}

static int count_details(struct info *info, struct info_tenant *tenant,
                         const struct info_packet *packet, const struct nvgre_inner *inner,
                         enum info_protocol protocol)
{
    struct info_addresses *addresses = &info->tenants.addresses;
    struct info_details *details = tenant->details;
    const struct nvgre_ip *ip = &packet->frame.ip;
    uint32_t owner = tenant->vsid << 1; /* of PA pairs; owner | 1 is of CAs */
    struct info_address pair = pair_of(packet->packet->data + ip->offset, ip->version, owner);
    struct table_key pair_key = info_addresses_begin(addresses, &pair);
    struct info_address cas[2];
    struct table_key ca_keys[2];
    unsigned ca_count = find_cas(inner, owner | 1, cas);
    int result;

    for (unsigned i = 0; i < ca_count; i++)
        ca_keys[i] = info_addresses_begin(addresses, &cas[i]);
    info_spread_count(&details->spread, nvgre_key_flowid(packet->frame.gre.key));
    details->protocols[protocol]++;
    result = info_addresses_count(addresses, &details->pa_pairs, &pair, pair_key);
    for (unsigned i = 0; i < ca_count; i++)
        result |= info_addresses_count(addresses, &details->cas, &cas[i], ca_keys[i]);
    return result;
}

static void count_tenant(struct info_tenant *tenant, const struct info_packet *packet)
{
    tenant->packets++;
    tenant->inner_bytes += packet->frame.inner_len;
    tenant->outer_bytes += packet->packet->len;
    if (packet->has_time)
        info_span_add(&tenant->span, &packet->time);
}

static int count_nvgre(struct info *info, const struct info_packet *packet)
{
    const struct nvgre_frame *frame = &packet->frame;
    const uint8_t *data = packet->packet->data + frame->inner_offset;
    struct info_tenant *tenant = info_tenants_find(&info->tenants, nvgre_key_vsid(frame->gre.key));
    enum info_protocol protocol;
    struct nvgre_inner inner;

    if (!tenant)
        return -1;
    if (!nvgre_inner_decode_usual(data, frame->inner_caplen, &inner))
        nvgre_inner_decode(data, frame->inner_caplen, &inner);
    protocol = protocol_of(&inner);
    info->protocols[protocol]++;
    if (protocol == INFO_OTHER_ETHERTYPE)
        info->ethertypes[inner.l2.ethertype < NVGRE_ETHERTYPE_MIN ? 0 : inner.l2.ethertype]++;
    count_tenant(&info->nvgre, packet);
    count_tenant(tenant, packet);
    find_in_header(info, packet);
    find_in_inner(info, packet, &inner);
    return tenant->details ? count_details(info, tenant, packet, &inner, protocol) : 0;
}

static enum info_kind kind_of(const struct info_packet *packet)
{
    switch (packet->frame.kind) {
    case NVGRE_CLASS_TEB_NO_KEY:
        return INFO_KIND_NO_KEY;
    case NVGRE_CLASS_OTHER_GRE:
        return INFO_KIND_GRE;
    case NVGRE_CLASS_FRAGMENT:
        return INFO_KIND_FRAGMENT;
    case NVGRE_CLASS_MALFORMED:
        return INFO_KIND_MALFORMED;
    case NVGRE_CLASS_TRUNCATED:
        return INFO_KIND_TRUNCATED;
    default:
        break;
    }
    if (!packet->known_link)
        return INFO_KIND_LINK;
    switch (packet->frame.l2.ethertype) {
    case NVGRE_ETHERTYPE_IPV4:
        return INFO_KIND_IPV4;
    case NVGRE_ETHERTYPE_IPV6:
        return INFO_KIND_IPV6;
    case NVGRE_ETHERTYPE_ARP:
        return INFO_KIND_ARP;
    default:
        return INFO_KIND_ETHERTYPE;
    }
}

int info_count(struct info *info, const struct info_packet *packet)
{
    enum info_kind kind;

    if (info_is_nvgre(packet))
        return count_nvgre(info, packet);
    kind = kind_of(packet);
    info->kinds[kind].packets++;
    info->kinds[kind].bytes += packet->packet->len;
    if (kind == INFO_KIND_NO_KEY)
        find(info, INFO_RULE_NO_KEY, packet);
    else if (kind == INFO_KIND_FRAGMENT)
        find(info, INFO_RULE_OUTER_FRAGMENT, packet);
    else if (kind == INFO_KIND_MALFORMED)
        find(info, INFO_RULE_MALFORMED, packet);
    else if (kind == INFO_KIND_TRUNCATED)
        find(info, INFO_RULE_TRUNCATED, packet);
    return 0;
}
