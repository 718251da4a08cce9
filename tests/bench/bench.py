#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures nvgre-pcap against cat, against other tools, and in instructions a packet; or tshark
with the plugin against tshark without it."""

import argparse
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import dissection
import instructions
import programs
import replaying
import report
import runner
import traffic
import workplace
from programs import Failed

GROUPS = ("files", "peers", "pipes")
RUNS, TIMEOUT = 7, 120  # default values
IN_PLACE = "all programs write over the pages of the same existing file, through standard output"
FRESH = "all programs write a new file each time, through standard output"


def positive(kind):
    """An argument type: a number greater than 0."""
    def convert(text):
        value = kind(text)
        if value <= 0:
            raise ValueError(text)
        return value
    convert.__name__ = kind.__name__
    return convert


def some_of(names):
    """An argument type: a comma-separated list of these names."""
    def convert(text):
        chosen = text.split(",")
        unknown = [name for name in chosen if name not in names]
        if unknown:
            raise argparse.ArgumentTypeError(f"not of {','.join(names)}: {','.join(unknown)}")
        return chosen
    return convert


def arguments():
    """The command line."""
    mixes = [mix.name for mix in traffic.MIXES]
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Figures of time never change the exit code. It is 1 if "
        "nvgre-pcap or the plugin fails, or if --max-encap, --max-decap or --max-rewrite is exceeded or "
        "cannot be told.")
    parser.add_argument("--mixes", type=some_of(mixes), default=mixes, metavar="LIST",
                        help=f"frame sizes (default {','.join(mixes)})")
    parser.add_argument("--groups", type=some_of(GROUPS), default=list(GROUPS), metavar="LIST",
                        help=f"what to time (default {','.join(GROUPS)})")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--tshark", nargs="?", type=some_of(dissection.PARTS), metavar="LIST",
                      const=list(dissection.PARTS),
                      help="only measure tshark with the plugin against tshark without: some of "
                      f"{','.join(dissection.PARTS)} (default all)")
    only.add_argument("--replay", action="store_true",
                      help="only measure replay against tcpreplay, on veth (needs root)")
    only.add_argument("--instructions", action="store_true",
                      help="only count instructions, without any timing")
    parser.add_argument("--runs", type=positive(int), metavar="N",
                        help="runs of each program (default 7; 3 of tshark)")
    parser.add_argument("--scale", type=positive(float), default=1.0, metavar="X",
                        help="multiple of the default number of packets, 100 to 200 MB or, for "
                        "tshark, a million")
    parser.add_argument("--packets", type=positive(int), metavar="N",
                        help="number of packets instead")
    parser.add_argument("--fresh", action="store_true",
                        help="a new output file for each run instead of one that is overwritten")
    parser.add_argument("--work-dir", type=Path, metavar="DIR",
                        help="for captures (default /dev/shm if it has room, otherwise TMPDIR)")
    parser.add_argument("--timeout", type=positive(float), metavar="S",
                        help="seconds that a run may take (default 120; 900 of tshark)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    for command in ("encap", "decap", "rewrite"):
        parser.add_argument(f"--max-{command}", type=positive(float), metavar="N",
                            help=f"instructions a 64-byte packet that {command} of pcap may cost")
    args = parser.parse_args()
    args.runs = args.runs or (dissection.RUNS if args.tshark else RUNS)
    args.timeout = args.timeout or (dissection.TIMEOUT if args.tshark else TIMEOUT)
    return args


def packets_of(default, args):
    """The number of packets of a capture, `default` unless the arguments change it."""
    return args.packets or max(1, int(default * args.scale))


def time_mix(mix, args, turns, libpcap_copy):
    """Times the programs on a mix. Prints and returns the figures."""
    captures = programs.Captures(turns.folder, packets_of(mix.packets, args))
    programs.make_captures(workplace.TOOL, mix, captures, args.timeout)
    print(f"\n{mix.title}: {captures.packets} packets, "
          f"{captures.plain.stat().st_size / report.MEGA:.1f} MB plain, "
          f"{captures.tunnel.stat().st_size / report.MEGA:.1f} MB encapsulated", flush=True)
    results = []
    for group, members in programs.groups(workplace.TOOL, libpcap_copy, captures).items():
        if group in args.groups:
            results += turns.in_turns(group, members, args.runs)
    sizes = {"plain_bytes": captures.plain.stat().st_size,
             "encapsulated_bytes": captures.tunnel.stat().st_size}
    captures.remove()
    figures = report.comparisons(results, mix) + report.peaks(results)
    report.print_results(results, captures.packets)
    report.print_figures("comparison", figures)
    return results, {"mix": mix.name, "packets": captures.packets, **sizes,
                     "programs": report.results_as_json(results, captures.packets),
                     "figures": [figure.as_json() for figure in figures]}


def count_instructions(args, folder):
    """Counts instructions. Prints and returns the counts and their figures."""
    if not shutil.which("valgrind"):
        print("\ninstructions: valgrind is not installed")
        return [], []
    counts = instructions.per_packet(workplace.TOOL, folder, args.timeout)
    figures = report.of_counts(counts)
    report.print_figures("instructions a 64-byte packet", figures)
    return counts, [figure.as_json() for figure in figures]


def over_limit(args, counts):
    """Whether a count exceeds its limit, or a limit was given but there is no count."""
    over = False
    for command, limit in (("encap", args.max_encap), ("decap", args.max_decap),
                           ("rewrite", args.max_rewrite)):
        values = [row.value for row in counts if (row.command, row.format) == (command, "pcap")]
        if limit and not (values and values[0] <= limit):
            found = f"{values[0]:.1f}" if values else report.NOT_MEASURED
            print(f"bench: {command}: {found}, at most {limit:g} instructions allowed",
                  file=sys.stderr)
            over = True
    return over


def time_all(args, folder):
    """Times all mixes. Returns the results and the data for the JSON output."""
    turns = runner.Runner(folder, workplace.launcher(folder), args.fresh, args.timeout)
    libpcap_copy = workplace.helper("libpcap_copy", folder, "-lpcap")
    results, timed = [], []
    for mix in (mix for mix in traffic.MIXES if mix.name in args.mixes):
        more, row = time_mix(mix, args, turns, libpcap_copy)
        results += more
        timed.append(row)
    return results, timed


def measure_tool(args, folder, document):
    """Measures nvgre-pcap and adds to the document. Returns the timing results and the counts."""
    results = []
    if not args.instructions:
        print(f"{args.runs} runs in turns in {folder.parent}; {document['output']}")
        results, document["timed"] = time_all(args, folder)
    counts, document["instructions"] = count_instructions(args, folder)
    return results, counts


def measure_tshark(args, folder, document):
    """The same for tshark with and without the plugin. Its counts have no limit."""
    if not shutil.which("tshark"):
        raise Failed("tshark is not installed")
    folder.chmod(0o755)  # as root, tshark runs as another user
    packets = packets_of(dissection.PACKETS, args)
    print(f"{args.runs} runs in turns in {folder.parent}")
    results, document["timed"] = dissection.time_all(args.tshark, folder, packets, args.runs,
                                                     args.timeout)
    if "instructions" in args.tshark:
        document["instructions"] = dissection.count_all(folder, args.timeout)
    return results, []


def measure_replay(args, folder, document):
    """Measures replay and tcpreplay. Returns the exit code."""
    try:
        document["replay"] = replaying.run(folder, args.runs)
    except Failed as error:
        print(f"bench: replay: {error}", file=sys.stderr)
        return 1
    if args.json:
        args.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


def room_needed(args):
    """Bytes needed for the captures of one mix or shape."""
    if args.tshark:
        return dissection.bytes_needed(packets_of(dissection.PACKETS, args))
    return max(workplace.bytes_needed(mix, packets_of(mix.packets, args))
               for mix in traffic.MIXES if mix.name in args.mixes)


def run(args, folder):
    """Runs everything that was requested. Returns the exit code."""
    document = {**workplace.machine(), "output": FRESH if args.fresh else IN_PLACE,
                "runs": args.runs, "timed": []}
    print(f"{workplace.TOOL}: build type {document['build']}; {document['processors']} processors")
    if args.replay:
        return measure_replay(args, folder, document)
    measure = measure_tshark if args.tshark else measure_tool
    results, counts = measure(args, folder, document)
    if args.json:
        args.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    failures = [result for result in results if result.failure and result.program.own]
    for result in failures:
        print(f"bench: {result.group}: {result.name}: {result.failure}", file=sys.stderr)
    return 1 if over_limit(args, counts) or failures else 0


def main():
    """Runs the bench in a temporary folder."""
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if not workplace.TOOL.exists():
        sys.exit(f"bench: {workplace.TOOL} is not built; NVGRE_BUILD names the build's folder")
    parent = args.work_dir or workplace.parent_folder(room_needed(args))
    try:
        with tempfile.TemporaryDirectory(prefix="nvgre-bench-", dir=parent) as folder:
            return run(args, Path(folder))
    except (Failed, OSError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
