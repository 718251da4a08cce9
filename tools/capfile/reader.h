/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_READER_H
#define CAPFILE_READER_H

/*
 * Streaming reader of pcap (us and ns, either byte order, modified magic) and pcapng. Memory
 * is constant whatever the file; nothing in the file is trusted.
 */

#include "capture.h"
#include "input.h"

enum cap_event {
    CAP_PACKET,  /* reader->packet is set */
    CAP_BLOCK,   /* reader->block is set (pcapng only) */
    CAP_BAD,     /* a pcapng packet block that makes no sense: block and error are set */
    CAP_END,     /* the input ends where a record ends */
    CAP_CUT,     /* it ends inside a record or cannot be read on: error is set */
    CAP_STOPPED, /* cap_wait gave up */
    CAP_FAILED   /* the system failed: error is set */
};

struct cap_reader {
    struct cap_input input;
    enum cap_format format; /* of the file; a modified pcap is CAP_FORMAT_PCAP */
    bool swapped;           /* the file's (pcapng: section's) integers are not in host order */
    uint8_t header[24];     /* of a pcap file, as it stood there */
    bool modified;          /* pcap with the longer record header of a patched libpcap */
    enum cap_event (*next)(struct cap_reader *reader);
    uint64_t packets; /* handed out, CAP_BAD too */
    uint64_t bytes;   /* captured bytes in them */
    struct cap_packet packet;
    struct cap_block block;
    struct cap_error error;
    struct cap_iface *ifaces; /* of this section; a pcap file has one */
    uint32_t iface_count;
    uint32_t iface_room;
    uint64_t block_rest; /* bytes of a large block still to hand out */
};

/* Opens a capture and reads its file header. Returns 0, or -1 with reader->error set. */
int cap_reader_open(struct cap_reader *reader, const char *path, const struct cap_wait *wait);
void cap_reader_close(struct cap_reader *reader);

static inline enum cap_event cap_reader_next(struct cap_reader *reader)
{
    return reader->next(reader);
}

#endif
