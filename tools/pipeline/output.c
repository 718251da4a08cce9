/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/signals.h"

bool output_is_standard(const char *path)
{
    struct stat standard;
    struct stat named;

    if (strcmp(path, "-") == 0)
        return true;
    return fstat(STDOUT_FILENO, &standard) == 0 && stat(path, &named) == 0 &&
           cap_same_file(&standard, &named);
}

/* Whether the first *len bytes of `path` end with `extension`. If so, removes it from *len. */
static bool take_extension(const char *path, size_t *len, const char *extension)
{
    size_t extension_len = strlen(extension);

    if (*len < extension_len ||
        strncasecmp(path + *len - extension_len, extension, extension_len) != 0)
        return false;
    *len -= extension_len;
    return true;
}

/* Options give compression and format; without them the file's name does. */
static struct cap_writer_config writer_config(const struct output *output, const char *path,
                                              enum cap_format format)
{
    const struct output_config *config = output->config;
    struct cap_writer_config writer = {.format = format,
                                       .auto_nsec = !config->has_format,
                                       .linktype = output->transform->linktype,
                                       .growth = output->transform->growth};
    size_t len = strlen(path);

    if (take_extension(path, &len, ".gz"))
        writer.compression = CAP_COMPRESSION_GZIP;
    else if (take_extension(path, &len, ".zst"))
        writer.compression = CAP_COMPRESSION_ZSTD;
    if (config->has_compression)
        writer.compression = config->compression;
    if (config->has_format)
        writer.format = config->format;
    else if (take_extension(path, &len, ".pcapng"))
        writer.format = CAP_FORMAT_PCAPNG;
    else if (take_extension(path, &len, ".pcap") && writer.format == CAP_FORMAT_PCAPNG)
        writer.format = CAP_FORMAT_PCAP;
    return writer;
}

static int open_split(struct output *output, const struct cap_reader *reader,
                      const struct cap_writer_config *config)
{
    const char *pattern = output->config->split;
    struct cap_error error;

    output->split = cap_split_open(pattern, reader, config, &error);
    if (!output->split) {
        diag(pattern, "%s", error.text);
        return EXIT_RUNTIME;
    }
    output->split_room = cap_split_room(output->split);
    return EXIT_CLEAN;
}

int output_open(struct output *output, const struct output_config *config,
                const struct cap_reader *reader, const struct transform *transform)
{
    const char *path = output_is_standard(config->out) ? "-" : config->out;
    struct cap_writer_config writer;
    struct cap_writer_config split;
    struct cap_error error;

    *output = (struct output){.config = config,
                              .transform = transform,
                              .name = diag_file_name(config->out, "standard output"),
                              .keeps_link = transform->keeps_link,
                              .labelling = config->tag != RESULT_TAG_NONE || config->split};
    writer = writer_config(output, path, reader->format);
    split = config->split ? writer_config(output, config->split, reader->format) : writer;
    if (config->tag != RESULT_TAG_NONE && split.format != CAP_FORMAT_PCAPNG) {
        diag(config->split ? config->split : output->name,
             "only pcapng has tags; name it so, or use -F pcapng");
        return EXIT_USAGE;
    }
    if (config->split && cap_split_names(config->split, config->out)) {
        diag(output->name, "is also the name of a tenant's file");
        return EXIT_USAGE;
    }
    if (cap_writer_open(&output->writer, path, reader, &writer, &error) != 0) {
        if (!signals_stop)
            diag(output->name, "%s", error.text);
        return EXIT_RUNTIME;
    }
    output->open = true;
    return config->split ? open_split(output, reader, &split) : EXIT_CLEAN;
}

bool output_has_failed(const struct output *output)
{
    if (output->writer.output.error)
        diag(output->name, "cannot write: %s", strerror(output->writer.output.error));
    return output->writer.output.error != 0;
}

int output_finish(struct output *output)
{
    struct cap_error error;

    if (output->split)
        (void)cap_writer_complete(&output->writer); /* fails before tenants' files appear */
    if (output_has_failed(output))
        return EXIT_RUNTIME;
    if (output->split && cap_split_publish(output->split, &error) != 0) {
        diag(output->config->split, "%s", error.text);
        return EXIT_RUNTIME;
    }
    if (cap_writer_publish(&output->writer, &error) != 0) {
        diag(output->name, "%s", error.text);
        return EXIT_RUNTIME;
    }
    return EXIT_CLEAN;
}

void output_close(struct output *output)
{
    if (!output->open)
        return;
    cap_split_close(output->split);
    cap_writer_close(&output->writer);
    output->open = false;
}

int output_flush(struct output *output)
{
    return output->open ? cap_writer_flush(&output->writer) : 0;
}

void output_count(const struct output *output, struct summary *summary)
{
    summary->packets_written = output->writer.packets;
    summary->bytes_written = output->writer.bytes;
    if (output->split) {
        struct cap_split_counts counts;

        cap_split_count(output->split, &counts);
        summary->packets_written += counts.packets;
        summary->bytes_written += counts.bytes;
        summary->split_files = counts.files;
    }
}

void output_section(struct output *output)
{
    if (output->split)
        cap_split_section(output->split);
}

static enum cap_result commit_split(struct output *output, const struct cap_packet *packet,
                                    const struct transform_result *result, const char *comment)
{
    struct cap_error error;
    enum cap_result done = cap_split_commit(output->split, packet, result->caplen, result->len,
                                            result->vsid, comment, &error);

    if (done == CAP_WRITE_FAILED)
        diag(output->config->split, "VSID %u: %s", result->vsid, error.text);
    if (done == CAP_UNSTORABLE)
        output->writer.error = error; /* for the message about the packet */
    return done;
}

enum cap_result output_commit(struct output *output, const struct cap_packet *packet,
                              const struct transform_result *result)
{
    const enum result_tag tag = output->config->tag;
    struct cap_label label = {tag == RESULT_TAG_INTERFACE ? result->vsid : NVGRE_VSID_NONE, NULL};
    char comment[CAP_COMMENT_MAX + 1];

    if (!output->labelling)
        return output_commit_plain(output, packet, result);
    if (tag == RESULT_TAG_COMMENT) {
        output->transform->describe(packet, comment, sizeof comment);
        label.comment = comment;
    }
    if (output->split)
        return commit_split(output, packet, result, label.comment);
    return cap_writer_commit_labelled(&output->writer, packet, CAP_LINKTYPE_ETHERNET,
                                      result->caplen, result->len, &label);
}
