# SPDX-License-Identifier: GPL-2.0-or-later
"""A plugin built with sanitizers in stock tshark: captures, preferences, faults."""

import functools
import itertools
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import pcapfile
from pcapfile import Writer, packet
from tenants_mix import WORLDS, Mix, random_steps
from test_dissect_statistics import FRAMES, STATISTICS
from wireshark import CAPTURES, attempt, pcap_bytes, require_plugin, run, sanitizers

CORPUS = Path(__file__).resolve().parents[1] / "fuzz" / "corpus" / "codec"
CORPUS_LINKTYPES = (pcapfile.ETHERNET, 113, 276, 101, 0)  # chosen by byte 0 of a file (see there)
CORPUS_CHOICES = 3  # bytes before each packet

FLOWS = 8  # flows per tenant, enough for all kinds of flows
TAPS = tuple(itertools.chain.from_iterable(("-z", name) for name in STATISTICS))
NAMES = ("-o", 'uat:nvgre_tenants:"5001","Blue"')
FAULTS = ("Sanitizer", "runtime error", "issector bug", "ERROR", "CRITICAL")


def require_sanitizers():
    """Skips a module of tests if the plugin in NVGRE_BUILD has no sanitizers."""
    if not sanitizers():
        pytest.skip("NVGRE_BUILD is not a build with NVGRE_SANITIZE=address,undefined",
                    allow_module_level=True)
    assert [name.split(".")[0] for name in sanitizers()] == ["libasan", "libubsan"]
    require_plugin()


def corpus_packets():
    """The packets of the codec's fuzz corpus."""
    for path in sorted(CORPUS.iterdir()):
        data = path.read_bytes()
        yield packet(data[CORPUS_CHOICES:],
                     linktype=CORPUS_LINKTYPES[data[0] % len(CORPUS_LINKTYPES)])


def pcapng(packets):
    """A pcapng file of packets with any link types, at their times."""
    w = Writer()
    linktypes = sorted({item.linktype for item in packets})
    return b"".join([w.section(), *(w.interface(linktype=linktype) for linktype in linktypes), *(
        w.enhanced(item.data, ticks=int((item.time or 0) * 10**6), wire_len=item.wire_len,
                   interface=linktypes.index(item.linktype)) for item in packets)])


@functools.cache
def samples():
    """The sample captures: name → bytes of the file."""
    return {path.relative_to(CAPTURES).as_posix(): path.read_bytes()
            for path in sorted(CAPTURES.rglob("*.pcap*"))}


@functools.cache
def others():
    """The captures of other tests: name → bytes of the file."""
    return {
        **{f"tenants: {world}": Mix(random_steps(seed, FLOWS, WORLDS[world])).pcap()
           for seed, world in enumerate(WORLDS)},
        **{f"frames: {name}": pcap_bytes(FRAMES[name])
           for name in ("nested", "IPv4 and IPv6", "same and other FlowIDs")},
        "fuzz corpus": pcapng(list(corpus_packets())),
    }


def in_one(files):
    """One capture with the packets of all files."""
    return pcapng([item for data in files for item in pcapfile.read(data)])


@functools.cache
def preferences(value):
    """Options that set all boolean preferences of the plugin."""
    names = re.findall(r"^#?(nvgre\.\w+): (?:TRUE|FALSE)$", run("-G", "currentprefs"), re.MULTILINE)
    assert "nvgre.isolate_pa_pairs" in names
    return tuple(word for name in names for word in ("-o", f"{name}:{value}"))


class Mode(NamedTuple):
    """How tshark is run."""

    options: tuple  # options that tshark has without the plugin too
    own: tuple = ()  # options that the plugin adds


# Wireshark's memory allocators. With "simple", each piece is from malloc, so that ASan finds access
# beyond its end and after free. "strict" puts marks around each piece and overwrites freed pieces.
# "block" is the usual, fast one.
SIMPLE, STRICT, BLOCK = "simple", "strict", "block"


def fault(path, mode, plugin=True, allocator=SIMPLE):
    """How tshark fails on a capture, or nothing."""
    options = (*mode.options, *mode.own) if plugin else mode.options
    try:
        done = attempt("-n", "-r", path, *options, plugin=plugin,
                       WIRESHARK_DEBUG_WMEM_OVERRIDE=allocator,
                       WIRESHARK_ABORT_ON_TOO_MANY_ITEMS="1")
    except subprocess.TimeoutExpired as expired:
        return str(expired)
    told = [word for word in FAULTS if word in done.stderr]
    if done.returncode or told or "issector bug" in done.stdout:
        return f"exit code {done.returncode}: {done.stderr[:4000]}"
    return None
