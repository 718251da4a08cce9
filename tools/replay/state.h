/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_STATE_H
#define REPLAY_STATE_H

/* A replay: its configuration, targets and progress. */

#include "direction.h"
#include "iface.h"
#include "schedule.h"
#include "sender.h"
#include "source.h"
#include "transform/encap.h"

struct replay;

struct replay_config {
    const char *names[DIRECTION_TARGETS_MAX]; /* interfaces, or file paths for SENDER_FILE */
    uint32_t name_count;
    struct direction *direction; /* chooses one of the names for each frame */
    struct sender_options sender;
    uint32_t file_mtu; /* the MTU for SENDER_FILE, 0 for no limit */

    const char *in; /* path of the capture; - for standard input */
    struct select_config select;
    bool strict;
    bool preload;                      /* read everything into memory first */
    bool unique_cas, unique_vsids;     /* as in struct source_config */
    const struct nvgre_hasher *hasher; /* as in struct source_config */

    struct schedule schedule;
    uint32_t loops; /* 0 for endless */
    int64_t loop_delay_ns;
    uint64_t limit;      /* total frames, 0 for no limit */
    int64_t duration_ns; /* 0 for no limit */
    int64_t stats_ns;    /* time between two reports, 0 for none */
    enum mtu_action mtu_action;

    void (*report)(const struct replay *replay); /* prints counters at SIGUSR1, every stats_ns */
};

struct replay_counts {
    uint64_t sent;  /* frames that the kernel accepted */
    uint64_t bytes; /* bytes in these frames */
    uint64_t failed;
    uint64_t cut;        /* sent, but incomplete in the capture */
    uint64_t over_mtu;   /* frames above the MTU: dropped, cut to the MTU, or sent unchanged */
    uint64_t queue_full; /* retries because the socket's queue was full (ENOBUFS) */
    uint64_t busy;       /* retries for other reasons (EAGAIN) */
    uint64_t missing;    /* sent frames that the interface's own counters do not show */
    int reason;          /* errno of the last failed frame */
};

/* An interface (or a file for SENDER_FILE) and the frames waiting to be sent there. */
struct replay_target {
    const char *name;
    struct iface_info iface; /* for SENDER_FILE the properties it simulates; MTU 0 is no limit */
    struct sender *sender;
    struct replay_counts counts;
    struct iface_counters before;
    bool lost; /* the interface is gone or down, or the file cannot be written */
    uint32_t count;
    struct sender_frame batch[SENDER_BATCH_MAX];
};

struct replay {
    const struct replay_config *config;
    struct source source;
    struct replay_target *targets;
    uint32_t target_count;
    uint16_t linktype; /* the same for all targets */
    uint32_t mtu;      /* the smallest MTU of the targets, 0 for no limit */
    struct schedule schedule;
    struct replay_target *last; /* target of the previous frame */
    uint64_t packets;           /* frames sent, failed or waiting */
    uint64_t expected;          /* total frames of the replay, or 0 if unknown */
    uint32_t loops;             /* started loops */
    int64_t ns;                 /* duration so far */
    int64_t start_ns;           /* CLOCK_MONOTONIC, 0 before the first frame is sent */
    int64_t epoch_ns;           /* difference to the time of day */
    int64_t report_ns;          /* time of the next report */
    int64_t due_ns;             /* due time of the current frame */
    uint8_t *arena;             /* buffer for the waiting frames */
    size_t fill;
};

#endif
