# SPDX-License-Identifier: GPL-2.0-or-later
"""The cost of the plugin: tshark with and without it, on the same captures."""

import itertools
import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import flows
import instructions
import report
import runner
import targets
import traffic
import workplace
from flows import Shape
from programs import Failed, Program

sys.path.append(str(Path(__file__).resolve().parents[1] / "e2e"))
import wireshark  # noqa: E402, pylint: disable=wrong-import-position

PARTS = ("ways", "flows", "instructions")
PACKETS, RUNS, TIMEOUT = 1_000_000, 3, 900  # default values
FILES_AT_ONCE = 2  # plain and encapsulated
SAMPLE = 1000  # packets checked before the timing
# 4_000 packets contain all flows of SMALL. The difference of the two leaves out start and end.
FEW, MANY = 4_000, 14_000

SMALL_FRAMES, IMIX_FRAMES = traffic.MIXES[:2]
SMALL = Shape("64-byte frames", SMALL_FRAMES, traffic.PATTERNS)
IMIX = Shape("IMIX", IMIX_FRAMES, traffic.PATTERNS)
NO_TRANSPORT = ("--disable-protocol", "tcp", "--disable-protocol", "udp")
ONLY_TCP = (traffic.TCP, traffic.TCP)


class Case(NamedTuple):
    """A row: the capture and options for tshark."""
    part: str
    shape: Shape
    way: str = ""
    options: tuple = ()
    counted: bool = False  # also count instructions

    @property
    def name(self):
        """The capture's name, and the options' name if there are several."""
        return ", ".join(filter(None, (self.shape.name, self.way)))


# Cases of a shape are adjacent, because they share the capture.
CASES = (
    Case("ways", SMALL, "all protocols", counted=True),
    Case("ways", SMALL, "no TCP or UDP", NO_TRANSPORT, counted=True),
    Case("ways", SMALL, "two passes", ("-2",), counted=True),
    Case("ways", IMIX, "all protocols"),
    Case("ways", IMIX, "no TCP or UDP", NO_TRANSPORT),
    Case("ways", IMIX, "two passes", ("-2",)),
    Case("flows", Shape("1 k flows", SMALL_FRAMES, 1_000)),
    Case("flows", Shape("100 k flows", SMALL_FRAMES, 100_000)),
    Case("flows", Shape("1 M flows", SMALL_FRAMES, 1_000_000), counted=True),
    Case("flows", Shape("1 k flows, 1000 tenants", SMALL_FRAMES, 1, 1000, ONLY_TCP)),
    Case("flows", Shape("100 k flows, 1000 tenants", SMALL_FRAMES, 100, 1000)),
    Case("flows", Shape("1 M flows, 1000 tenants", SMALL_FRAMES, 1000, 1000), counted=True),
    Case("flows", Shape("one 5-tuple, 2 tenants", SMALL_FRAMES, 1, 2, ONLY_TCP), counted=True),
)


def command(reading, options, under=()):
    """tshark dissects all packets of a capture and prints their number. It needs a tap such as
    io,stat: without one it does not dissect anything."""
    variables = wireshark.environment(reading.plugin)
    return [*wireshark.UNPRIVILEGED, "env", "-i", *(f"{k}={v}" for k, v in variables.items()),
            *under, "tshark", "-n", "-r", str(reading.path), *options, "-q", "-z",
            "io,stat,0"]


def counts(table):
    """The numbers of packets in the output of -z io,stat,0: of all packets, or for each filter."""
    row = re.search(r"^\| +[\d.]+ +<> .*\|$", table, re.M)
    return [int(cell) for cell in row[0].split("|")[2:-1:2]] if row else []


def has_counted(packets):
    """Checks the number of packets that tshark dissected."""
    def check(path):
        found = counts(path.read_text(errors="replace"))
        if found != [packets]:
            raise traffic.BadCapture(f"tshark counts {found} instead of {packets}")
    return check


def require_dissection(reading, packets, options):
    """Fails if tshark does not dissect inner packets, or does not find NVGRE with the plugin."""
    sample = min(SAMPLE, packets)
    filters = ["ip.addr==10.0.0.0/8", *(["nvgre.vsid"] if reading.plugin else [])]
    try:
        wireshark.require_plugin()
        table = wireshark.run("-n", "-r", reading.path, "-c", sample, *options, "-q", "-z",
                              ",".join(["io,stat,0", *filters]), plugin=reading.plugin)
    except AssertionError as error:
        raise Failed(str(error)) from error
    if counts(table) != [sample] * len(filters):
        raise Failed(f"tshark: {filters} match {counts(table)} of {sample} packets")


class Reading(NamedTuple):
    """A capture that is read with or without the plugin."""
    name: str
    path: Path
    plugin: bool


def make_readings(shape, folder, packets, timeout):
    """Makes the captures of a shape and yields readings of them. The first is the reference, the
    last is with the plugin.

    Without the plugin, flows of tenants with the same addresses and ports are one flow with many
    errors. With the plugin they are separate flows. So the reference has the same number of
    different flows.
    """
    path, apart = folder / "tshark.pcap", folder / "apart.pcap"
    flows.make(path, shape, packets, workplace.TOOL, timeout)
    if shape.tenants > 1:
        flows.make(apart, shape.apart, packets, workplace.TOOL, timeout)
        yield Reading("without, flows apart", apart, False)
    yield Reading("without the plugin", path, False)
    yield Reading("with the plugin", path, True)


def ratios(case, yardstick, with_plugin):
    """CPU time and peak memory with the plugin, as multiples of the reference. tshark has one
    thread, so its CPU time is the wall clock time without waiting."""
    time = report.ratio(f"{case.name}: time", with_plugin, yardstick, targets.PLUGIN,
                        lambda result: result.cpu_times)
    if time.value is None:
        return [time]
    return [time, report.Figure(f"{case.name}: memory", with_plugin.peak / yardstick.peak)]


def time_shape(cases, readings, packets, turns, rounds):
    """Times the cases of one shape. Prints and returns results and figures."""
    results, figures = [], []
    for case in cases:
        for reading in readings:
            require_dissection(reading, packets, case.options)
        members = [Program(reading.name, command(reading, case.options), has_counted(packets),
                           reading.plugin) for reading in readings]
        more = turns.in_turns_checked(case.name, members, rounds)
        results += more
        figures += ratios(case, more[0], more[-1])
    report.print_results(results, packets)
    report.print_figures("with the plugin against the first", figures)
    return results, figures


def time_all(parts, folder, packets, rounds, timeout):
    """Times the cases of some parts. Returns the results and the data for the JSON output."""
    turns = runner.Runner(folder, workplace.launcher(folder), False, timeout)
    results, timed = [], []
    chosen = [case for case in CASES if case.part in parts]
    for shape, cases in itertools.groupby(chosen, lambda case: case.shape):
        print(f"\n{shape.name}: {packets} packets", flush=True)
        readings = list(make_readings(shape, folder, packets, timeout))
        more, figures = time_shape(cases, readings, packets, turns, rounds)
        results += more
        timed.append({"shape": shape.name, "packets": packets,
                      "programs": report.results_as_json(more, packets),
                      "figures": [figure.as_json() for figure in figures]})
    return results, timed


def count(reading, options, packets, timeout):
    """The instructions of tshark on a capture."""
    profile = wireshark.sandbox() / "home" / "profile"  # tshark's user may write here
    output = reading.path.with_suffix(".output")
    under = instructions.callgrind(profile)
    program = Program("tshark", command(reading, options, under), has_counted(packets))
    found = instructions.total(program.command, profile, output, timeout)
    program.checked(output)
    return found


def per_packet(case, folder, timeout):
    """Instructions per packet, by the name of the reading."""
    found = []
    for packets in (FEW, MANY):
        readings = list(make_readings(case.shape, folder, packets, timeout))
        found.append([count(reading, case.options, packets, timeout) for reading in readings])
    return {reading.name: (many - few) / (MANY - FEW)
            for reading, few, many in zip(readings, *found)}


def count_all(folder, timeout):
    """Counts instructions. Prints and returns their figures."""
    if not shutil.which("valgrind"):
        print("\ninstructions: valgrind is not installed")
        return []
    counted = []
    for case in (case for case in CASES if case.counted):
        by_name = per_packet(case, folder, timeout)
        values = list(by_name.values())
        figures = [report.Figure(name, value) for name, value in by_name.items()]
        figures.append(report.Figure("with the plugin against the first", values[-1] / values[0],
                                     target=targets.PLUGIN))
        report.print_figures(f"instructions: {case.name}", figures)
        counted.append({"case": case.name, "figures": [row.as_json() for row in figures]})
    return counted


def bytes_needed(packets):
    """Bytes needed for the largest capture."""
    return workplace.bytes_needed(IMIX_FRAMES, packets, FILES_AT_ONCE)
