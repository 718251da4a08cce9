/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "pcap.h"
#include "pcapng.h"

static bool is_magic(uint32_t word, uint32_t magic)
{
    return word == magic || word == order32(magic, true);
}

/* The first bytes of the capture, decompressed; NULL with reader->error set. */
static const uint8_t *first_bytes(struct cap_reader *reader)
{
    const uint8_t *first = cap_input_view(&reader->input, CAP_COMPRESSION_MAGIC_LEN);
    enum cap_compression kind = first ? cap_compression_of(first) : CAP_COMPRESSION_NONE;

    if (kind != CAP_COMPRESSION_NONE) {
        if (cap_input_unpack(&reader->input, kind, &reader->error) != 0)
            return NULL;
        first = cap_input_view(&reader->input, CAP_COMPRESSION_MAGIC_LEN);
    }
    if (!first && reader->input.error) {
        cap_error_set(&reader->error, "cannot read: %s", strerror(reader->input.error));
    } else if (!first && reader->input.defect.text[0]) {
        reader->error = reader->input.defect;
    } else if (!first) {
        cap_error_set(&reader->error, "%s, %zu bytes",
                      cap_input_left(&reader->input) ? "too short for a capture" : "empty file",
                      cap_input_left(&reader->input));
    }
    return first;
}

static int open_format(struct cap_reader *reader)
{
    const uint8_t *first = first_bytes(reader);
    uint32_t word;

    if (!first)
        return -1;
    memcpy(&word, first, sizeof word);
    if (word == PCAPNG_SECTION)
        return pcapng_reader_open(reader);
    if (is_magic(word, PCAP_MAGIC_USEC) || is_magic(word, PCAP_MAGIC_NSEC) ||
        is_magic(word, PCAP_MAGIC_MODIFIED))
        return pcap_reader_open(reader);
    cap_error_set(&reader->error, "%s (it begins with %02x %02x %02x %02x)",
                  cap_compression_of(first) == CAP_COMPRESSION_NONE
                      ? "not a pcap or pcapng capture"
                      : "compressed twice; decompress it first",
                  first[0], first[1], first[2], first[3]);
    return -1;
}

int cap_reader_open(struct cap_reader *reader, const char *path, const struct cap_wait *wait)
{
    *reader = (struct cap_reader){0};
    if (cap_input_open(&reader->input, path, wait, &reader->error) != 0)
        return -1;
    if (open_format(reader) == 0)
        return 0;
    cap_reader_close(reader);
    return -1;
}

void cap_reader_close(struct cap_reader *reader)
{
    cap_input_close(&reader->input);
    free(reader->ifaces);
    reader->ifaces = NULL;
}
