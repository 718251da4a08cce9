# SPDX-License-Identifier: GPL-2.0-or-later
"""The progress of a command: a line on the terminal after the first second, and nowhere else."""

import os
import pty
import re
import select
import time

import pytest

import pcapfile
import wire
from conftest import capture

NVGRE = ("--vsid", "5001", "--local", "192.168.4.11", "--remote", "192.168.4.22")
INNER = wire.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02",
                      wire.ipv4("10.0.0.1", "10.0.0.2", bytes(1400)))
CLEAR = b"\r\033[K"
SLOW = 1.3  # seconds that a slowed command takes


@pytest.fixture(name="terminal")
def new_terminal():
    """A terminal. Text written to `follower` is read from `leader`."""
    leader, follower = pty.openpty()
    yield leader, follower
    os.close(leader)
    os.close(follower)


def shown(leader):
    """Everything written to the terminal."""
    text = b""
    while select.select([leader], [], [], 0.1)[0]:
        text += os.read(leader, 65536)
    return text.replace(b"\r\n", b"\n")


def drain(stream, seconds):
    """Reads from a pipe, slowly for `seconds`, then fast."""
    end = time.monotonic() + seconds
    while os.read(stream.fileno(), 16384 if time.monotonic() < end else 1 << 20):
        time.sleep(0.01 if time.monotonic() < end else 0)


@pytest.fixture(name="large")
def large_capture(tmp_path):
    """A capture of 43 MB, plain and in NVGRE."""
    (tmp_path / "plain").write_bytes(pcapfile.pcap([INNER] * 30000))
    return tmp_path


@pytest.mark.parametrize("quiet", [False, True], ids=["", "-q"])
def test_a_file(start, large, terminal, quiet):
    leader, follower = terminal
    process = start("encap", *NVGRE, *(["-q"] if quiet else []), large / "plain", "-", stderr=follower)
    drain(process.stdout, SLOW)
    process.end()
    text = shown(leader)
    if quiet:
        assert text == b""
        return
    lines = text.split(b"\r")
    assert re.fullmatch(rb".*plain: \d[\d.]* k packets, \d[\d.]* k/s, \d[\d.]* MB/s, \d+%, \d+ s left"
                        rb"\033\[K", lines[1])
    assert 2 <= len(lines) <= 6 and CLEAR in text
    assert b"\r" not in text[text.rindex(CLEAR) + len(CLEAR):]  # the summary is here
    assert b"left" not in text[text.rindex(CLEAR):]


def test_time_left(start, large, terminal):
    """Most of a file is read at once. The rest is read slowly, so that progress appears for some
    seconds."""
    leader, follower = terminal
    begun = time.monotonic()
    process = start("encap", *NVGRE, large / "plain", "-", stderr=follower)
    taken = 0
    while taken < 30_000_000:
        taken += len(os.read(process.stdout.fileno(), 1 << 20))
    shown(leader)
    lines, seconds = b"", 0
    while seconds < 3:
        assert os.read(process.stdout.fileno(), 16384), "the file is at its end too soon"
        time.sleep(0.01)
        if select.select([leader], [], [], 0)[0]:
            lines, seconds = os.read(leader, 65536), time.monotonic() - begun
    process.terminate()
    process.end(code=None)
    share, left = map(int, re.findall(rb" (\d+)%, (\d+) s left", lines)[-1])
    assert 65 < share < 100
    assert abs(left - seconds * (100 - share) / share) < seconds / 2


@pytest.mark.parametrize("line, piped", [
    (("rewrite", "-", "-"), False),
    (("info", "-"), False),
    (("learn", "-", "-"), False),
    (("decap", "-", "-"), True),
])
def test_a_pipe(start, terminal, line, piped):
    """The length is unknown. If standard error is not a terminal, there is no progress."""
    leader, follower = terminal
    process = start(*line, **({} if piped else {"stderr": follower}))
    data = pcapfile.pcap([INNER] * 3)
    process.feed(data[:-20])
    time.sleep(SLOW)
    done = process.end(data[-20:])
    text = done.stderr.encode() if piped else shown(leader)
    assert (b"standard input: 2 packets, " in text) is not piped
    assert (b"\033" in text) is not piped
    assert b"%" not in text.split(b"\033[K")[0] and b" s left" not in text


def test_a_message_takes_its_place(start, terminal):
    leader, follower = terminal
    process = start("decap", "-", "-", stderr=follower)
    bad = wire.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02",
                        wire.ipv4("10.0.0.1", "10.0.0.2", b"\x20\0\x65\x58"))
    data = capture([INNER, bad])
    process.feed(data[:-4])
    time.sleep(SLOW)
    process.end(data[-4:], code=3)
    text = shown(leader)
    assert text[text.rindex(CLEAR) + len(CLEAR):].startswith(b"standard input: packet 2: ")


def test_a_map_that_takes_long(start, terminal, tmp_path, captures):
    leader, follower = terminal
    os.mkfifo(tmp_path / "map")
    process = start("encap", "--vsid", "5001", "--map", tmp_path / "map", captures / "plain-blue.pcap", "-",
                    stderr=follower)
    time.sleep(SLOW)
    (tmp_path / "map").write_bytes(b"{")
    process.end(code=2)
    text = shown(leader)
    assert text.startswith(b"\rreading the map\033[K") and CLEAR in text


def test_replay(start, terminal, tmp_path):
    leader, follower = terminal
    (tmp_path / "in").write_bytes(pcapfile.pcap([INNER] * 200))
    process = start("replay", "--sender", "file", "-i", tmp_path / "out", "-p", "100",
                    tmp_path / "in", stderr=follower)
    process.end()
    lines = shown(leader).split(b"\r")
    assert re.fullmatch(rb"\d+ packets, (9\d|10\d) a second, (4\d|5\d)%, 1 s left\033\[K", lines[1])
    assert lines[-1] == b"\033[K"
