# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures damaged by editcap, in stock tshark with a sanitized plugin.

NVGRE_FUZZ_RUNS is the number of damaged captures. Each capture has its own seed, so that all runs
are the same. The captures of a batch are joined into one file, so that tshark starts only once. If
a batch fails, the message lists the captures that also fail alone.
"""

import os
import random
import shlex
import shutil
import subprocess
from typing import NamedTuple

import pytest

from sanitized import (NAMES, SIMPLE, STRICT, TAPS, Mode, fault, in_one, others, preferences,
                       require_sanitizers, samples)
from wireshark import readable

require_sanitizers()

RUNS = int(os.environ.get("NVGRE_FUZZ_RUNS", "500"))
BATCH = 20

PROBABILITIES = (0.005, 0.01, 0.02, 0.05)  # probability that a byte is changed
# The unchanged start: nothing, Ethernet, IPv4, GRE over IPv4 (the packet stays NVGRE), IPv6, GRE.
OFFSETS = (0, 14, 34, 42, 54, 62)
SNAPLENS = (262144, 262144, 262144, 96, 64)

MODES = (
    Mode(("-V", "-x"), TAPS),
    Mode(("-2", "-V", "-x"), TAPS),
    Mode((), TAPS),
    Mode(("-2", "-V"), (*preferences("TRUE"), *NAMES, *TAPS)),
    Mode(("-V",), (*preferences("FALSE"), *TAPS)),
)
ALLOCATORS = (SIMPLE, STRICT)
CAPTURES = {**samples(), **others()}


class Damage(NamedTuple):
    """A capture and its damage by editcap."""

    name: str
    seed: int
    probability: float
    offset: int
    snaplen: int

    @property
    def command(self):
        """The editcap command, from standard input to standard output."""
        return ["editcap", "-E", str(self.probability), "--seed", str(self.seed),
                "-o", str(self.offset), "-s", str(self.snaplen), "-F", "pcapng", "-", "-"]

    def capture(self):
        """The damaged capture."""
        return subprocess.run(self.command, input=CAPTURES[self.name], capture_output=True,
                              check=True).stdout


def damage(seed):
    """The damage for a seed."""
    rng, names = random.Random(seed), list(CAPTURES)
    return Damage(names[seed % len(names)], seed, rng.choice(PROBABILITIES), rng.choice(OFFSETS),
                  rng.choice(SNAPLENS))


def explain(batch, damages, folder, mode, **settings):
    """The damaged captures that fail alone, and whether stock Wireshark fails too."""
    def kept(path):
        stock = fault(path, mode, plugin=False, **settings)
        return f"{shutil.copy(path, folder)} (without the plugin {'too' if stock else 'not'})"

    lines = [f"options: {shlex.join(mode.options + mode.own)}, {settings}",
             f"fails: {kept(batch)}"]
    for each in damages:
        alone = readable(each.capture())
        if found := fault(alone, mode, **settings):
            lines += [f"fails alone: {kept(alone)}",
                      f"{each.name}: {shlex.join(each.command)}", found]
    return "\n".join(lines)


@pytest.mark.parametrize("first", range(0, RUNS, BATCH))
def test_damaged_captures(first, tmp_path):
    damages = [damage(seed) for seed in range(first, min(first + BATCH, RUNS))]
    mode, allocator = (choices[first // BATCH % len(choices)] for choices in (MODES, ALLOCATORS))
    batch = readable(in_one(each.capture() for each in damages))

    if found := fault(batch, mode, allocator=allocator):
        told = explain(batch, damages, tmp_path, mode, allocator=allocator)
        pytest.fail(f"{found}\n{told}", pytrace=False)
    batch.unlink()
