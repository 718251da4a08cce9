/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "order.h"
#include "pcap.h"
#include "timestamp.h"

/* The interface that gives the file its link type and snaplen: the first packet's. */
static struct cap_iface model_iface(const struct cap_writer *writer)
{
    const struct cap_iface none = {.linktype = CAP_LINKTYPE_ETHERNET, .tsresol = 6};
    const struct cap_packet *packet = &writer->reader->packet;

    if (packet->iface)
        return *packet->iface;
    return writer->reader->iface_count ? writer->reader->ifaces[0] : none;
}

static uint32_t file_snaplen(const struct cap_writer *writer, uint32_t snaplen)
{
    if (cap_reader_is_pcapng(writer->reader) || snaplen == 0)
        return CAP_PACKET_MAX;
    return cap_writer_grown_snaplen(writer, snaplen);
}

static void start(struct cap_writer *writer)
{
    uint8_t *header = cap_output_at(&writer->output);
    struct cap_iface iface = model_iface(writer);
    uint32_t magic;

    writer->swapped = !cap_reader_is_pcapng(writer->reader) && writer->reader->swapped;
    writer->pcap.linktype = writer->config.linktype(iface.linktype);
    for (uint32_t i = 0; i < writer->reader->iface_count && writer->config.auto_nsec; i++)
        if (cap_tsresol_is_fine(writer->reader->ifaces[i].tsresol))
            writer->config.format = CAP_FORMAT_NSECPCAP;
    writer->pcap.same_times = writer->reader->format == writer->config.format;
    writer->pcap.same_records =
        writer->pcap.same_times && !writer->reader->modified && iface.fcs_len == 0;
    writer->plain_linktype =
        writer->pcap.same_times && !writer->swapped ? writer->pcap.linktype : UINT32_MAX;
    magic = writer->config.format == CAP_FORMAT_NSECPCAP ? PCAP_MAGIC_NSEC : PCAP_MAGIC_USEC;
    memcpy(header, writer->reader->header, PCAP_HEADER_LEN); /* keeps time zone and accuracy */
    order_put32(header, magic, writer->swapped);
    order_put16(header + 4, PCAP_VERSION_MAJOR, writer->swapped);
    order_put16(header + 6, PCAP_VERSION_MINOR, writer->swapped);
    order_put32(header + 16, file_snaplen(writer, iface.snaplen), writer->swapped);
    order_put32(header + 20, writer->pcap.linktype, writer->swapped);
    (void)cap_output_add(&writer->output, PCAP_HEADER_LEN);
}

static enum cap_result convert_time(struct cap_writer *writer, uint8_t *record,
                                    const struct cap_packet *packet)
{
    bool nsec = writer->config.format == CAP_FORMAT_NSECPCAP;
    struct time_point time = cap_packet_time(packet);

    if (time.sec < 0 || time.sec > UINT32_MAX) {
        cap_error_set(&writer->error, "pcap has no time before 1970 or after 2106, here %lld s",
                      (long long)time.sec);
        return CAP_UNSTORABLE;
    }
    order_put32(record, (uint32_t)time.sec, writer->swapped);
    order_put32(record + 4, nsec ? time.nsec : time.nsec / 1000, writer->swapped);
    return CAP_OK;
}

static enum cap_result commit(struct cap_writer *writer, const struct cap_packet *packet,
                              uint16_t linktype, uint32_t caplen, uint32_t len,
                              const struct cap_label *label)
{
    uint8_t *record = cap_output_at(&writer->output);
    bool swapped = writer->swapped;

    (void)label; /* pcap has no place for it */
    if (linktype != writer->pcap.linktype) {
        cap_error_set(&writer->error, "a pcap file has one link type, here %u, and not %u",
                      writer->pcap.linktype, linktype);
        return CAP_UNSTORABLE;
    }
    if (writer->pcap.same_times)
        memcpy(record, &packet->ts, sizeof packet->ts);
    else if (convert_time(writer, record, packet) != CAP_OK)
        return CAP_UNSTORABLE;
    order_put32(record + 8, caplen, swapped);
    order_put32(record + 12, len, swapped);
    return cap_writer_add_record(writer, caplen, PCAP_RECORD_LEN + caplen);
}

static enum cap_result keep(struct cap_writer *writer, const struct cap_packet *packet)
{
    uint8_t *record = cap_output_at(&writer->output);
    uint32_t len = PCAP_RECORD_LEN + packet->caplen;

    if (!writer->pcap.same_records || packet->iface->linktype != writer->pcap.linktype) {
        memcpy(cap_writer_room(writer), packet->data, packet->caplen);
        return commit(writer, packet, packet->iface->linktype, packet->caplen, packet->len, NULL);
    }
    memcpy(record, packet->data - PCAP_RECORD_LEN, len);
    memcpy(record, &packet->ts, sizeof packet->ts); /* may have changed */
    return cap_writer_add_record(writer, packet->caplen, len);
}

static enum cap_result block_unstorable(struct cap_writer *writer, const struct cap_block *block)
{
    (void)writer;
    (void)block;
    return CAP_UNSTORABLE;
}

const struct cap_writer_ops pcap_writer_ops = {.header_len = PCAP_RECORD_LEN,
                                               .start = start,
                                               .commit = commit,
                                               .keep = keep,
                                               .block = block_unstorable};
