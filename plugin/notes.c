/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notes.h"

#include "compat.h"

#include <epan/crc32-tvb.h>
#include <epan/etypes.h>
#include <epan/expert.h>
#include <epan/to_str.h>

#include "carrier.h"
#include "duplicates.h"
#include "ecn.h"
#include "flowids.h"
#include "isolation.h"

#define FCS_LEN 4u
#define NESTING_MAX 8 /* a level uses stack and layers; Wireshark's limit is 500 layers */

/* The shortest GRE, Ethernet and IPv4 headers that an enclosing tunnel puts before ours. */
#define ENCLOSING_LEN_MIN (4 + NVGRE_ETH_LEN + NVGRE_IPV4_LEN)

static expert_field ei_notes[NVGRE_NOTE_COUNT];

static ws_pref_bool check_flowids = true;
static ws_pref_bool check_duplicates = true;

static bool outer_was_fragmented(packet_info *pinfo, const struct nvgre_place *place)
{
    if (pinfo->fragmented) /* a first fragment, not reassembled */
        return true;
    if (place->key_offset >= (int)ENCLOSING_LEN_MIN) /* maybe an enclosing tunnel's fragments */
        return false;
    return place->source == ws_data_source_tvb(pinfo, "Reassembled IPv4") ||
           place->source == ws_data_source_tvb(pinfo, "Reassembled IPv6");
}

/* Bytes of the inner frame after its IP or ARP packet; negative if the packet exceeds the frame. */
static int64_t trailer_len(const struct nvgre_packet *packet)
{
    const struct nvgre_inner *inner = &packet->inner;

    if (inner->has_ip && inner->ip.len == UINT32_MAX - inner->ip.offset) /* IP length 0 */
        return 0;
    if (inner->has_ip)
        return (int64_t)packet->inner_len - inner->ip.offset - inner->ip.len;
    if (inner->has_l2 && inner->l2.ethertype == ETHERTYPE_ARP)
        return (int64_t)packet->inner_len - inner->l2.l3_offset - ARP_LEN;
    return 0;
}

static bool has_trailing_fcs(const struct nvgre_packet *packet, tvbuff_t *inner)
{
    uint32_t len = packet->inner_len;

    return trailer_len(packet) >= (int64_t)FCS_LEN && tvb_captured_length(inner) == len &&
           crc32_802_tvb(inner, len - FCS_LEN) == tvb_get_ntohl(inner, (int)(len - FCS_LEN));
}

static uint32_t when(enum nvgre_note note, bool applies)
{
    return (uint32_t)applies << note;
}

static uint32_t notes_of_header(packet_info *pinfo, const struct nvgre_packet *packet,
                                const struct nvgre_place *place)
{
    uint32_t deviations = nvgre_deviations(place->gre_flags);

    return when(NVGRE_NOTE_VSID_RESERVED, nvgre_vsid_is_reserved(packet->vsid)) |
           when(NVGRE_NOTE_VSID_VENDOR, packet->vsid == NVGRE_VSID_VENDOR) |
           when(NVGRE_NOTE_CHECKSUM, deviations & NVGRE_DEV_CHECKSUM) |
           when(NVGRE_NOTE_SEQUENCE, deviations & NVGRE_DEV_SEQUENCE) |
           when(NVGRE_NOTE_RESERVED_BITS, deviations & NVGRE_DEV_IGNORED) |
           when(NVGRE_NOTE_DISCARD_BITS, deviations & NVGRE_DEV_DISCARD) |
           when(NVGRE_NOTE_OUTER_FRAGMENT, outer_was_fragmented(pinfo, place)) |
           when(NVGRE_NOTE_NESTED, place->depth > 1) |
           when(NVGRE_NOTE_NESTING, place->depth > NESTING_MAX);
}

static uint32_t notes_of_carrier(const packet_info *pinfo, const struct nvgre_packet *packet)
{
    const struct nvgre_inner *inner = &packet->inner;
    struct carrier carrier;
    uint32_t notes;

    if (!carrier_recall(pinfo, &carrier))
        return 0;
    notes = when(NVGRE_NOTE_OUTER_TTL, carrier.ttl == 0);
    if (inner->has_ip && !pinfo->flags.in_error_pkt)
        notes |= when(NVGRE_NOTE_ECN_DROP,
                      nvgre_ecn_decap(carrier.tos, inner->ip.tos) == NVGRE_ECN_DROP) |
                 when(NVGRE_NOTE_ECN_UNUSED, nvgre_ecn_is_unused(carrier.tos, inner->ip.tos));
    return notes;
}

static uint32_t notes_of_inner(packet_info *pinfo, const struct nvgre_packet *packet,
                               const struct nvgre_place *place)
{
    const struct nvgre_inner *inner = &packet->inner;
    uint32_t notes = when(NVGRE_NOTE_INNER_8021Q, inner->has_l2 && inner->l2.vlan_count > 0) |
                     when(NVGRE_NOTE_INNER_CUT, inner->caplen < packet->inner_len);

    if (pinfo->flags.in_error_pkt) /* an ICMP error quotes only the start of an earlier packet */
        return notes;
    return notes | when(NVGRE_NOTE_INNER_LENGTH, !pinfo->fragmented && trailer_len(packet) < 0) |
           when(NVGRE_NOTE_TRAILING_FCS, has_trailing_fcs(packet, place->inner)) |
           when(NVGRE_NOTE_FLOWID_CHANGED,
                check_flowids && flowid_has_changed(place->tenant, inner, packet->flowid)) |
           when(NVGRE_NOTE_DUPLICATE_ADDRESS,
                check_duplicates && place->isolated && isolation_wants_arp_duplicates() &&
                    duplicate_address(pinfo->num, place->tenant, inner));
}

uint32_t nvgre_notes_find(packet_info *pinfo, const struct nvgre_packet *packet,
                          const struct nvgre_place *place)
{
    return notes_of_header(pinfo, packet, place) | notes_of_carrier(pinfo, packet) |
           notes_of_inner(pinfo, packet, place);
}

static void show_duplicate(packet_info *pinfo, const struct nvgre_packet *packet,
                           const struct nvgre_place *place, proto_item *header)
{
    const struct address_holder *holder =
        duplicate_address(pinfo->num, place->tenant, &packet->inner);
    address ip;
    address mac;

    set_address(&ip, AT_IPv4, (int)sizeof holder->ip, holder->ip);
    set_address(&mac, AT_ETHER, (int)sizeof holder->mac, holder->mac);
    expert_add_info_format(pinfo, header, &ei_notes[NVGRE_NOTE_DUPLICATE_ADDRESS],
                           "Duplicate IP address %s in VSID %u, also in use by %s (frame %u)",
                           address_to_str(pinfo->pool, &ip), packet->vsid,
                           address_to_str(pinfo->pool, &mac), holder->packet_number);
}

void nvgre_notes_show(packet_info *pinfo, const struct nvgre_packet *packet,
                      const struct nvgre_place *place, proto_item *header, proto_item *vsid)
{
    for (unsigned note = 0; note < NVGRE_NOTE_COUNT; note++) {
        bool of_vsid = note == NVGRE_NOTE_VSID_RESERVED || note == NVGRE_NOTE_VSID_VENDOR;

        if (!(packet->notes & 1u << note))
            continue;
        if (note == NVGRE_NOTE_DUPLICATE_ADDRESS)
            show_duplicate(pinfo, packet, place, header);
        else
            expert_add_info(pinfo, of_vsid ? vsid : header, &ei_notes[note]);
    }
}

#define NOTE(note, name, severity, text)                                                           \
    {                                                                                              \
        &ei_notes[NVGRE_NOTE_##note],                                                              \
        {                                                                                          \
            "nvgre." name, PI_PROTOCOL, severity, text, EXPFILL                                    \
        }                                                                                          \
    }

static void register_infos(int proto)
{
    static ei_register_info ei[] = {
        NOTE(VSID_RESERVED, "vsid.reserved", PI_NOTE,
             "Reserved VSID (RFC 7637 section 3.4), possibly a plain GRE key"),
        NOTE(VSID_VENDOR, "vsid.vendor", PI_NOTE,
             "VSID of vendor-specific messages between NVEs (RFC 7637 section 3.4)"),
        NOTE(CHECKSUM, "checksum_present", PI_WARN,
             "Checksum present (C=1), which NVGRE must not have (RFC 7637 section 3.2)"),
        NOTE(SEQUENCE, "sequence_present", PI_WARN,
             "Sequence number present (S=1), which NVGRE must not have (RFC 7637 section 3.2)"),
        NOTE(RESERVED_BITS, "reserved_bits", PI_NOTE,
             "Reserved bits set that a receiver ignores (RFC 2784 section 2.3)"),
        NOTE(DISCARD_BITS, "discard_bits", PI_WARN,
             "Reserved bits set for which a receiver discards the packet (RFC 2784 section 2.3)"),
        NOTE(INNER_8021Q, "inner_8021q", PI_WARN,
             "Inner frame has an 802.1Q tag, for which an NVE drops it (RFC 7637 section 3.3)"),
        NOTE(INNER_CUT, "inner_cut", PI_NOTE, "Inner frame was not captured to its end"),
        NOTE(INNER_LENGTH, "inner_length", PI_WARN,
             "Inner packet is longer than what the outer packet carries of it"),
        NOTE(TRAILING_FCS, "trailing_fcs", PI_NOTE,
             "Inner frame ends with its FCS, which NVGRE does not carry (RFC 7637 section 3.2)"),
        NOTE(OUTER_FRAGMENT, "outer_fragment", PI_NOTE,
             "Outer IP packet was fragmented, which an NVE must not do (RFC 7637 section 4.4)"),
        NOTE(OUTER_TTL, "outer_ttl", PI_WARN, "Outer TTL or hop limit is 0"),
        NOTE(ECN_DROP, "ecn.drop", PI_WARN,
             "Congestion marked outside of a packet that cannot tell it on, for which an NVE "
             "drops it (RFC 6040 section 4.2)"),
        NOTE(ECN_UNUSED, "ecn.unused", PI_NOTE,
             "Inner and outer ECN that no NVE sends and no router makes (RFC 6040 section 4.2)"),
        NOTE(FLOWID_CHANGED, "flowid.changed", PI_NOTE,
             "Another FlowID than earlier in this inner flow, whose packets may overtake each "
             "other then (RFC 7637 section 4.1)"),
        NOTE(DUPLICATE_ADDRESS, "duplicate_address", PI_WARN,
             "Duplicate IP address within a virtual subnet"),
        NOTE(NESTED, "nested", PI_NOTE, "NVGRE within NVGRE"),
        NOTE(NESTING, "nesting", PI_WARN, "Tunnels nested too deeply, inner frame not dissected"),
    };

    expert_register_field_array(expert_register_protocol(proto), ei, array_length(ei));
}

void nvgre_notes_register(int proto, module_t *preferences)
{
    register_infos(proto);
    flowids_register();
    duplicates_register();
    prefs_register_bool_preference(
        preferences, "check_flowids", "Look for flows with several FlowIDs",
        "Remember the FlowID of each inner TCP and UDP flow and report where it changes",
        &check_flowids);
    prefs_register_bool_preference(
        preferences, "check_duplicate_addresses", "Look for duplicate addresses",
        "Remember who claims which IPv4 address by ARP in each virtual subnet, and report who "
        "claims one in use (needs tenants kept apart)",
        &check_duplicates);
}
