/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SOURCE_H
#define REPLAY_SOURCE_H

/*
 * The frames of a replay: the packets of a capture, unchanged or transformed, for any number of
 * loops.
 */

#include "flowid.h"
#include "pipeline/scan.h"
#include "transform/rewrite.h"

/* Size of the buffer for source_next, in bytes. */
#define SOURCE_FRAME_MAX (CAP_PACKET_MAX + 1024u)

struct source_frame {
    const uint8_t *data; /* in the caller's buffer, or valid until source_close */
    bool in_room;
    uint32_t caplen; /* bytes at `data` */
    uint32_t len;    /* on the wire, at least caplen */
    bool has_time;
    int64_t time_ns;   /* recorded time, since 1970 */
    uint32_t iface_id; /* the capture interface */
};

enum source_event {
    SOURCE_FRAME,
    SOURCE_END,    /* end of the capture */
    SOURCE_STOPPED /* by a signal, or by an error (source->code is set, message printed) */
};

struct kept_frames;

struct source_config {
    const char *in; /* path of the capture; - for standard input */
    struct select_config select;
    const struct transform *transform; /* makes frames from packets */
    uint16_t linktype;                 /* of the frames */
    bool strict;
    bool preload;                      /* read everything into memory; needed to loop over a pipe */
    bool unique_cas;                   /* add the loop number to inner addresses */
    bool unique_vsids;                 /* add the loop number to VSIDs */
    const struct nvgre_hasher *hasher; /* for FlowIDs of changed frames; NULL keeps their FlowIDs */
    bool (*go_on)(void *context);      /* these three as in struct scan_config */
    bool (*wait)(void *context, int fd);
    void *context;
};

struct source {
    struct source_config config;
    int code; /* exit code for SOURCE_STOPPED */
    struct scan scan;
    struct transform_result result;
    struct kept_frames *kept;      /* if `preload` is set */
    struct rewrite_config rewrite; /* for unique_cas and unique_vsids */
    uint32_t loop;
    uint8_t *scratch;
};

/*
 * Opens the capture. Everything that `config` points to must outlive the source. Returns an exit
 * code; on errors a message was printed. Call source_close in any case.
 */
int source_open(struct source *source, const struct source_config *config);

/* Gets the next frame. Uses `room`, except for preloaded frames. */
enum source_event source_next(struct source *source, uint8_t *room, struct source_frame *frame);

/*
 * Starts loop number `loop` (the first one is 0). Returns an exit code; on errors a message was
 * printed.
 */
int source_rewind(struct source *source, uint32_t loop);
void source_close(struct source *source);

#endif
