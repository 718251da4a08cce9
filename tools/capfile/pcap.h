/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_PCAP_H
#define CAPFILE_PCAP_H

/* The pcap file format (draft-ietf-opsawg-pcap). Internal to capfile. */

#include "reader.h"
#include "writer.h"

enum {
    PCAP_HEADER_LEN = 24,
    PCAP_RECORD_LEN = CAP_PLAIN_RECORD_LEN,
    PCAP_MODIFIED_RECORD_LEN = 24 /* adds interface, protocol and packet type */
};

#define PCAP_MAGIC_USEC 0xA1B2C3D4u
#define PCAP_MAGIC_NSEC 0xA1B23C4Du
#define PCAP_MAGIC_MODIFIED 0xA1B2CD34u
#define PCAP_VERSION_MAJOR 2
#define PCAP_VERSION_MINOR 4

/* Fields of the link-type word: FCS length in 16-bit units, whether that is valid, link type. */
#define PCAP_FCS_UNITS(word) ((word) >> 28)
#define PCAP_FCS_PRESENT(word) (((word)&0x04000000u) != 0)
#define PCAP_LINKTYPE(word) ((uint16_t)(word))

/*
 * Reads the file header. The caller has checked the magic number. Returns 0, or -1 with
 * reader->error set.
 */
int pcap_reader_open(struct cap_reader *reader);

extern const struct cap_writer_ops pcap_writer_ops;

#endif
