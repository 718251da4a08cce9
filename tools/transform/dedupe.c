/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dedupe.h"

#include <stdlib.h>

#include "base/table.h"
#include "capfile/timestamp.h"

struct seen {
    uint64_t first_us;
    uint32_t pa_count;
    uint64_t pas[DEDUPE_PAS_MAX];
};

struct dedupe {
    uint64_t window_us;
    struct table_recent recent; /* VSID and inner frame */
    struct seen frames[DEDUPE_FRAMES];
};

struct dedupe *dedupe_new(uint32_t window_ms)
{
    struct dedupe *dedupe = calloc(1, sizeof *dedupe);

    if (!dedupe || table_recent_init(&dedupe->recent, DEDUPE_FRAMES) != 0) {
        free(dedupe);
        return NULL;
    }
    dedupe->window_us = (uint64_t)window_ms * 1000;
    return dedupe;
}

void dedupe_free(struct dedupe *dedupe)
{
    if (dedupe)
        table_recent_free(&dedupe->recent);
    free(dedupe);
}

/* Returns the destination PA. IPv6 is hashed; a collision is too unlikely to matter. */
static uint64_t destination(const struct cap_packet *packet, const struct nvgre_ip *ip)
{
    const uint8_t *header = packet->data + ip->offset;

    return ip->version == 4 ? wire_get32(header + 16) : table_key_bytes(header + 24, 16).low;
}

static bool has_pa(const struct seen *seen, uint64_t pa)
{
    for (uint32_t i = 0; i < seen->pa_count; i++)
        if (seen->pas[i] == pa)
            return true;
    return false;
}

/* Microseconds, which may wrap around: a capture may have any time, and only differences matter. */
static uint64_t time_us(const struct cap_packet *packet)
{
    const struct time_point time = cap_packet_time(packet);

    return (uint64_t)time.sec * 1000000 + time.nsec / 1000;
}

static uint64_t span(uint64_t a, uint64_t b)
{
    return a - b < b - a ? a - b : b - a;
}

bool dedupe_is_copy(struct dedupe *dedupe, const struct cap_packet *packet,
                    const struct nvgre_frame *frame)
{
    const uint64_t vsid_and_len = (uint64_t)nvgre_key_vsid(frame->gre.key) << 32 | frame->inner_len;
    const struct table_key key = table_key_add(
        table_key_bytes(packet->data + frame->inner_offset, frame->inner_caplen), vsid_and_len);
    const struct table_slot *slot = table_find(&dedupe->recent.table, key);
    const uint64_t now_us = time_us(packet);
    const uint64_t pa = destination(packet, &frame->ip);
    struct seen *seen = slot ? &dedupe->frames[table_slot_index(slot)] : NULL;

    if (seen && span(now_us, seen->first_us) <= dedupe->window_us &&
        seen->pa_count < DEDUPE_PAS_MAX && !has_pa(seen, pa)) {
        seen->pas[seen->pa_count++] = pa;
        return true;
    }
    seen = &dedupe->frames[table_recent_add(&dedupe->recent, key, 0)];
    seen->first_us = now_us;
    seen->pa_count = 1;
    seen->pas[0] = pa;
    return false;
}
