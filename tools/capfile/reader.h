/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_READER_H
#define CAPFILE_READER_H

/*
 * Streaming reader of pcap (us and ns, either byte order, modified magic) and pcapng. Memory is
 * bounded for any file. Nothing in the file is trusted.
 */

#include <string.h>

#include "capture.h"
#include "input.h"

enum cap_event {
    CAP_PACKET,  /* reader->packet is set */
    CAP_BLOCK,   /* reader->block is set (pcapng only) */
    CAP_BAD,     /* an invalid pcapng packet block: reader->block and reader->error are set */
    CAP_END,     /* the input ends after a complete record */
    CAP_CUT,     /* the input ends inside a record or is damaged: reader->error is set */
    CAP_STOPPED, /* a function of cap_wait returned false */
    CAP_FAILED   /* a system call failed: reader->error is set */
};

struct cap_reader {
    struct cap_input input;
    enum cap_format format; /* a modified pcap is CAP_FORMAT_PCAP */
    bool swapped;           /* the file's (pcapng: section's) integers are not in host order */
    uint8_t header[24];     /* pcap: the file header, unchanged */
    bool plain;             /* pcap records need no conversion: cap_reader_next's fast path */
    bool modified;          /* pcap with the longer record header of a patched libpcap */
    enum cap_event (*next)(struct cap_reader *reader);
    uint64_t bytes;           /* captured bytes of all packets so far */
    struct cap_packet packet; /* its number counts CAP_BAD too */
    struct cap_block block;
    struct cap_error error;
    struct cap_iface *ifaces; /* of this section; a pcap file has one */
    uint32_t iface_count;
    uint32_t iface_room;
    uint32_t block_len;  /* of the current large block */
    uint32_t block_rest; /* bytes of it that are not read yet */
};

/* Opens a capture and reads its file header. Returns 0, or -1 with reader->error set. */
int cap_reader_open(struct cap_reader *reader, const char *path, const struct cap_wait *wait);
void cap_reader_close(struct cap_reader *reader);

static inline bool cap_reader_is_pcapng(const struct cap_reader *reader)
{
    return reader->format == CAP_FORMAT_PCAPNG;
}

/* Reads the next packet or block. Fast path: a packet of a plain pcap, already in the buffer. */
static inline enum cap_event cap_reader_next(struct cap_reader *reader)
{
    const uint8_t *record = reader->input.start;
    size_t left = cap_input_left(&reader->input);
    struct cap_packet *packet = &reader->packet;
    uint32_t caplen;
    uint32_t len;

    if (__builtin_expect(!reader->plain || left < CAP_PLAIN_RECORD_LEN, 0))
        return reader->next(reader);
    memcpy(&caplen, record + 8, sizeof caplen);
    if (__builtin_expect(caplen > CAP_PACKET_MAX || left - CAP_PLAIN_RECORD_LEN < caplen, 0))
        return reader->next(reader);
    memcpy(&packet->ts, record, sizeof packet->ts);
    memcpy(&len, record + 12, sizeof len);
    packet->data = record + CAP_PLAIN_RECORD_LEN;
    packet->caplen = caplen;
    packet->len = len > caplen ? len : caplen;
    cap_input_take(&reader->input, CAP_PLAIN_RECORD_LEN + caplen);
    reader->packet.number++;
    reader->bytes += caplen;
    return CAP_PACKET;
}

#endif
