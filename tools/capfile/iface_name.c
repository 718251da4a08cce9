/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iface_name.h"

#include <stdio.h>
#include <string.h>

#include "nvgre.h"

static const char prefix[] = "vsid-";

uint32_t cap_vsid_of_name(const uint8_t *name, uint32_t len)
{
    const uint32_t prefix_len = sizeof prefix - 1;
    uint32_t vsid = 0;

    if (len <= prefix_len || memcmp(name, prefix, prefix_len) != 0)
        return NVGRE_VSID_NONE;
    for (uint32_t i = prefix_len; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return NVGRE_VSID_NONE;
        vsid = vsid * 10 + (uint32_t)(name[i] - '0');
        if (vsid > NVGRE_VSID_MAX)
            return NVGRE_VSID_NONE;
    }
    return vsid;
}

uint16_t cap_vsid_name(uint32_t vsid, char name[CAP_VSID_NAME_MAX])
{
    return (uint16_t)snprintf(name, CAP_VSID_NAME_MAX, "%s%u", prefix, vsid);
}
