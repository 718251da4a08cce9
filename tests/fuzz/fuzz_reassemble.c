/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Feeds fragments. Byte 0 of the input selects the limits. Then fragments follow, 5 bytes each:
 *
 *   0  bit 0: IPv6; 1, 2: datagram; 3: more fragments; 4: other payload; 5: not completely
 * captured; 6, 7: ECN 1  offset, in units of 8 bytes 2  bytes of payload 3  seconds since the
 * previous fragment, signed 4  bit 0: a whole packet is not taken; 1: interface; 2: with a pcapng
 * block around it; 3: its options are separate. 255: a raw frame follows. Byte 2 is its length in
 * bytes, byte 1 selects its link header
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transform/datagram.h"
#include "wire.h"

enum { STEP_LEN = 5, AS_IT_IS = 255, STEPS_MAX = 256, FRAME_MAX = 512, BLOCK_HEADER_LEN = 28 };
enum { LINK_COUNT = NVGRE_LINK_NULL + 1, OPTIONS_LEN = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so that %s\n", what);
        abort();
    }
}

struct frame {
    uint8_t bytes[FRAME_MAX];
    uint32_t len;
};

struct play {
    struct reassembler r;
    int64_t sec;
    uint32_t count;             /* of fragments fed */
    uint32_t held, taken, back; /* of fragments that were added, not added, and returned */
    bool has_plain_whole;       /* whole packets have the payload from fragment_make */
    struct frame *fed;          /* by number */
    bool *is_held;
};

static uint8_t payload_byte(uint32_t datagram, uint32_t at)
{
    return (uint8_t)((at * 7 + (at >> 8) + datagram) << 1);
}

/* A fragment without a link header. */
static struct frame fragment_make(const uint8_t *step)
{
    const bool is_ipv6 = step[0] & 1;
    const uint32_t datagram = step[0] >> 1 & 3;
    const uint32_t start = step[1] * 8u;
    const uint16_t more = step[0] >> 3 & 1;
    struct frame frame = {.len = (is_ipv6 ? 48u : 20u) + step[2]};
    uint8_t *ip = frame.bytes;

    if (is_ipv6) {
        wire_put32(ip, 6u << 28 | (uint32_t)(step[0] >> 6) << 20);
        wire_put16(ip + 4, (uint16_t)(8 + step[2]));
        ip[6] = 44;
        ip[40] = NVGRE_IP_PROTOCOL;
        wire_put16(ip + 42, (uint16_t)(start | more));
        wire_put32(ip + 44, datagram);
    } else {
        ip[0] = 0x45;
        ip[1] = step[0] >> 6;
        wire_put16(ip + 2, (uint16_t)frame.len);
        wire_put16(ip + 4, (uint16_t)datagram);
        wire_put16(ip + 6, (uint16_t)(more << 13 | step[1]));
        ip[9] = NVGRE_IP_PROTOCOL;
    }
    for (uint32_t i = 0; i < step[2]; i++)
        ip[frame.len - step[2] + i] = payload_byte(datagram, start + i) | (step[0] >> 4 & 1);
    return frame;
}

static void check_whole(const struct play *play, enum nvgre_link link)
{
    const struct cap_packet *whole = &play->r.whole;
    struct nvgre_l2 l2;
    struct nvgre_ip ip;
    enum nvgre_reason reason;
    uint32_t value;

    require(whole->caplen == whole->len, "a whole packet is captured to its end");
    require(nvgre_l2_decode(link, whole->data, whole->caplen, &l2) &&
                nvgre_ip_decode(whole->data, whole->caplen, whole->len, &l2, &ip, &reason,
                                &value) == NVGRE_CLASS_CLEAN,
            "a whole packet has sound headers");
    require(ip.offset + ip.len == whole->len, "an IP packet ends with the whole packet");
    require(!ip.fragment || !play->has_plain_whole, "a whole packet is no fragment");
    if (!play->has_plain_whole)
        return;
    for (uint32_t i = 0; i < ip.len - ip.header_len; i++)
        require((whole->data[ip.offset + ip.header_len + i] & 0xFE) ==
                    payload_byte(play->r.complete->key.id, i),
                "each byte is in its place");
}

static void hear_returned(struct play *play)
{
    const struct reassemble_fragment *fragment;

    while ((fragment = reassemble_returned(&play->r))) {
        const struct cap_packet *packet = &fragment->packet;
        const struct frame *fed = &play->fed[packet->number];

        require(play->is_held[packet->number], "only what was held comes back, and once");
        play->is_held[packet->number] = false;
        require(packet->len == fed->len && packet->caplen <= fed->len &&
                    memcmp(packet->data, fed->bytes, packet->caplen) == 0,
                "what comes back is what was held");
        require(!packet->options_len || (packet->options[0] == 0x55 &&
                                         packet->options[packet->options_len - 1] == 0x55),
                "options come back");
        play->back++;
    }
}

static void add(struct play *play, const struct cap_packet *packet, enum nvgre_link link,
                bool is_taken)
{
    switch (reassemble_add(&play->r, packet, link)) {
    case REASSEMBLE_WHOLE:
        play->held++;
        play->is_held[packet->number] = true;
        check_whole(play, link);
        if (is_taken)
            play->taken += play->r.complete->count;
        reassemble_settle(&play->r, is_taken);
        break;
    case REASSEMBLE_HELD:
        play->held++;
        play->is_held[packet->number] = true;
        break;
    default:
        break;
    }
    hear_returned(play);
    require(play->r.bytes <= play->r.config.max_bytes, "memory is bounded");
    require(play->r.datagrams <= play->r.config.max_datagrams, "datagrams are bounded");
}

/* Feeds a frame in a block of exact size, with a pcapng block and options around it. */
static void feed(struct play *play, const uint8_t *step, const struct frame *frame,
                 enum nvgre_link link)
{
    const struct cap_iface iface = {.tsresol = 0};
    const uint32_t caplen = frame->len - (step[0] >> 5 & 1 && frame->len ? 1 : 0);
    const bool has_raw = step[4] >> 2 & 1;
    const uint32_t before = has_raw ? BLOCK_HEADER_LEN : 0;
    const uint32_t options_len = has_raw || step[4] >> 3 & 1 ? OPTIONS_LEN : 0;
    const uint32_t len = before + caplen + options_len;
    uint8_t *block = malloc(len);
    struct cap_packet packet = {.data = block + before,
                                .caplen = caplen,
                                .len = frame->len,
                                .ts = (uint64_t)play->sec,
                                .number = play->count,
                                .iface = &iface,
                                .iface_id = step[4] >> 1 & 1,
                                .record = CAP_RECORD_ENHANCED,
                                .raw = has_raw ? block : NULL,
                                .raw_len = has_raw ? len : 0,
                                .options = block + before + caplen,
                                .options_len = options_len};

    require(block || len == 0, "there is memory");
    if (len)
        memset(block, 0x55, len);
    if (caplen)
        memcpy(block + before, frame->bytes, caplen);
    play->fed[play->count] = *frame;
    add(play, &packet, link, !(step[4] & 1));
    play->count++;
    free(block);
}

static void feed_all(struct play *play, const uint8_t *data, size_t size)
{
    while (size >= STEP_LEN && play->count < STEPS_MAX) {
        const uint8_t *step = data;
        struct frame frame;

        data += STEP_LEN;
        size -= STEP_LEN;
        play->sec += (int8_t)step[3];
        if (step[4] != AS_IT_IS) {
            frame = fragment_make(step);
            feed(play, step, &frame, NVGRE_LINK_RAW);
            continue;
        }
        frame.len = step[2] < size ? step[2] : (uint32_t)size;
        memcpy(frame.bytes, data, frame.len);
        data += frame.len;
        size -= frame.len;
        play->has_plain_whole = false;
        feed(play, step, &frame, (enum nvgre_link)(step[1] % LINK_COUNT));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reassemble_config config;
    struct play play = {.sec = 1000, .has_plain_whole = true};

    if (size == 0)
        return 0;
    config = (struct reassemble_config){.max_bytes = 512u << (data[0] & 7),
                                        .max_datagrams = 1 + (data[0] >> 3 & 3),
                                        .max_fragments = 2u << (data[0] >> 5 & 3),
                                        .timeout_s = data[0] & 0x80 ? 10 : 100};
    reassemble_init(&play.r, &config);
    play.fed = calloc(STEPS_MAX, sizeof *play.fed);
    play.is_held = calloc(STEPS_MAX, sizeof *play.is_held);
    require(play.fed && play.is_held, "there is memory");
    feed_all(&play, data + 1, size - 1);
    if (size & 1) {
        reassemble_flush(&play.r);
        hear_returned(&play);
        require(play.held == play.taken + play.back, "nothing is lost");
        require(play.r.bytes == 0 && play.r.datagrams == 0, "nothing is left");
    }
    reassemble_free(&play.r);
    free(play.fed);
    free(play.is_held);
    return 0;
}
