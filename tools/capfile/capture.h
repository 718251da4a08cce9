/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_CAPTURE_H
#define CAPFILE_CAPTURE_H

/* What readers return and writers accept: packets as views, and pcapng blocks as bytes. */

#include <stdbool.h>
#include <stdint.h>

#include "nvgre.h"

enum cap_format { CAP_FORMAT_PCAP, CAP_FORMAT_NSECPCAP, CAP_FORMAT_PCAPNG };

#define CAP_LINKTYPE_ETHERNET 1u

/* The largest captured length of a packet, as in libpcap and Wireshark. */
#define CAP_PACKET_MAX 262144u

/*
 * Bytes before a packet in a pcap file: time stamp (8), captured length (4), length on the wire
 * (4). If they are in host byte order and need no conversion, a fast path reads and writes them.
 */
#define CAP_PLAIN_RECORD_LEN 16u

/* An interface of a pcapng section. A pcap file has one. */
struct cap_iface {
    uint16_t linktype;
    uint8_t fcs_len;  /* bytes of an Ethernet FCS at each frame's end; the reader removes it */
    uint8_t tsresol;  /* unit of time, as in if_tsresol: n is 10^-n s, 0x80 + n is 2^-n s */
    uint32_t snaplen; /* 0 for no limit */
    int64_t tsoffset; /* seconds to add to each time stamp */
    uint32_t vsid;    /* the tenant in its name (iface_name.h), or NVGRE_VSID_NONE */
};

/* The kind of record that a packet had in its file. */
enum cap_record {
    CAP_RECORD_PCAP,
    CAP_RECORD_ENHANCED, /* pcapng Enhanced Packet Block */
    CAP_RECORD_SIMPLE,   /* pcapng Simple Packet Block: no interface, time stamp or options */
    CAP_RECORD_OBSOLETE  /* Packet Block of early pcapng */
};

/* All pointers point into the reader and are valid until its next call. */
struct cap_packet {
    const uint8_t *data;
    uint32_t caplen; /* bytes at `data`, at most CAP_PACKET_MAX */
    uint32_t len;    /* bytes on the wire, at least caplen */
    uint64_t ts;     /* pcapng: in units of iface->tsresol; pcap: the record's first 8 bytes */
    uint64_t number; /* in the file, from 1 */
    const struct cap_iface *iface;
    uint32_t iface_id;
    enum cap_record record;
    bool fcs_cut;           /* an FCS was removed */
    bool swapped;           /* the record's integers are not in host byte order */
    const uint8_t *raw;     /* pcapng: the whole block; NULL for pcap, and if an FCS was removed */
    uint32_t raw_len;       /* bytes at `raw` */
    const uint8_t *options; /* pcapng: packet options as in the file, without the end marker */
    uint32_t options_len;
};

/* A pcapng block that is not a packet, or a part of a large block. */
struct cap_block {
    const uint8_t *data;
    uint32_t len;
    uint32_t type;                 /* block type; 0 for later parts */
    bool more;                     /* more parts of the block follow */
    bool swapped;                  /* the block's integers are not in host byte order */
    const struct cap_iface *iface; /* for Interface Description Blocks */
};

/* The reason of a failure: one line for the user, without the file's name. */
struct cap_error {
    char text[160];
};

void cap_error_set(struct cap_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets `what`, a colon and the text for errno. */
void cap_error_system(struct cap_error *error, const char *what);

#endif
