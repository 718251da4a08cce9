# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs nvgre-pcap for the tests, always with a time limit.

The environment variable NVGRE_BUILD names the build folder (default: build/ in the repository).
"""

import itertools
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple, Optional

import pytest

import pcapfile
from endpoint import location_map, of_tenants
from openvswitch import open_vswitch

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("NVGRE_BUILD", ROOT / "build")).resolve()
CAPTURES = ROOT / "captures"
COMMAND = BUILD / "tools" / "nvgre-pcap"
ON_DEMAND = {"test_gretap.py": "NVGRE_GRETAP"}  # the variable that enables this file
collect_ignore = [name for name, variable in ON_DEMAND.items() if variable not in os.environ]
TIMEOUT = 20  # time limit for each run in seconds, also with a sanitizer

sys.path.insert(0, str(CAPTURES))  # flowid.py, the flow hash in Python


# Signals that are ignored here (nohup, a shell's background job) would stay ignored in the programs
# that tests start. Caught signals do not.
for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(ignored) == signal.SIG_IGN:
        signal.signal(ignored, lambda number, frame: None)


class Done(NamedTuple):
    """A run that ended."""

    code: int  # negative: the signal that ended it
    stdout: bytes
    stderr: str
    out: Optional[bytes] = None  # contents of the output file, if there is one


def check(code, stdout, stderr, expected):
    """Checks the exit code and that no sanitizer found a fault. Returns the run's results."""
    stderr = stderr.decode(errors="replace")
    for fault in ("Sanitizer", "runtime error"):
        assert fault not in stderr, stderr
    assert expected is None or code == expected, f"exit code {code}, not {expected}: {stderr}"
    return Done(code, stdout, stderr)


class Process(subprocess.Popen):
    """A running nvgre-pcap, with pipes as its standard files."""

    def __init__(self, *line, prefix=(), command=COMMAND, **options):
        for stream in ("stdin", "stdout", "stderr"):
            options.setdefault(stream, subprocess.PIPE)
        super().__init__([*prefix, command, *map(str, line)], **options)

    def feed(self, data):
        """Writes to its standard input. Keeps it open."""
        self.stdin.write(data)
        self.stdin.flush()

    def read(self, stream, enough):
        """Reads from a stream until `enough(data)` is true. Returns the data."""
        data, end = bytearray(), time.monotonic() + TIMEOUT
        while not enough(data):
            readable, _, _ = select.select([stream], [], [], max(0, end - time.monotonic()))
            more = os.read(stream.fileno(), 1 << 20) if readable else b""
            assert more, f"only {len(data)} bytes, ending in {data[-200:]}"
            data += more
        return bytes(data)

    def end(self, stdin=None, code=0):
        """Gives it its last input and waits for its end. Kills it after the time limit."""
        try:
            stdout, stderr = self.communicate(stdin, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            self.wait()
            raise
        return check(self.returncode, stdout, stderr or b"", code)


@pytest.fixture
def start():
    """Starts nvgre-pcap without waiting. Kills processes that still run after the test."""
    started = []

    def launch(*line, **options):
        started.append(Process(*line, **options))
        return started[-1]

    yield launch
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.fixture
def run(start):
    """Runs nvgre-pcap to its end. Its exit code must be `code` (None: any)."""
    def launch(*line, stdin=b"", code=0, **options):
        if isinstance(stdin, bytes):
            return start(*line, **options).end(stdin, code)
        return start(*line, stdin=stdin, **options).end(code=code)

    return launch


def arguments(options):
    """Makes command line options: True is a flag, None omits the option, a list repeats it."""
    line = []
    for name, values in options.items():
        option = f"-{name}" if len(name) == 1 else "--" + name.replace("_", "-")
        for value in values if isinstance(values, list) else [values]:
            if value is not None:
                line += [option] if value is True else [option, str(value)]
    return line


@pytest.fixture
def convert(run, tmp_path):
    """Runs a command on the bytes of a capture. Returns its results with the output file.

    Afterwards the folder may contain only the unchanged input and the output. Options have their
    command line names, with underscores: `enet_vlan_tag=5`, `strict=True`.
    """
    numbers = itertools.count()

    def launch(command, data, *, out="out.pcap", code=0, **options):
        folder = tmp_path / f"convert-{next(numbers)}"
        folder.mkdir()
        (folder / "in").write_bytes(data)
        done = run(command, *arguments(options), folder / "in", folder / out, code=code)
        assert (folder / "in").read_bytes() == data
        written = (folder / out).read_bytes() if (folder / out).exists() else None
        names = {path.name for path in folder.iterdir()}
        assert names == ({"in", out} if written is not None else {"in"})
        return done._replace(out=written)

    return launch


@pytest.fixture
def encap(convert):
    """Encapsulates a capture, or a list of packets or frames, in VSID 5001 between two PAs."""
    defaults = {"vsid": 5001, "local": "192.168.4.11", "remote": "192.168.4.22"}

    def launch(items, **options):
        return convert("encap", capture(items), **{**defaults, **options})

    return launch


@pytest.fixture
def decap(convert):
    """Decapsulates a capture, or a list of packets or frames."""
    def launch(items, **options):
        return convert("decap", capture(items), **options)

    return launch


@pytest.fixture
def rewrite(convert):
    """Rewrites a capture, or a list of packets or frames."""
    def launch(items, **options):
        return convert("rewrite", capture(items), **options)

    return launch


@pytest.fixture
def encap_by_map(encap, tmp_path):
    """Encapsulates frames of tenants, as (VSID, frame). Returns the outer frames."""
    path = tmp_path / "map.yaml"
    path.write_text(location_map(), encoding="utf-8")

    def launch(items, **options):
        done = encap(of_tenants(items), map=path, vsid="from-interface", local=None, remote=None,
                     **options)
        return pcapfile.frames(done.out)

    return launch


@pytest.fixture(scope="module")
def ovs():
    """An Open vSwitch, shared by all tests of a file."""
    with open_vswitch() as running:
        yield running


def capture(items):
    """The bytes of a capture: `items` itself, or a pcap file of packets or frames."""
    return items if isinstance(items, bytes) else pcapfile.pcap(items)


@pytest.fixture(scope="session")
def captures():
    """The folder of the sample captures."""
    return CAPTURES


@pytest.fixture(scope="session")
def command():
    """The path of nvgre-pcap."""
    return COMMAND
