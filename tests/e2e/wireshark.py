# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs tshark with the built plugin, or without any plugin, and parses the output.

The environment variable NVGRE_BUILD names the build folder (default: build/ in the repository).
tshark ignores WIRESHARK_PLUGIN_DIR if it runs as root. So it then runs as another user, on copies
that every user can read.
"""

import atexit
import functools
import itertools
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("NVGRE_BUILD", ROOT / "build"))
CAPTURES = ROOT / "captures"

TIMEOUT = 300  # time limit for each run in seconds, also with sanitizers

NOBODY = 65534
UNPRIVILEGED = () if os.geteuid() else (
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")

PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)  # Ethernet


@functools.cache
def sandbox():
    """A folder that every user can read, with a folder with the plugin, one without, and a home
    folder."""
    folder = Path(tempfile.mkdtemp(prefix="nvgre-tshark-"))
    atexit.register(shutil.rmtree, folder)
    folder.chmod(0o755)
    for name in ("none", "home"):
        (folder / name).mkdir()
    if UNPRIVILEGED:
        os.chown(folder / "home", NOBODY, NOBODY)
    shutil.copytree(BUILD / "plugins", folder / "plugins")
    for path in (folder / "plugins", *(folder / "plugins").rglob("*")):
        path.chmod(0o755)
    return folder


@functools.cache
def sanitizers():
    """The gcc sanitizer libraries that the plugin is linked with, ASan first."""
    [plugin] = (BUILD / "plugins").rglob("nvgre.so")
    names = re.findall(rb"lib(?:asan|ubsan)\.so\.\d+", plugin.read_bytes())
    return sorted({name.decode() for name in names})


def environment(plugin):
    """The environment variables of tshark, with the plugin or without any."""
    folder = sandbox()
    return {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LC_ALL": "C.UTF-8",
            "TZ": "UTC", "WIRESHARK_PLUGIN_DIR": str(folder / ("plugins" if plugin else "none")),
            "WIRESHARK_EXTCAP_DIR": str(folder / "none")}


def attempt(*arguments, plugin=True, program="tshark", stdin=None, **variables):
    """Runs tshark or another program, with any result. `variables` are added to the environment."""
    variables = {**environment(plugin), "WIRESHARK_ABORT_ON_DISSECTOR_BUG": "1", **variables}
    if sanitizers():
        # A stock program does not load them itself. Its own memory leaks are ignored.
        variables |= {"LD_PRELOAD": " ".join(sanitizers()), "ASAN_OPTIONS": "detect_leaks=0",
                        "UBSAN_OPTIONS": "print_stacktrace=1"}
    return subprocess.run([*UNPRIVILEGED, program, *map(str, arguments)], env=variables,
                          input=stdin, capture_output=True, encoding="utf-8",
                          errors="backslashreplace", timeout=TIMEOUT, check=False)


def run(*arguments, program="tshark", **options):
    """The output of tshark or another program. The test fails if the program fails."""
    done = attempt(*arguments, program=program, **options)
    assert done.returncode == 0, f"{program} exited with {done.returncode}: {done.stderr}"
    return done.stdout


@functools.cache
def require_plugin():
    """Fails if tshark would silently run without the plugin, or stock tshark with it."""
    assert "nvgre.so" in run("-G", "plugins"), f"tshark does not load the plugin in {BUILD}"
    assert "nvgre.so" not in run("-G", "plugins", plugin=False)


def tshark(capture, *options, plugin=True):
    """tshark's output for a capture: a path, a file's bytes, or frames (see pcap_bytes)."""
    require_plugin()
    return run("-n", "-r", readable(capture), *options, plugin=plugin)


file_numbers = itertools.count()


def readable(capture):
    """The path of a copy that tshark's user can read."""
    if isinstance(capture, Path):
        capture = capture.read_bytes()
    data = capture if isinstance(capture, bytes) else pcap_bytes(capture)
    path = sandbox() / f"{next(file_numbers)}.pcap"
    path.write_bytes(data)
    path.chmod(0o644)
    return path


def pcap_bytes(frames):
    """A pcap file of Ethernet frames: bytes, or (captured bytes, length on the wire)."""
    out = [PCAP_HEADER]
    for number, frame in enumerate(frames):
        data, wire_len = frame if isinstance(frame, tuple) else (frame, len(frame))
        out.append(struct.pack("<IIII", number, 0, len(data), wire_len) + data)
    return b"".join(out)


def pcap_frames(path):
    """The frames of a little-endian pcap file as (captured bytes, length on the wire)."""
    data = path.read_bytes()
    frames, offset = [], len(PCAP_HEADER)
    while offset < len(data):
        caplen, wire_len = struct.unpack_from("<II", data, offset + 8)
        offset += 16
        frames.append((data[offset:offset + caplen], wire_len))
        offset += caplen
    return frames


class Field(NamedTuple):
    """A field of a dissected packet."""

    show: str  # its value
    text: str  # its line in the tree
    raw: str  # the highlighted bytes, in hexadecimal


class Packet:
    """A dissected packet."""

    def __init__(self, pdml):
        self.pdml = pdml

    def fields(self, name):
        """All fields or protocols with this name."""
        return [Field(field.get("show", ""), field.get("showname", ""), field.get("value", ""))
                for field in self.pdml.iter() if field.get("name") == name]

    def values(self, name):
        """The displayed values of the fields with this name."""
        return [field.show for field in self.fields(name)]

    @property
    def layers(self):
        """The protocols from the outermost to the innermost, as "eth:ethertype:ip"."""
        return self.values("frame.protocols")[0]

    @property
    def notes(self):
        """Severities of the NVGRE expert infos by filter name without "nvgre."."""
        return {item.get("name").removeprefix("nvgre."):
                re.match(r"Expert Info \((\w+)/", expert.get("showname"))[1]
                for expert in self.pdml.iter("field") if expert.get("name") == "_ws.expert"
                for item in expert if item.get("name").startswith("nvgre.")}


def dissect(capture, *options, plugin=True):
    """The packets of a capture."""
    pdml = tshark(capture, "-T", "pdml", *options, plugin=plugin)
    return [Packet(packet) for packet in ElementTree.fromstring(pdml).iter("packet")]


def columns(capture, *options, plugin=True):
    """The Protocol and Info columns of each packet, made without a protocol tree."""
    shown = tshark(capture, "-o", 'gui.column.format:"Protocol","%p","Info","%i"', "-T", "tabs",
                   *options, plugin=plugin)
    return [tuple(column.strip() for column in line.split("\t")) for line in shown.splitlines()]


def counts(capture, filters, plugin=True):
    """The number of frames that match each display filter, from one run."""
    table = tshark(capture, "-q", "-z", "io,stat,0," + ",".join(filters), plugin=plugin)
    row = next(line for line in table.splitlines() if re.match(r"\| +[\d.]+ <>", line))
    return [int(frames) for frames in row.split("|")[2:2 + 2 * len(filters):2]]


def sharkd(requests, plugin=True):
    """sharkd's answers to requests, each (method, parameters). sharkd can dissect packets again."""
    require_plugin()
    lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
             for number, (method, parameters) in enumerate(requests, 1)]
    shown = run("-", plugin=plugin, program="sharkd", stdin="\n".join([*lines, ""]))
    answers = [json.loads(line) for line in shown.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(1, len(lines) + 1)), shown[-500:]
    return [answer["result"] for answer in answers]
