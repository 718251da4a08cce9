/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENGINE_SUPPORT_H
#define ENGINE_SUPPORT_H

/*
 * Shared by the tests of whole commands: captures whose packets are words, a transform that does
 * what the letters say, and messages on standard error.
 */

#include "capture_support.h"
#include "scratch_support.h"

#include "base/diag.h"
#include "base/signals.h"
#include "pipeline/summary.h"
#include "transform/transform.h"

static inline enum outcome outcome_of_letter(uint8_t letter)
{
    switch (letter) {
    case 'd':
        return OUTCOME_DONE;
    case 'o':
        return OUTCOME_NOT_NVGRE;
    case 'n':
        return OUTCOME_NOT_SELECTED;
    case 'k':
        return OUTCOME_UNCHANGED;
    case 'x':
        return OUTCOME_OVER_MTU;
    case 'b':
        return OUTCOME_MUST_DISCARD;
    case 'f':
        return OUTCOME_FRAGMENT;
    default:
        return OUTCOME_LINK_TYPE;
    }
}

/* Calls of word_run that break the rules of struct transform_next. */
static unsigned misuses;

/*
 * A transform that follows a packet's letters: each letter is the outcome of one call. The result
 * of the second call has the bytes D1.
 */
static inline enum outcome word_run(const void *config, const struct cap_packet *packet,
                                    uint8_t *room, struct transform_result *result)
{
    static uint64_t last; /* number of the last packet */
    const struct transform_next before = result->next;
    const uint32_t at = before.receiver;
    const enum outcome outcome = outcome_of_letter(at < packet->caplen ? packet->data[at] : 'o');
    const bool more = (at > 0 || outcome == OUTCOME_DONE) && at + 1 < packet->caplen;

    (void)config;
    misuses += before.more != (at > 0) || (at > 0 && packet->number != last);
    last = packet->number;
    result->next = (struct transform_next){.more = more, .receiver = more ? at + 1 : 0};
    result->value = 0xb0 + at;
    result->vsid = 5000 + at;
    result->notes = more ? 1u << NOTE_COPIED : 0;
    result->excess = outcome == OUTCOME_OVER_MTU ? 10 : 0;
    if (outcome == OUTCOME_DONE) {
        room[0] = 'D';
        room[1] = (uint8_t)('0' + at);
        result->caplen = result->len = 2;
    }
    return outcome;
}

static inline uint16_t same_link(uint16_t linktype)
{
    return linktype;
}

static const struct transform word_transform = {
    .done = "worded", .run = word_run, .linktype = same_link, .keeps_link = true, .growth = 2};

static inline const char *capture_write(const char *name, const struct capture *capture)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(capture->data, 1, capture->len, file), capture->len);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* A capture with one Ethernet packet for each word: the first at 1000 s, then one every 1 ms. */
static inline struct capture words_of(const char *words)
{
    struct capture capture = {.big = host_is_big()};

    capture_add(&capture, "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001");
    for (uint32_t ms = 0; *(words += strspn(words, " ")); ms++) {
        const size_t len = strcspn(words, " ");
        const size_t at = capture.len;

        capture_extend(&capture, CAP_PLAIN_RECORD_LEN);
        capture_put(&capture, at, 1000, 4);
        capture_put(&capture, at + 4, 1000 * ms, 4);
        capture_put(&capture, at + 8, len, 4);
        capture_put(&capture, at + 12, len, 4);
        memcpy(capture_extend(&capture, len), words, len);
        words += len;
    }
    return capture;
}

static inline const char *words_write(const char *name, const char *words)
{
    struct capture capture = words_of(words);
    const char *path = capture_write(name, &capture);

    free(capture.data);
    return path;
}

/* Returns the packets of a file as words, or "none" if there is no file. */
static inline const char *words_read(const char *path)
{
    static char words[1024];
    const struct cap_wait wait = {.go_on = delivery_go_on};
    struct cap_reader reader;
    enum cap_event event;
    size_t len = 0;

    if (access(path, F_OK) != 0)
        return "none";
    assert_int_equal(cap_reader_open(&reader, path, &wait), 0);
    words[0] = '\0';
    while ((event = cap_reader_next(&reader)) != CAP_END) {
        assert_true(event == CAP_PACKET || event == CAP_BLOCK);
        if (event == CAP_PACKET)
            len += (size_t)snprintf(words + len, sizeof words - len, "%s%.*s", len ? " " : "",
                                    (int)reader.packet.caplen, (const char *)reader.packet.data);
        assert_true(len < sizeof words);
    }
    cap_reader_close(&reader);
    return words;
}

/* Both captures must have the same packet bytes. */
static inline void assert_same_packets(const char *path, const char *expected)
{
    const struct cap_wait wait = {.go_on = delivery_go_on};
    struct cap_reader readers[2];
    enum cap_event events[2];

    assert_int_equal(cap_reader_open(&readers[0], path, &wait), 0);
    assert_int_equal(cap_reader_open(&readers[1], expected, &wait), 0);
    do {
        for (int i = 0; i < 2; i++)
            while ((events[i] = cap_reader_next(&readers[i])) == CAP_BLOCK)
                ;
        assert_int_equal(events[0], events[1]);
        if (events[0] == CAP_PACKET) {
            assert_int_equal(readers[0].packet.caplen, readers[1].packet.caplen);
            assert_memory_equal(readers[0].packet.data, readers[1].packet.data,
                                readers[1].packet.caplen);
        }
    } while (events[0] == CAP_PACKET);
    assert_int_equal(events[0], CAP_END);
    for (int i = 0; i < 2; i++)
        cap_reader_close(&readers[i]);
}

static int messages_saved = -1, messages_file;

/* Collects messages from now on. If an assertion fails before messages_end, they are not shown. */
static inline void messages_begin(void)
{
    messages_file = memfd_create("messages", MFD_CLOEXEC);
    messages_saved = dup(STDERR_FILENO);
    assert_true(messages_file >= 0 && messages_saved >= 0);
    fflush(stderr);
    dup2(messages_file, STDERR_FILENO);
}

static inline void remove_all(char *text, const char *part)
{
    const size_t len = strlen(part);
    char *found;

    while ((found = strstr(text, part)))
        memmove(found, found + len, strlen(found + len) + 1);
}

/* Returns the messages; names of scratch files and sample captures lose their folder. */
static inline const char *messages_end(void)
{
    static char text[8192];
    char folder[sizeof scratch + 1];
    ssize_t len;

    fflush(stderr);
    dup2(messages_saved, STDERR_FILENO);
    close(messages_saved);
    len = pread(messages_file, text, sizeof text - 1, 0);
    close(messages_file);
    assert_true(len >= 0);
    text[len] = '\0';
    snprintf(folder, sizeof folder, "%s/", scratch);
    remove_all(text, folder);
    remove_all(text, CAPTURES_DIR "/");
    return text;
}

/* If the expected text ends with three dots, only the beginning must match. */
static inline void assert_messages(const char *messages, const char *expected)
{
    const size_t len = strlen(expected);

    if (len >= 3 && strcmp(expected + len - 3, "...") == 0 && strlen(messages) >= len)
        assert_memory_equal(messages, expected, len - 3);
    else
        assert_string_equal(messages, expected);
}

/* Sets the flags as the signal handler does. */
static inline void raise_by_hand(volatile sig_atomic_t *which)
{
    *which = SIGINT;
    signals_pending = 1;
}

static inline void signals_clear(void)
{
    signals_pending = signals_stop = signals_report = signals_pause = signals_tick = 0;
}

#endif
