#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes retimes.h, the same each time: new times of packets, reckoned in fractions."""

import math
import random
from fractions import Fraction
from pathlib import Path

OUT = Path(__file__).resolve().parent / "retimes.h"
BINARY = 0x80
LAST = 2 ** 64 - 1
NOW = 1602115969

# if_tsresol of the packet: decimal, binary, and those that no clock has.
UNITS = [0, 3, 6, 7, 9, 10, 12, 18, 19, 20, 28, 29, 127,
         *(BINARY + n for n in (0, 10, 20, 32, 47, 60, 63, 64, 94, 126, 127))]
SHIFTS = [0, 1, -1, 10**9, -10**9, 3600 * 10**9, -3600 * 10**9, 500_000_000, 1_000_000_001,
          -999_999_999, 2**63 - 1, -2**63, 2 * 5**9, 2**40 * 10**6]
SCALES = ["1", "0.5", "2", "1.001", "0.999999999", "1.000000001", "0.000000001", "1000000",
          "999999.999999999", "3.333333333"]
OFFSETS = [0, 1, -1, 3600, -NOW, 2**40, -2**40]


def per_sec(tsresol):
    """Units in a second."""
    return 2 ** (tsresol - BINARY) if tsresol >= BINARY else 10 ** tsresol


def new_ticks(start, packet, shift, scale):
    """The new time in the packet's units, or None where 64 bits do not hold it."""
    first = start["offset"] + Fraction(start["ticks"], per_sec(start["tsresol"]))
    time = packet["offset"] + Fraction(packet["ticks"], per_sec(packet["tsresol"]))
    new = first + (time - first) * scale + Fraction(shift, 10**9)
    ticks = math.floor((new - packet["offset"]) * per_sec(packet["tsresol"]))
    return ticks if 0 <= ticks <= LAST else None


def ticks_near(rng, tsresol, offset):
    """A time near now, or at an end of what 64 bits hold."""
    now = math.floor((NOW - offset + Fraction(rng.randrange(10**15), 10**10)) * per_sec(tsresol))
    choice = rng.randrange(5)
    if choice == 0:
        return LAST - rng.randrange(3)
    if choice == 1:
        return rng.randrange(3)
    if choice == 2:
        return rng.randrange(2**64)
    return min(max(now, 0), LAST)


def stamp(rng, tsresol, offset):
    """A time stamp with its units and offset."""
    return {"tsresol": tsresol, "offset": offset, "ticks": ticks_near(rng, tsresol, offset)}


def rows():
    """Cases: of one kind of units, and of two with the usual ones."""
    rng = random.Random(1)
    usual = [tsresol for tsresol in UNITS if per_sec(tsresol) <= 10**12]
    for tsresol in UNITS:
        for _ in range(16):
            offset = rng.choice(OFFSETS)
            yield (stamp(rng, tsresol, offset), stamp(rng, tsresol, offset), rng.choice(SHIFTS),
                   Fraction(rng.choice(SCALES)))
    for _ in range(400):
        first = rng.choice(usual)
        second = rng.choice([first, *usual])
        yield (stamp(rng, first, rng.choice(OFFSETS)), stamp(rng, second, rng.choice(OFFSETS)),
               rng.choice(SHIFTS), Fraction(rng.choice(SCALES)))


def integer(value):
    """An integer of 64 bits in C."""
    return f"{value}u" if value > 2**63 - 1 else "INT64_MIN" if value == -2**63 else str(value)


def main():
    """Writes the header."""
    lines = ["/* SPDX-License-Identifier: GPL-2.0-or-later */",
             "#ifndef RETIMES_H", "#define RETIMES_H", "",
             "/* Packets and their new times, made with fractions by make_retimes.py. */", "",
             "/* clang-format off */", "static const struct vector vectors[] = {"]
    for start, packet, shift, scale in rows():
        new = new_ticks(start, packet, shift, scale)
        cells = [*(f"{{{s['tsresol']}, {s['offset']}, {integer(s['ticks'])}}}"
                   for s in (start, packet)),
                 integer(shift), scale.numerator, scale.denominator,
                 "false, 0" if new is None else f"true, {integer(new)}"]
        lines.append(f"    {{{', '.join(map(str, cells))}}},")
    lines += ["};", "/* clang-format on */", "", "#endif", ""]
    OUT.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
