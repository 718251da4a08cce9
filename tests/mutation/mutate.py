#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes random mistakes in the C code, one at a time; does a test fail? See README.md."""

import argparse
import signal
import sys
from pathlib import Path

import operators
import process
from results import COUNTED, KILLED, NOT_COMPILED, SAME_CODE, SURVIVED, Results
from trial import Court
from workplace import AREAS, ROOT, Failed, Snapshot

SHARES = {"codec": 1, "plugin": 1, "tools": 3}  # of each 5 mutants


def positive(text):
    """An argument type: a number greater than 0."""
    value = int(text)
    if value <= 0:
        raise ValueError(text)
    return value


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which mutants (default 1)")
    parser.add_argument("--count", type=positive, default=150, help="how many (default 150)")
    parser.add_argument("--only", action="append", metavar="PATH",
                        help="change only files in this folder, or this file; may be repeated")
    parser.add_argument("--without", action="append", default=[], metavar="NAME",
                        help="a file of tests/e2e, or FILE::TEST, that is not run; may be repeated")
    parser.add_argument("--commit", default="HEAD", help="what is changed (default HEAD)")
    parser.add_argument("--jobs", type=positive, default=1,
                        help="processes that compile (default 1); tests run one at a time")
    parser.add_argument("--work", type=Path, default=ROOT / "build-mutation", metavar="DIR",
                        help="copies, builds and results.jsonl (default build-mutation)")
    parser.add_argument("--lazy", action="store_true",
                        help="run a test without any mutant right before its first use, not at the "
                        "beginning: sooner done with few mutants, later with many")
    parser.add_argument("--list", action="store_true",
                        help="print mutants in their order, and change nothing")
    return parser.parse_args()


def orders(sources, seed, only):
    """The mutants of each part of the source in the order of the seed."""
    found = {area: [] for area in AREAS}
    for path, text in sources.items():
        if not only or any(f"{path}/".startswith(f"{chosen.rstrip('/')}/") for chosen in only):
            found[path.split("/")[0]] += operators.mutants(path, text)
    return {area: operators.chosen(seed, there) for area, there in found.items() if there}


def schedule(areas):
    """The area of each mutant, without end. Its first N have nearly the same shares for any N."""
    taken = dict.fromkeys(areas, 0)
    while True:
        area = min(areas, key=lambda area: (taken[area] + 1) / SHARES[area])
        taken[area] += 1
        yield area


def plan(order, results, count):
    """The mutants to try, until `count` are counted; one that is not counted is replaced."""
    place = dict.fromkeys(order, 0)
    left = count
    for area in schedule(order):
        while left and place[area] < len(order[area]):
            mutant = order[area][place[area]]
            place[area] += 1
            yield mutant
            if results[str(mutant)].outcome in COUNTED:
                left -= 1
                break
        if not left or all(place[area] == len(order[area]) for area in order):
            return


def first_of(order, count):
    """The mutants that a run needs, and some more to replace others."""
    for area, mutants in order.items():
        share = SHARES[area] / sum(SHARES[other] for other in order)
        yield from mutants[:int(count * share * 1.5) + 1]


def log(text):
    """Says what is going on."""
    print(text, file=sys.stderr, flush=True)


def run(options):
    """Tries mutants and reports."""
    snapshot = Snapshot(options.commit)
    order = orders(snapshot.sources(), options.seed, options.only)
    if not order:
        raise Failed(f"nothing to change in {' '.join(options.only)}")
    if options.list:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        for mutant in first_of(order, options.count):
            print(mutant)
        return
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    results = Results(work / "results.jsonl", snapshot)
    log(f"commit {snapshot.commit}, seed {options.seed}, {len(results.mutants)} results so far")
    court = Court(work, results, options.jobs, options.without, log)
    tried = []
    for mutant in plan(order, results.mutants, options.count):
        if str(mutant) not in results.mutants:
            if not court.compiler:
                court.prepare([] if options.lazy else first_of(order, options.count))
            result = court.try_mutant(mutant)
            log(f"{result.outcome}{' by ' + result.by if result.by else ''}, "
                f"{result.seconds:.0f} s: {mutant}")
        tried.append(mutant)
    report(tried, results.mutants)


def report(tried, results):
    """A line for each survivor, and one for all."""
    outcomes = [results[str(mutant)].outcome for mutant in tried]
    for mutant, outcome in zip(tried, outcomes):
        if outcome == SURVIVED:
            print(mutant)
    killed = outcomes.count(KILLED)
    total = killed + outcomes.count(SURVIVED)
    print(f"killed {killed} of {total} ({100 * killed / max(total, 1):.0f} %), "
          f"{outcomes.count(NOT_COMPILED)} not compiled, {outcomes.count(SAME_CODE)} the same code")


def stop(signal_number, _):
    """Ends the run; commands that it has started end first."""
    sys.exit(128 + signal_number)


def main():
    """Exit codes: 0 done, whatever survives; 1 not possible; 2 wrong usage."""
    options = arguments()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    process.adopt_orphans()
    try:
        run(options)
    except Failed as failed:
        print(f"{sys.argv[0]}: {failed}", file=sys.stderr)
        return 1
    finally:
        process.end_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
