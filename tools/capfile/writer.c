/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "writer.h"

#include "pcap.h"
#include "pcapng.h"

void cap_writer_init(struct cap_writer *writer, const struct cap_reader *reader,
                     const struct cap_writer_config *config)
{
    bool pcapng = config->format == CAP_FORMAT_PCAPNG;

    *writer = (struct cap_writer){.config = *config,
                                  .ops = pcapng ? &pcapng_writer_ops : &pcap_writer_ops,
                                  .reader = reader,
                                  .plain_linktype = UINT32_MAX};
    writer->header_len = writer->ops->header_len;
}

int cap_writer_open(struct cap_writer *writer, const char *path, const struct cap_reader *reader,
                    const struct cap_writer_config *config, struct cap_error *error)
{
    cap_writer_init(writer, reader, config);
    if (cap_output_open(&writer->output, path, &reader->input, error) != 0)
        return -1;
    if (config->compression == CAP_COMPRESSION_NONE ||
        cap_output_pack(&writer->output, config->compression, error) == 0)
        return 0;
    cap_output_close(&writer->output);
    return -1;
}

enum cap_result cap_writer_keep(struct cap_writer *writer, const struct cap_packet *packet)
{
    cap_writer_start(writer);
    return writer->ops->keep(writer, packet);
}

enum cap_result cap_writer_block(struct cap_writer *writer, const struct cap_block *block)
{
    return writer->ops->block(writer, block);
}

int cap_writer_flush(struct cap_writer *writer)
{
    if (!cap_reader_is_pcapng(writer->reader))
        cap_writer_start(writer);
    return cap_output_flush(&writer->output);
}

/* Adds a missing file header, and removes an incomplete block. */
static void round_off(struct cap_writer *writer)
{
    cap_writer_start(writer);
    pcapng_writer_take_back(writer);
}

int cap_writer_complete(struct cap_writer *writer)
{
    round_off(writer);
    return cap_output_flush(&writer->output);
}

int cap_writer_publish(struct cap_writer *writer, struct cap_error *error)
{
    round_off(writer);
    return cap_output_publish(&writer->output, error);
}

void cap_writer_close(struct cap_writer *writer)
{
    cap_output_close(&writer->output);
    cap_iface_map_free(&writer->pcapng.map);
}
