# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes figures from runs, and a table and JSON from figures."""

from statistics import median, quantiles
from typing import NamedTuple, Optional

import targets

MEGA = 1_000_000
NOT_MEASURED = "not measured"


class Figure(NamedTuple):
    """A figure and its target."""
    what: str
    value: Optional[float]  # the median if there are several runs
    best: Optional[float] = None  # min/min
    spread: Optional[float] = None  # half of the interquartile range
    target: Optional[targets.Bound] = None

    def verdict(self):
        """Whether the target is met."""
        if self.value is None:
            return NOT_MEASURED
        if self.target is None:
            return ""
        return "met" if self.target.met(self.value) else "missed"

    def as_json(self):
        """The figure for JSON."""
        return {"what": self.what, "value": self.value, "best": self.best, "spread": self.spread,
                "target": str(self.target) if self.target else None, "verdict": self.verdict()}


def ratio(what, result, reference, target=None, measure=lambda result: result.times):
    """The time of a program as a multiple of another's, from the pairs in each round."""
    if not result.runs or not reference.runs:
        return Figure(what, None, target=target)
    times, others = measure(result), measure(reference)
    pairs = [one / other for one, other in zip(times, others)]
    spread = None
    if len(pairs) > 1:
        low, _, high = quantiles(pairs, method="inclusive")
        spread = (high - low) / 2
    return Figure(what, median(pairs), min(times) / min(others), spread, target)


def comparisons(results, mix):
    """The figures for all comparisons of these results."""
    found = {(result.group, result.name): result for result in results}
    figures = []
    for row in targets.COMPARISONS:
        result = found.get((row.group, row.program))
        reference = found.get((row.group, row.reference))
        if result and reference and result.installed:
            bound = row.bounds[mix.name] if row.bounds else None
            what = f"{row.program} against {row.reference}"
            figures.append(ratio(what, result, reference, bound))
    return figures


def peaks(results):
    """The peak memory of nvgre-pcap."""
    return [Figure(f"peak memory of {result.name}, MiB", result.peak, target=targets.PEAK_MEMORY)
            for result in results
            if result.group == "files" and result.program.own and result.runs]


def of_counts(counts):
    """Figures of callgrind's counts. Only those for pcap have a target."""
    return [Figure(f"{row.command}, {row.format}", row.value,
                   target=targets.INSTRUCTIONS.get(row.command) if row.format == "pcap" else None)
            for row in counts]


def print_results(results, packets):
    """Prints a line for each program, in groups. The first of each group is its reference."""
    print(f"\n  {'program':24}{'median s':>10}{'min s':>9}{'CPU s':>9}{'Mpkt/s':>9}"
          f"{'peak MiB':>10}{'x first':>9}{'+-':>7}")
    yardstick = None
    for result in results:
        if yardstick is None or result.group != yardstick.group:
            yardstick = result
            print(f"  -- {result.group}")
        if not result.runs:
            print(f"  {result.name:24}  {result.failure}")
            continue
        middle = median(result.times)
        cpu = median(result.cpu_times)
        against = ratio("", result, yardstick)
        print(f"  {result.name:24}{middle:10.3f}{min(result.times):9.3f}{cpu:9.3f}"
              f"{packets / middle / MEGA:9.2f}{result.peak:10.1f}"
              f"{number(against.value):>9}{number(against.spread):>7}")


def number(value, digits=2):
    """A number, or a dash if there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def print_figures(title, figures):
    """Prints a line for each figure with its target."""
    if not figures:
        return
    print(f"\n  {title:44}{'figure':>10}{'+-':>7}{'min/min':>9}{'target':>10}")
    for figure in figures:
        print(f"  {figure.what:44}{number(figure.value):>10}{number(figure.spread):>7}"
              f"{number(figure.best):>9}{str(figure.target or '-'):>10}  {figure.verdict()}")


def results_as_json(results, packets):
    """The runs of all programs, for JSON."""
    rows = []
    for result in results:
        row = {"group": result.group, "program": result.name}
        if result.runs:
            row |= {"median_s": median(result.times), "min_s": min(result.times),
                    "packets_per_s": packets / median(result.times), "peak_mib": result.peak,
                    "runs": [run._asdict() for run in result.runs]}
        else:
            row["failure"] = result.failure
        rows.append(row)
    return rows
