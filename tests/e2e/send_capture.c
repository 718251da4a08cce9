/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends the packets of a capture with one kind of sender, without waiting between packets. KIND
 * file records the packets' times.
 *
 *   send_capture KIND INTERFACE CAPTURE [ROUNDS [SECONDS]]
 *
 * KIND is auto, packet, ring, xdp or file; add + for PACKET_QDISC_BYPASS. Skips frames that are
 * refused for their length or time. Prints the result as JSON. Gives up after SECONDS (default 10).
 * If ROUNDS is 0, it sends one round, prints a line "ready", waits for a line on standard input and
 * sends a second round.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capfile/reader.h"
#include "replay/iface.h"
#include "replay/sender.h"

#define NS INT64_C(1000000000)

struct frames {
    struct sender_frame *items;
    uint32_t count;
};

struct outcome {
    uint64_t sent;
    uint64_t refused;
    uint64_t busy;
    int refusal; /* errno of the last refused frame */
    int failure; /* errno that ended the sending */
};

static int64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS + time.tv_nsec;
}

static bool go_on(void *context)
{
    (void)context;
    return true;
}

static bool is_ready(void *context, int fd)
{
    (void)fd;
    return go_on(context);
}

static void *checked(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static struct frames load(const char *path)
{
    const struct cap_wait wait = {.ready = is_ready, .go_on = go_on};
    struct frames frames = {NULL, 0};
    struct cap_reader reader;

    if (cap_reader_open(&reader, path, &wait) != 0) {
        fprintf(stderr, "%s: %s\n", path, reader.error.text);
        exit(2);
    }
    while (cap_reader_next(&reader) == CAP_PACKET) {
        const struct cap_packet *packet = &reader.packet;
        uint8_t *data = checked(malloc(packet->caplen ? packet->caplen : 1));
        uint32_t time[2];

        memcpy(data, packet->data, packet->caplen);
        memcpy(time, &packet->ts, sizeof time);
        frames.items = checked(realloc(frames.items, (frames.count + 1) * sizeof frames.items[0]));
        frames.items[frames.count++] = (struct sender_frame){
            .data = data, .len = packet->caplen, .time_ns = time[0] * NS + time[1]};
    }
    cap_reader_close(&reader);
    return frames;
}

static void unload(struct frames *frames)
{
    for (uint32_t i = 0; i < frames->count; i++)
        free((void *)frames->items[i].data);
    free(frames->items);
}

static void send_round(struct sender *sender, const struct frames *frames, int64_t until_ns,
                       struct outcome *outcome)
{
    uint32_t at = 0;

    while (at < frames->count && !outcome->failure) {
        uint32_t rest = frames->count - at;
        uint32_t count = rest < SENDER_BATCH_MAX ? rest : SENDER_BATCH_MAX;
        int reason;
        uint32_t taken = sender_send(sender, frames->items + at, count, &reason);

        at += taken;
        outcome->sent += taken;
        if (reason == EMSGSIZE || reason == EINVAL || reason == EOVERFLOW) {
            outcome->refused++;
            outcome->refusal = reason;
            at++;
        } else if (reason && !sender_is_busy(reason)) {
            outcome->failure = reason;
        } else if (taken < count) {
            outcome->busy++;
            sender_wait(sender, NS / 100);
            if (now_ns() > until_ns)
                outcome->failure = ETIMEDOUT;
        }
    }
}

static void wait_for_line(void)
{
    char line[16];

    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        exit(2);
}

static const char *error_name(int reason)
{
    return reason ? strerrorname_np(reason) : "";
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"auto", "packet", "ring", "xdp", "file"};
    struct sender_options options = {.qdisc_bypass = strchr(argv[1], '+') != NULL};
    struct outcome outcome = {0};
    struct iface_counters counters = {0};
    struct frames frames = load(argv[3]);
    long rounds = argc > 4 ? atol(argv[4]) : 1;
    int64_t limit_ns = (argc > 5 ? atol(argv[5]) : 10) * NS;
    struct cap_error error;
    struct sender *sender;
    uint32_t lost;
    int reason;
    int64_t begun;
    int64_t ended;

    while (strncmp(argv[1], names[options.kind], strlen(names[options.kind])) != 0)
        options.kind++;
    sender = sender_open(argv[2], &options, &error);
    if (!sender) {
        fprintf(stderr, "%s: %s\n", argv[2], error.text);
        unload(&frames);
        return 1;
    }
    begun = now_ns();
    for (long i = 0; i < (rounds ? rounds : 1); i++)
        send_round(sender, &frames, begun + limit_ns, &outcome);
    if (rounds == 0) {
        wait_for_line();
        send_round(sender, &frames, now_ns() + limit_ns, &outcome);
    }
    lost = sender_flush(sender, &reason);
    ended = now_ns();
    (void)iface_counters(argv[2], &counters);
    printf("{\"name\": \"%s\", \"sent\": %" PRIu64 ", \"refused\": %" PRIu64
           ", \"refusal\": \"%s\", \"failure\": \"%s\", \"busy\": %" PRIu64 ", \"lost\": %" PRIu32
           ", \"reason\": \"%s\", \"packets\": %" PRIu64 ", \"ns\": %" PRId64 "}\n",
           sender_name(sender), outcome.sent, outcome.refused, error_name(outcome.refusal),
           error_name(outcome.failure), outcome.busy, lost, error_name(reason), counters.packets,
           ended - begun);
    (void)sender_close(sender, &error);
    unload(&frames);
    return 0;
}
