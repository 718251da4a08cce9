/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SOURCE_H
#define REPLAY_SOURCE_H

/* The frames of a replay: a capture's packets, as they are or transformed, as often as wanted. */

#include "flowid.h"
#include "pipeline/scan.h"
#include "transform/rewrite.h"

/* Bytes of room that source_next may write to. */
#define SOURCE_FRAME_MAX (CAP_PACKET_MAX + 1024u)

struct source_frame {
    const uint8_t *data; /* in the room given, or where it stays until source_close */
    bool in_room;
    uint32_t caplen; /* bytes at `data` */
    uint32_t len;    /* on the wire, at least caplen */
    bool has_time;
    int64_t time_ns;   /* recorded, since 1970 */
    uint32_t iface_id; /* that it was captured on */
};

enum source_event {
    SOURCE_FRAME,
    SOURCE_END,    /* of the capture */
    SOURCE_STOPPED /* by a signal; or by an error, after a message: source->code is not EXIT_CLEAN
                    */
};

struct kept_frames;

struct source_config {
    const char *in; /* path of the capture; - is standard input */
    struct select_config select;
    const struct transform *transform; /* makes frames of packets */
    uint16_t linktype;                 /* of the frames */
    bool strict;
    bool preload;                      /* read all of it into memory: needed for loops of a pipe */
    bool unique_cas;                   /* add the number of the loop to inner addresses, */
    bool unique_vsids;                 /* ... or to VSIDs */
    const struct nvgre_hasher *hasher; /* for FlowIDs of unique frames; NULL keeps them */
    bool (*go_on)(void *context);      /* as in struct scan_config, as are the next */
    bool (*wait)(void *context, int fd);
    void *context;
};

struct source {
    struct source_config config;
    int code; /* why SOURCE_STOPPED */
    struct scan scan;
    struct transform_result result;
    struct kept_frames *kept;      /* with `preload` */
    struct rewrite_config rewrite; /* for unique frames */
    uint32_t loop;
    uint8_t *scratch;
};

/*
 * Opens the capture. What `config` points to must outlive it. Returns an exit code, after a
 * message; source_close is due in any case.
 */
int source_open(struct source *source, const struct source_config *config);

/* The next frame, made in `room` where it is not kept. */
enum source_event source_next(struct source *source, uint8_t *room, struct source_frame *frame);

/* Begins loop number `loop` (the first is 0); an exit code, after a message. */
int source_rewind(struct source *source, uint32_t loop);
void source_close(struct source *source);

#endif
