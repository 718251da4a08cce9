/* SPDX-License-Identifier: GPL-2.0-or-later */
#define WS_BUILD_DLL /* makes WS_DLL_PUBLIC_DEF export symbols */
#include "compat.h"

#include <epan/packet.h>
#include <epan/proto.h>

#include "packet-nvgre.h"

WS_DLL_PUBLIC_DEF const gchar plugin_version[] = NVGRE_PLUGIN_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);

void plugin_register(void)
{
    static const proto_plugin nvgre = {
        .register_protoinfo = proto_register_nvgre,
        .register_handoff = proto_reg_handoff_nvgre,
    };

    proto_register_plugin(&nvgre);
}

#if WS_HAS_PLUGIN_DESCRIBE
WS_DLL_PUBLIC uint32_t plugin_describe(void);

uint32_t plugin_describe(void)
{
    return WS_PLUGIN_DESC_DISSECTOR;
}
#endif
