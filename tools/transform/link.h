/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSFORM_LINK_H
#define TRANSFORM_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "capfile/capture.h"
#include "frame.h"

enum { LINKTYPE_IPV4 = 228, LINKTYPE_IPV6 = 229 }; /* packets of one IP version */

/* Finds the link header of a LINKTYPE_ value. Returns false if it is not supported. */
static inline bool link_of(uint16_t linktype, enum nvgre_link *link)
{
    switch (linktype) {
    case CAP_LINKTYPE_ETHERNET:
        *link = NVGRE_LINK_ETHERNET;
        return true;
    case 113:
        *link = NVGRE_LINK_SLL;
        return true;
    case 276:
        *link = NVGRE_LINK_SLL2;
        return true;
    case 12: /* the values of LINKTYPE_RAW on some systems */
    case 14:
    case 101:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
        *link = NVGRE_LINK_RAW;
        return true;
    case 0:   /* LINKTYPE_NULL */
    case 108: /* LINKTYPE_LOOP */
        *link = NVGRE_LINK_NULL;
        return true;
    default:
        return false;
    }
}

#endif
