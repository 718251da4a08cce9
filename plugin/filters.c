/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filters.h"

#include "compat.h"

#include <epan/conversation_filter.h>
#include <epan/proto_data.h>

#include "endpoints.h"

static int proto_nvgre;

void nvgre_filters_remember(packet_info *pinfo, struct nvgre_packet *packet)
{
    p_add_proto_data(pinfo->pool, pinfo, proto_nvgre, pinfo->curr_proto_layer_num, packet);
}

/* Returns an NVGRE layer by number, or NULL. The outermost layer is 1. */
static const struct nvgre_packet *layer(packet_info *pinfo, uint32_t number)
{
    return p_get_proto_data(pinfo->pool, pinfo, proto_nvgre, number);
}

static ws_pref_bool tenant_applies(WS_FILTER_PARAMETERS)
{
    return layer(pinfo, 1) != NULL;
}

static char *tenant_build(WS_FILTER_PARAMETERS)
{
    GString *filter = g_string_new(NULL);
    const struct nvgre_packet *packet;
    uint32_t i;

    for (i = 1; (packet = layer(pinfo, i)) != NULL; i++)
        g_string_append_printf(filter, "nvgre.vsid#%u == %u && ", i, packet->vsid);
    g_string_append_printf(filter, "!nvgre.vsid#%u", i); /* not packets with more layers */
    return g_string_free(filter, FALSE);
}

static ws_pref_bool provider_applies(WS_FILTER_PARAMETERS)
{
    const struct nvgre_packet *packet = layer(pinfo, 1);

    return packet && packet->pa_src.type != AT_NONE;
}

static void append_endpoint(GString *filter, const char *endpoint)
{
    if (endpoint)
        g_string_append_printf(filter, "%snvgre.pa_endpoint == \"%s\"", filter->len ? " && " : "",
                               endpoint);
}

static char *provider_build(WS_FILTER_PARAMETERS)
{
    GString *filter = g_string_new(NULL);
    const struct nvgre_packet *packet;

    for (uint32_t i = 1; (packet = layer(pinfo, i)) != NULL; i++) {
        append_endpoint(filter, nvgre_endpoint(pinfo->pool, packet->vsid, &packet->pa_src));
        append_endpoint(filter, nvgre_endpoint(pinfo->pool, packet->vsid, &packet->pa_dst));
    }
    return g_string_free(filter, FALSE);
}

void nvgre_filters_register(int proto)
{
    proto_nvgre = proto;
    WS_FILTER_REGISTER("nvgre", "NVGRE tenant", tenant);
    WS_FILTER_REGISTER("nvgre", "NVGRE provider addresses", provider);
}
