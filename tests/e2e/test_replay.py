# SPDX-License-Identifier: GPL-2.0-or-later
"""The frames and times that replay would send: `--sender file` records them."""

import itertools
import json
import os
import shutil
import signal
import struct
import time
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

import pcapfile
import wire
from conftest import arguments, capture
from processes import wait_until, waits

MS = Fraction(1, 1000)
NVGRE = {"vsid": 5001, "local": "192.168.4.11", "remote": "192.168.4.22"}


def frame(number=0, length=60):
    """A frame that contains its number."""
    return bytes.fromhex("06060000000706060000000588b5") + number.to_bytes(4, "big") + bytes(
        length - 18)


def at(*milliseconds, length=60):
    """Packets at these times."""
    return [pcapfile.packet(frame(number, length), time=pcapfile.START + ms * MS)
            for number, ms in enumerate(milliseconds)]


class Replayed(NamedTuple):
    """The result of a replay."""

    frames: list
    times: list  # milliseconds after the first frame
    text: str
    stderr: str
    seconds: float
    others: tuple = ()  # frames of the other interfaces


@pytest.fixture(name="replay")
def replay_fixture(run, tmp_path):
    """Replays a capture into one or more files. No other files may be left."""
    numbers = itertools.count()

    def launch(items, *line, code=0, others=(), stdin=None, filters=(), **options):
        folder = tmp_path / f"replay-{next(numbers)}"
        folder.mkdir()
        data = capture(items)
        if stdin is None:
            (folder / "in").write_bytes(data)
        begun = time.monotonic()
        done = run("replay", "--sender", "file", "-i", "one", *line, *arguments(options),
                   "in" if stdin is None else "-", *filters, cwd=folder, code=code,
                   stdin=b"" if stdin is None else data)
        seconds = time.monotonic() - begun
        assert {path.name for path in folder.iterdir()} <= {"in", "one", *others}
        if not (folder / "one").exists():
            return Replayed(None, None, done.stdout.decode(), done.stderr, seconds)
        packets = pcapfile.read((folder / "one").read_bytes())
        return Replayed([packet.data for packet in packets],
                        [(packet.time - packets[0].time) / MS for packet in packets],
                        done.stdout.decode(), done.stderr, seconds,
                        tuple(pcapfile.frames((folder / name).read_bytes()) for name in others))

    return launch


# ---- Pace ----

RECORDED = (0, 1, 3, 3, 2, 6, Fraction("6.001"))
# options, milliseconds at which the packets of RECORDED (60 bytes each) are due
PACES = (
    ({}, (0, 1, 3, 3, 3, 6, Fraction("6.001"))),
    ({"x": 2}, (0, Fraction("0.5"), Fraction("1.5"), Fraction("1.5"), Fraction("1.5"), 3,
                Fraction("3.0005"))),
    ({"multiplier": "0.5"}, (0, 2, 6, 6, 6, 12, Fraction("12.002"))),
    ({"p": 1000}, range(7)),
    ({"pps": "0.5e3"}, None),
    ({"pps": 400}, [Fraction(5, 2) * i for i in range(7)]),
    ({"pps": 2000, "pps_multi": 3}, [Fraction(3, 2) * (i // 3) for i in range(7)]),
    ({"pps": 3000}, [Fraction(i * 10**6 // 3, 10**6) for i in range(7)]),
    ({"pps": 1000000000}, [Fraction(i, 10**6) for i in range(7)]),
    ({"M": "0.48"}, range(7)),
    ({"mbps": "0.96"}, [Fraction(i, 2) for i in range(7)]),
    ({"mbps": 7}, [Fraction(i * 480000 // 7, 10**6) for i in range(7)]),
    ({"t": True}, [0] * 7),
    ({"maxsleep": 2}, (0, 1, 3, 3, 3, 5, Fraction("5.001"))),
    ({"maxsleep": 1, "x": "0.5"}, (0, 1, 2, 2, 2, 3, Fraction("3.002"))),
)


@pytest.mark.parametrize("preload", [None, True], ids=["", "K"])
@pytest.mark.parametrize("options, expected", PACES, ids=lambda value: str(value)[:40])
def test_pace(replay, options, expected, preload):
    if expected is None:
        assert "expected a number" in replay(at(0), code=2, **options).stderr
        return
    data = pcapfile.pcap(at(*RECORDED), magic=pcapfile.NSEC)
    done = replay(data, K=preload, **options)
    assert done.frames == pcapfile.frames(data)
    assert done.times == list(expected)
    assert done.seconds >= max(expected) / 1000


def test_nanoseconds_survive(replay):
    times = [0, Fraction(1, 10**6), Fraction(999, 10**6), Fraction("7.654321")]
    assert replay(pcapfile.pcap(at(*times), magic=pcapfile.NSEC)).times == times


def test_packets_without_times(replay):
    """Simple Packet Blocks have no time: they are sent with the previous packet."""
    w = pcapfile.Writer()
    data = (w.section() + w.interface() + w.simple(frame(0)) + w.enhanced(frame(1), ticks=5000)
            + w.simple(frame(2)) + w.enhanced(frame(3), ticks=9000))
    assert replay(data).times == [0, 0, 0, 4]


@pytest.mark.parametrize("offset", [-2**40, -2**62, 2**62, 2**63 - 2], ids=str)
@pytest.mark.parametrize("options", [{}, {"t": True}], ids=str)
def test_times_that_are_no_nanoseconds_since_1970(replay, offset, options):
    """The times do not fit into 64 bits: such packets are sent with the previous packet."""
    w = pcapfile.Writer()
    data = (w.section() + w.interface((14, struct.pack("<q", offset)))
            + w.enhanced(frame(0)) + w.enhanced(frame(1), ticks=1_000_000))
    assert replay(data, **options).times == [0, 0]


# ---- Loops, duration, selection ----

def test_loops_keep_the_pace(replay):
    done = replay(at(0, 2, 5), loop=3, loopdelay_ms=4)
    assert [data[14:18] for data in done.frames] == [bytes((0, 0, 0, i)) for i in (0, 1, 2)] * 3
    assert done.times == [0, 2, 5, 9, 11, 14, 18, 20, 23]
    assert replay(at(0, 0), loop=3, pps=500).times == [0, 2, 4, 6, 8, 10]


@pytest.mark.parametrize("options, count", [
    ({"limit": 3}, 3), ({"L": 7, "loop": 3}, 7), ({"L": 1000}, 4), ({"L": 9, "loop": 0}, 9),
    ({"loop": 100, "K": True}, 400), ({"c": 2}, 2), ({"c": 3, "loop": 2}, 6),
    ({"include": "2-3"}, 2), ({"exclude": "1"}, 3), ({"include": "1", "loop": 0, "L": 600}, 600),
    ({"A": "1767261600.001"}, 3)], ids=str)
def test_how_many(replay, options, count):
    done = replay(at(0, 1, 2, 3), t=True, **options)
    assert len(done.frames) == count
    assert done.text.startswith(f"Actual: {count} packets ({count * 60} bytes) sent in ")


def test_filter(replay):
    items = [wire.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02",
                           wire.ipv4("10.0.0.1", address, b"")) for address in
             ("10.0.0.2", "10.0.0.3", "10.0.0.2")]
    assert replay(items, filters=["dst host 10.0.0.2"], t=True).frames == items[::2]


@pytest.mark.parametrize("options", [{}, {"K": True}, {"pps": "0.5"}, {"loop": 0}], ids=str)
def test_duration_ends_in_a_gap_too(replay, options):
    done = replay(at(0, 60_000), duration=1, **options)
    assert done.times == [0] and done.seconds < 5


@pytest.mark.parametrize("items", [[], at(0, 1)], ids=["empty", "nothing selected"])
@pytest.mark.parametrize("preload", [None, True], ids=["", "K"])
def test_nothing_to_send_without_end(replay, items, preload):
    done = replay(items, loop=0, K=preload, include=5)
    assert done.frames == [] and done.text.startswith("Actual: 0 packets (0 bytes)")


# ---- Tunnels ----

@pytest.mark.parametrize("options", [
    {}, {"ttl": 9, "tos": 32, "flowid": "crc32c", "enet_dmac": "02:00:00:00:00:09"},
    {"mtu": 576, "mtu_action": "segment"}, {"inner_filter": "udp"}], ids=str)
def test_encap_sends_what_encap_writes(replay, encap, captures, options):
    data = (captures / "plain-blue.pcap").read_bytes()
    done = replay(data, "--encap", t=True, **NVGRE, **options)
    others = {"others": "drop"} if "inner_filter" in options else {}
    assert done.frames == pcapfile.frames(encap(data, **options, **others).out)


@pytest.mark.parametrize("options", [{}, {"vsid_filter": 5001}], ids=str)
@pytest.mark.parametrize("loops", [1, 2])
def test_decap_sends_what_decap_writes(replay, decap, captures, options, loops):
    data = (captures / "two-tenants.pcap").read_bytes()
    done = replay(data, "--decap", t=True, loop=loops, code=None, **options)
    assert done.frames == loops * pcapfile.frames(
        decap(data, others="drop", code=None, **options).out)


@pytest.mark.parametrize("options", [{}, {"inner_vlan": "drop"}, {"inner_vlan": "keep"},
                                     {"inner_vlan": "strip"}, {"ecn": "ignore"}], ids=str)
def test_decap_does_with_tags_and_marks_what_decap_does(replay, decap, options):
    """RFC 7637 section 3.3: frames with an 802.1Q tag are dropped by default."""
    ect = Ether(frame()[:12] + b"\x08\x00") / IP(src="10.0.0.5", dst="10.0.0.7", tos=2) / UDP()
    items = [wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16", wire.ipv4(
        "192.168.4.11", "192.168.4.22", wire.gre(inner, 0x138950), tos=tos))
             for inner in (frame(1), wire.insert_tags(frame(2), (0x8100, 7)), bytes(ect))
             for tos in (0, 3)]
    expected = pcapfile.frames(decap(items, others="drop", **options).out)
    assert replay(items, decap=True, t=True, **options).frames == expected


def test_encap_keeps_the_pace(replay):
    assert replay(at(0, 1, 4), "--encap", **NVGRE).times == [0, 1, 4]


# ---- Directions ----

def between(source, destination, inner=b""):
    """A frame between two addresses."""
    return wire.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02",
                         wire.ipv4(f"10.0.0.{source}", f"10.0.0.{destination}", inner))


TALK = [between(1, 2), between(2, 1), between(3, 1), between(1, 4), between(4, 5), between(2, 3)]


@pytest.mark.parametrize("options, first", [
    ({}, (0, 3)), ({"direction": "pa"}, (0, 3)), ({"cidr": "10.0.0.2/31"}, (1, 2, 5)),
    ({"cidr": "10.0.0.1,10.0.0.4"}, (0, 3, 4))], ids=str)
def test_directions_by_address(replay, options, first):
    done = replay(TALK, I="two", t=True, others=["two"], loop=2, **options)
    second = [i for i in range(len(TALK)) if i not in first]
    assert done.frames == 2 * [TALK[i] for i in first]
    assert done.others == (2 * [TALK[i] for i in second],)


def test_directions_by_interface(replay):
    w = pcapfile.Writer()
    data = w.section() + 3 * w.interface() + b"".join(
        w.enhanced(frame(number), interface=number % 3, ticks=number) for number in range(6))
    done = replay(data, I="two", direction="interface", others=["two"], K=True)
    assert done.frames == [frame(0), frame(3)]
    assert done.others == ([frame(1), frame(2), frame(4), frame(5)],)


def test_directions_by_vsid(replay):
    items = [between(1, 2, wire.gre(frame(number), vsid << 8)) if vsid else between(1, 2)
             for number, vsid in enumerate((5001, 6000, 6009, 6010, 0, 7000))]
    for number, item in enumerate(items):
        assert item[23] == 47 or number == 4
    done = replay(items, t=True, map_intf="5001=two,6000-6009=three,7000=two",
                  others=["two", "three"])
    assert done.frames == [items[3], items[4]]
    assert done.others == ([items[0], items[5]], [items[1], items[2]])


# ---- MTU ----

LONG = [frame(0, 1514), frame(1, 1515), frame(2, 60), frame(3, 1600), frame(4, 1514)]
TAGGED = bytes(12) + b"\x81\x00\x00\x05" + bytes(1502)


@pytest.mark.parametrize("options", [{}, {"K": True}, {"loop": 2}], ids=str)
def test_one_tenant(replay, options):
    """--vsid-filter sends only the packets of its tenants, unchanged. It sends no packet that is
    not NVGRE."""
    blue, red, piece = (
        wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16", wire.ipv4(
            "192.168.4.11", "192.168.4.22", wire.gre(frame(), wire.nvgre_key(vsid, 7)),
            fragment=fragment)) for vsid, fragment in ((5001, 0), (6001, 0), (5001, 0x2000)))
    done = replay([blue, red, TAGGED, blue], "--json", t=True, vsid_filter="5000-5999", **options)
    assert done.frames == [blue, blue] * options.get("loop", 1)
    assert json.loads(done.text)["others"] == {"not_nvgre": 1, "not_selected": 1}
    done = replay([blue, piece], "--json", code=3, t=True, vsid_filter="5001", **options)
    assert done.frames == [blue] * options.get("loop", 1)
    assert json.loads(done.text)["not_handled"] == {"fragment": 1}


@pytest.mark.parametrize("preload", [None, True], ids=["", "K"])
def test_frames_above_the_mtu_are_refused_before_the_first(replay, preload):
    done = replay(LONG, mtu=1500, code=1, K=preload)
    assert done.stderr == "one: 2 of 5 frames exceed the MTU of 1500, by 86 bytes at most\n"
    assert done.text == "" and done.frames is None
    assert replay([TAGGED], mtu=1500).frames == [TAGGED]
    service = TAGGED[:12] + b"\x88\xa8" + TAGGED[14:]  # interfaces do not add room for this tag
    assert "exceed the MTU of 1500, by 4 bytes" in replay([service], mtu=1500, code=1).stderr


@pytest.mark.parametrize("action, frames", [
    ("drop", LONG[::2]), ("trunc", [data[:1514] for data in LONG]), ("keep", LONG)])
def test_mtu_action(replay, action, frames):
    done = replay(LONG, mtu=1500, mtu_action=action, json=True)
    assert done.frames == frames
    (counts,) = json.loads(done.text)["interfaces"]
    assert (counts["above_mtu"], counts["successful"]) == (2, len(frames))


def test_what_encap_makes_is_above_the_mtu(replay):
    done = replay([frame(0, 1486), frame(0, 1487)], "--encap", mtu=1514, mtu_action="error", code=1,
                  **NVGRE)
    assert "exceed the MTU of 1514, by 1 bytes at most" in done.stderr


def test_a_pipe_with_frames_above_the_mtu(replay):
    """The frames cannot be checked before the first one is sent. They fail one by one."""
    done = replay(LONG, "--json", mtu=1500, stdin=True, code=3)
    assert done.frames == LONG[::2]
    (counts,) = json.loads(done.text)["interfaces"]
    assert (counts["successful"], counts["failed"], counts["above_mtu"]) == (3, 2, 2)


@pytest.mark.parametrize("options", [{"limit": 1}, {"limit": 1, "K": True},
                                     {"limit": 1, "loop": 3}], ids=str)
def test_only_what_is_sent_must_fit(replay, options):
    """Frames after the limit are not checked. Frames up to the limit are."""
    assert replay(LONG, mtu=1500, **options).frames == LONG[:1]
    done = replay(LONG, mtu=1500, code=1, **{**options, "limit": 2})
    assert done.stderr == "one: 1 of 2 frames exceed the MTU of 1500, by 1 bytes at most\n"
    assert replay(LONG, mtu=1500, mtu_action="drop", **{**options, "limit": 2}).frames == LONG[:3:2]


def test_an_earlier_file_stays_where_nothing_is_sent(run, tmp_path):
    (tmp_path / "in").write_bytes(pcapfile.pcap(LONG))
    (tmp_path / "one").write_bytes(b"earlier")
    run("replay", "--sender", "file", "-i", "one", "--mtu", 1500, "in", cwd=tmp_path, code=1)
    assert (tmp_path / "one").read_bytes() == b"earlier"


# ---- Counters and messages ----

def test_counters(replay):
    cut = pcapfile.packet(frame(1), 100, pcapfile.START + 1)
    done = replay([frame(0), cut], t=True)
    lines = done.text.splitlines()
    assert lines[0].startswith("Actual: 2 packets (120 bytes) sent in ")
    assert lines[1].startswith("Rated: ") and lines[1].endswith(" pps")
    assert lines[2:] == ["Statistics for network device: one (file)",
                         "\tSuccessful packets:        2", "\tFailed packets:            0",
                         "\tTruncated packets:         1", "\tRetried packets (ENOBUFS): 0",
                         "\tRetried packets (EAGAIN):  0"]
    assert replay([frame(0)], "-q").text == ""


def test_json(replay):
    done = replay(at(0, 1, 2), "--json", loop=2)
    found = json.loads(done.text)
    assert 0.004 <= found.pop("seconds") < 2
    counts = {"interface": "one", "sender": "file", "successful": 6, "bytes": 360, "failed": 0,
              "truncated": 0, "retried": 0, "above_mtu": 0, "missing": 0}
    assert found == {"command": "replay", "loops": 2, "packets": 6, "interfaces": [counts],
                     "packets_read": 3, "bytes_read": 180, "others": {}, "others_kept": False,
                     "kept": {}, "dropped": {}, "not_handled": {}, "cut": False,
                     "interrupted": False}


def test_counters_on_the_way(replay):
    done = replay(at(0, 2500), stats=1, x=1)
    assert done.stderr.count("Actual: 1 packets") == 2
    assert done.text.startswith("Actual: 2 packets")


@pytest.mark.parametrize("options", [{}, {"K": True}, {"loop": 3}, {"loop": 3, "K": True}], ids=str)
def test_a_cut_capture(replay, options):
    done = replay(pcapfile.pcap(at(0, 1, 2))[:-10], code=3, **options)
    assert done.frames == [frame(0), frame(1)] * options.get("loop", 1)
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("in: packet 3: ")
    assert replay(pcapfile.pcap(at(0, 1, 2))[:-10], "--strict", code=1).frames is None


@pytest.mark.parametrize("options", [{}, {"K": True}, {"loop": 3}], ids=str)
def test_packets_that_cannot_be_handled_are_told_once(replay, options):
    w = pcapfile.Writer()
    data = (w.section() + w.interface() + w.interface(linktype=105)
            + w.enhanced(frame(0)) + w.enhanced(frame(1), interface=1) + w.enhanced(frame(2)))
    done = replay(data, code=3, t=True, **options)
    assert done.frames == [frame(0), frame(2)] * options.get("loop", 1)
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("in: packet 2: ") and done.stderr.endswith("; not sent\n")
    counted = json.loads(replay(data, "--json", code=3, t=True, **options).text)
    assert counted["not_handled"] == {"link_type": 1}
    replay(data, "--strict", code=1)


@pytest.mark.parametrize("data", [b"", b"x", b"not a capture, not at all"], ids=len)
def test_no_capture(replay, data):
    done = replay(data, code=1)
    assert done.frames is None and done.stderr.count("\n") == 1 and done.stderr.startswith("in: ")


def test_no_file(run, tmp_path):
    done = run("replay", "--sender", "file", "-i", "one", "in", cwd=tmp_path, code=1)
    assert done.stderr == "in: cannot open: No such file or directory\n"


def test_input_as_output(run, tmp_path):
    data = pcapfile.pcap(at(0))
    (tmp_path / "in").write_bytes(data)
    done = run("replay", "--sender", "file", "-i", "in", "in", cwd=tmp_path, code=1)
    assert "is also the input" in done.stderr and (tmp_path / "in").read_bytes() == data


def test_a_file_that_gets_no_name(start, tmp_path):
    """The folder is removed before the last packet is sent."""
    (tmp_path / "gone").mkdir()
    process = start("replay", "--sender", "file", "-i", "gone/one", "-", cwd=tmp_path)
    process.feed(pcapfile.pcap(at(0)))
    wait_until(lambda: list((tmp_path / "gone").iterdir()))
    shutil.rmtree(tmp_path / "gone")
    done = process.end(code=1)
    assert done.stderr.startswith("gone/one: ") and "No such file" in done.stderr
    assert done.stdout.startswith(b"Actual: 1 packets")


@pytest.mark.parametrize("line", [(), ("-l", "0")], ids=str)
def test_a_file_that_cannot_be_written(start, tmp_path, line):
    """The replay ends with a message. No frame counts as sent."""
    (tmp_path / "in").write_bytes(pcapfile.pcap([frame(i, 1514) for i in range(2000)]))
    process = start("replay", "--sender", "file", "-i", "/dev/full", "-t", "--json", *line, "in",
                    cwd=tmp_path)
    done = process.end(code=1)
    assert done.stderr == "/dev/full: cannot send: No space left on device\n"
    (counts,) = json.loads(done.stdout)["interfaces"]
    assert (counts["successful"], counts["bytes"]) == (0, 0) and counts["failed"] > 0


# ---- Standard input ----

@pytest.mark.parametrize("options", [{}, {"K": True}, {"loop": 3}], ids=str)
def test_standard_input(replay, options):
    done = replay(at(0, 1, 2), stdin=True, **options)
    assert done.frames == [frame(i) for i in range(3)] * options.get("loop", 1)


def test_loops_through_a_pipe(start, tmp_path):
    """The pipe can be read only once, also if it has a name."""
    os.mkfifo(tmp_path / "in")
    process = start("replay", "--sender", "file", "-i", "one", "--loop", "2", "in", cwd=tmp_path)
    (tmp_path / "in").write_bytes(pcapfile.pcap(at(0, 1)))
    process.end()
    assert pcapfile.frames((tmp_path / "one").read_bytes()) == 2 * [frame(0), frame(1)]


def test_a_pipe_is_not_waited_for_with_frames_in_hand(start):
    """A frame that is due is sent before the next one arrives."""
    data = pcapfile.pcap(at(0, 1, 2, 3))
    process = start("replay", "--sender", "file", "-i", "/dev/null", "--stats", "1", "-")
    process.feed(data[:-40])
    text = process.read(process.stderr, lambda text: b"Retried" in text)
    assert text.startswith(b"Actual: 3 packets")
    done = process.end(data[-40:])
    assert done.stdout.startswith(b"Actual: 4 packets")


def test_duration_ends_a_wait_for_input(start):
    process = start("replay", "--sender", "file", "-i", "/dev/null", "--duration", "1", "-")
    process.feed(pcapfile.pcap(at(0)))
    begun = time.monotonic()
    assert process.wait(10) == 0 and 0.5 < time.monotonic() - begun < 5


@pytest.mark.parametrize("line", [(), ("-K",)], ids=str)
def test_counters_are_told_before_there_is_a_capture(start, line):
    process = start("replay", "--sender", "file", "-i", "/dev/null", *line, "-")
    wait_until(lambda: waits(process))
    process.send_signal(signal.SIGUSR1)
    text = process.read(process.stderr, lambda text: b"Retried" in text)
    assert text.startswith(b"Actual: 0 packets (0 bytes) sent in 0.000000 seconds")
    process.end(pcapfile.pcap(at(0)))


def suspend(process):
    """Suspends a process as by Ctrl-Z, and resumes it."""
    def state():
        return Path(f"/proc/{process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
    process.send_signal(signal.SIGTSTP)
    wait_until(lambda: state() == "T")
    process.send_signal(signal.SIGCONT)
    wait_until(lambda: state() != "T" and waits(process))


def test_a_pause_before_there_is_a_capture(start):
    """The replay has not started, so its duration has not started either."""
    data = pcapfile.pcap(at(*range(50)))
    process = start("replay", "--sender", "file", "-i", "/dev/null", "-K", "-t", "--duration", "9",
                    "-")
    process.feed(data[:-1000])
    wait_until(lambda: waits(process))
    suspend(process)
    time.sleep(1)
    assert process.end(data[-1000:]).stdout.startswith(b"Actual: 50 packets")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_before_there_is_a_capture(start, tmp_path, number):
    """Nothing that was read so far is sent."""
    data = pcapfile.pcap(at(0, 1, 2))
    process = start("replay", "--sender", "file", "-i", tmp_path / "one", "-K", "-t", "-")
    process.feed(data[:-20])
    wait_until(lambda: waits(process))
    process.send_signal(number)
    process.wait(10)
    done = process.end(code=-number)
    assert (done.stdout, done.stderr) == (b"", "") and not list(tmp_path.iterdir())


def test_a_pause_before_a_packet_that_is_never_due(start, tmp_path):
    """A gap too large for 64-bit nanoseconds does not become 0."""
    (tmp_path / "in").write_bytes(pcapfile.pcap(at(0, 60_000)))
    process = start("replay", "--sender", "file", "-i", "/dev/null", "-x", "0.000000001",
                    tmp_path / "in")
    wait_until(lambda: waits(process))
    suspend(process)
    time.sleep(0.7)
    process.send_signal(signal.SIGUSR1)
    assert process.read(process.stderr, lambda text: b"Retried" in text).startswith(
        b"Actual: 1 packets")
    process.send_signal(signal.SIGINT)
    assert process.end(code=-signal.SIGINT).stdout.startswith(b"Actual: 1 packets")


def test_standard_output(run):
    """The capture is written to standard output, the counters are not."""
    data = pcapfile.pcap(at(0, 1))
    done = run("replay", "--sender", "file", "-i", "-", "-", stdin=data)
    assert pcapfile.frames(done.stdout) == pcapfile.frames(data)
    assert done.stderr.startswith("Actual: 2 packets")


# ---- Memory ----

def test_memory_is_constant(start, command, tmp_path):
    path = Path(tmp_path / "in")
    path.write_bytes(pcapfile.pcap([frame(i % 256, 1514) for i in range(20_000)]))
    process = start("replay", "--sender", "file", "-i", "/dev/null", "-t", "-l", "0", path)
    time.sleep(1)
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    process.terminate()
    process.end(code=-15)
    peak = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    assert int(peak.split()[1]) < 6000 or b"__asan_" in command.read_bytes()
