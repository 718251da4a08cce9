/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "order.h"
#include "pcapng.h"
#include "timestamp.h"

enum { INTERFACE_BLOCK_MAX = 96 }; /* bytes that describe_iface writes */

/* Adds a block. Its body of `body_len` bytes is at cap_output_at + 8 already. */
static enum cap_result add_block(struct cap_writer *writer, uint32_t type, uint32_t body_len)
{
    uint8_t *block = cap_output_at(&writer->output);
    uint32_t len = PCAPNG_BLOCK_LEN + body_len;

    order_put32(block, type, writer->swapped);
    order_put32(block + 4, len, writer->swapped);
    order_put32(block + len - 4, len, writer->swapped);
    return cap_output_add(&writer->output, len) ? CAP_WRITE_FAILED : CAP_OK;
}

static uint8_t *put_option(const struct cap_writer *writer, uint8_t *p, uint16_t code,
                           const void *value, uint16_t len)
{
    order_put16(p, code, writer->swapped);
    order_put16(p + 2, len, writer->swapped);
    memset(p + 4, 0, pcapng_padded(len));
    memcpy(p + 4, value, len);
    return p + 4 + pcapng_padded(len);
}

static uint8_t *put_end(const struct cap_writer *writer, uint8_t *p)
{
    return put_option(writer, p, PCAPNG_OPTION_END, "", 0);
}

/* Counts an interface of the output. Returns 1 + its number. */
static uint32_t count_iface(struct cap_writer *writer, uint32_t snaplen)
{
    if (writer->pcapng.iface_count++ == 0)
        writer->pcapng.first_snaplen = snaplen;
    return writer->pcapng.iface_count;
}

/* Writes an interface description. Returns 1 + the interface's number in the output. */
static uint32_t describe_iface(struct cap_writer *writer, const struct cap_iface *iface,
                               uint16_t linktype, uint32_t vsid)
{
    uint8_t *body = cap_output_at(&writer->output) + 8;
    uint32_t snaplen = cap_writer_grown_snaplen(writer, iface->snaplen);
    int64_t tsoffset = (int64_t)order64((uint64_t)iface->tsoffset, writer->swapped);
    char name[CAP_VSID_NAME_MAX];
    uint8_t *p = body + 8;

    order_put16(body, linktype, writer->swapped);
    order_put16(body + 2, 0, writer->swapped);
    order_put32(body + 4, snaplen, writer->swapped);
    if (vsid != NVGRE_VSID_NONE) {
        uint16_t len = cap_vsid_name(vsid, name);

        p = put_option(writer, p, PCAPNG_IF_NAME, name, len);
    }
    if (iface->tsresol != 6)
        p = put_option(writer, p, PCAPNG_IF_TSRESOL, &iface->tsresol, 1);
    if (tsoffset != 0)
        p = put_option(writer, p, PCAPNG_IF_TSOFFSET, &tsoffset, 8);
    if (p != body + 8)
        p = put_end(writer, p);
    (void)add_block(writer, PCAPNG_INTERFACE, (uint32_t)(p - body));
    return count_iface(writer, snaplen);
}

static struct cap_iface_numbers *map_at(struct cap_writer *writer, uint32_t id)
{
    struct cap_iface_numbers *numbers = cap_iface_map_at(&writer->pcapng.map, id);

    if (!numbers)
        writer->output.error = ENOMEM;
    return numbers;
}

static void begin_section(struct cap_writer *writer, bool swapped)
{
    writer->swapped = swapped;
    writer->pcapng.iface_count = 0;
    cap_iface_map_clear(&writer->pcapng.map);
}

/* Writes a new section header if the input has none, or if sections are not copied. */
static void start(struct cap_writer *writer)
{
    const bool has_sections = cap_reader_is_pcapng(writer->reader);
    static const char application[] = "nvgre-pcap";
    const struct cap_iface *iface = writer->reader->ifaces;
    uint8_t *body = cap_output_at(&writer->output) + 8;
    uint8_t *p = body + 16;
    struct cap_iface_numbers *numbers;

    if (has_sections && !writer->config.own_sections)
        return;
    begin_section(writer, has_sections && writer->reader->swapped);
    order_put32(body, PCAPNG_BYTE_ORDER, writer->swapped);
    order_put16(body + 4, 1, writer->swapped);
    order_put16(body + 6, 0, writer->swapped);
    memset(body + 8, 0xFF, 8); /* section length unknown */
    p = put_option(writer, p, PCAPNG_SECTION_APPLICATION, application, sizeof application - 1);
    p = put_end(writer, p);
    (void)add_block(writer, PCAPNG_SECTION, (uint32_t)(p - body));
    if (writer->config.own_sections)
        return;
    numbers = map_at(writer, 0);
    if (numbers && writer->config.linktype(iface->linktype) == iface->linktype)
        numbers->own = describe_iface(writer, iface, iface->linktype, NVGRE_VSID_NONE);
}

/* 1 + the number of a packet's interface in the output, without a VSID; 0 if there is none. */
static inline uint32_t plain_number(const struct cap_writer *writer,
                                    const struct cap_packet *packet, uint16_t linktype)
{
    const struct cap_iface_numbers numbers =
        cap_iface_map_get(&writer->pcapng.map, packet->iface_id);

    return linktype == packet->iface->linktype ? numbers.own : numbers.ethernet;
}

/* Writes an interface description while the packet's data is already in the buffer. */
static void describe_before_data(struct cap_writer *writer, const struct cap_packet *packet,
                                 uint16_t linktype, uint32_t caplen, uint32_t vsid)
{
    uint8_t *data = cap_writer_room(writer);
    uint8_t *aside = data + INTERFACE_BLOCK_MAX;

    memmove(aside, data, caplen);
    (void)describe_iface(writer, packet->iface, linktype, vsid);
    memmove(cap_writer_room(writer), aside, caplen);
}

/*
 * 1 + the number of a packet's interface in the output. Adds the interface if it is not there yet.
 * Returns 0 with *result set if it cannot be added.
 */
static uint32_t number_of(struct cap_writer *writer, const struct cap_packet *packet,
                          uint16_t linktype, uint32_t caplen, uint32_t vsid,
                          enum cap_result *result)
{
    struct cap_iface_map *map = &writer->pcapng.map;
    const uint32_t id = packet->iface_id;
    uint32_t number = vsid == NVGRE_VSID_NONE ? plain_number(writer, packet, linktype)
                                              : cap_iface_map_find(map, id, vsid);
    struct cap_iface_numbers *numbers = NULL;

    if (number)
        return number;
    if (writer->pcapng.iface_count >= PCAPNG_INTERFACES_MAX) {
        cap_error_set(&writer->error, "a pcapng section has %u interfaces at most",
                      PCAPNG_INTERFACES_MAX);
        *result = CAP_UNSTORABLE;
        return 0;
    }
    number = writer->pcapng.iface_count + 1;
    if (vsid == NVGRE_VSID_NONE)
        numbers = cap_iface_map_at(map, id);
    if (numbers) {
        *(linktype == packet->iface->linktype ? &numbers->own : &numbers->ethernet) = number;
    } else if (vsid == NVGRE_VSID_NONE || cap_iface_map_add(map, id, vsid, number) != 0) {
        writer->output.error = ENOMEM;
        *result = CAP_WRITE_FAILED;
        return 0;
    }
    describe_before_data(writer, packet, linktype, caplen, vsid);
    return number;
}

/*
 * Writes the label's comment and the packet's options. Leaves out a hash, because the bytes may
 * have changed, and the length of a removed FCS.
 */
static uint8_t *put_packet_options(const struct cap_writer *writer, const struct cap_packet *packet,
                                   const char *comment, uint8_t *p)
{
    const uint8_t *end = packet->options + packet->options_len;
    const uint8_t *from = packet->options;
    struct pcapng_option option;

    if (comment)
        p = put_option(writer, p, PCAPNG_OPTION_COMMENT, comment, (uint16_t)strlen(comment));
    for (; pcapng_option_read(from, end, packet->swapped, &option); from = option.next) {
        if (option.code == PCAPNG_PACKET_HASH)
            continue;
        memcpy(p, from, (size_t)(option.next - from));
        if (packet->fcs_cut && option.code == PCAPNG_PACKET_FLAGS && option.len == 4) {
            uint32_t flags = order_get32(option.value, packet->swapped) & ~PCAPNG_FLAGS_FCS;

            order_put32(p + 4, flags, packet->swapped);
        }
        p += option.next - from;
    }
    memset(p, 0, 4); /* the end marker */
    return p + 4;
}

static void put_time(const struct cap_writer *writer, uint8_t *body,
                     const struct cap_packet *packet)
{
    uint64_t ts = packet->ts;

    if (packet->record == CAP_RECORD_PCAP) {
        struct cap_pcap_time time = cap_packet_pcap_time(packet);

        ts = (uint64_t)time.sec * (packet->iface->tsresol == 9 ? 1000000000u : 1000000u) +
             time.fraction;
    }
    order_put32(body + 4, (uint32_t)(ts >> 32), writer->swapped);
    order_put32(body + 8, (uint32_t)ts, writer->swapped);
}

/* Whether a Simple Packet Block implies this caplen. It is the minimum of snaplen and len. */
static bool simple_tells(const struct cap_writer *writer, uint32_t number, uint32_t caplen,
                         uint32_t len)
{
    uint32_t snaplen = writer->pcapng.first_snaplen;

    return number == 1 && caplen == (snaplen && snaplen < len ? snaplen : len);
}

/* The packet's data is at the place for an Enhanced Packet Block. */
static enum cap_result commit_simple(struct cap_writer *writer, uint32_t caplen, uint32_t len)
{
    uint8_t *body = cap_output_at(&writer->output) + 8;

    memmove(body + 4, body + 20, caplen);
    order_put32(body, len, writer->swapped);
    memset(body + 4 + caplen, 0, pcapng_padded(caplen) - caplen);
    return add_block(writer, PCAPNG_SIMPLE_PACKET, 4 + pcapng_padded(caplen));
}

__attribute__((noinline)) static enum cap_result
commit_any(struct cap_writer *writer, const struct cap_packet *packet, uint16_t linktype,
           uint32_t caplen, uint32_t len, const struct cap_label *label)
{
    const char *comment = label ? label->comment : NULL;
    enum cap_result result = CAP_OK;
    uint32_t number =
        number_of(writer, packet, linktype, caplen, label ? label->vsid : NVGRE_VSID_NONE, &result);
    uint8_t *body;
    uint8_t *p;

    if (number == 0)
        return result;
    writer->packets++;
    writer->bytes += caplen;
    if (packet->record == CAP_RECORD_SIMPLE && !comment &&
        simple_tells(writer, number, caplen, len))
        return commit_simple(writer, caplen, len);
    body = cap_output_at(&writer->output) + 8;
    order_put32(body, number - 1, writer->swapped);
    put_time(writer, body, packet);
    order_put32(body + 12, caplen, writer->swapped);
    order_put32(body + 16, len, writer->swapped);
    p = body + 20 + caplen;
    memset(p, 0, 4); /* padding */
    p = body + 20 + pcapng_padded(caplen);
    if (packet->options_len || comment)
        p = put_packet_options(writer, packet, comment, p);
    return add_block(writer, PCAPNG_ENHANCED_PACKET, (uint32_t)(p - body));
}

/* Fast path: an enhanced packet without options, in host byte order. */
static enum cap_result commit(struct cap_writer *writer, const struct cap_packet *packet,
                              uint16_t linktype, uint32_t caplen, uint32_t len,
                              const struct cap_label *label)
{
    uint8_t *block = cap_output_at(&writer->output);
    uint32_t block_len = PCAPNG_PACKET_HEADER_LEN + pcapng_padded(caplen) + 4;
    uint32_t number = 0;

    if (packet->record == CAP_RECORD_ENHANCED && packet->options_len == 0 && !writer->swapped &&
        !label)
        number = plain_number(writer, packet, linktype);
    if (number == 0)
        return commit_any(writer, packet, linktype, caplen, len, label);
    order_put32(block, PCAPNG_ENHANCED_PACKET, false);
    order_put32(block + 4, block_len, false);
    order_put32(block + 8, number - 1, false);
    order_put32(block + 12, (uint32_t)(packet->ts >> 32), false);
    order_put32(block + 16, (uint32_t)packet->ts, false);
    order_put32(block + 20, caplen, false);
    order_put32(block + 24, len, false);
    memset(block + PCAPNG_PACKET_HEADER_LEN + caplen, 0, 4); /* padding */
    order_put32(block + block_len - 4, block_len, false);
    return cap_writer_add_record(writer, caplen, block_len);
}

static bool can_copy(const struct cap_writer *writer, const struct cap_packet *packet)
{
    uint32_t number;

    if (!packet->raw || !cap_reader_is_pcapng(writer->reader))
        return false;
    number = cap_iface_map_get(&writer->pcapng.map, packet->iface_id).own;
    if (packet->record == CAP_RECORD_SIMPLE)
        return simple_tells(writer, number, packet->caplen, packet->len);
    return number == packet->iface_id + 1;
}

static enum cap_result keep(struct cap_writer *writer, const struct cap_packet *packet)
{
    uint8_t *block = cap_output_at(&writer->output);

    if (!can_copy(writer, packet)) {
        memcpy(cap_writer_room(writer), packet->data, packet->caplen);
        return commit(writer, packet, packet->iface->linktype, packet->caplen, packet->len, NULL);
    }
    memcpy(block, packet->raw, packet->raw_len);
    if (packet->record != CAP_RECORD_SIMPLE)
        put_time(writer, block + 8, packet); /* may have changed */
    return cap_writer_add_record(writer, packet->caplen, packet->raw_len);
}

static enum cap_result section_block(struct cap_writer *writer, uint8_t *copy,
                                     const struct cap_block *block)
{
    begin_section(writer, block->swapped);
    memset(copy + 16, 0xFF, 8); /* section length unknown: blocks may change */
    return cap_output_add(&writer->output, block->len) ? CAP_WRITE_FAILED : CAP_OK;
}

/* Copies the options of an interface, without a removed FCS. Returns the body's length. */
static uint32_t interface_body(const struct cap_writer *writer, uint8_t *copy,
                               const struct cap_block *block)
{
    const uint8_t *end = block->data + block->len - 4;
    const uint8_t *from = block->data + 16;
    uint8_t *p = copy + 16;
    struct pcapng_option option;

    if (block->iface->fcs_len == 0)
        return block->len - PCAPNG_BLOCK_LEN;
    for (; pcapng_option_read(from, end, block->swapped, &option); from = option.next) {
        if (option.code == PCAPNG_IF_FCSLEN)
            continue;
        memcpy(p, from, (size_t)(option.next - from));
        p += option.next - from;
    }
    return (uint32_t)(put_end(writer, p) - (copy + 8));
}

static enum cap_result interface_block(struct cap_writer *writer, uint8_t *copy,
                                       const struct cap_block *block)
{
    struct cap_iface_numbers *numbers = map_at(writer, writer->reader->iface_count - 1);
    uint32_t snaplen = cap_writer_grown_snaplen(writer, block->iface->snaplen);

    if (!numbers)
        return CAP_WRITE_FAILED;
    if (writer->pcapng.iface_count == PCAPNG_INTERFACES_MAX)
        return CAP_UNSTORABLE; /* the messages come with its packets */
    order_put32(copy + 12, snaplen, writer->swapped);
    numbers->own = count_iface(writer, snaplen);
    return add_block(writer, PCAPNG_INTERFACE, interface_body(writer, copy, block));
}

static void renumber_statistics(const struct cap_writer *writer, uint8_t *copy)
{
    uint32_t id = order_get32(copy + 8, writer->swapped);
    uint32_t number = cap_iface_map_get(&writer->pcapng.map, id).own;

    if (number)
        order_put32(copy + 8, number - 1, writer->swapped);
}

static enum cap_result write_block(struct cap_writer *writer, const struct cap_block *block)
{
    uint8_t *copy;

    if (pcapng_is_packet(block->type) && writer->pcapng.iface_count != writer->reader->iface_count)
        return CAP_UNSTORABLE; /* invalid: cannot renumber its interface */
    if (block->more && !writer->pcapng.in_block)
        writer->pcapng.block_position = cap_output_position(&writer->output);
    writer->pcapng.in_block = block->more;
    copy = cap_output_at(&writer->output);
    memcpy(copy, block->data, block->len);
    if (block->type == PCAPNG_SECTION)
        return section_block(writer, copy, block);
    if (block->type == PCAPNG_INTERFACE)
        return interface_block(writer, copy, block);
    if (block->type == PCAPNG_STATISTICS && block->len > PCAPNG_BLOCK_LEN)
        renumber_statistics(writer, copy);
    return cap_output_add(&writer->output, block->len) ? CAP_WRITE_FAILED : CAP_OK;
}

void pcapng_writer_take_back(struct cap_writer *writer)
{
    if (writer->pcapng.in_block)
        cap_output_take_back(&writer->output, writer->pcapng.block_position);
    writer->pcapng.in_block = false;
}

const struct cap_writer_ops pcapng_writer_ops = {.header_len = PCAPNG_PACKET_HEADER_LEN,
                                                 .start = start,
                                                 .commit = commit,
                                                 .keep = keep,
                                                 .block = write_block};
