/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "retime.h"

#include <string.h>

#include "order.h"
#include "timestamp.h"

enum { TSRESOL_BINARY = 0x80, NS_DIGITS = 9, POWER_MAX = 19 };

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

/* 10^0 to 10^19, the largest power in 64 bits. */
static const uint64_t powers[POWER_MAX + 1] = {1,
                                               10,
                                               100,
                                               1000,
                                               10000,
                                               100000,
                                               1000000,
                                               10000000,
                                               100000000,
                                               1000000000,
                                               10000000000,
                                               100000000000,
                                               1000000000000,
                                               10000000000000,
                                               100000000000000,
                                               1000000000000000,
                                               10000000000000000,
                                               100000000000000000,
                                               1000000000000000000,
                                               10000000000000000000u};

/* whole + (part + low / 2^64) / parts, where 0 <= part < parts <= 10^9. */
struct mixed {
    wide whole;
    uint64_t part;
    uint64_t low;
    uint64_t parts;
};

static struct mixed divide(wide dividend, uint64_t divisor)
{
    wide whole = dividend / (wide)divisor;
    wide rest = dividend - whole * (wide)divisor;

    if (rest < 0) {
        whole--;
        rest += (wide)divisor;
    }
    return (struct mixed){whole, (uint64_t)rest, 0, divisor};
}

/* Units in a second; 0 if they do not fit into 64 bits. */
static uint64_t units_per_sec(uint8_t tsresol)
{
    unsigned exponent = tsresol & ~TSRESOL_BINARY & 0xFF;

    if (tsresol & TSRESOL_BINARY)
        return exponent < 64 ? UINT64_C(1) << exponent : 0;
    return exponent <= POWER_MAX ? powers[exponent] : 0;
}

static uint64_t ticks_of(const struct cap_packet *packet)
{
    struct cap_pcap_time time;

    if (packet->record != CAP_RECORD_PCAP)
        return packet->ts;
    time = cap_packet_pcap_time(packet);
    return time.sec * powers[packet->iface->tsresol] + time.fraction;
}

static bool put_ticks(struct cap_packet *packet, wide ticks)
{
    uint8_t words[sizeof packet->ts];
    uint64_t per_sec;

    if (ticks < 0 || ticks > UINT64_MAX)
        return false;
    if (packet->record != CAP_RECORD_PCAP) {
        packet->ts = (uint64_t)ticks;
        return true;
    }
    per_sec = powers[packet->iface->tsresol];
    if ((uint64_t)ticks / per_sec > UINT32_MAX)
        return false;
    order_put32(words, (uint32_t)((uint64_t)ticks / per_sec), packet->swapped);
    order_put32(words + 4, (uint32_t)((uint64_t)ticks % per_sec), packet->swapped);
    memcpy(&packet->ts, words, sizeof words);
    return true;
}

/*
 * The time from the start to `ticks` in the packet's units: *whole - *part / 2^64. If it is not
 * exact, it is slightly too long, or with `shorter` slightly too short. Returns false if it is too
 * large to compute.
 */
static bool since_start(const struct cap_retime_start *start, const struct cap_iface *iface,
                        uint64_t ticks, bool shorter, wide *whole, wide *part)
{
    const wide max = (wide)1 << 120;
    uint64_t to = units_per_sec(iface->tsresol);
    uint64_t from = units_per_sec(start->tsresol);
    unsigned_wide fraction;
    unsigned_wide rest;
    wide sec;

    *part = 0;
    *whole = (wide)ticks - (wide)start->ticks;
    if (start->tsresol == iface->tsresol && start->tsoffset == iface->tsoffset)
        return true;
    if (to == 0 || from == 0)
        return false;
    sec = (wide)(start->ticks / from) + start->tsoffset - iface->tsoffset;
    if ((sec < 0 ? -sec : sec) > max / (wide)to)
        return false;
    fraction = (unsigned_wide)(start->ticks % from) * to;
    rest = fraction % from << 64;
    *whole = (wide)ticks - sec * (wide)to - (wide)(fraction / from);
    *part = (wide)(rest / from) + (shorter && rest % from);
    return true;
}

/*
 * The change of a packet's time by the scale. If the start is not exact, the change is rounded up:
 * otherwise cutting the result to units could lose a whole unit.
 */
static bool scaled(const struct cap_retime *retime, const struct cap_iface *iface, uint64_t ticks,
                   struct mixed *added)
{
    const wide max = (wide)1 << 118;
    wide factor = (wide)retime->numerator - (wide)retime->denominator;
    wide whole;
    wide part;

    *added = (struct mixed){0, 0, 0, 1};
    if (factor == 0)
        return true;
    if (!since_start(&retime->start, iface, ticks, factor < 0, &whole, &part) ||
        (whole < 0 ? -whole : whole) > max / (factor < 0 ? -factor : factor))
        return false;
    part *= -factor;
    *added = divide(whole * factor + (part >> 64), retime->denominator); /* >> rounds down */
    added->low = (uint64_t)part;
    return true;
}

/* The shift in units of the packet. */
static bool shift_of(int64_t shift_ns, uint8_t tsresol, struct mixed *added)
{
    unsigned exponent = tsresol & ~TSRESOL_BINARY & 0xFF;
    wide shift = shift_ns;

    *added = (struct mixed){0, 0, 0, 1};
    if (shift == 0)
        return true;
    if (tsresol & TSRESOL_BINARY) {
        if (exponent > 126 || (shift < 0 ? -shift : shift) > ((wide)1 << 126) >> exponent)
            return false;
        *added = divide(shift * ((wide)1 << exponent), powers[NS_DIGITS]);
    } else if (exponent <= NS_DIGITS) {
        *added = divide(shift, powers[NS_DIGITS - exponent]);
    } else if (exponent - NS_DIGITS <= POWER_MAX) {
        added->whole = shift * (wide)powers[exponent - NS_DIGITS];
    } else {
        return false;
    }
    return true;
}

bool cap_retime_packet(struct cap_retime *retime, struct cap_packet *packet)
{
    const struct cap_iface *iface = packet->iface;
    struct mixed scale;
    struct mixed shift;
    uint64_t ticks;
    unsigned_wide one;
    unsigned_wide parts;

    if (packet->record == CAP_RECORD_SIMPLE)
        return true;
    ticks = ticks_of(packet);
    if (!retime->start.known)
        retime->start = (struct cap_retime_start){true, iface->tsresol, iface->tsoffset, ticks};
    if (!scaled(retime, iface, ticks, &scale) ||
        !shift_of(retime->shift_ns, iface->tsresol, &shift))
        return false;
    one = (unsigned_wide)(scale.parts * shift.parts) << 64;
    parts = ((unsigned_wide)(scale.part * shift.parts + shift.part * scale.parts) << 64) +
            (unsigned_wide)scale.low * shift.parts;
    return put_ticks(packet, (wide)ticks + scale.whole + shift.whole + (parts >= one));
}
