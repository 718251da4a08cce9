/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_SOURCE_H
#define REPLAY_SOURCE_H

/* The frames of a replay: a capture's packets, as they are or transformed, as often as wanted. */

#include "pipeline/run.h"
#include "pipeline/summary.h"
#include "select/select.h"
#include "transform/encap.h"
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

/* What makes a loop's frames differ from those of others: its number is added. */
struct source_unique {
    bool cas;
    bool vsids;
};

struct source {
    const struct run_options *options;
    const struct transform *transform; /* NULL for frames as they are */
    const struct vsid_set *vsids;      /* of these tenants, where there is no transform */
    const struct cap_wait *wait;
    struct source_unique unique;
    struct summary *summary; /* what is counted: packets read, outcomes */
    uint16_t linktype;       /* that frames must have */
    int code;
    bool open;
    bool again; /* what is wrong with packets was told the first time */
    struct cap_reader reader;
    struct selection selection;
    struct transform_result result;
    bool more;                     /* of the packet in hand there is another frame */
    struct kept_frames *kept;      /* of --preload-pcap */
    struct rewrite_config rewrite; /* of `unique` */
    uint32_t loop;
    uint8_t *scratch;
};

/*
 * Opens the capture options->in for an interface of `linktype`; `preload` reads all of it into
 * memory, as what is to be replayed anew must be where IN is a pipe. `encap` is the configuration
 * of the transform, if it is encap's, for FlowIDs; or NULL. The rest must outlive it. Returns an
 * exit code, after a message.
 */
int source_open(struct source *source, bool preload, const struct encap_config *encap);

/* The next frame, made in `room` where it is not kept. */
enum source_event source_next(struct source *source, uint8_t *room, struct source_frame *frame);

/* Begins loop number `loop` (the first is 0); an exit code, after a message. */
int source_rewind(struct source *source, uint32_t loop);
void source_close(struct source *source);

#endif
