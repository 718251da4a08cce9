/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPTURE_SUPPORT_H
#define CAPTURE_SUPPORT_H

/*
 * Shared by the tests of capture files: captures written as text, their delivery as a file or
 * through a pipe, and the reader's events as text.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "support.h"

#include "capfile/reader.h"
#include "capfile/timestamp.h"

struct capture {
    uint8_t *data;
    size_t len;
    size_t room;
    bool big; /* big endian */
};

/* The byte for a position, so that bytes from another position are found. */
static inline uint8_t pattern(size_t at)
{
    return (uint8_t)((uint32_t)at * 2654435761u >> 24);
}

static inline bool is_pattern(const uint8_t *data, size_t from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] != pattern(from + i))
            return false;
    return true;
}

/* Appends `len` zero bytes. Returns where they are. */
static inline uint8_t *capture_extend(struct capture *capture, size_t len)
{
    uint8_t *at;

    if (capture->room - capture->len < len || !capture->data) {
        capture->room = 2 * (capture->len + len) + 64;
        capture->data = realloc(capture->data, capture->room);
        assert_non_null(capture->data);
    }
    at = capture->data + capture->len;
    capture->len += len;
    return memset(at, 0, len);
}

static inline void capture_put(const struct capture *capture, size_t at, uint64_t value,
                               size_t width)
{
    for (size_t i = 0; i < width; i++)
        capture->data[at + (capture->big ? width - 1 - i : i)] = (uint8_t)(value >> 8 * i);
}

static inline void capture_pad(struct capture *capture)
{
    capture_extend(capture, -capture->len % 4);
}

static inline void capture_add_integer(struct capture *capture, const char *digits, size_t count)
{
    size_t at = capture->len;

    assert_true(count == 2 || count == 4 || count == 8 || count == 16);
    capture_extend(capture, count / 2);
    capture_put(capture, at, strtoull(digits, NULL, 16), count / 2);
}

static inline void capture_add_bytes(struct capture *capture, const char *digits, size_t count)
{
    uint8_t *at = capture_extend(capture, count / 2);

    for (size_t i = 0; i < count; i += 2)
        *at++ = (uint8_t)(hex_digit(digits[i]) << 4 | hex_digit(digits[i + 1]));
}

static inline void capture_add_pattern(struct capture *capture, size_t len)
{
    uint8_t *at = capture_extend(capture, len);

    for (size_t i = 0; i < len; i++)
        at[i] = pattern(i);
}

static inline void capture_end_block(struct capture *capture, size_t start)
{
    size_t len;

    capture_pad(capture);
    len = capture->len + 4 - start;
    capture_extend(capture, 4);
    capture_put(capture, start + 4, len, 4);
    capture_put(capture, capture->len - 4, len, 4);
}

/*
 * Appends what a text describes. Items are separated by spaces:
 *   1a2b      an integer of 2, 4, 8 or 16 digits in the capture's byte order
 *   :0102..   bytes, unchanged
 *   *N        N bytes of the pattern
 *   [TYPE ]   a pcapng block with the items inside, its lengths and padding
 *   |         padding to 4 bytes
 */
static inline void capture_add(struct capture *capture, const char *text)
{
    size_t block = 0;

    while (*(text += strspn(text, " "))) {
        size_t count = strcspn(text, " ]");

        if (*text == '[') {
            block = capture->len;
            capture_add_integer(capture, text + 1, count - 1);
            capture_extend(capture, 4);
        } else if (*text == ']') {
            capture_end_block(capture, block);
            count = 1;
        } else if (*text == ':') {
            capture_add_bytes(capture, text + 1, count - 1);
        } else if (*text == '*') {
            capture_add_pattern(capture, strtoul(text + 1, NULL, 10));
        } else if (*text == '|') {
            capture_pad(capture);
        } else {
            capture_add_integer(capture, text, count);
        }
        text += count;
    }
}

static inline struct capture capture_of(const char *text, bool big)
{
    struct capture capture = {.big = big};

    capture_add(&capture, text);
    return capture;
}

static inline bool host_is_big(void)
{
    return *(const uint8_t *)&(const uint16_t){1} == 0;
}

/* How bytes reach the reader: as a file, or through a pipe in steps. */
struct delivery {
    const uint8_t *data;
    size_t left;
    size_t step;  /* bytes written to the pipe before each read; 0 for a file */
    bool give_up; /* cap_wait gives up after the last byte, instead of an end of file */
    int pipe;     /* the write end */
    int source;
    char path[32]; /* of `source` */
};

/* For cap_wait: writes bytes to the pipe just before they are read. */
static inline bool delivery_ready(void *context, int fd)
{
    struct delivery *delivery = context;
    size_t len = delivery->left < delivery->step ? delivery->left : delivery->step;
    ssize_t done;

    (void)fd;
    if (delivery->left == 0) {
        if (delivery->pipe >= 0)
            close(delivery->pipe);
        delivery->pipe = -1;
        return !delivery->give_up;
    }
    done = write(delivery->pipe, delivery->data, len);
    if (done < 0) {
        assert_int_equal(errno, EAGAIN); /* full, so the read does not block */
        return true;
    }
    delivery->data += done;
    delivery->left -= (size_t)done;
    return true;
}

static inline bool delivery_go_on(void *context)
{
    (void)context;
    return true;
}

static inline struct cap_wait delivery_open(struct delivery *delivery, const uint8_t *data,
                                            size_t len, size_t step)
{
    int ends[2];

    *delivery = (struct delivery){.data = data, .left = len, .step = step, .pipe = -1};
    if (step) {
        assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
        delivery->source = ends[0];
        delivery->pipe = ends[1];
    } else {
        delivery->source = memfd_create("capture", MFD_CLOEXEC);
        assert_true(delivery->source >= 0);
        assert_int_equal(write(delivery->source, data, len), len);
    }
    snprintf(delivery->path, sizeof(delivery->path), "/proc/self/fd/%d", delivery->source);
    return (struct cap_wait){.ready = delivery_ready, .go_on = delivery_go_on, .context = delivery};
}

static inline void delivery_close(struct delivery *delivery)
{
    close(delivery->source);
    if (delivery->pipe >= 0)
        close(delivery->pipe);
}

static inline void trace_data(FILE *out, const uint8_t *data, uint32_t len)
{
    if (len > 8) {
        fprintf(out, is_pattern(data, 0, len) ? " *" : " other");
        return;
    }
    fputc(' ', out);
    for (uint32_t i = 0; i < len; i++)
        fprintf(out, "%02x", data[i]);
}

/*
 * Writes `enhanced 0 1.2 4/60 01020304 ...`: interface, both halves of the timestamp, lengths,
 * data.
 */
static inline void trace_packet(FILE *out, const struct cap_packet *packet)
{
    static const char *const records[] = {[CAP_RECORD_PCAP] = "pcap",
                                          [CAP_RECORD_ENHANCED] = "enhanced",
                                          [CAP_RECORD_SIMPLE] = "simple",
                                          [CAP_RECORD_OBSOLETE] = "obsolete"};
    struct cap_pcap_time time = {(uint32_t)(packet->ts >> 32), (uint32_t)packet->ts};

    if (packet->record == CAP_RECORD_PCAP)
        time = cap_packet_pcap_time(packet);
    fprintf(out, "%s %u %x.%x %u/%u", records[packet->record], packet->iface_id, time.sec,
            time.fraction, packet->caplen, packet->len);
    trace_data(out, packet->data, packet->caplen);
    if (packet->options_len)
        fprintf(out, " options %u", packet->options_len);
    if (packet->fcs_cut)
        fprintf(out, " cut");
    fputc('\n', out);
}

/*
 * Writes `interface 1 6 0 65535`: link type, tsresol, tsoffset, snaplen; then the FCS length, if
 * any.
 */
static inline void trace_block(FILE *out, const struct cap_block *block)
{
    if (!block->iface) {
        fprintf(out, "block %x %u%s\n", block->type, block->len, block->more ? " more" : "");
        return;
    }
    fprintf(out, "interface %u %u %lld %u", block->iface->linktype, block->iface->tsresol,
            (long long)block->iface->tsoffset, block->iface->snaplen);
    if (block->iface->fcs_len)
        fprintf(out, " FCS %u", block->iface->fcs_len);
    fputc('\n', out);
}

/*
 * Writes a line for the next event and counts packets in *number. Returns false after the last
 * event.
 */
static inline bool trace_event(FILE *out, struct cap_reader *reader, uint64_t *number)
{
    enum cap_event event = cap_reader_next(reader);

    *number += event == CAP_PACKET || event == CAP_BAD;
    assert_int_equal(reader->packet.number, *number);
    switch (event) {
    case CAP_PACKET:
        assert_int_equal(reader->packet.swapped, reader->swapped);
        trace_packet(out, &reader->packet);
        return true;
    case CAP_BLOCK:
        trace_block(out, &reader->block);
        return true;
    case CAP_BAD:
        fprintf(out, "bad: %s\n", reader->error.text);
        return true;
    case CAP_END:
        fprintf(out, "end");
        return false;
    case CAP_CUT:
        fprintf(out, "cut: %s", reader->error.text);
        return false;
    case CAP_STOPPED:
        fprintf(out, "stopped");
        return false;
    case CAP_FAILED:
        fprintf(out, "failed: %s", reader->error.text);
        return false;
    }
    return false;
}

/* Returns all events for the first `len` bytes of a capture, one per line. The caller frees it. */
static inline char *capture_trace(const struct capture *capture, size_t len, size_t step)
{
    struct delivery delivery;
    struct cap_wait wait = delivery_open(&delivery, capture->data, len, step);
    struct cap_reader reader;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    uint64_t number = 0;

    assert_non_null(out);
    if (cap_reader_open(&reader, delivery.path, &wait) != 0) {
        fprintf(out, "refused: %s", reader.error.text);
    } else {
        while (trace_event(out, &reader, &number))
            ;
        cap_reader_close(&reader);
    }
    delivery_close(&delivery);
    fclose(out);
    return text;
}

/* A file and pipes must give the same trace. Slow pipes are for small captures. */
static inline void assert_trace(const struct capture *capture, const char *expected)
{
    const size_t steps[] = {0, capture->len < 10000 ? 1 : 4096, capture->len < 10000 ? 7 : 4093};

    for (size_t i = 0; i < COUNT(steps); i++) {
        char *trace = capture_trace(capture, capture->len, steps[i]);

        assert_string_equal(trace, expected);
        free(trace);
    }
}

/*
 * A capture that is cut inside a record must give the events of the records before it, then the
 * cut.
 */
static inline void assert_truncations(const char *const *records, size_t count, bool big)
{
    struct capture capture = capture_of(records[0], big);

    for (size_t i = 1; i < count; i++) {
        size_t start = capture.len;
        char *before = capture_trace(&capture, start, 0);
        size_t lines = strlen(before) - strlen("end");

        assert_string_equal(before + lines, "end");
        capture_add(&capture, records[i]);
        for (size_t len = start + 1; len < capture.len; len++) {
            char *trace = capture_trace(&capture, len, len % 3);

            assert_memory_equal(trace, before, lines);
            assert_non_null(strstr(trace + lines, "cut: the file ends inside"));
            free(trace);
        }
        free(before);
    }
    free(capture.data);
}

static inline void on_alarm(int number)
{
    (void)number;
}

/*
 * Starts or stops signals that interrupt blocking calls. They repeat, because one may come too
 * early.
 */
static inline void set_alarms(bool on)
{
    const struct sigaction action = {.sa_handler = on_alarm};
    const struct itimerval interval = {{0, on ? 1000 : 0}, {0, on ? 1000 : 0}};

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &interval, NULL);
}

static inline struct capture capture_read(const char *path)
{
    struct capture capture = {.len = 0};
    FILE *file = fopen(path, "rb");
    uint8_t block[4096];
    size_t got;

    assert_non_null(file);
    while ((got = fread(block, 1, sizeof(block), file)) > 0)
        memcpy(capture_extend(&capture, got), block, got);
    fclose(file);
    return capture;
}

#endif
