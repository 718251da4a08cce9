/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Feeds a frame to be cut. Bytes 0 and 1 of the input are the maximum length of an IP packet (and
 * the maximum segment size for a SYN). Byte 2 is the number of bytes that the capture cut off. The
 * frame follows.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transform/segment.h"
#include "wire.h"

enum { CHOICES_LEN = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so that %s\n", what);
        abort();
    }
}

/* Checks a segment. Returns the number of payload bytes captured in it. */
static uint32_t check_segment(const struct segment *seg, uint32_t i, uint32_t max_ip_len)
{
    const uint32_t headers_len = seg->headers_len - seg->tags_len - seg->jumbo_len;
    uint8_t *room = malloc(headers_len + seg->size);
    struct nvgre_l2 l2;
    struct nvgre_ip ip;
    enum nvgre_reason reason;
    uint32_t value;
    uint32_t len = segment_len(seg, i);
    uint32_t caplen = segment_write(seg, i, room);

    require(caplen >= headers_len && caplen <= len && len <= headers_len + seg->size,
            "a segment has its headers and not too much payload");
    require(i == seg->count - 1 || len == headers_len + seg->size, "only the last one is shorter");
    require(nvgre_l2_decode(NVGRE_LINK_ETHERNET, room, caplen, &l2) &&
                nvgre_ip_decode(room, caplen, len, &l2, &ip, &reason, &value) == NVGRE_CLASS_CLEAN,
            "a segment has sound headers");
    require(ip.len <= max_ip_len && ip.offset + ip.len == len, "its IP packet is short enough");
    require(ip.protocol == seg->protocol && !ip.fragment, "it carries what the whole carried");
    require(memcmp(room + headers_len, seg->frame + seg->headers_len + i * seg->size,
                   caplen - headers_len) == 0,
            "it has its part of the payload");
    free(room);
    return caplen - headers_len;
}

static void check_cut(const uint8_t *frame, uint32_t caplen, uint32_t len, uint32_t tags_len,
                      uint32_t max_ip_len)
{
    struct segment seg;
    uint32_t captured = 0;

    if (!segment_begin(&seg, frame, caplen, len, tags_len, max_ip_len))
        return;
    require(seg.count >= 1 && seg.size >= 1, "there are segments");
    for (uint32_t i = 0; i < seg.count; i++)
        captured += check_segment(&seg, i, max_ip_len);
    require(captured == seg.caplen - seg.headers_len, "all payload is in segments");
}

/* Only the option and the checksum may change, and only once. */
static void check_mss(const uint8_t *frame, uint32_t caplen, uint16_t mss)
{
    uint8_t *copy = malloc(caplen);
    uint32_t changed = 0;
    bool clamped;

    if (caplen)
        memcpy(copy, frame, caplen);
    clamped = segment_mss_clamp(copy, caplen, mss);
    for (uint32_t i = 0; i < caplen; i++)
        changed += copy[i] != frame[i];
    require(changed <= (clamped ? 4 : 0), "nothing else changes");
    require(!segment_mss_clamp(copy, caplen, mss), "once is enough");
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nvgre_l2 l2;
    uint16_t max;
    uint32_t caplen;

    if (size < CHOICES_LEN)
        return 0;
    max = wire_get16(data);
    caplen = (uint32_t)size - CHOICES_LEN;
    check_cut(data + CHOICES_LEN, caplen, caplen + data[2], 0, max);
    if (nvgre_l2_decode(NVGRE_LINK_ETHERNET, data + CHOICES_LEN, caplen, &l2))
        check_cut(data + CHOICES_LEN, caplen, caplen + data[2], l2.vlan_count * NVGRE_VLAN_TAG_LEN,
                  max);
    check_mss(data + CHOICES_LEN, caplen, max);
    return 0;
}
