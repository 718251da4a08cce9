/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "order.h"
#include "pcap.h"
#include "reader_common.h"

static enum cap_event next_record(struct cap_reader *reader)
{
    uint32_t header_len = reader->modified ? PCAP_MODIFIED_RECORD_LEN : PCAP_RECORD_LEN;
    const uint8_t *record = cap_input_view(&reader->input, header_len);
    struct cap_packet *packet = &reader->packet;
    uint32_t caplen;

    if (!record)
        return cap_reader_ended(reader, "packet's header", header_len);
    caplen = order_get32(record + 8, reader->swapped);
    if (caplen > CAP_PACKET_MAX) {
        cap_error_set(&reader->error, "captured length %u is above %u; cannot read on", caplen,
                      CAP_PACKET_MAX);
        return CAP_CUT;
    }
    record = cap_input_view(&reader->input, header_len + caplen);
    if (!record)
        return cap_reader_ended(reader, "packet", header_len + caplen);
    memcpy(&packet->ts, record, sizeof packet->ts);
    packet->data = record + header_len;
    cap_packet_set_lengths(packet, caplen, order_get32(record + 12, reader->swapped));
    cap_input_take(&reader->input, header_len + caplen);
    reader->packet.number++;
    reader->bytes += caplen;
    return CAP_PACKET;
}

/* For a file whose frames end with an FCS. */
static enum cap_event next_with_fcs(struct cap_reader *reader)
{
    enum cap_event event = next_record(reader);

    if (event == CAP_PACKET)
        cap_packet_cut_fcs(&reader->packet, reader->packet.iface->fcs_len);
    return event;
}

int pcap_reader_open(struct cap_reader *reader)
{
    const uint8_t *header = cap_input_view(&reader->input, PCAP_HEADER_LEN);
    struct cap_iface *iface;
    uint32_t magic;
    uint32_t link;

    if (!header) {
        cap_reader_ended(reader, "file header", PCAP_HEADER_LEN);
        return -1;
    }
    magic = order_get32(header, false);
    reader->swapped =
        magic != PCAP_MAGIC_USEC && magic != PCAP_MAGIC_NSEC && magic != PCAP_MAGIC_MODIFIED;
    magic = order32(magic, reader->swapped);
    if (order_get16(header + 4, reader->swapped) != PCAP_VERSION_MAJOR) {
        cap_error_set(&reader->error, "pcap version %u.%u is not 2.x",
                      order_get16(header + 4, reader->swapped),
                      order_get16(header + 6, reader->swapped));
        return -1;
    }
    iface = cap_reader_add_iface(reader);
    if (!iface)
        return -1;
    link = order_get32(header + 20, reader->swapped);
    *iface = (struct cap_iface){.linktype = PCAP_LINKTYPE(link),
                                .tsresol = magic == PCAP_MAGIC_NSEC ? 9 : 6,
                                .snaplen = order_get32(header + 16, reader->swapped),
                                .vsid = NVGRE_VSID_NONE};
    if (PCAP_FCS_PRESENT(link) && iface->linktype == CAP_LINKTYPE_ETHERNET)
        iface->fcs_len = (uint8_t)(PCAP_FCS_UNITS(link) * 2);
    reader->format = magic == PCAP_MAGIC_NSEC ? CAP_FORMAT_NSECPCAP : CAP_FORMAT_PCAP;
    reader->modified = magic == PCAP_MAGIC_MODIFIED;
    reader->packet =
        (struct cap_packet){.iface = iface, .record = CAP_RECORD_PCAP, .swapped = reader->swapped};
    reader->next = iface->fcs_len ? next_with_fcs : next_record;
    reader->plain = !iface->fcs_len && !reader->modified && !reader->swapped;
    memcpy(reader->header, header, PCAP_HEADER_LEN);
    cap_input_take(&reader->input, PCAP_HEADER_LEN);
    return 0;
}
