/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source.h"

#include <stdlib.h>
#include <string.h>

#include "capfile/timestamp.h"

/* Frames in memory, one after the other: struct source_frame, its bytes, padding to 8 bytes. */
struct kept_frames {
    uint8_t *bytes;
    size_t fill, room;
    size_t next; /* offset of the next frame */
};

/* Stops after a message was printed. */
static enum source_event fail(struct source *source, int code)
{
    source->code = code;
    return SOURCE_STOPPED;
}

/* Nanoseconds since 1970. Times out of range become INT64_MIN or INT64_MAX. */
static int64_t recorded_ns(const struct cap_packet *packet)
{
    const struct time_point time = cap_packet_time(packet);
    int64_t ns;

    if (__builtin_mul_overflow(time.sec, INT64_C(1000000000), &ns) ||
        __builtin_add_overflow(ns, (int64_t)time.nsec, &ns))
        return time.sec < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

static void set_frame(const struct source *source, uint8_t *room, struct source_frame *frame)
{
    const struct cap_packet *packet = scan_packet(&source->scan);

    *frame = (struct source_frame){.data = room,
                                   .in_room = true,
                                   .caplen = source->result.caplen,
                                   .len = source->result.len,
                                   .iface_id = packet->iface_id};
    frame->has_time = packet->record != CAP_RECORD_SIMPLE;
    if (frame->has_time)
        frame->time_ns = recorded_ns(packet);
}

static bool note(struct source *source, enum outcome outcome, const char *detail)
{
    return scan_note(&source->scan, scan_packet(&source->scan), outcome, &source->result, detail,
                     "; not sent");
}

/*
 * Makes the next frame of the current packet (a packet can become several). Returns false if
 * --strict ends the replay.
 */
static bool make_frame(struct source *source, uint8_t *room, struct source_frame *frame, bool *made)
{
    struct scan *scan = &source->scan;
    const bool first = !source->result.next.more;
    enum outcome outcome =
        scan_transform(scan, source->config.transform, scan_packet(scan), room, &source->result);

    if (first)
        scan_count_selected(scan, outcome);
    *made = outcome == OUTCOME_DONE;
    if (*made)
        set_frame(source, room, frame);
    if (*made && !first) /* already counted */
        return true;
    return note(source, outcome, NULL);
}

static enum source_event next_of_capture(struct source *source, uint8_t *room,
                                         struct source_frame *frame)
{
    struct scan *scan = &source->scan;
    bool made = false;
    bool go_on = true;

    while (!made && go_on) {
        switch (source->result.next.more ? SCAN_PACKET : scan_next(scan)) {
        case SCAN_PACKET:
            go_on = make_frame(source, room, frame, &made);
            break;
        case SCAN_UNSELECTED:
            go_on = note(source, OUTCOME_NOT_SELECTED, NULL);
            break;
        case SCAN_BAD:
            go_on = note(source, OUTCOME_BAD_BLOCK, scan->reader.error.text);
            break;
        case SCAN_BLOCK:
            break;
        case SCAN_END:
            if (scan->code != EXIT_CLEAN)
                return fail(source, scan->code);
            return scan->stopped ? SOURCE_STOPPED : SOURCE_END;
        }
    }
    return go_on ? SOURCE_FRAME : fail(source, EXIT_RUNTIME);
}

/* ---- In memory ---- */

static size_t kept_size(const struct source_frame *frame)
{
    return sizeof *frame + ((size_t)frame->caplen + 7) / 8 * 8;
}

static int keep_frame(struct kept_frames *kept, const struct source_frame *frame)
{
    const size_t size = kept_size(frame);

    if (!kept->bytes || size > kept->room - kept->fill) {
        const size_t room = kept->room * 2 + size;
        uint8_t *bytes = realloc(kept->bytes, room);

        if (!bytes)
            return -1;
        kept->bytes = bytes;
        kept->room = room;
    }
    memcpy(kept->bytes + kept->fill, frame, sizeof *frame);
    memcpy(kept->bytes + kept->fill + sizeof *frame, frame->data, frame->caplen);
    kept->fill += size;
    return 0;
}

static enum source_event next_kept(struct kept_frames *kept, struct source_frame *frame)
{
    if (kept->next == kept->fill)
        return SOURCE_END;
    memcpy(frame, kept->bytes + kept->next, sizeof *frame);
    frame->data = kept->bytes + kept->next + sizeof *frame;
    frame->in_room = false;
    kept->next += kept_size(frame);
    if (kept->next < kept->fill)
        __builtin_prefetch(kept->bytes + kept->next);
    return SOURCE_FRAME;
}

static int keep_all(struct source *source)
{
    struct kept_frames *kept = calloc(1, sizeof *kept);
    uint8_t *room = malloc(SOURCE_FRAME_MAX);
    enum source_event event = SOURCE_FRAME;
    struct source_frame frame;

    while (kept && room && event == SOURCE_FRAME) {
        event = next_of_capture(source, room, &frame);
        if (event == SOURCE_FRAME && keep_frame(kept, &frame) != 0)
            break;
    }
    free(room);
    source->kept = kept;
    if (event == SOURCE_END)
        return EXIT_CLEAN;
    if (event == SOURCE_STOPPED) /* by a signal: nothing is sent */
        return source->code != EXIT_CLEAN ? source->code : EXIT_RUNTIME;
    diag(source->scan.name, "out of memory");
    return EXIT_RUNTIME;
}

/* ---- Loops that differ ---- */

/* The loop number is added, starting with 0, so the first loop is unchanged. */
static void set_unique(struct source *source, uint32_t loop)
{
    source->rewrite.inner_wanted = source->config.unique_cas;
    source->rewrite.inner.cas.add = source->config.unique_cas ? loop : 0;
    source->rewrite.vsid_add = source->config.unique_vsids ? loop : 0;
    source->loop = loop;
}

/* Writes a frame to `room`, with changes if it is NVGRE. */
static void make_unique(struct source *source, struct source_frame *frame, uint8_t *room)
{
    const struct transform transform = rewrite_transform(&source->rewrite);
    const struct cap_iface iface = {.linktype = source->config.linktype};
    const struct cap_packet packet = {
        .data = frame->data, .caplen = frame->caplen, .len = frame->len, .iface = &iface};
    struct transform_result result;

    if (transform.run(&source->rewrite, &packet, room, &result) != OUTCOME_DONE)
        memcpy(room, frame->data, frame->caplen);
    frame->data = room;
    frame->in_room = true;
}

/* Returns 0, or -1 if out of memory. */
static int prepare_unique(struct source *source)
{
    const struct source_config *config = &source->config;

    source->scratch = NULL;
    source->rewrite = (struct rewrite_config){.fragments = NULL};
    set_unique(source, 0);
    if (!config->unique_cas && !config->unique_vsids)
        return 0;
    if (config->hasher) {
        source->rewrite.hash_flow = true;
        source->rewrite.hasher = *config->hasher;
    }
    source->scratch = malloc(SOURCE_FRAME_MAX);
    source->rewrite.fragments = rewrite_fragments_new();
    return source->scratch && source->rewrite.fragments ? 0 : -1;
}

int source_open(struct source *source, const struct source_config *config)
{
    const struct scan_config scan = {.in = config->in,
                                     .select = config->select,
                                     .inner_frame = config->transform->inner_frame,
                                     .strict = config->strict,
                                     .go_on = config->go_on,
                                     .wait = config->wait,
                                     .context = config->context};
    int code;

    *source = (struct source){.config = *config, .code = EXIT_CLEAN};
    if (prepare_unique(source) != 0) {
        diag("replay", "out of memory");
        return EXIT_RUNTIME;
    }
    source->scan.summary.done = config->transform->done;
    source->scan.summary.others_dropped = true;
    code = scan_open(&source->scan, &scan);
    if (code == EXIT_CLEAN && config->preload) {
        code = keep_all(source);
        scan_close(&source->scan);
    }
    return code;
}

enum source_event source_next(struct source *source, uint8_t *room, struct source_frame *frame)
{
    const bool unique = source->loop > 0 && source->scratch;
    enum source_event event = source->kept
                                  ? next_kept(source->kept, frame)
                                  : next_of_capture(source, unique ? source->scratch : room, frame);

    if (event == SOURCE_FRAME && unique)
        make_unique(source, frame, room);
    return event;
}

int source_rewind(struct source *source, uint32_t loop)
{
    set_unique(source, loop);
    if (source->kept) {
        source->kept->next = 0;
        return EXIT_CLEAN;
    }
    source->result.next = (struct transform_next){0};
    source->scan.reported = true;
    source->scan.counted = loop > 0;
    return scan_rewind(&source->scan);
}

void source_close(struct source *source)
{
    scan_close(&source->scan);
    if (source->kept)
        free(source->kept->bytes);
    free(source->kept);
    source->kept = NULL;
    rewrite_fragments_free(source->rewrite.fragments);
    source->rewrite.fragments = NULL;
    free(source->scratch);
    source->scratch = NULL;
}
