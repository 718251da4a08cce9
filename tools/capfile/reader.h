/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_READER_H
#define CAPFILE_READER_H

/*
 * Streaming reader of pcap (us and ns, either byte order, modified magic) and pcapng. Memory
 * is constant whatever the file; nothing in the file is trusted.
 */

#include <string.h>

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
    bool plain;             /* pcap whose records can be handed out as they stand */
    bool modified;          /* pcap with the longer record header of a patched libpcap */
    enum cap_event (*next)(struct cap_reader *reader);
    uint64_t bytes;           /* captured bytes handed out */
    struct cap_packet packet; /* its number counts CAP_BAD too */
    struct cap_block block;
    struct cap_error error;
    struct cap_iface *ifaces; /* of this section; a pcap file has one */
    uint32_t iface_count;
    uint32_t iface_room;
    uint32_t block_len;  /* of a large block */
    uint32_t block_rest; /* bytes of it still to hand out */
};

/* Opens a capture and reads its file header. Returns 0, or -1 with reader->error set. */
int cap_reader_open(struct cap_reader *reader, const char *path, const struct cap_wait *wait);
void cap_reader_close(struct cap_reader *reader);

static inline bool cap_reader_is_pcapng(const struct cap_reader *reader)
{
    return reader->format == CAP_FORMAT_PCAPNG;
}

/* The next packet or block. The short way: a packet of a plain pcap file, in the buffer already. */
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
