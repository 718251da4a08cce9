/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_STATE_H
#define REPLAY_STATE_H

/* A replay: its configuration, its targets, how far it is. */

#include "direction.h"
#include "iface.h"
#include "schedule.h"
#include "sender.h"
#include "source.h"
#include "transform/encap.h"

struct replay;

struct replay_config {
    const char *names[DIRECTION_TARGETS_MAX]; /* interfaces; for SENDER_FILE, paths of files */
    uint32_t name_count;
    struct direction *direction; /* which of them a frame goes to */
    struct sender_options sender;
    uint32_t file_mtu; /* bytes of a packet that SENDER_FILE takes, 0 for no limit */

    const char *in; /* path of the capture; - is standard input */
    struct select_config select;
    bool strict;
    bool preload;                      /* read all of it into memory first */
    bool unique_cas, unique_vsids;     /* as in struct source_config */
    const struct nvgre_hasher *hasher; /* the same */

    struct schedule schedule;
    uint32_t loops; /* 0 for no end */
    int64_t loop_delay_ns;
    uint64_t limit;      /* frames in all, 0 for no limit */
    int64_t duration_ns; /* 0 for no limit */
    int64_t stats_ns;    /* between two reports, 0 for none */
    enum mtu_action mtu_action;

    void (*report)(const struct replay *replay); /* prints counters: at SIGUSR1, every stats_ns */
};

struct replay_counts {
    uint64_t sent;  /* frames that the kernel took */
    uint64_t bytes; /* in them */
    uint64_t failed;
    uint64_t cut;        /* sent as far as captured */
    uint64_t over_mtu;   /* left out, or cut to the MTU, or sent all the same */
    uint64_t queue_full; /* sends tried again since the socket's queue was full (ENOBUFS) */
    uint64_t busy;       /* ... or for other reasons (EAGAIN) */
    uint64_t missing;    /* sent frames that the interface's own counters do not show */
    int reason;          /* errno of the last that failed */
};

/* An interface (for SENDER_FILE a file), and the frames that wait to be sent there. */
struct replay_target {
    const char *name;
    struct iface_info iface; /* of SENDER_FILE what it stands for; an MTU of 0 is no limit */
    struct sender *sender;
    struct replay_counts counts;
    struct iface_counters before;
    bool lost; /* the interface is gone or was taken down; the file cannot be written */
    uint32_t count;
    struct sender_frame batch[SENDER_BATCH_MAX];
};

struct replay {
    const struct replay_config *config;
    struct source source;
    struct replay_target *targets;
    uint32_t target_count;
    uint16_t linktype; /* of all targets */
    uint32_t mtu;      /* the smallest of them, 0 for no limit */
    struct schedule schedule;
    struct replay_target *last; /* that a frame was for */
    uint64_t packets;           /* that were to be sent */
    uint64_t expected;          /* all that there will be, or 0 if that is not known */
    uint32_t loops;             /* begun */
    int64_t ns;                 /* so far */
    int64_t start_ns;           /* CLOCK_MONOTONIC; 0 before the first frame is sent */
    int64_t epoch_ns;           /* the difference to the time of day */
    int64_t report_ns;          /* when the next report is due */
    int64_t due_ns;             /* when the frame in hand is due */
    uint8_t *arena;             /* the bytes of the frames that wait */
    size_t fill;
};

#endif
