/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_WRITER_H
#define CAPFILE_WRITER_H

/*
 * Streaming writer of pcap and pcapng. A transform writes a packet's new bytes directly into the
 * writer's buffer (cap_writer_room, then cap_writer_commit). Unchanged packets are copied
 * (cap_writer_keep). Records, byte order, sections, interfaces, blocks and options of the input are
 * copied byte for byte if the output's format can hold them.
 */

#include <string.h>

#include "iface_map.h"
#include "iface_name.h"
#include "output.h"
#include "reader.h"

struct cap_writer_config {
    enum cap_format format;
    bool auto_nsec; /* pcap: use nsecpcap if the input has finer times (cap_tsresol_is_fine) */
    uint16_t (*linktype)(uint16_t linktype); /* the transform's link type for one of the input */
    uint32_t growth;   /* most bytes that the transform adds to a packet; added to the snaplen */
    bool own_sections; /* pcapng: write new sections and interfaces, do not copy the input's */
    enum cap_compression compression;
};

enum cap_result {
    CAP_OK,
    CAP_UNSTORABLE, /* not written, the output's format cannot hold it; writer->error is set */
    CAP_WRITE_FAILED
};

/* Private to writer_pcap.c. */
struct cap_pcap_writer {
    bool same_times;   /* time stamps need no conversion */
    bool same_records; /* records of kept packets need no conversion */
    uint16_t linktype; /* of the file */
};

/* What only writer_pcapng.c knows, but for the tenants of cap_split. */
struct cap_pcapng_writer {
    struct cap_iface_map map;
    uint32_t iface_count;    /* in the output's current section */
    uint32_t first_snaplen;  /* of the section's first interface */
    bool in_block;           /* a large block is not complete yet */
    uint64_t block_position; /* its cap_output_position */
};

struct cap_writer_ops;

struct cap_writer {
    struct cap_output output;
    struct cap_writer_config config;
    const struct cap_writer_ops *ops;
    const struct cap_reader *reader;
    struct cap_error error;
    uint64_t packets;    /* written */
    uint64_t bytes;      /* captured bytes in these packets */
    uint32_t header_len; /* bytes of a record before the packet's data */
    uint32_t
        plain_linktype; /* link type for the fast path of cap_writer_commit; UINT32_MAX for none */
    bool started;       /* the header before the first packet is written */
    bool swapped;       /* the output's integers are not in host byte order */
    struct cap_pcap_writer pcap;
    struct cap_pcapng_writer pcapng;
};

/* One set of functions for each format. */
struct cap_writer_ops {
    uint32_t header_len;
    void (*start)(struct cap_writer *writer); /* a failure is reported by the next write */
    enum cap_result (*commit)(struct cap_writer *writer, const struct cap_packet *packet,
                              uint16_t linktype, uint32_t caplen, uint32_t len,
                              const struct cap_label *label); /* NULL for none */
    enum cap_result (*keep)(struct cap_writer *writer, const struct cap_packet *packet);
    enum cap_result (*block)(struct cap_writer *writer, const struct cap_block *block);
};

/* Counts a packet and adds its record, which is the `record_len` bytes at cap_output_at. */
static inline enum cap_result cap_writer_add_record(struct cap_writer *writer, uint32_t caplen,
                                                    uint32_t record_len)
{
    writer->packets++;
    writer->bytes += caplen;
    return cap_output_add(&writer->output, record_len) ? CAP_WRITE_FAILED : CAP_OK;
}

/* The snaplen plus the bytes that a transform adds, at most CAP_PACKET_MAX. 0 (no limit) stays. */
static inline uint32_t cap_writer_grown_snaplen(const struct cap_writer *writer, uint32_t snaplen)
{
    if (snaplen == 0 || snaplen >= CAP_PACKET_MAX)
        return snaplen;
    snaplen += writer->config.growth;
    return snaplen < CAP_PACKET_MAX ? snaplen : CAP_PACKET_MAX;
}

/* Sets up a writer for packets from `reader`, except its output. */
void cap_writer_init(struct cap_writer *writer, const struct cap_reader *reader,
                     const struct cap_writer_config *config);

/* Opens `path` for packets from `reader`. Returns 0, or -1 with *error set. */
int cap_writer_open(struct cap_writer *writer, const char *path, const struct cap_reader *reader,
                    const struct cap_writer_config *config, struct cap_error *error);

/* Writes the header before the first packet, once. */
static inline void cap_writer_start(struct cap_writer *writer)
{
    if (__builtin_expect(writer->started, 1))
        return;
    writer->started = true;
    writer->ops->start(writer);
}

/* The buffer for the bytes of the next packet, larger than CAP_PACKET_MAX and all headers. */
static inline uint8_t *cap_writer_room(struct cap_writer *writer)
{
    cap_writer_start(writer);
    return cap_output_at(&writer->output) + writer->header_len;
}

/*
 * Writes a packet of the `caplen` bytes at cap_writer_room (`len` bytes on the wire). Time and all
 * else come from `packet`. Fast path: from pcap to the same kind of pcap.
 */
static inline enum cap_result cap_writer_commit(struct cap_writer *writer,
                                                const struct cap_packet *packet, uint16_t linktype,
                                                uint32_t caplen, uint32_t len)
{
    uint8_t *record = cap_output_at(&writer->output);

    if (linktype != writer->plain_linktype)
        return writer->ops->commit(writer, packet, linktype, caplen, len, NULL);
    memcpy(record, &packet->ts, sizeof packet->ts);
    memcpy(record + 8, &caplen, sizeof caplen);
    memcpy(record + 12, &len, sizeof len);
    return cap_writer_add_record(writer, caplen, CAP_PLAIN_RECORD_LEN + caplen);
}

/* The same with a label, which shows the packet's tenant in pcapng. */
static inline enum cap_result cap_writer_commit_labelled(struct cap_writer *writer,
                                                         const struct cap_packet *packet,
                                                         uint16_t linktype, uint32_t caplen,
                                                         uint32_t len,
                                                         const struct cap_label *label)
{
    return writer->ops->commit(writer, packet, linktype, caplen, len, label);
}

/* Writes a packet unchanged, except that its time is packet->ts. */
enum cap_result cap_writer_keep(struct cap_writer *writer, const struct cap_packet *packet);

/* Writes a block that is not a valid packet. Returns CAP_UNSTORABLE for pcap. */
enum cap_result cap_writer_block(struct cap_writer *writer, const struct cap_block *block);

/* Writes all buffered bytes, for a waiting reader of a pipe. Returns 0, or -1. */
int cap_writer_flush(struct cap_writer *writer);

/*
 * Writes all bytes of the file, so that a failure shows now and not in cap_writer_publish. Returns
 * 0, or -1.
 */
int cap_writer_complete(struct cap_writer *writer);

/* Completes the file and renames it to its name. Returns 0, or -1 with *error set. */
int cap_writer_publish(struct cap_writer *writer, struct cap_error *error);

/* Frees all. Removes an output that was not published. */
void cap_writer_close(struct cap_writer *writer);

#endif
