/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_WRITER_H
#define CAPFILE_WRITER_H

/*
 * Streaming writer of pcap and pcapng. A transform writes a packet's new bytes straight into
 * the writer's buffer (room, then commit); packets that stay as they are, are copied (keep).
 * What the input's format has and the output's can hold too, survives byte for byte: records,
 * byte order, sections, interfaces, blocks, options.
 */

#include <string.h>

#include "iface_map.h"
#include "iface_tags.h"
#include "output.h"
#include "reader.h"

struct cap_writer_config {
    enum cap_format format;
    bool auto_nsec; /* pcap, but nsecpcap where the input's times are finer */
    uint16_t (*linktype)(uint16_t linktype); /* what the transform makes of a link type */
    uint32_t growth;   /* bytes by which it may lengthen a packet, for the snaplen */
    bool own_sections; /* pcapng: sections and interfaces are described anew, not copied */
    enum cap_compression compression;
};

enum cap_result {
    CAP_OK,
    CAP_UNSTORABLE, /* not written: the output's format cannot hold it; writer->error says why */
    CAP_WRITE_FAILED
};

/* What only writer_pcap.c knows. */
struct cap_pcap_writer {
    bool same_times;   /* time stamps are written as they were read */
    bool same_records; /* so are records of kept packets */
    uint16_t linktype; /* of the file */
};

/* What only writer_pcapng.c knows, but for the tenants of cap_split. */
struct cap_pcapng_writer {
    struct cap_iface_map map;
    uint32_t iface_count;    /* in the output's section */
    uint32_t first_snaplen;  /* of the section's first interface */
    bool in_block;           /* a large block is not complete yet */
    uint64_t block_position; /* where it begins */
};

struct cap_writer_ops;

struct cap_writer {
    struct cap_output output;
    struct cap_writer_config config;
    const struct cap_writer_ops *ops;
    const struct cap_reader *reader;
    struct cap_error error;
    uint64_t packets;        /* written */
    uint64_t bytes;          /* captured bytes in them */
    uint32_t header_len;     /* bytes of a record before the packet's data */
    uint32_t plain_linktype; /* for the short way of cap_writer_commit; UINT32_MAX for none */
    bool started;            /* what stands before the first packet is written */
    bool swapped;            /* the output's integers are not in host byte order */
    struct cap_pcap_writer pcap;
    struct cap_pcapng_writer pcapng;
};

/* What differs between the formats. */
struct cap_writer_ops {
    uint32_t header_len;
    void (*start)(struct cap_writer *writer); /* a failure shows at the next write */
    enum cap_result (*commit)(struct cap_writer *writer, const struct cap_packet *packet,
                              uint16_t linktype, uint32_t caplen, uint32_t len,
                              const struct cap_label *label); /* NULL for none */
    enum cap_result (*keep)(struct cap_writer *writer, const struct cap_packet *packet);
    enum cap_result (*block)(struct cap_writer *writer, const struct cap_block *block);
};

/* Counts a packet whose record of `record_len` bytes stands at the output's place, and adds it. */
static inline enum cap_result cap_writer_add_record(struct cap_writer *writer, uint32_t caplen,
                                                    uint32_t record_len)
{
    writer->packets++;
    writer->bytes += caplen;
    return cap_output_add(&writer->output, record_len) ? CAP_WRITE_FAILED : CAP_OK;
}

/* A snaplen that leaves room for what a transform adds; 0, for no limit, stays. */
static inline uint32_t cap_writer_grown_snaplen(const struct cap_writer *writer, uint32_t snaplen)
{
    if (snaplen == 0 || snaplen >= CAP_PACKET_MAX)
        return snaplen;
    snaplen += writer->config.growth;
    return snaplen < CAP_PACKET_MAX ? snaplen : CAP_PACKET_MAX;
}

/* Sets up all but the output for what comes from `reader`. */
void cap_writer_init(struct cap_writer *writer, const struct cap_reader *reader,
                     const struct cap_writer_config *config);

/* Opens `path` for what comes from `reader`. Returns 0, or -1 with *error set. */
int cap_writer_open(struct cap_writer *writer, const char *path, const struct cap_reader *reader,
                    const struct cap_writer_config *config, struct cap_error *error);

/* Writes what comes before the first packet, once. */
static inline void cap_writer_start(struct cap_writer *writer)
{
    if (__builtin_expect(writer->started, 1))
        return;
    writer->started = true;
    writer->ops->start(writer);
}

/* Room for the bytes of the next packet: more than CAP_PACKET_MAX and any headers. */
static inline uint8_t *cap_writer_room(struct cap_writer *writer)
{
    cap_writer_start(writer);
    return cap_output_at(&writer->output) + writer->header_len;
}

/*
 * Makes a packet of the `caplen` bytes at cap_writer_room (of `len` on the wire): all else is
 * as in `packet`. The short way: from pcap to the same kind of pcap.
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

/* The same for a packet of a tenant, which a label names in pcapng. */
static inline enum cap_result cap_writer_commit_labelled(struct cap_writer *writer,
                                                         const struct cap_packet *packet,
                                                         uint16_t linktype, uint32_t caplen,
                                                         uint32_t len,
                                                         const struct cap_label *label)
{
    return writer->ops->commit(writer, packet, linktype, caplen, len, label);
}

/* Writes a packet as it is, at the time packet->ts. */
enum cap_result cap_writer_keep(struct cap_writer *writer, const struct cap_packet *packet);

/* Writes a block that is not a sound packet; CAP_UNSTORABLE in pcap. */
enum cap_result cap_writer_block(struct cap_writer *writer, const struct cap_block *block);

/* Writes out what is buffered, for a reader that waits at the other end of a pipe. */
int cap_writer_flush(struct cap_writer *writer);

/* Writes out all that the file gets, so that a failure shows now and not at cap_writer_publish. */
int cap_writer_complete(struct cap_writer *writer);

/* Completes the file and gives it its name. Returns 0, or -1 with *error set. */
int cap_writer_publish(struct cap_writer *writer, struct cap_error *error);

/* Frees all; an output that was not published is removed. */
void cap_writer_close(struct cap_writer *writer);

#endif
