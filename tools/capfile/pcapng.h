/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPFILE_PCAPNG_H
#define CAPFILE_PCAPNG_H

/* The pcapng file format (draft-ietf-opsawg-pcapng). Internal to capfile. */

#include "reader.h"
#include "writer.h"

#define PCAPNG_SECTION 0x0A0D0D0Au
#define PCAPNG_INTERFACE 1u
#define PCAPNG_OBSOLETE_PACKET 2u
#define PCAPNG_SIMPLE_PACKET 3u
#define PCAPNG_STATISTICS 5u
#define PCAPNG_ENHANCED_PACKET 6u
#define PCAPNG_BYTE_ORDER 0x1A2B3C4Du

enum {
    PCAPNG_BLOCK_LEN = 12, /* type and length, and the length again at the end */
    PCAPNG_SECTION_LEN = 28,
    PCAPNG_INTERFACE_LEN = 20,
    PCAPNG_PACKET_HEADER_LEN = 28, /* enhanced and obsolete packets, up to the data */
    PCAPNG_SIMPLE_HEADER_LEN = 12,
    PCAPNG_OPTION_END = 0,
    PCAPNG_OPTION_COMMENT = 1,
    PCAPNG_SECTION_APPLICATION = 4,
    PCAPNG_IF_NAME = 2,
    PCAPNG_IF_TSRESOL = 9,
    PCAPNG_IF_FCSLEN = 13,
    PCAPNG_IF_TSOFFSET = 14,
    PCAPNG_PACKET_FLAGS = 2,
    PCAPNG_PACKET_HASH = 3
};

/* The FCS length in the packet flags option. */
#define PCAPNG_FLAGS_FCS 0x1E0u

/* Interfaces in one section. The limit stops attacks that exhaust memory. */
#define PCAPNG_INTERFACES_MAX 65536u

static inline bool pcapng_is_packet(uint32_t type)
{
    return type == PCAPNG_ENHANCED_PACKET || type == PCAPNG_SIMPLE_PACKET ||
           type == PCAPNG_OBSOLETE_PACKET;
}

static inline uint32_t pcapng_padded(uint32_t len)
{
    return (len + 3) & ~3u;
}

struct pcapng_option {
    uint16_t code;
    uint16_t len;
    const uint8_t *value;
    const uint8_t *next;
};

/* Reads the option at `p`. Returns false at the end of the list and if the option is invalid. */
bool pcapng_option_read(const uint8_t *p, const uint8_t *end, bool swapped,
                        struct pcapng_option *option);

/* Reads the first section's header. Returns 0, or -1 with reader->error set. */
int pcapng_reader_open(struct cap_reader *reader);

extern const struct cap_writer_ops pcapng_writer_ops;

/* Removes an incomplete large block from the output. Does nothing for pcap. */
void pcapng_writer_take_back(struct cap_writer *writer);

#endif
