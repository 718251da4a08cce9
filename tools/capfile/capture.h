/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_CAPTURE_H
#define CAPFILE_CAPTURE_H

/* What readers hand out and writers take: packets as views, and pcapng blocks as bytes. */

#include <stdbool.h>
#include <stdint.h>

#include "nvgre.h"

enum cap_format { CAP_FORMAT_PCAP, CAP_FORMAT_NSECPCAP, CAP_FORMAT_PCAPNG };

#define CAP_LINKTYPE_ETHERNET 1u

/* The most captured bytes a packet can have, as in libpcap and Wireshark. */
#define CAP_PACKET_MAX 262144u

/*
 * Bytes before a packet in a pcap file: 8 of time stamp, captured length, length on the wire.
 * In host byte order and without anything to convert, they are read and written in short ways.
 */
#define CAP_PLAIN_RECORD_LEN 16u

/* What an interface's packets share: a pcapng interface, or a whole pcap file. */
struct cap_iface {
    uint16_t linktype;
    uint8_t fcs_len;  /* bytes of an Ethernet FCS at each frame's end; the reader cuts it off */
    uint8_t tsresol;  /* units of time as if_tsresol has them: 6 is 10^-6 s, 0x80 + n is 2^-n s */
    uint32_t snaplen; /* 0 for no limit */
    int64_t tsoffset; /* seconds to add to each time stamp */
    uint32_t vsid;    /* the tenant that its name tells (iface_tags.h), or NVGRE_VSID_NONE */
};

/* How a packet stood in its file. */
enum cap_record {
    CAP_RECORD_PCAP,
    CAP_RECORD_ENHANCED, /* pcapng Enhanced Packet Block */
    CAP_RECORD_SIMPLE,   /* Simple Packet Block: without interface, time stamp and options */
    CAP_RECORD_OBSOLETE  /* Packet Block of early pcapng */
};

/* A packet. All pointers point into the reader and hold until its next call. */
struct cap_packet {
    const uint8_t *data;
    uint32_t caplen; /* bytes at `data`, at most CAP_PACKET_MAX */
    uint32_t len;    /* bytes on the wire, at least caplen */
    uint64_t ts;     /* in units of iface->tsresol; of pcap: as the record's first 8 bytes */
    uint64_t number; /* in the file, from 1 */
    const struct cap_iface *iface;
    uint32_t iface_id;
    enum cap_record record;
    bool fcs_cut;       /* `data` is shorter than the record's by an FCS */
    bool swapped;       /* the record's integers are not in host byte order */
    const uint8_t *raw; /* pcapng: the whole block, or NULL where it cannot be copied as it is */
    uint32_t raw_len;   /* bytes at `raw` */
    const uint8_t *options; /* packet options as in the file, without the end marker */
    uint32_t options_len;
};

/* A pcapng block that is not a packet, or a part of one too large to hold. */
struct cap_block {
    const uint8_t *data;
    uint32_t len;
    uint32_t type;                 /* block type; 0 for later parts */
    bool more;                     /* other parts of the block follow */
    bool swapped;                  /* the block's integers are not in host byte order */
    const struct cap_iface *iface; /* of Interface Description Blocks */
};

/* Why a call failed: one line for the user, without the file's name. */
struct cap_error {
    char text[160];
};

void cap_error_set(struct cap_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds the system's reason for errno. */
void cap_error_system(struct cap_error *error, const char *what);

#endif
