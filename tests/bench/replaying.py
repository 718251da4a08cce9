# SPDX-License-Identifier: GPL-2.0-or-later
"""replay and tcpreplay on veth in a network namespace: packets per second, and accuracy in time."""

import re
import statistics
import subprocess
import sys
from pathlib import Path

from programs import Failed
from workplace import TOOL

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
# pylint: disable=wrong-import-position
import pcapfile  # noqa: E402
from lab import lab  # noqa: E402

SIZES = {"64": (64,), "imix": (64,) * 7 + (594,) * 4 + (1514,), "1500": (1514,)}
PACKETS, LOOPS = 12_000, 50  # at top speed
TOP_SPEED = {"tcpreplay": ("tcpreplay", "-t", "-K"),
             "replay": (TOOL, "replay", "-t", "-K"),
             "replay packet": (TOOL, "replay", "-t", "-K", "--sender", "packet"),
             "replay xdp": (TOOL, "replay", "-t", "-K", "--sender", "xdp")}
PACED = {"tcpreplay": ("tcpreplay", "-K"), "replay": (TOOL, "replay", "-K")}
# name: options, packets, nanoseconds between them
PACES = {"1 ms, recorded": ((), 1000, 1_000_000), "100 kpps": (("-p", "100000"), 100_000, 10_000)}
TIMEOUT = 120


def frame(size):
    """A UDP datagram in an Ethernet frame of `size` bytes."""
    head = bytes.fromhex("020000000002020000000001080045000000000000004011000 00a0000010a000002"
                         .replace(" ", ""))
    return head + bytes(size - len(head))


def write(path, sizes, count, gap=0):
    """Writes a capture with frames of these sizes in turn."""
    path.write_bytes(pcapfile.pcap(
        [pcapfile.packet(frame(sizes[i % len(sizes)]),
                         time=pcapfile.START + pcapfile.Fraction(i * gap, 10**9))
         for i in range(count)]))
    return path


def send(made, command, path):
    """Sends a capture. Returns packets and seconds from the program's output."""
    done = subprocess.run([*made.prefix, *map(str, command), "-i", "near0", str(path)],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    found = re.search(r"Actual: (\d+) packets \(\d+ bytes\) sent in ([\d.]+) seconds", done.stdout)
    if done.returncode != 0 or not found:
        raise Failed(f"{command[0]}: {(done.stderr or done.stdout).strip()[:200]}")
    return int(found[1]), float(found[2])


def top_speed(made, path, rounds):
    """Packets per second of each program, one value per round. Programs run in turns."""
    rates = {name: [] for name in TOP_SPEED}
    for _ in range(rounds):
        for name, command in TOP_SPEED.items():
            if rates[name] is None:
                continue
            before = made.received("far0")
            try:
                packets, seconds = send(made, (*command, "-l", LOOPS), path)
            except Failed as error:
                print(f"{name}: {error}", file=sys.stderr)
                rates[name] = None
                continue
            arrived = made.received("far0") - before
            if arrived != packets:
                raise Failed(f"{name}: {arrived} of {packets} packets arrived")
            rates[name].append(packets / seconds)
    return {name: values for name, values in rates.items() if values}


def pace(made, command, path, count, gap):
    """Errors of the receive times in nanoseconds: p50, p99, and drift from start to end."""
    listener = made.listen("far0")
    try:
        send(made, command, path)
        if len(listener.frames(count)) != count:
            raise Failed(f"{command[0]}: packets are missing")
    finally:
        listener.close()
    late = [at - listener.times[0] - i * gap for i, at in enumerate(listener.times)]
    usual = statistics.median(late)
    errors = sorted(abs(each - usual) for each in late)
    part = count // 100
    drift = statistics.median(late[-part:]) - statistics.median(late[:part])
    return errors[count // 2], errors[count * 99 // 100], abs(drift)


def run(folder, rounds):
    """Measures and prints everything. Returns the figures."""
    figures = {"top speed": {}, "pace": {}}
    with lab(mtu=1500) as made:
        for mix, sizes in SIZES.items():
            path = write(folder / "top.pcap", sizes, PACKETS)
            rates = figures["top speed"][mix] = top_speed(made, path, rounds)
            for name, values in rates.items():
                ratio = statistics.median(a / b for a, b in zip(values, rates["tcpreplay"]))
                print(f"{mix:>5} {name:14} {statistics.median(values) / 1e6:7.3f} Mpkt/s"
                      f" {ratio:6.2f} x tcpreplay", flush=True)
        for what, (options, count, gap) in PACES.items():
            path = write(folder / "paced.pcap", (64,), count, gap)
            found = {name: [] for name in PACED}
            for _ in range(rounds):
                for name, command in PACED.items():
                    found[name].append(pace(made, (*command, *options), path, count, gap))
            for name, values in found.items():
                p50, p99, drift = (statistics.median(each) / 1000 for each in zip(*values))
                print(f"{what:>14} {name:10} error p50 {p50:8.2f} us, p99 {p99:8.2f} us, "
                      f"drift {drift:9.2f} us", flush=True)
            figures["pace"][what] = found
    return figures
