/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A plugin that prints the entries of Wireshark's menu "Conversation Filter" for each packet, as
 * "number: title: filter". No Wireshark command prints them.
 */

#define WS_BUILD_DLL
#include "compat.h"

#include <stdio.h>

#include <epan/conversation_filter.h>
#include <epan/packet.h>
#include <epan/proto.h>

WS_DLL_PUBLIC_DEF const gchar plugin_version[] = "1";
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);

#if WIRESHARK_AT_LEAST(4, 2)
#define APPLIES(filter, pinfo) (filter)->is_filter_valid(pinfo, (filter)->user_data)
#define BUILD(filter, pinfo) (filter)->build_filter_string(pinfo, (filter)->user_data)
#else
#define APPLIES(filter, pinfo) (filter)->is_filter_valid(pinfo)
#define BUILD(filter, pinfo) (filter)->build_filter_string(pinfo)
#endif

static int print_filters(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree _U_, void *data _U_)
{
    for (GList *item = packet_conv_filter_list; item; item = item->next) {
        conversation_filter_t *filter = item->data;

        if (strcmp(filter->proto_name, "nvgre") == 0 && APPLIES(filter, pinfo)) {
            char *text = BUILD(filter, pinfo);

            printf("%u: %s: %s\n", pinfo->num, filter->display_name, text);
            g_free(text);
        }
    }
    return (int)tvb_captured_length(tvb);
}

static void register_printer(void)
{
    int proto = proto_register_protocol("Conversation filters", "Filters", "nvgre_test_filters");

    register_postdissector(create_dissector_handle(print_filters, proto));
}

void plugin_register(void)
{
    static const proto_plugin plugin = {.register_protoinfo = register_printer};

    proto_register_plugin(&plugin);
}

#if WS_HAS_PLUGIN_DESCRIBE
WS_DLL_PUBLIC uint32_t plugin_describe(void);

uint32_t plugin_describe(void)
{
    return WS_PLUGIN_DESC_DISSECTOR;
}
#endif
