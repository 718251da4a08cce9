/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_READER_COMMON_H
#define CAPFILE_READER_COMMON_H

/* What the readers of both formats share. Internal to capfile. */

#include "reader.h"

/* The event for an input that gave no view of `needed` bytes for the record named `where`. */
enum cap_event cap_reader_ended(struct cap_reader *reader, const char *where, size_t needed);

/* A place for one more interface, or NULL with reader->error set. */
struct cap_iface *cap_reader_add_iface(struct cap_reader *reader);

/* Sets both lengths; what was captured was on the wire, whatever the record says. */
static inline void cap_packet_set_lengths(struct cap_packet *packet, uint32_t caplen, uint32_t len)
{
    packet->caplen = caplen;
    packet->len = len > caplen ? len : caplen;
}

/*
 * Takes off the FCS that the link layer added: it is not part of what a tunnel carries (RFC
 * 7637 section 3.2). Such a record can no longer be copied as it is.
 */
static inline void cap_packet_cut_fcs(struct cap_packet *packet, uint32_t fcs_len)
{
    packet->fcs_cut = true;
    packet->raw = NULL;
    packet->len = packet->len > fcs_len ? packet->len - fcs_len : 0;
    if (packet->caplen > packet->len)
        packet->caplen = packet->len;
}

#endif
