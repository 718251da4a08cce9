/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVGRE_COMPAT_H
#define NVGRE_COMPAT_H

/* The differences between Wireshark 4.0 and 4.6. No other file checks the Wireshark version. */

#include <stdbool.h>

#include <wireshark.h>

#include <epan/packet.h> /* before other headers, which need it */

#include <epan/conversation_filter.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>

#define WIRESHARK_AT_LEAST(major, minor)                                                           \
    (WIRESHARK_VERSION_MAJOR > (major) ||                                                          \
     (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/*
 * The type of a boolean preference, and of the result of a conversation filter's "applies"
 * function. The type's size differs between releases, so it must match exactly.
 */
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool ws_pref_bool;
#else
typedef gboolean ws_pref_bool;
#endif

/* The result type of the functions that check the fields of a user table (UAT). */
#if WIRESHARK_AT_LEAST(4, 2)
typedef bool ws_uat_bool;
#else
typedef gboolean ws_uat_bool;
#endif

/* Separates menu levels in the name of a statistics tree. */
#if WIRESHARK_AT_LEAST(4, 4)
#define WS_STATS_MENU "//"
#else
#define WS_STATS_MENU "/"
#endif

/*
 * A conversation filter: the parameters of its two functions, name_applies and name_build, and its
 * registration.
 */
#if WIRESHARK_AT_LEAST(4, 2)
#define WS_FILTER_PARAMETERS packet_info *pinfo, void *user_data _U_
#define WS_FILTER_REGISTER(protocol, title, name)                                                  \
    register_conversation_filter(protocol, title, name##_applies, name##_build, NULL)
#else
#define WS_FILTER_PARAMETERS packet_info *pinfo
#define WS_FILTER_REGISTER(protocol, title, name)                                                  \
    register_conversation_filter(protocol, title, name##_applies, name##_build)
#endif

/* Since 4.4, a plugin exports plugin_describe() to declare its contents. */
#if WIRESHARK_AT_LEAST(4, 4)
#include <wsutil/plugins.h>
#define WS_HAS_PLUGIN_DESCRIBE 1
#else
#define WS_HAS_PLUGIN_DESCRIBE 0
#endif

/*
 * Boolean preferences of other protocols. If `pref` is NULL (no such preference), get returns false
 * and set does nothing.
 */
static inline bool ws_pref_get(pref_t *pref)
{
    return pref && prefs_get_bool_value(pref, pref_current);
}

static inline void ws_pref_set(pref_t *pref, bool value)
{
    if (pref)
        prefs_set_bool_value(pref, value, pref_current);
}

/* The data source with this name, as in the packet bytes pane, or NULL. */
static inline tvbuff_t *ws_data_source_tvb(packet_info *pinfo, const char *name)
{
#if WIRESHARK_AT_LEAST(4, 6)
    const struct data_source *source = get_data_source_by_name(pinfo, name);

    return source ? get_data_source_tvb(source) : NULL;
#else
    return get_data_source_tvb_by_name(pinfo, name);
#endif
}

#endif
