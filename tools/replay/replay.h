/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

/* The replay itself: frames of a source to an interface, each when it is due. */

#include "direction.h"
#include "iface.h"
#include "schedule.h"
#include "sender.h"
#include "source.h"
#include "transform/encap.h"

struct replay_config {
    struct sender_options sender;
    struct schedule schedule;
    uint32_t loops; /* 0 for no end */
    int64_t loop_delay_ns;
    uint64_t limit;      /* frames in all, 0 for no limit */
    int64_t duration_ns; /* 0 for no limit */
    int64_t stats_ns;    /* between counters on the way, 0 for none */
    enum mtu_action mtu_action;
};

struct replay_counts {
    uint64_t sent;  /* that the kernel took */
    uint64_t bytes; /* in them */
    uint64_t failed;
    uint64_t cut;        /* sent as far as captured */
    uint64_t over_mtu;   /* left out, or cut to the MTU, or sent all the same */
    uint64_t queue_full; /* sends tried again, as there was no room behind the socket (ENOBUFS) */
    uint64_t busy;       /* and for other reasons (EAGAIN) */
    uint64_t missing;    /* that the interface's own counters do not show; among those sent */
    int reason;          /* errno of the last that failed */
};

/* An interface (of SENDER_FILE a file), and what waits to be sent there. */
struct replay_target {
    const char *name;
    struct iface_info iface; /* of SENDER_FILE what it stands for; an MTU of 0 is no limit */
    struct sender *sender;
    struct replay_counts counts;
    struct iface_counters before;
    bool lost; /* the interface is gone, or was taken down; the file cannot be written */
    uint32_t count;
    struct sender_frame batch[SENDER_BATCH_MAX];
};

struct replay {
    const struct replay_config *config;
    struct source *source;
    struct direction *direction;
    struct replay_target *targets;
    uint32_t target_count;
    struct schedule schedule;
    struct replay_target *last; /* that a frame was for */
    uint64_t packets;           /* that were to be sent */
    uint64_t expected;          /* all that there will be, or 0 where that is not known */
    uint32_t loops;             /* begun */
    int64_t ns;                 /* so far */
    int64_t start_ns;           /* CLOCK_MONOTONIC */
    int64_t epoch_ns;           /* what is to be added for the time of day */
    int64_t report_ns;          /* when counters are due next */
    int64_t due_ns;             /* when the frame in hand is */
    uint8_t *arena;             /* where frames of the batches stand */
    size_t fill;
};

/* Whether to go on: signals, and counters that are asked for; with a struct replay. */
bool replay_go_on(void *replay);

/* Sends what is gathered before it waits until `fd` can be read; false to end the replay. */
bool replay_wait_for_input(void *replay, int fd);

/*
 * Counts frames above the interface's MTU before anything is sent. Returns an exit code, after a
 * message where there are such frames and the action is MTU_ERROR.
 */
int replay_check_mtu(struct replay *replay);

/* The target of a frame, or NULL where memory is out. */
struct replay_target *replay_target_of(struct replay *replay, const struct source_frame *frame);

/* Sends all. Returns an exit code; counters are set whatever that is. */
int replay_run(struct replay *replay);

/* report.c: counters, as tcpreplay prints them, and as JSON on one line (0, or -1: no memory). */
void replay_print(const struct replay *replay, FILE *stream);
int replay_print_json(const struct replay *replay, FILE *stream);

/* report.c: one line on the terminal, of how far it is and how long it will take. */
void replay_show_progress(const struct replay *replay);

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t replay_now(void);

#endif
