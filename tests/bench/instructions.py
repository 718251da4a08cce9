# SPDX-License-Identifier: GPL-2.0-or-later
"""User-space instructions per packet, counted by callgrind: a figure without noise."""

import re
import subprocess
from typing import NamedTuple

import programs
import traffic
from programs import Failed

MIX = traffic.MIXES[0]
FEW, MANY = 10_000, 110_000


class Count(NamedTuple):
    """Instructions per packet of a command for a file format."""
    command: str
    format: str
    value: float


def callgrind(profile):
    """The start of a command that writes the count of its instructions to a file."""
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}"]


def total(command, profile, output, timeout):
    """The instructions of one run of a command that contains callgrind(profile)."""
    try:
        with open(output, "wb") as stdout:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stdout,
                                  stderr=subprocess.PIPE, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"callgrind: not ready after {timeout:g} s") from error
    if done.returncode != 0:
        raise Failed(f"callgrind: {done.stderr.decode(errors='replace').strip()}")
    found = re.search(r"^(?:summary|totals): (\d+)", profile.read_text(errors="replace"), re.M)
    if not found:
        raise Failed("callgrind: no total in its output")
    return int(found[1])


def count(program, folder, timeout):
    """The instructions of one run of a program. Checks its output."""
    profile, output = folder / "profile", folder / "output"
    found = total([*callgrind(profile), *program.command], profile, output, timeout)
    program.checked(output)
    return found


def counts(tool, folder, packets, timeout):
    """The instructions of encap, decap and rewrite for this number of packets, by command and
    format."""
    captures = programs.Captures(folder, packets)
    programs.make_captures(tool, MIX, captures, timeout)
    found = {}
    for program in (*programs.encap_programs(tool, captures),
                    *programs.decap_programs(tool, captures),
                    *programs.rewrite_programs(tool, captures)):
        command, form = re.fullmatch("(.*?)( pcapng)?", program.name).groups(" pcap")
        found[command, form.strip()] = count(program, folder, timeout)
    captures.remove()
    return found


def per_packet(tool, folder, timeout):
    """A Count of encap (also with a map), decap and rewrite, for pcap and pcapng, with 64-byte
    frames.

    It is the difference between many packets and few. This leaves out the cost of start and end.
    """
    few, many = (counts(tool, folder, packets, timeout) for packets in (FEW, MANY))
    return [Count(*key, (many[key] - few[key]) / (MANY - FEW)) for key in many]
