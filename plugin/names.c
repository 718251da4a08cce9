/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include "compat.h"

#include <epan/uat.h>
#include <wsutil/wmem/wmem_strutl.h>

#include "nvgre.h"

/* A row of the table, as the user typed it. */
struct tenant_row {
    char *vsid;
    char *name;
};

static struct tenant_row *rows;
static unsigned row_count;

static GHashTable *names; /* by VSID */
static bool outdated;     /* `names` must be rebuilt from `rows` */

static bool parse_vsid(const char *text, uint32_t *vsid)
{
    bool hex = g_ascii_strncasecmp(text, "0x", 2) == 0;
    const char *digits = hex ? text + 2 : text;
    uint64_t value;
    char *end;

    if (!(hex ? g_ascii_isxdigit(*digits) : g_ascii_isdigit(*digits)))
        return false;
    value = g_ascii_strtoull(digits, &end, hex ? 16 : 10);
    *vsid = (uint32_t)value;
    return *end == '\0' && value <= NVGRE_VSID_MAX;
}

static bool is_name(const char *text)
{
    if (*text == '\0' || !g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text; text = g_utf8_next_char(text)) {
        if (g_unichar_iscntrl(g_utf8_get_char(text)))
            return false;
    }
    return true;
}

/* The user's text, without leading and trailing spaces. */
static char *trimmed(const char *text, size_t len)
{
    return g_strstrip(g_strndup(text, len));
}

static ws_uat_bool check_vsid(void *row _U_, const char *typed, unsigned len,
                              const void *check_data _U_, const void *field_data _U_, char **error)
{
    char *text = trimmed(typed, len);
    uint32_t vsid;
    bool valid = parse_vsid(text, &vsid);

    *error = valid ? NULL
                   : g_strdup("A VSID is a number from 0 to 16777215, decimal or with 0x in front,"
                              " in double quotes if in a file or an option");
    g_free(text);
    return valid;
}

static ws_uat_bool check_name(void *row _U_, const char *typed, unsigned len,
                              const void *check_data _U_, const void *field_data _U_, char **error)
{
    char *text = trimmed(typed, len);
    /* A NUL would silently end the name. */
    bool valid = !memchr(typed, '\0', len) && is_name(text);

    *error = valid ? NULL
                   : g_strdup("The name of a tenant is UTF-8 text that is not empty and has no"
                              " control characters");
    g_free(text);
    return valid;
}

static void *copy_row(void *to, const void *from, size_t len _U_)
{
    const struct tenant_row *source = from;
    struct tenant_row *row = to;

    row->vsid = g_strdup(source->vsid);
    row->name = g_strdup(source->name);
    return row;
}

static void free_row(void *record)
{
    struct tenant_row *row = record;

    g_free(row->vsid);
    g_free(row->name);
}

/*
 * If a file has bad rows, Wireshark loads the good rows and does not report the end of the file. So
 * every added row causes an update.
 */
static ws_uat_bool row_added(void *record _U_, char **error)
{
    *error = NULL;
    outdated = true;
    return true;
}

static void table_changed(void)
{
    outdated = true;
}

static void table_cleared(void)
{
    outdated = false;
    g_clear_pointer(&names, g_hash_table_destroy);
}

/* If several rows have the same VSID, the last one wins. Rows from the command line come last. */
static void update_names(void)
{
    table_cleared();
    if (row_count == 0)
        return;
    names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (unsigned i = 0; i < row_count; i++) {
        char *text = trimmed(rows[i].vsid, strlen(rows[i].vsid));
        uint32_t vsid;

        if (parse_vsid(text, &vsid))
            g_hash_table_replace(names, GUINT_TO_POINTER(vsid),
                                 trimmed(rows[i].name, strlen(rows[i].name)));
        g_free(text);
    }
}

const char *nvgre_tenant_name(uint32_t vsid)
{
    if (outdated)
        update_names();
    return names ? g_hash_table_lookup(names, GUINT_TO_POINTER(vsid)) : NULL;
}

char *nvgre_tenant_label(wmem_allocator_t *pool, uint32_t vsid)
{
    const char *name = nvgre_tenant_name(vsid);

    return name ? wmem_strdup_printf(pool, "%s (%u)", name, vsid)
                : wmem_strdup_printf(pool, "%u", vsid);
}

UAT_CSTRING_CB_DEF(row, vsid, struct tenant_row)
UAT_CSTRING_CB_DEF(row, name, struct tenant_row)

void nvgre_names_register(module_t *preferences)
{
    static uat_field_t fields[] = {
        UAT_FLD_CSTRING_OTHER(row, vsid, "VSID", check_vsid,
                              "Virtual Subnet ID, decimal or with 0x in front"),
        UAT_FLD_CSTRING_OTHER(row, name, "Name", check_name, "Name of the tenant"),
        UAT_END_FIELDS,
    };
    uat_t *table = uat_new("NVGRE Tenants", sizeof *rows, "nvgre_tenants", true, &rows, &row_count,
                           UAT_AFFECTS_DISSECTION, NULL, copy_row, row_added, free_row,
                           table_changed, table_cleared, fields);

    prefs_register_uat_preference(
        preferences, "tenants", "Names of tenants",
        "Names to show for VSIDs; of several for one VSID the last counts", table);
}
