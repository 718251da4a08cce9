/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/signals.h"
#include "capfile/timestamp.h"
#include "transform/classes.h"
#include "transform/link.h"

/* Frames in memory, one behind another: a header, its bytes, and padding to 8 bytes. */
struct kept_frames {
    uint8_t *bytes;
    size_t fill, room;
    size_t next; /* to hand out */
};

static const char *name_of(const struct source *source)
{
    return diag_file_name(source->options->in, "standard input");
}

/* Ends with a message that was printed. */
static enum source_event fail(struct source *source, int code)
{
    source->code = code;
    return SOURCE_STOPPED;
}

static int open_capture(struct source *source)
{
    if (cap_reader_open(&source->reader, source->options->in, source->wait) != 0) {
        if (!signals_stop)
            diag(name_of(source), "%s", source->reader.error.text);
        return EXIT_RUNTIME;
    }
    if (select_init(&source->selection, &source->options->select, source->options->filter,
                    source->transform ? source->transform->inner_frame : INNER_IN_TUNNEL,
                    name_of(source)) != 0) {
        diag("filter", "cannot be made: out of memory");
        cap_reader_close(&source->reader);
        return EXIT_RUNTIME;
    }
    source->open = true;
    source->more = false;
    return select_prepare(&source->selection, &source->reader) == SELECT_YES ? EXIT_CLEAN
                                                                             : EXIT_USAGE;
}

static void close_capture(struct source *source)
{
    if (!source->open)
        return;
    select_free(&source->selection);
    cap_reader_close(&source->reader);
    source->open = false;
}

/* Counts what became of a packet, once for all loops. */
static uint64_t count(struct source *source, enum outcome outcome)
{
    source->summary->outcomes[outcome] += source->loop == 0;
    return source->summary->outcomes[outcome];
}

/* Counts a packet that gives no frame; false where --strict ends the replay. */
static bool note(struct source *source, enum outcome outcome)
{
    const struct outcome_row *row = &outcome_rows[outcome];
    const uint64_t counted = count(source, outcome);

    if (row->disposition != DISPOSITION_BAD)
        return true;
    if (counted <= DIAG_MESSAGES_MAX && !source->again)
        diag_packet(name_of(source), source->reader.packet.number, "%s; not sent", row->text);
    return !source->options->strict;
}

/* A packet as it is, if it is of a tenant that is wanted. */
static enum outcome copy_frame(struct source *source, uint8_t *room)
{
    const struct cap_packet *packet = &source->reader.packet;
    struct transform_result *result = &source->result;
    struct nvgre_frame frame;
    enum nvgre_link link;

    if (packet->iface->linktype != source->linktype)
        return OUTCOME_LINK_TYPE;
    if (source->vsids->count) {
        if (!link_of(packet->iface->linktype, &link))
            return OUTCOME_LINK_TYPE;
        if (!nvgre_class_has_inner(
                nvgre_frame_decode(link, packet->data, packet->caplen, packet->len, &frame)))
            return outcome_of_class(&frame, result);
        if (!vsid_set_has(source->vsids, nvgre_key_vsid(frame.gre.key)))
            return OUTCOME_NOT_SELECTED;
    }
    memcpy(room, packet->data, packet->caplen);
    result->caplen = packet->caplen;
    result->len = packet->len;
    result->notes = 0;
    return OUTCOME_DONE;
}

/* Nanoseconds since 1970; of a time that is too far off for that, the farthest there is. */
static int64_t recorded_ns(const struct cap_packet *packet)
{
    const struct cap_time time = cap_packet_time(packet);
    int64_t ns;

    if (__builtin_mul_overflow(time.sec, INT64_C(1000000000), &ns) ||
        __builtin_add_overflow(ns, (int64_t)time.nsec, &ns))
        return time.sec < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

static enum outcome make_frame(struct source *source, uint8_t *room, struct source_frame *frame)
{
    const struct cap_packet *packet = &source->reader.packet;
    struct transform_result *result = &source->result;
    enum outcome outcome =
        source->transform ? source->transform->run(source->transform->config, packet, room, result)
                          : copy_frame(source, room);

    if (outcome != OUTCOME_DONE)
        return outcome;
    if (source->transform &&
        select_result(&source->selection, room, result->caplen, result->len) != SELECT_YES)
        return OUTCOME_NOT_SELECTED;
    *frame = (struct source_frame){.data = room,
                                   .in_room = true,
                                   .caplen = result->caplen,
                                   .len = result->len,
                                   .iface_id = packet->iface_id};
    frame->has_time = packet->record != CAP_RECORD_SIMPLE;
    if (frame->has_time)
        frame->time_ns = recorded_ns(packet);
    return OUTCOME_DONE;
}

/* The packet in hand, or another frame of it. */
static enum source_event try_packet(struct source *source, uint8_t *room,
                                    struct source_frame *frame, bool *made)
{
    enum select_answer answer = SELECT_YES;
    enum outcome outcome = OUTCOME_NOT_SELECTED;

    if (!source->more) {
        answer = select_packet(&source->selection, &source->reader.packet);
        source->result.part = 0;
    }
    if (answer == SELECT_UNFIT)
        return fail(source, EXIT_USAGE);
    if (answer == SELECT_YES)
        outcome = make_frame(source, room, frame);
    if (outcome != OUTCOME_NOT_SELECTED && !source->more)
        select_count(&source->selection, outcome == OUTCOME_DONE);
    *made = outcome == OUTCOME_DONE;
    if (*made && !source->more)
        (void)count(source, OUTCOME_DONE);
    source->more = source->transform && outcome != OUTCOME_NOT_SELECTED &&
                   source->result.notes & TRANSFORM_MORE && (*made || source->result.part > 0);
    source->result.part++;
    if (!*made && !note(source, outcome))
        return fail(source, EXIT_RUNTIME);
    return SOURCE_FRAME;
}

static enum source_event next_of_capture(struct source *source, uint8_t *room,
                                         struct source_frame *frame)
{
    bool made = false;

    while (!made) {
        enum cap_event event = CAP_PACKET;

        if (!source->more && source->selection.enough)
            return SOURCE_END;
        if (!source->more)
            event = cap_reader_next(&source->reader);
        if (event == CAP_PACKET && try_packet(source, room, frame, &made) != SOURCE_FRAME)
            return SOURCE_STOPPED;
        if (event == CAP_BAD && !note(source, OUTCOME_BAD_BLOCK))
            return fail(source, EXIT_RUNTIME);
        if (event == CAP_END)
            return SOURCE_END;
        if (event == CAP_CUT) {
            source->summary->cut = true;
            if (!source->again)
                diag_packet(name_of(source), source->reader.packet.number + 1, "%s",
                            source->reader.error.text);
            return source->options->strict ? fail(source, EXIT_RUNTIME) : SOURCE_END;
        }
        if (event == CAP_FAILED) {
            diag(name_of(source), "%s", source->reader.error.text);
            return fail(source, EXIT_RUNTIME);
        }
        if (event == CAP_STOPPED ||
            (signals_pending && !source->wait->go_on(source->wait->context)))
            return SOURCE_STOPPED;
    }
    return SOURCE_FRAME;
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
    if (event == SOURCE_STOPPED) /* by a signal: then nothing of it is sent */
        return source->code != EXIT_CLEAN ? source->code : EXIT_RUNTIME;
    diag(name_of(source), "out of memory");
    return EXIT_RUNTIME;
}

/* ---- One loop unlike another ---- */

/* What is added is 0 in the first loop, and then one more in each. */
static void set_unique(struct source *source, uint32_t loop)
{
    source->rewrite.inner_wanted = source->unique.cas;
    source->rewrite.inner.cas.add = source->unique.cas ? loop : 0;
    source->rewrite.vsid_add = source->unique.vsids ? loop : 0;
    source->loop = loop;
}

/* Changes a frame, if it is NVGRE, on its way to `room`. */
static void make_unique(struct source *source, struct source_frame *frame, uint8_t *room)
{
    const struct transform transform = rewrite_transform(&source->rewrite);
    const struct cap_iface iface = {.linktype = source->linktype};
    const struct cap_packet packet = {
        .data = frame->data, .caplen = frame->caplen, .len = frame->len, .iface = &iface};
    struct transform_result result;

    if (transform.run(&source->rewrite, &packet, room, &result) != OUTCOME_DONE)
        memcpy(room, frame->data, frame->caplen);
    frame->data = room;
    frame->in_room = true;
}

/* Returns 0, or -1 where memory is out. */
static int prepare_unique(struct source *source, const struct encap_config *encap)
{
    source->scratch = NULL;
    source->rewrite = (struct rewrite_config){.fragments = NULL};
    set_unique(source, 0);
    if (!source->unique.cas && !source->unique.vsids)
        return 0;
    if (encap && encap->hash_flow) {
        source->rewrite.hash_flow = true;
        source->rewrite.hasher = encap->hasher;
    }
    source->scratch = malloc(SOURCE_FRAME_MAX);
    source->rewrite.fragments = rewrite_fragments_new();
    return source->scratch && source->rewrite.fragments ? 0 : -1;
}

int source_open(struct source *source, bool preload, const struct encap_config *encap)
{
    int code;

    source->code = EXIT_CLEAN;
    source->open = false;
    source->again = false;
    source->kept = NULL;
    if (prepare_unique(source, encap) != 0) {
        diag(name_of(source), "out of memory");
        return EXIT_RUNTIME;
    }
    code = open_capture(source);
    if (code == EXIT_CLEAN && preload) {
        code = keep_all(source);
        close_capture(source);
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
    source->again = true;
    close_capture(source);
    return open_capture(source);
}

void source_close(struct source *source)
{
    close_capture(source);
    if (source->kept)
        free(source->kept->bytes);
    free(source->kept);
    source->kept = NULL;
    rewrite_fragments_free(source->rewrite.fragments);
    source->rewrite.fragments = NULL;
    free(source->scratch);
    source->scratch = NULL;
}
