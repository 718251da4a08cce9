/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dedupe.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "capfile/timestamp.h"

struct seen {
    XXH128_hash_t hash; /* of VSID and inner frame */
    uint64_t first_us;
    uint32_t pa_count; /* 0 for a free place */
    uint32_t pas[DEDUPE_PAS_MAX];
};

struct dedupe {
    uint64_t window_us;
    struct seen frames[DEDUPE_FRAMES];
};

struct dedupe *dedupe_new(uint32_t window_ms)
{
    struct dedupe *dedupe = calloc(1, sizeof *dedupe);

    if (dedupe)
        dedupe->window_us = (uint64_t)window_ms * 1000;
    return dedupe;
}

void dedupe_free(struct dedupe *dedupe)
{
    free(dedupe);
}

/* An address, of IPv6 in short: two that look alike are taken for one, and no copy is seen. */
static uint32_t destination(const struct cap_packet *packet, const struct nvgre_ip *ip)
{
    const uint8_t *header = packet->data + ip->offset;

    return ip->version == 4 ? wire_get32(header + 16) : XXH32(header + 24, 16, 0);
}

static bool has_pa(const struct seen *seen, uint32_t pa)
{
    for (uint32_t i = 0; i < seen->pa_count; i++)
        if (seen->pas[i] == pa)
            return true;
    return false;
}

/* Microseconds that wrap around: a capture may tell any time, and only spans are of interest. */
static uint64_t time_us(const struct cap_packet *packet)
{
    const struct cap_time time = cap_packet_time(packet);

    return (uint64_t)time.sec * 1000000 + time.nsec / 1000;
}

static uint64_t span(uint64_t a, uint64_t b)
{
    return a - b < b - a ? a - b : b - a;
}

bool dedupe_is_copy(struct dedupe *dedupe, const struct cap_packet *packet,
                    const struct nvgre_frame *frame)
{
    const uint64_t seed = (uint64_t)nvgre_key_vsid(frame->gre.key) << 32 | frame->inner_len;
    const XXH128_hash_t hash =
        XXH3_128bits_withSeed(packet->data + frame->inner_offset, frame->inner_caplen, seed);
    const uint64_t now_us = time_us(packet);
    const uint32_t pa = destination(packet, &frame->ip);
    struct seen *seen = &dedupe->frames[hash.low64 % DEDUPE_FRAMES];

    if (seen->pa_count && XXH128_isEqual(seen->hash, hash) &&
        span(now_us, seen->first_us) <= dedupe->window_us && seen->pa_count < DEDUPE_PAS_MAX &&
        !has_pa(seen, pa)) {
        seen->pas[seen->pa_count++] = pa;
        return true;
    }
    seen->hash = hash;
    seen->first_us = now_us;
    seen->pa_count = 1;
    seen->pas[0] = pa;
    return false;
}
