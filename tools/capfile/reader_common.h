/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_READER_COMMON_H
#define CAPFILE_READER_COMMON_H

/* Shared by the readers of both formats. Internal to capfile. */

#include "reader.h"

/* The event if cap_input_view returned NULL for `needed` bytes of the record named `where`. */
enum cap_event cap_reader_ended(struct cap_reader *reader, const char *where, size_t needed);

/* Adds an interface, which the caller fills in. Returns NULL with reader->error set on failure. */
struct cap_iface *cap_reader_add_iface(struct cap_reader *reader);

/* Sets both lengths. A record may claim a wire length below caplen; then it becomes caplen. */
static inline void cap_packet_set_lengths(struct cap_packet *packet, uint32_t caplen, uint32_t len)
{
    packet->caplen = caplen;
    packet->len = len > caplen ? len : caplen;
}

/*
 * Removes the FCS, because a tunnel does not carry it (RFC 7637 section 3.2). The record can then
 * no longer be copied unchanged.
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
