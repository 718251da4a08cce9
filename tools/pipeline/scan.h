/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PIPELINE_SCAN_H
#define PIPELINE_SCAN_H

/*
 * The loop over a capture, the same for all commands. It opens the input, reads and selects
 * packets, reports errors, counts, and reacts to signals. The caller gets one packet at a time:
 *
 *     scan.summary = (struct summary){...};
 *     code = scan_open(&scan, &config);
 *     if (code == EXIT_CLEAN) {
 *         while ((event = scan_next(&scan)) != SCAN_END)
 *             if (event == SCAN_PACKET)
 *                 ... scan_packet(&scan) ...
 *         code = scan.code;
 *         scan_close(&scan);
 *     }
 */

#include "base/diag.h"
#include "base/signals.h"
#include "capfile/reader.h"
#include "select/select.h"
#include "summary.h"

struct scan_config {
    const char *in; /* path of the capture; - is standard input */
    struct select_config select;
    enum inner_frame inner_frame; /* the frame that --inner-filter checks */
    uint32_t harmless;            /* bits 1 << outcome that are not failures in this command */
    bool strict;                  /* the first packet that cannot be handled ends the scan */
    bool quiet;                   /* no messages about single packets */

    /* Each may be NULL. `context` is passed to all. */
    void (*report)(void *context);       /* prints counters at SIGUSR1 */
    bool (*go_on)(void *context);        /* reacts to signals instead of scan_go_on */
    bool (*wait)(void *context, int fd); /* waits until a pipe can be read; see struct cap_wait */
    void *context;
};

enum scan_event {
    SCAN_PACKET,     /* scan_packet is selected */
    SCAN_UNSELECTED, /* scan_packet is not */
    SCAN_BLOCK,      /* reader.block is not a packet (pcapng) */
    SCAN_BAD,        /* reader.block is an invalid packet block */
    SCAN_END
};

struct scan {
    struct scan_config config;
    const char *name; /* of the input in messages */
    struct cap_reader reader;
    struct selection selection;
    struct summary summary;
    bool special; /* packets are selected; a caller may set it for its own reasons */
    int code;     /* at SCAN_END: enum exit_code, for errors of reading only */
    bool stopped; /* at SCAN_END: a signal or the caller ended the scan, not the input */
    bool open;
    bool reported; /* an earlier pass printed the messages about packets */
    bool counted;  /* an earlier pass counted the packets */
};

/*
 * Opens the input. The caller has set up scan->summary. Returns EXIT_CLEAN, or another exit code
 * after a message; then scan_close is not needed. Data that `config` points to must outlive the
 * scan.
 */
int scan_open(struct scan *scan, const struct scan_config *config);

/* Opens the input again and starts at its beginning. Returns as scan_open. */
int scan_rewind(struct scan *scan);
void scan_close(struct scan *scan);

/* The packet of the last event, valid until the next event. */
static inline const struct cap_packet *scan_packet(const struct scan *scan)
{
    return &scan->reader.packet;
}

/* The slow paths of scan_next. */
enum scan_event scan_select(struct scan *scan);
enum scan_event scan_event_of(struct scan *scan, enum cap_event event);

/* Goes on to the next packet or block. */
static inline enum scan_event scan_next(struct scan *scan)
{
    enum cap_event event;

    if (__builtin_expect(signals_pending || scan->special, 0))
        return scan_select(scan);
    event = cap_reader_next(&scan->reader);
    return __builtin_expect(event == CAP_PACKET, 1) ? SCAN_PACKET : scan_event_of(scan, event);
}

/*
 * Transforms a packet, and checks the result against --inner-filter. Returns OUTCOME_NOT_SELECTED
 * if the result does not match.
 */
enum outcome scan_transform(struct scan *scan, const struct transform *transform,
                            const struct cap_packet *packet, uint8_t *room,
                            struct transform_result *result);

/* Counts a selected packet with this outcome towards --packet-count. */
void scan_count_selected(struct scan *scan, enum outcome outcome);

/*
 * Counts an outcome, and reports it if the packet could not be handled. `result` has the reason and
 * value. `detail` adds to the message, or is NULL. `fate` says what happens to the packet, such as
 * "; left out". Returns false if --strict ends the scan.
 */
bool scan_note(struct scan *scan, const struct cap_packet *packet, enum outcome outcome,
               const struct transform_result *result, const char *detail, const char *fate);

/* Counts the notes of a packet that was handled (OUTCOME_DONE). */
void scan_count_notes(struct scan *scan, const struct transform_result *result);

/* Updates the summary's counts of packets and bytes read. */
void scan_count_read(struct scan *scan);

/* Reacts to signals. Returns false if the scan must end. `context` is the scan. */
bool scan_go_on(void *context);

#endif
