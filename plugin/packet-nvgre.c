/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * NVGRE (RFC 7637) in Wireshark.
 *
 * Wireshark's own GRE dissector still dissects the GRE header. This dissector gets the payloads
 * that GRE passes on as Transparent Ethernet Bridging. If the GRE header has a key, the payload is
 * NVGRE. Otherwise it goes to the dissector that was registered before.
 */

#include "packet-nvgre.h"

#include "compat.h"

#include <epan/exceptions.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/tap.h>

#include <epan/dissectors/packet-gre.h>

#include "endpoints.h"
#include "filters.h"
#include "isolation.h"
#include "names.h"
#include "notes.h"
#include "nvgre.h"
#include "spread.h"
#include "statistics.h"
#include "tables.h"
#include "tenant.h"

static int proto_nvgre = -1;
static int hf_key = -1;
static int hf_vsid = -1;
static int hf_tenant = -1;
static int hf_flowid = -1;
static int ett_nvgre = -1;
static int nvgre_tap = -1;
static int provider_tap = -1;

static hf_register_info hf[] = {
    {&hf_key,
     {"Key", "nvgre.key", FT_UINT32, BASE_HEX, NULL, 0,
      "GRE key: VSID in the upper 24 bits, FlowID in the lower 8", HFILL}},
    {&hf_vsid,
     {"VSID", "nvgre.vsid", FT_UINT24, BASE_DEC_HEX, NULL, 0,
      "Virtual Subnet ID: the tenant's virtual layer 2 network", HFILL}},
    {&hf_tenant,
     {"Tenant", "nvgre.tenant", FT_STRING, BASE_NONE, NULL, 0,
      "The name that the preferences give to this VSID", HFILL}},
    {&hf_flowid,
     {"FlowID", "nvgre.flowid", FT_UINT8, BASE_DEC_HEX, NULL, 0,
      "Entropy of the inner flow for equal-cost paths; 0 where none was made", HFILL}},
};

static dissector_handle_t nvgre_handle;
static dissector_handle_t ethernet_handle;

static ws_pref_bool isolate_tenants = true;
static ws_pref_bool isolate_pa_pairs = false;
static ws_pref_bool info_vsid = true;

static bool has_note(const struct nvgre_packet *packet, enum nvgre_note note)
{
    return packet->notes >> note & 1;
}

static void set_inner_addresses(struct nvgre_packet *packet)
{
    const struct nvgre_inner *inner = &packet->inner;

    if (inner->has_ip) {
        bool v4 = inner->ip.version == 4;
        int len = (int)nvgre_address_len(inner->ip.version);
        const uint8_t *src = inner->data + inner->ip.offset + nvgre_src_at(inner->ip.version);

        set_address(&packet->ca_src, v4 ? AT_IPv4 : AT_IPv6, len, src);
        set_address(&packet->ca_dst, v4 ? AT_IPv4 : AT_IPv6, len, src + len);
    } else if (inner->caplen >= NVGRE_ETH_LEN) {
        set_address(&packet->ca_src, AT_ETHER, 6, inner->data + NVGRE_ETH_SRC_AT);
        set_address(&packet->ca_dst, AT_ETHER, 6, inner->data);
    }
}

static struct nvgre_packet *decode(packet_info *pinfo, tvbuff_t *inner, uint32_t key)
{
    struct nvgre_packet *packet = wmem_new0(pinfo->pool, struct nvgre_packet);
    uint32_t caplen = tvb_captured_length(inner);

    packet->key = key;
    packet->vsid = nvgre_key_vsid(key);
    packet->flowid = nvgre_key_flowid(key);
    packet->pa_src = pinfo->net_src;
    packet->pa_dst = pinfo->net_dst;
    packet->inner_len = tvb_reported_length(inner);
    nvgre_inner_decode(tvb_get_ptr(inner, 0, (int)caplen), caplen, &packet->inner);
    set_inner_addresses(packet);
    return packet;
}

static uint32_t find_tenant(const struct nvgre_packet *packet)
{
    uint32_t tenant = tenant_of_vsid(tenant_now(), packet->vsid);

    if (isolate_pa_pairs)
        tenant = tenant_of_addresses(tenant, &packet->pa_src, &packet->pa_dst);
    return tenant;
}

static struct nvgre_place find_place(packet_info *pinfo, tvbuff_t *inner, uint16_t gre_flags,
                                     const struct nvgre_packet *packet)
{
    return (struct nvgre_place){
        .inner = inner,
        .source = tvb_get_ds_tvb(inner),
        /* Only the sequence number (S=1) can be between the key and the inner frame. */
        .key_offset = (int)tvb_raw_offset(inner) - (gre_flags & NVGRE_FLAG_S ? 8 : 4),
        .gre_flags = gre_flags,
        .tenant = find_tenant(packet),
        .isolated = isolate_tenants,
        .depth = pinfo->curr_proto_layer_num,
    };
}

/*
 * Whether a filter or a column uses the header's fields, or the tree is visible. If not, the header
 * is not created: a top-level item costs more time than everything else here.
 */
static bool is_wanted(proto_tree *tree)
{
    bool wanted = proto_field_is_referenced(tree, proto_nvgre) || nvgre_endpoints_wanted(tree);

    for (unsigned i = 0; !wanted && i < array_length(hf); i++)
        wanted = hf[i].hfinfo.ref_type != HF_REF_TYPE_NONE;
    return wanted;
}

static void add_to_tree(proto_tree *tree, packet_info *pinfo, const struct nvgre_packet *packet,
                        const struct nvgre_place *place)
{
    const char *name = nvgre_tenant_name(packet->vsid);
    /* A separate tvb, because the bytes of a protocol item are always those of the whole tvb. */
    tvbuff_t *bytes = tvb_new_subset_length(place->source, place->key_offset, 4);
    proto_item *header = proto_tree_add_item(tree, proto_nvgre, bytes, 0, 4, ENC_NA);
    proto_tree *fields = proto_item_add_subtree(header, ett_nvgre);
    proto_item *vsid;

    /*
     * Not set when the item is added: this way the text is formatted only if the tree is visible.
     */
    proto_item_set_text(header, "NVGRE%s%s, VSID: %u (0x%06x), FlowID: 0x%02x",
                        name ? ", Tenant: " : "", name ? name : "", packet->vsid, packet->vsid,
                        packet->flowid);
    proto_tree_add_uint(fields, hf_key, place->source, place->key_offset, 4, packet->key);
    vsid = proto_tree_add_uint(fields, hf_vsid, place->source, place->key_offset, 3, packet->vsid);
    if (name)
        proto_item_set_generated(
            proto_tree_add_string(fields, hf_tenant, place->source, place->key_offset, 3, name));
    proto_tree_add_uint(fields, hf_flowid, place->source, place->key_offset + 3, 1, packet->flowid);
    nvgre_endpoints_show(pinfo, fields, packet);
    if (packet->notes)
        nvgre_notes_show(pinfo, packet, place, header, vsid);
}

static int dissect_inner(tvbuff_t *inner, packet_info *pinfo, proto_tree *tree, void *gre,
                         const struct nvgre_packet *packet)
{
    if (has_note(packet, NVGRE_NOTE_NESTING))
        return call_data_dissector(inner, pinfo, tree);
    return call_dissector_with_data(ethernet_handle, inner, pinfo, tree, gre);
}

static void prepend_tenant(packet_info *pinfo, uint32_t vsid)
{
    const char *name = nvgre_tenant_name(vsid);

    if (name)
        col_prepend_fstr(pinfo->cinfo, COL_INFO, "%s (%u) | ", name, vsid);
    else
        col_prepend_fstr(pinfo->cinfo, COL_INFO, "VSID %u | ", vsid);
}

static int dissect_isolated(tvbuff_t *inner, packet_info *pinfo, proto_tree *tree, void *gre,
                            const struct nvgre_packet *packet, const struct nvgre_place *place)
{
    struct isolation before = {0};
    volatile int len = 0;

    if (place->isolated)
        before = isolation_begin(pinfo, place->tenant);
    TRY
    {
        len = dissect_inner(inner, pinfo, tree, gre, packet);
    }
    FINALLY
    {
        if (place->isolated)
            isolation_end(pinfo, &before);
        /* Last, to be in front of the remarks that TCP puts in front of its own text. */
        if (info_vsid)
            prepend_tenant(pinfo, packet->vsid);
    }
    ENDTRY;
    return len;
}

/* `inner` begins at the inner Ethernet header. `data` is the GRE header. */
static int dissect_nvgre(tvbuff_t *inner, packet_info *pinfo, proto_tree *tree, void *data)
{
    const gre_hdr_info_t *gre = data;
    struct nvgre_packet *packet = decode(pinfo, inner, gre->key);
    struct nvgre_place place = find_place(pinfo, inner, gre->flags_and_ver, packet);

    packet->notes = nvgre_notes_find(pinfo, packet, &place);
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "NVGRE");
    if (packet->notes || is_wanted(tree))
        add_to_tree(tree, pinfo, packet, &place);
    if (tree && PTREE_DATA(tree)->visible) /* as for the packet that menus refer to */
        nvgre_filters_remember(pinfo, packet);
    tap_queue_packet(nvgre_tap, pinfo, packet);
    tap_queue_packet(provider_tap, pinfo, packet);
    return dissect_isolated(inner, pinfo, tree, data, packet, &place);
}

/* Without a key GRE does not set gre->key. If a script calls, there may be no GRE header. */
static bool is_nvgre(const gre_hdr_info_t *gre)
{
    return gre && gre->flags_and_ver & NVGRE_FLAG_K &&
           !(gre->flags_and_ver & (NVGRE_FLAG_R | NVGRE_FLAGS_VERSION));
}

/*
 * This dissector is in GRE's table. It is not a protocol layer, so that without NVGRE the
 * dissection is unchanged.
 */
static int dissect_ethernet_in_gre(tvbuff_t *inner, packet_info *pinfo, proto_tree *tree,
                                   void *data)
{
    int len = 0;

    if (is_nvgre(data))
        len = call_dissector_only(nvgre_handle, inner, pinfo, tree, data);
    if (len == 0) /* also if the user disabled NVGRE */
        len = call_dissector_only(ethernet_handle, inner, pinfo, tree, data);
    return len;
}

static void register_fields(void)
{
    static int *ett[] = {&ett_nvgre};

    proto_register_field_array(proto_nvgre, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

static void register_preferences(module_t *preferences)
{
    prefs_register_bool_preference(
        preferences, "isolate_tenants", "Keep tenants apart",
        "Follow connections, requests and fragments of each virtual subnet for themselves, so that "
        "tenants with the same addresses do not mix",
        &isolate_tenants);
    prefs_register_bool_preference(
        preferences, "isolate_pa_pairs", "Keep pairs of provider addresses apart too",
        "Take one VSID between other provider addresses for another tenant, as in a capture from "
        "several data centres",
        &isolate_pa_pairs);
    prefs_register_bool_preference(
        preferences, "info_vsid", "Show the VSID in the Info column",
        "Put the VSID, or the tenant's name, in front of what the inner protocols write into the "
        "Info column",
        &info_vsid);
}

void proto_register_nvgre(void)
{
    module_t *preferences;

    proto_nvgre = proto_register_protocol(
        "Network Virtualization Using Generic Routing Encapsulation", "NVGRE", "nvgre");
    preferences = prefs_register_protocol(proto_nvgre, NULL);
    register_fields();
    register_preferences(preferences);
    nvgre_names_register(preferences);
    nvgre_notes_register(proto_nvgre, preferences);
    nvgre_endpoints_register(proto_nvgre);
    nvgre_tables_register(proto_nvgre);
    nvgre_statistics_register();
    nvgre_spread_register();
    nvgre_filters_register(proto_nvgre);
    isolation_register();
    nvgre_tap = register_tap(NVGRE_TAP);
    provider_tap = register_tap(NVGRE_PA_TAP);
    /*
     * Not registered by name, because it needs a GRE header. Only dissect_ethernet_in_gre checks
     * that.
     */
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
    isolation_handoff();
}
