# SPDX-License-Identifier: GPL-2.0-or-later
"""The comparisons, and the target figures."""

from typing import NamedTuple, Optional


class Bound(NamedTuple):
    """A target: at least or at most a value."""
    value: float
    at_least: bool = False

    def met(self, figure):
        """Whether a figure meets the target."""
        return figure >= self.value if self.at_least else figure <= self.value

    def __str__(self):
        return f"{'>=' if self.at_least else '<='} {self.value:g}"


class Comparison(NamedTuple):
    """The time of a program as a multiple of another's in the same group."""
    group: str
    program: str
    reference: str
    bounds: Optional[dict] = None  # by name of the mix


def _bounds(*values, at_least=False):
    return dict(zip(("64", "imix", "1500"), (Bound(value, at_least) for value in values)))


COMPARISONS = (
    Comparison("files", "encap", "cat", _bounds(1.35, 1.20, 1.10)),
    Comparison("files", "decap", "cat", _bounds(1.20, 1.15, 1.15)),
    Comparison("files", "rewrite", "cat", _bounds(1.35, 1.20, 1.15)),
    Comparison("files", "encap pcapng", "encap", _bounds(1.2, 1.2, 1.2)),
    Comparison("files", "encap map", "encap", _bounds(1.3, 1.3, 1.3)),
    Comparison("files", "decap pcapng", "decap", _bounds(1.2, 1.2, 1.2)),
    Comparison("files", "rewrite pcapng", "rewrite", _bounds(1.2, 1.2, 1.2)),
    Comparison("peers", "tcprewrite", "encap", _bounds(5, 3, 1.8, at_least=True)),
    Comparison("peers", "tcprewrite outer", "rewrite", _bounds(6, 3, 2, at_least=True)),
    Comparison("peers", "editcap -L -C 42", "decap", _bounds(4, 2.2, 1.5, at_least=True)),
    Comparison("peers", "editcap copy", "decap"),
    Comparison("peers", "tcpdump copy", "decap"),
    Comparison("peers", "libpcap copy", "decap"),
    Comparison("pipes", "cat | encap | cat", "cat | cat | cat", _bounds(0.85, 0.85, 0.85)),
    Comparison("pipes", "cat | decap | cat", "cat | cat | cat", _bounds(0.85, 0.85, 0.85)),
)

PEAK_MEMORY = Bound(8)  # MiB
PLUGIN = Bound(1.10)  # tshark with the plugin relative to tshark without it: CPU time, instructions
INSTRUCTIONS = {"encap": Bound(220), "decap": Bound(160), "rewrite": Bound(700)}  # 64-byte packets
