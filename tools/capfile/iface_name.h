/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_IFACE_NAME_H
#define CAPFILE_IFACE_NAME_H

/*
 * pcapng interfaces for tenants: the packets of VSID 5001 belong to an interface named "vsid-5001".
 */

#include <stdint.h>

#define CAP_VSID_NAME_MAX 16  /* bytes of a name, with its NUL */
#define CAP_COMMENT_MAX 1024u /* bytes */

/* How a packet in pcapng shows its tenant. */
struct cap_label {
    uint32_t vsid;       /* of its interface, or NVGRE_VSID_NONE */
    const char *comment; /* UTF-8, at most CAP_COMMENT_MAX bytes; NULL for none */
};

/* The VSID in an interface's name of `len` bytes; NVGRE_VSID_NONE for other names. */
uint32_t cap_vsid_of_name(const uint8_t *name, uint32_t len);

/* Writes the interface name for a VSID. Returns its length without the NUL. */
uint16_t cap_vsid_name(uint32_t vsid, char name[CAP_VSID_NAME_MAX]);

#endif
