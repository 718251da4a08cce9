/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timestamp.h"

#include <string.h>

#include "order.h"

#define NS_PER_SEC 1000000000u
#define TSRESOL_BINARY 0x80u
#define MICROSECOND_BITS 20u /* 2^-20 s is the first power of two below 1 us */

__extension__ typedef unsigned __int128 wide;

static struct time_point decimal_time(uint64_t ticks, unsigned exponent)
{
    wide per_sec = 1;

    for (unsigned i = 0; i < exponent && per_sec <= ticks; i++)
        per_sec *= 10;
    if (per_sec <= ticks)
        return (struct time_point){(int64_t)(ticks / per_sec),
                                   (uint32_t)(ticks % per_sec * NS_PER_SEC / per_sec)};
    for (; exponent > 9; exponent--)
        ticks /= 10;
    for (; exponent < 9; exponent++)
        ticks *= 10;
    return (struct time_point){0, (uint32_t)ticks};
}

static struct time_point binary_time(uint64_t ticks, unsigned exponent)
{
    uint64_t sec = exponent < 64 ? ticks >> exponent : 0;
    uint64_t rest = exponent < 64 ? ticks - (sec << exponent) : ticks;
    wide scaled = (wide)rest * NS_PER_SEC;

    return (struct time_point){(int64_t)sec, (uint32_t)(scaled >> exponent)};
}

struct cap_pcap_time cap_packet_pcap_time(const struct cap_packet *packet)
{
    uint8_t words[sizeof packet->ts];

    memcpy(words, &packet->ts, sizeof words);
    return (struct cap_pcap_time){order_get32(words, packet->swapped),
                                  order_get32(words + 4, packet->swapped)};
}

struct time_point cap_packet_time(const struct cap_packet *packet)
{
    uint8_t tsresol = packet->iface->tsresol;
    struct time_point time;

    if (packet->record == CAP_RECORD_SIMPLE)
        return (struct time_point){0, 0};
    if (packet->record == CAP_RECORD_PCAP) {
        struct cap_pcap_time words = cap_packet_pcap_time(packet);
        uint64_t nsec = words.fraction * (tsresol == 9 ? (uint64_t)1 : 1000);

        return (struct time_point){(int64_t)words.sec + (int64_t)(nsec / NS_PER_SEC),
                                   (uint32_t)(nsec % NS_PER_SEC)};
    }
    time = tsresol & TSRESOL_BINARY ? binary_time(packet->ts, tsresol & ~TSRESOL_BINARY)
                                    : decimal_time(packet->ts, tsresol);
    time.sec = (int64_t)((uint64_t)time.sec + (uint64_t)packet->iface->tsoffset);
    return time;
}

bool cap_tsresol_is_fine(uint8_t tsresol)
{
    return tsresol & TSRESOL_BINARY ? (tsresol & ~TSRESOL_BINARY) > MICROSECOND_BITS : tsresol > 6;
}
