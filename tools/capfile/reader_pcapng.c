/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "iface_name.h"
#include "order.h"
#include "pcapng.h"
#include "reader_common.h"

bool pcapng_option_read(const uint8_t *p, const uint8_t *end, bool swapped,
                        struct pcapng_option *option)
{
    if (end - p < 4)
        return false;
    option->code = order_get16(p, swapped);
    option->len = order_get16(p + 2, swapped);
    option->value = p + 4;
    if (option->code == PCAPNG_OPTION_END || end - option->value < pcapng_padded(option->len))
        return false;
    option->next = option->value + pcapng_padded(option->len);
    return true;
}

static enum cap_event broken(struct cap_reader *reader, const char *what, uint32_t value)
{
    cap_error_set(&reader->error, "%s %u; cannot read on", what, value);
    return CAP_CUT;
}

/* A packet block with valid type and lengths, but invalid content. Reading can continue. */
static enum cap_event bad_packet(struct cap_reader *reader, const char *what, uint32_t value)
{
    cap_error_set(&reader->error, "%s %u", what, value);
    reader->packet.number++;
    return CAP_BAD;
}

/* pcapng defines bits, but programs write bytes. No FCS has 8 or more bytes. */
static uint8_t fcs_bytes(uint8_t value)
{
    return value < 8 ? value : value / 8;
}

static void read_iface_option(struct cap_iface *iface, const struct pcapng_option *option,
                              bool swapped)
{
    if (option->code == PCAPNG_IF_NAME)
        iface->vsid = cap_vsid_of_name(option->value, option->len);
    else if (option->code == PCAPNG_IF_TSRESOL && option->len == 1)
        iface->tsresol = option->value[0];
    else if (option->code == PCAPNG_IF_TSOFFSET && option->len == 8)
        iface->tsoffset = (int64_t)order_get64(option->value, swapped);
    else if (option->code == PCAPNG_IF_FCSLEN && option->len == 1 &&
             iface->linktype == CAP_LINKTYPE_ETHERNET)
        iface->fcs_len = fcs_bytes(option->value[0]);
}

static enum cap_event read_interface(struct cap_reader *reader, const uint8_t *block, uint32_t len)
{
    const uint8_t *p = block + 16;
    struct pcapng_option option;
    struct cap_iface *iface;

    if (len < PCAPNG_INTERFACE_LEN)
        return broken(reader, "interface block of length", len);
    if (reader->iface_count == PCAPNG_INTERFACES_MAX)
        return broken(reader, "interfaces are more than", PCAPNG_INTERFACES_MAX);
    iface = cap_reader_add_iface(reader);
    if (!iface)
        return CAP_FAILED;
    *iface = (struct cap_iface){.linktype = order_get16(block + 8, reader->swapped),
                                .tsresol = 6,
                                .snaplen = order_get32(block + 12, reader->swapped),
                                .vsid = NVGRE_VSID_NONE};
    for (; pcapng_option_read(p, block + len - 4, reader->swapped, &option); p = option.next)
        read_iface_option(iface, &option, reader->swapped);
    reader->block.iface = iface;
    return CAP_BLOCK;
}

/* The FCS length in a packet's flags, else that of its interface. */
static uint32_t packet_fcs_len(const struct cap_packet *packet)
{
    const uint8_t *end = packet->options + packet->options_len;
    struct pcapng_option option;
    const uint8_t *p = packet->options;

    if (packet->iface->linktype != CAP_LINKTYPE_ETHERNET)
        return 0;
    for (; pcapng_option_read(p, end, packet->swapped, &option); p = option.next) {
        if (option.code == PCAPNG_PACKET_FLAGS && option.len == 4) {
            uint32_t flags = order_get32(option.value, packet->swapped);

            if (flags & PCAPNG_FLAGS_FCS)
                return (flags & PCAPNG_FLAGS_FCS) >> 5;
        }
    }
    return packet->iface->fcs_len;
}

static uint32_t options_len(const uint8_t *options, const uint8_t *end, bool swapped)
{
    const uint8_t *p = options;
    struct pcapng_option option;

    while (pcapng_option_read(p, end, swapped, &option))
        p = option.next;
    return (uint32_t)(p - options);
}

static enum cap_event read_packet(struct cap_reader *reader, const uint8_t *block, uint32_t len,
                                  enum cap_record record)
{
    struct cap_packet *packet = &reader->packet;
    const uint8_t *end = block + len - 4;
    bool swapped = reader->swapped;
    uint32_t fcs_len;
    uint32_t caplen;

    if (len < PCAPNG_PACKET_HEADER_LEN + 4)
        return bad_packet(reader, "packet block of length", len);
    packet->iface_id = record == CAP_RECORD_OBSOLETE ? order_get16(block + 8, swapped)
                                                     : order_get32(block + 8, swapped);
    if (packet->iface_id >= reader->iface_count)
        return bad_packet(reader, "no such interface:", packet->iface_id);
    caplen = order_get32(block + 20, swapped);
    if (caplen > CAP_PACKET_MAX || pcapng_padded(caplen) > len - PCAPNG_PACKET_HEADER_LEN - 4)
        return bad_packet(reader, "captured length does not fit into the block:", caplen);
    packet->iface = &reader->ifaces[packet->iface_id];
    packet->record = record;
    packet->swapped = swapped;
    packet->ts =
        (uint64_t)order_get32(block + 12, swapped) << 32 | order_get32(block + 16, swapped);
    packet->data = block + PCAPNG_PACKET_HEADER_LEN;
    packet->options = packet->data + pcapng_padded(caplen);
    packet->options_len = packet->options == end ? 0 : options_len(packet->options, end, swapped);
    packet->raw = block;
    packet->raw_len = len;
    cap_packet_set_lengths(packet, caplen, order_get32(block + 24, swapped));
    fcs_len = packet->options_len ? packet_fcs_len(packet) : packet->iface->fcs_len;
    packet->fcs_cut = false;
    if (fcs_len)
        cap_packet_cut_fcs(packet, fcs_len);
    reader->packet.number++;
    reader->bytes += caplen;
    return CAP_PACKET;
}

static enum cap_event read_simple(struct cap_reader *reader, const uint8_t *block, uint32_t len)
{
    struct cap_packet *packet = &reader->packet;
    uint32_t wire_len;
    uint32_t caplen;

    if (len < PCAPNG_SIMPLE_HEADER_LEN + 4)
        return bad_packet(reader, "packet block of length", len);
    if (reader->iface_count == 0)
        return bad_packet(reader, "no such interface:", 0);
    caplen = wire_len = order_get32(block + 8, reader->swapped);
    if (reader->ifaces->snaplen && caplen > reader->ifaces->snaplen)
        caplen = reader->ifaces->snaplen;
    if (caplen > CAP_PACKET_MAX || caplen > len - PCAPNG_SIMPLE_HEADER_LEN - 4)
        return bad_packet(reader, "captured length does not fit into the block:", caplen);
    *packet = (struct cap_packet){.number = packet->number,
                                  .data = block + PCAPNG_SIMPLE_HEADER_LEN,
                                  .iface = reader->ifaces,
                                  .record = CAP_RECORD_SIMPLE,
                                  .swapped = reader->swapped,
                                  .raw = block,
                                  .raw_len = len};
    cap_packet_set_lengths(packet, caplen, wire_len);
    if (packet->iface->fcs_len)
        cap_packet_cut_fcs(packet, packet->iface->fcs_len);
    reader->packet.number++;
    reader->bytes += caplen;
    return CAP_PACKET;
}

/* Each section has its own byte order. The magic number is in the block's first 12 bytes. */
static bool read_byte_order(struct cap_reader *reader, const uint8_t *header)
{
    uint32_t order = order_get32(header + 8, false);

    reader->swapped = order != PCAPNG_BYTE_ORDER;
    return order32(order, reader->swapped) == PCAPNG_BYTE_ORDER;
}

static enum cap_event read_section(struct cap_reader *reader, const uint8_t *block)
{
    uint16_t version = order_get16(block + 12, reader->swapped);

    if (version != 1)
        return broken(reader, "pcapng of major version", version);
    reader->iface_count = 0;
    return CAP_BLOCK;
}

static enum cap_event second_length_differs(struct cap_reader *reader, uint32_t second)
{
    return broken(reader, "block of two lengths, the second", second);
}

static enum cap_event large_block_part(struct cap_reader *reader)
{
    uint32_t len = reader->block_rest < CAP_IO_CHUNK ? reader->block_rest : (uint32_t)CAP_IO_CHUNK;
    const uint8_t *part = cap_input_view(&reader->input, len);
    uint32_t second;

    if (!part) {
        enum cap_event event = cap_reader_ended(reader, "block", len);

        if (event == CAP_END)
            cap_error_set(&reader->error, "the file ends inside a block, %u bytes before its end",
                          reader->block_rest);
        return event == CAP_END ? CAP_CUT : event;
    }
    reader->block_rest -= len;
    second = order_get32(part + len - 4, reader->swapped);
    if (reader->block_rest == 0 && second != reader->block_len)
        return second_length_differs(reader, second);
    reader->block = (struct cap_block){.data = part, .len = len, .more = reader->block_rest != 0};
    cap_input_take(&reader->input, len);
    return CAP_BLOCK;
}

static enum cap_event read_large_block(struct cap_reader *reader, uint32_t type, uint32_t len)
{
    enum cap_event event;

    if (pcapng_is_packet(type) || type == PCAPNG_INTERFACE || type == PCAPNG_SECTION)
        return broken(reader, "block of length", len);
    reader->block_len = reader->block_rest = len;
    event = large_block_part(reader);
    reader->block.type = type;
    reader->block.swapped = reader->swapped;
    return event;
}

static enum cap_event read_block(struct cap_reader *reader, uint32_t type, uint32_t len)
{
    const uint8_t *block = cap_input_view(&reader->input, len);

    if (!block)
        return cap_reader_ended(reader, "block", len);
    if (order_get32(block + len - 4, reader->swapped) != len)
        return second_length_differs(reader, order_get32(block + len - 4, reader->swapped));
    cap_input_take(&reader->input, len);
    reader->block =
        (struct cap_block){.data = block, .len = len, .type = type, .swapped = reader->swapped};
    switch (type) {
    case PCAPNG_ENHANCED_PACKET:
        return read_packet(reader, block, len, CAP_RECORD_ENHANCED);
    case PCAPNG_OBSOLETE_PACKET:
        return read_packet(reader, block, len, CAP_RECORD_OBSOLETE);
    case PCAPNG_SIMPLE_PACKET:
        return read_simple(reader, block, len);
    case PCAPNG_INTERFACE:
        return read_interface(reader, block, len);
    case PCAPNG_SECTION:
        return read_section(reader, block);
    default:
        return CAP_BLOCK;
    }
}

static enum cap_event next_block(struct cap_reader *reader)
{
    const uint8_t *header;
    uint32_t type;
    uint32_t len;

    if (reader->block_rest)
        return large_block_part(reader);
    header = cap_input_view(&reader->input, PCAPNG_BLOCK_LEN);
    if (!header)
        return cap_reader_ended(reader, "block's header", PCAPNG_BLOCK_LEN);
    type = order_get32(header, reader->swapped);
    if (type == PCAPNG_SECTION && !read_byte_order(reader, header)) /* the same in both orders */
        return broken(reader, "section with byte-order magic", order_get32(header + 8, false));
    len = order_get32(header + 4, reader->swapped);
    if (len < (type == PCAPNG_SECTION ? PCAPNG_SECTION_LEN : PCAPNG_BLOCK_LEN) || len % 4 != 0)
        return broken(reader, "block of length", len);
    return len > CAP_INPUT_VIEW_MAX ? read_large_block(reader, type, len)
                                    : read_block(reader, type, len);
}

/* Fast path: an enhanced packet without options, in host byte order, that is in the buffer. */
static enum cap_event pcapng_next(struct cap_reader *reader)
{
    const uint8_t *block = reader->input.start;
    size_t left = cap_input_left(&reader->input);
    struct cap_packet *packet = &reader->packet;
    uint32_t words[7]; /* type, block length, interface, time stamp (2), caplen, length */
    uint32_t trailer;

    if (left < sizeof words + sizeof trailer || reader->block_rest || reader->swapped)
        return next_block(reader);
    memcpy(words, block, sizeof words);
    if (words[0] != PCAPNG_ENHANCED_PACKET || words[2] >= reader->iface_count ||
        words[5] > CAP_PACKET_MAX || words[1] > left ||
        words[1] != sizeof words + pcapng_padded(words[5]) + sizeof trailer)
        return next_block(reader);
    memcpy(&trailer, block + words[1] - sizeof trailer, sizeof trailer);
    if (trailer != words[1] || reader->ifaces[words[2]].fcs_len)
        return next_block(reader);
    *packet = (struct cap_packet){.number = packet->number + 1,
                                  .data = block + sizeof words,
                                  .caplen = words[5],
                                  .len = words[6] > words[5] ? words[6] : words[5],
                                  .ts = (uint64_t)words[3] << 32 | words[4],
                                  .iface = &reader->ifaces[words[2]],
                                  .iface_id = words[2],
                                  .record = CAP_RECORD_ENHANCED,
                                  .raw = block,
                                  .raw_len = words[1]};
    cap_input_take(&reader->input, words[1]);
    reader->bytes += words[5];
    return CAP_PACKET;
}

/* Returns the first section's header, which was read when the file was opened. */
static enum cap_event first_section(struct cap_reader *reader)
{
    reader->next = pcapng_next;
    return CAP_BLOCK;
}

int pcapng_reader_open(struct cap_reader *reader)
{
    const uint8_t *header = cap_input_view(&reader->input, PCAPNG_SECTION_LEN);

    reader->format = CAP_FORMAT_PCAPNG;
    reader->next = first_section;
    if (!header)
        cap_reader_ended(reader, "file header", PCAPNG_SECTION_LEN);
    return header && next_block(reader) == CAP_BLOCK ? 0 : -1;
}
