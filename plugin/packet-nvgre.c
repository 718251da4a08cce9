/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * NVGRE (RFC 7637) in Wireshark.
 *
 * Wireshark's own GRE dissector stays in charge of the GRE header. This one takes what GRE
 * hands over as Transparent Ethernet Bridging: with a key it is NVGRE, without one it goes on
 * to the dissector that stood there before.
 */

#include "packet-nvgre.h"

#include "compat.h"

#include <epan/exceptions.h>
#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/prefs.h>

#include <epan/dissectors/packet-gre.h>

#include "frame.h"
#include "nvgre.h"

/* Each level of nesting costs stack and layers, of which Wireshark has 500 a packet. */
#define NESTING_MAX 8

/* The least GRE, Ethernet and IPv4 headers of another tunnel around a tunnel. */
#define ENCLOSING_LEN_MIN (4 + NVGRE_ETH_LEN + 20)

static int proto_nvgre = -1;
static int hf_key = -1;
static int hf_vsid = -1;
static int hf_flowid = -1;
static int ett_nvgre = -1;
static expert_field ei_notes[NVGRE_NOTE_COUNT];

static dissector_handle_t nvgre_handle;
static dissector_handle_t ethernet_handle;

static ws_pref_bool info_vsid = true;

/* Where the key stands: a data source of the packet and the offset in it. */
struct key_place {
    tvbuff_t *source;
    int offset;
};

/* Between the key and the inner frame stands only the sequence number, if any. */
static struct key_place find_key(tvbuff_t *inner, const gre_hdr_info_t *gre)
{
    return (struct key_place){
        .source = tvb_get_ds_tvb(inner),
        .offset = (int)tvb_raw_offset(inner) - (gre->flags_and_ver & NVGRE_FLAG_S ? 8 : 4),
    };
}

static bool outer_was_fragmented(packet_info *pinfo, const struct key_place *key)
{
    if (pinfo->fragmented) /* a first fragment, shown as it is */
        return true;
    if (key->offset >= (int)ENCLOSING_LEN_MIN) /* it may be another tunnel that was fragmented */
        return false;
    return key->source == ws_data_source_tvb(pinfo, "Reassembled IPv4") ||
           key->source == ws_data_source_tvb(pinfo, "Reassembled IPv6");
}

static bool has_inner_vlan(tvbuff_t *inner)
{
    uint32_t caplen = tvb_captured_length(inner);
    struct nvgre_l2 l2;

    return nvgre_l2_decode(NVGRE_LINK_ETHERNET, tvb_get_ptr(inner, 0, (int)caplen), caplen, &l2) &&
           l2.vlan_count > 0;
}

static uint32_t find_notes(tvbuff_t *inner, packet_info *pinfo, const gre_hdr_info_t *gre,
                           const struct key_place *key)
{
    uint32_t vsid = nvgre_key_vsid(gre->key);
    uint32_t deviations = nvgre_deviations(gre->flags_and_ver);
    const bool applies[NVGRE_NOTE_COUNT] = {
        [NVGRE_NOTE_VSID_RESERVED] = nvgre_vsid_is_reserved(vsid),
        [NVGRE_NOTE_VSID_VENDOR] = vsid == NVGRE_VSID_VENDOR,
        [NVGRE_NOTE_CHECKSUM] = deviations & NVGRE_DEV_CHECKSUM,
        [NVGRE_NOTE_SEQUENCE] = deviations & NVGRE_DEV_SEQUENCE,
        [NVGRE_NOTE_RESERVED_BITS] = deviations & NVGRE_DEV_IGNORED,
        [NVGRE_NOTE_DISCARD_BITS] = deviations & NVGRE_DEV_DISCARD,
        [NVGRE_NOTE_INNER_8021Q] = has_inner_vlan(inner),
        [NVGRE_NOTE_INNER_CUT] = tvb_captured_length(inner) < tvb_reported_length(inner),
        [NVGRE_NOTE_OUTER_FRAGMENT] = outer_was_fragmented(pinfo, key),
        [NVGRE_NOTE_NESTING] = pinfo->curr_proto_layer_num > NESTING_MAX,
    };
    uint32_t notes = 0;

    for (unsigned note = 0; note < NVGRE_NOTE_COUNT; note++)
        notes |= (uint32_t)applies[note] << note;
    return notes;
}

static void add_notes(packet_info *pinfo, const struct nvgre_packet *packet, proto_item *header,
                      proto_item *vsid)
{
    for (unsigned note = 0; note < NVGRE_NOTE_COUNT; note++) {
        bool of_vsid = note == NVGRE_NOTE_VSID_RESERVED || note == NVGRE_NOTE_VSID_VENDOR;

        if (packet->notes & 1u << note)
            expert_add_info(pinfo, of_vsid ? vsid : header, &ei_notes[note]);
    }
}

static void add_to_tree(proto_tree *tree, packet_info *pinfo, const struct nvgre_packet *packet,
                        const struct key_place *key)
{
    proto_item *header = proto_tree_add_protocol_format(
        tree, proto_nvgre, key->source, key->offset, 4, "NVGRE, VSID: %u (0x%06x), FlowID: 0x%02x",
        packet->vsid, packet->vsid, packet->flowid);
    proto_tree *fields = proto_item_add_subtree(header, ett_nvgre);
    proto_item *vsid;

    proto_tree_add_uint(fields, hf_key, key->source, key->offset, 4, packet->key);
    vsid = proto_tree_add_uint(fields, hf_vsid, key->source, key->offset, 3, packet->vsid);
    proto_tree_add_uint(fields, hf_flowid, key->source, key->offset + 3, 1, packet->flowid);
    if (packet->notes)
        add_notes(pinfo, packet, header, vsid);
}

static int dissect_inner(tvbuff_t *inner, packet_info *pinfo, proto_tree *tree, void *gre,
                         const struct nvgre_packet *packet)
{
    volatile int len = 0;

    TRY
    {
        if (packet->notes & 1u << NVGRE_NOTE_NESTING)
            len = call_data_dissector(inner, pinfo, tree);
        else
            len = call_dissector_with_data(ethernet_handle, inner, pinfo, tree, gre);
    }
    FINALLY
    {
        /* Last, so that it comes before the remarks that TCP puts in front of its own text. */
        if (info_vsid)
            col_prepend_fstr(pinfo->cinfo, COL_INFO, "VSID %u | ", packet->vsid);
    }
    ENDTRY;
    return len;
}

/* `inner` begins at the inner Ethernet header; the GRE header comes in `data`. */
static int dissect_nvgre(tvbuff_t *inner, packet_info *pinfo, proto_tree *tree, void *data)
{
    const gre_hdr_info_t *gre = data;
    struct key_place key = find_key(inner, gre);
    struct nvgre_packet packet = {
        .key = gre->key,
        .vsid = nvgre_key_vsid(gre->key),
        .flowid = nvgre_key_flowid(gre->key),
        .notes = find_notes(inner, pinfo, gre, &key),
    };

    col_set_str(pinfo->cinfo, COL_PROTOCOL, "NVGRE");
    add_to_tree(tree, pinfo, &packet, &key);
    return dissect_inner(inner, pinfo, tree, data, &packet);
}

/* GRE leaves gre->key unset where it has no key; a script may call without any GRE header. */
static bool is_nvgre(const gre_hdr_info_t *gre)
{
    return gre && gre->flags_and_ver & NVGRE_FLAG_K &&
           !(gre->flags_and_ver & (NVGRE_FLAG_R | NVGRE_FLAGS_VERSION));
}

/* Stands in GRE's table, and is no layer of its own, so that without NVGRE nothing changes. */
static int dissect_ethernet_in_gre(tvbuff_t *inner, packet_info *pinfo, proto_tree *tree,
                                   void *data)
{
    int len = 0;

    if (is_nvgre(data))
        len = call_dissector_only(nvgre_handle, inner, pinfo, tree, data);
    if (len == 0) /* also where the user has disabled NVGRE */
        len = call_dissector_only(ethernet_handle, inner, pinfo, tree, data);
    return len;
}

static void register_fields(void)
{
    static hf_register_info hf[] = {
        {&hf_key,
         {"Key", "nvgre.key", FT_UINT32, BASE_HEX, NULL, 0,
          "GRE key: VSID in the upper 24 bits, FlowID in the lower 8", HFILL}},
        {&hf_vsid,
         {"VSID", "nvgre.vsid", FT_UINT24, BASE_DEC_HEX, NULL, 0,
          "Virtual Subnet ID: the tenant's virtual layer 2 network", HFILL}},
        {&hf_flowid,
         {"FlowID", "nvgre.flowid", FT_UINT8, BASE_DEC_HEX, NULL, 0,
          "Entropy of the inner flow for equal-cost paths; 0 where none was made", HFILL}},
    };
    static int *ett[] = {&ett_nvgre};

    proto_register_field_array(proto_nvgre, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

static void register_notes(void)
{
    static ei_register_info ei[] = {
        {&ei_notes[NVGRE_NOTE_VSID_RESERVED],
         {"nvgre.vsid.reserved", PI_PROTOCOL, PI_NOTE,
          "Reserved VSID (RFC 7637 section 3.4), possibly a plain GRE key", EXPFILL}},
        {&ei_notes[NVGRE_NOTE_VSID_VENDOR],
         {"nvgre.vsid.vendor", PI_PROTOCOL, PI_NOTE,
          "VSID of vendor-specific messages between NVEs (RFC 7637 section 3.4)", EXPFILL}},
        {&ei_notes[NVGRE_NOTE_CHECKSUM],
         {"nvgre.checksum_present", PI_PROTOCOL, PI_WARN,
          "Checksum present (C=1), which NVGRE must not have (RFC 7637 section 3.2)", EXPFILL}},
        {&ei_notes[NVGRE_NOTE_SEQUENCE],
         {"nvgre.sequence_present", PI_PROTOCOL, PI_WARN,
          "Sequence number present (S=1), which NVGRE must not have (RFC 7637 section 3.2)",
          EXPFILL}},
        {&ei_notes[NVGRE_NOTE_RESERVED_BITS],
         {"nvgre.reserved_bits", PI_PROTOCOL, PI_NOTE,
          "Reserved bits set that a receiver ignores (RFC 2784 section 2.3)", EXPFILL}},
        {&ei_notes[NVGRE_NOTE_DISCARD_BITS],
         {"nvgre.discard_bits", PI_PROTOCOL, PI_WARN,
          "Reserved bits set for which a receiver discards the packet (RFC 2784 section 2.3)",
          EXPFILL}},
        {&ei_notes[NVGRE_NOTE_INNER_8021Q],
         {"nvgre.inner_8021q", PI_PROTOCOL, PI_WARN,
          "Inner frame has an 802.1Q tag, for which an NVE drops it (RFC 7637 section 3.3)",
          EXPFILL}},
        {&ei_notes[NVGRE_NOTE_INNER_CUT],
         {"nvgre.inner_cut", PI_PROTOCOL, PI_NOTE, "Inner frame was not captured to its end",
          EXPFILL}},
        {&ei_notes[NVGRE_NOTE_OUTER_FRAGMENT],
         {"nvgre.outer_fragment", PI_PROTOCOL, PI_NOTE,
          "Outer IP packet was fragmented, which an NVE must not do (RFC 7637 section 4.4)",
          EXPFILL}},
        {&ei_notes[NVGRE_NOTE_NESTING],
         {"nvgre.nesting", PI_PROTOCOL, PI_WARN,
          "Tunnels nested too deeply, inner frame not dissected", EXPFILL}},
    };

    expert_register_field_array(expert_register_protocol(proto_nvgre), ei, array_length(ei));
}

void proto_register_nvgre(void)
{
    proto_nvgre = proto_register_protocol(
        "Network Virtualization Using Generic Routing Encapsulation", "NVGRE", "nvgre");
    register_fields();
    register_notes();
    prefs_register_bool_preference(
        prefs_register_protocol(proto_nvgre, NULL), "info_vsid", "Show the VSID in the Info column",
        "Put the VSID in front of what the inner protocols write into the Info column", &info_vsid);
    /* Not findable by name: it needs the GRE header that only the router has checked for. */
    nvgre_handle = create_dissector_handle_with_name(dissect_nvgre, proto_nvgre, "nvgre");
}

void proto_reg_handoff_nvgre(void)
{
    int proto_router = proto_register_protocol_in_name_only(
        "Ethernet in GRE", "Ethernet in GRE", "nvgre.ethernet_in_gre",
        proto_get_id_by_filter_name("gre"), FT_PROTOCOL);

    ethernet_handle =
        dissector_get_uint_handle(find_dissector_table("gre.proto"), NVGRE_PROTOCOL_TYPE);
    dissector_add_uint("gre.proto", NVGRE_PROTOCOL_TYPE,
                       create_dissector_handle_with_name(dissect_ethernet_in_gre, proto_router,
                                                         "ethernet_in_gre"));
}
