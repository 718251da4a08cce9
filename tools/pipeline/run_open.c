/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/signals.h"
#include "run_state.h"

/* For this long output waits for more input, so that a busy pipe is written in large pieces. */
#define HOLD_BACK_MS 5

/* While a pipe is waited for, nothing is held back from whoever reads the output. */
static bool wait_for_input(void *context, int fd)
{
    struct run *run = context;
    int timeout_ms = HOLD_BACK_MS;

    while (!signals_wait(fd, timeout_ms)) {
        if (!run_go_on(run))
            return false;
        if (run->writing && cap_writer_flush(&run->writer) != 0)
            return false;
        timeout_ms = -1;
    }
    return true;
}

/* Such as /dev/stdout: to replace it, or to print JSON into it, would lose what is written. */
static bool is_standard_output(const char *path)
{
    struct stat standard;
    struct stat named;

    return fstat(STDOUT_FILENO, &standard) == 0 && stat(path, &named) == 0 &&
           cap_same_file(&standard, &named);
}

void run_set_times(struct run *run)
{
    const struct run_options *options = run->options;

    run->retime = (struct cap_retime){.wanted = options->shift.given || options->scale.given,
                                      .shift_ns = options->shift.ns,
                                      .numerator = options->scale.numerator,
                                      .denominator = options->scale.denominator};
}

void run_name_files(struct run *run)
{
    const struct run_options *options = run->options;

    run->out = is_standard_output(options->out) ? "-" : options->out;
    run->summary.in = diag_file_name(options->in, "standard input");
    run->summary.out = diag_file_name(options->out, "standard output");
}

/* Whether a name of `*len` bytes ends so; if it does, *len becomes what stands before that. */
static bool take_extension(const char *path, size_t *len, const char *extension)
{
    size_t extension_len = strlen(extension);

    if (*len < extension_len ||
        strncasecmp(path + *len - extension_len, extension, extension_len) != 0)
        return false;
    *len -= extension_len;
    return true;
}

/* The compression and format that a file's name asks for, where options do not. */
static struct cap_writer_config config_for(const struct run *run, const char *path)
{
    const struct run_options *options = run->options;
    struct cap_writer_config config = {.format = run->reader.format,
                                       .auto_nsec = !options->format.given,
                                       .linktype = run->transform.linktype,
                                       .growth = run->transform.growth};
    size_t len = strlen(path);

    if (take_extension(path, &len, ".gz"))
        config.compression = CAP_COMPRESSION_GZIP;
    else if (take_extension(path, &len, ".zst"))
        config.compression = CAP_COMPRESSION_ZSTD;
    if (options->compression.given)
        config.compression = (enum cap_compression)options->compression.value;
    if (options->format.given)
        config.format = (enum cap_format)options->format.value;
    else if (take_extension(path, &len, ".pcapng"))
        config.format = CAP_FORMAT_PCAPNG;
    else if (take_extension(path, &len, ".pcap") && config.format == CAP_FORMAT_PCAPNG)
        config.format = CAP_FORMAT_PCAP;
    return config;
}

/* Opens OUT and what the input is split into. Returns an exit code, after a message. */
static int open_outputs(struct run *run)
{
    const struct run_options *options = run->options;
    const struct cap_writer_config config = config_for(run, run->out);
    const struct cap_writer_config split_config =
        options->split ? config_for(run, options->split) : config;
    struct cap_error error;

    if (run->tag != RESULT_TAG_NONE && split_config.format != CAP_FORMAT_PCAPNG) {
        diag(options->split ? options->split : run->summary.out,
             "only pcapng has tags; name it so, or use -F pcapng");
        return EXIT_USAGE;
    }
    if (options->split && cap_split_names(options->split, options->out)) {
        diag(run->summary.out, "is also the name of a tenant's file");
        return EXIT_USAGE;
    }
    if (cap_writer_open(&run->writer, run->out, &run->reader, &config, &error) != 0) {
        if (!signals_stop)
            diag(run->summary.out, "%s", error.text);
        return EXIT_RUNTIME;
    }
    if (options->split) {
        run->split = cap_split_open(options->split, &run->reader, &split_config, &error);
        if (!run->split) {
            diag(options->split, "%s", error.text);
            cap_writer_close(&run->writer);
            return EXIT_RUNTIME;
        }
        run->split_room = cap_split_room(run->split);
    }
    run->writing = true;
    return EXIT_CLEAN;
}

int run_open(struct run *run)
{
    const struct cap_wait wait = {wait_for_input, run_go_on, run};
    int code;

    if (cap_reader_open(&run->reader, run->options->in, &wait) != 0) {
        if (!signals_stop)
            diag(run->summary.in, "%s", run->reader.error.text);
        return EXIT_RUNTIME;
    }
    run->tag = run->options->tag;
    code = select_prepare(&run->selection, &run->reader) == SELECT_YES ? open_outputs(run)
                                                                       : EXIT_USAGE;
    if (code != EXIT_CLEAN)
        cap_reader_close(&run->reader);
    run->labelling = run->tag != RESULT_TAG_NONE || run->split;
    run->way = run->transform.keeps_link ? WAY_SAME_LINK : WAY_USUAL;
    if (run->labelling || run->retime.wanted || run->selection.wanted)
        run->way = WAY_SPECIAL;
    return code;
}

enum cap_result run_split_commit(struct run *run, const char *comment)
{
    const struct transform_result *result = &run->result;
    struct cap_error error;
    enum cap_result done = cap_split_commit(run->split, &run->reader.packet, result->caplen,
                                            result->len, result->vsid, comment, &error);

    if (done == CAP_WRITE_FAILED)
        diag(run->options->split, "VSID %u: %s", result->vsid, error.text);
    if (done == CAP_UNSTORABLE)
        run->writer.error = error; /* what is told of a packet without a place */
    return done;
}

void run_close(struct run *run)
{
    cap_split_close(run->split);
    cap_writer_close(&run->writer);
    cap_reader_close(&run->reader);
}
