# SPDX-License-Identifier: GPL-2.0-or-later
"""rewrite: unchanged parts of files, selected packets, times, and the way back."""

import json
import random
import subprocess
from fractions import Fraction
from math import floor

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import pcapfile
import wire
from conftest import CAPTURES
from pcapfile import COMMENT, NSEC, PACKET_FLAGS, PACKET_HASH, START, USEC, Writer, packet
from rewriting import (ECHO, HOSTS, NEW_TO_OLD, OLD, OLD_TO_NEW, PAS, PAS6, SHAPES, inner_frames,
                       tunnel)

SAMPLES = sorted(path.relative_to(CAPTURES).as_posix() for path in CAPTURES.rglob("*.pcap"))


# ---- No changes requested ----

def rich_pcapng(order, data=None):
    """A pcapng file with blocks and options of all kinds. `data` is the contents of its tunnel
    packets."""
    w = Writer(order)
    data = data or tunnel()
    comment, flags, check = (COMMENT, b"of ours"), (PACKET_FLAGS, b"\1\0\0\0"), (
        PACKET_HASH, b"\2" + bytes(4))
    return [
        w.section((COMMENT, b"a section"), (2, b"hardware")),
        w.interface((2, b"eth0"), (9, b"\x09"), snaplen=65535),
        w.interface((2, b"lo"), linktype=101),
        w.block(pcapfile.NAMES, w.pack("HH", 0, 0)),
        w.enhanced(data, comment, flags, ticks=START * 10**9),
        w.enhanced(data, check, comment, ticks=5),
        w.enhanced(ECHO, check, comment, ticks=6),
        w.enhanced(data[14:], interface=1, ticks=7),
        w.simple(data),
        w.obsolete(data, comment, ticks=8),
        w.block(pcapfile.CUSTOM, w.pack("I", 32473) + b"as it is"),
        w.statistics(comment),
        w.enhanced(data[:60], wire_len=len(data), ticks=9),
        w.section(length=-1),
        w.interface(linktype=147),
        w.enhanced(data, ticks=10),
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_asked(run, captures, tmp_path, name):
    code = 3 if name == "deviations.pcap" else 0  # malformed and cut packets are reported
    run("rewrite", captures / name, tmp_path / "out.pcap", code=code)
    assert (tmp_path / "out.pcap").read_bytes() == (captures / name).read_bytes()


@pytest.mark.parametrize("order", "<>")
def test_nothing_asked_of_pcapng(rewrite, order):
    data = b"".join(rich_pcapng(order))
    assert rewrite(data, out="out.pcapng", code=3).out == data
    done = rewrite(data, out="out.pcapng", code=3, ttl=64, vsidmap="5001:5001", C=True)
    assert done.out == data  # nothing to change


@pytest.mark.parametrize("snaplen", [64, 65535, 262144, 0])
def test_snaplens(rewrite, snaplen):
    """The snaplen grows by the possible growth of the headers."""
    data = pcapfile.pcap([tunnel()], snaplen=snaplen)
    for options, growth in (({}, 0), ({"ttl": 9}, 0), ({"enet_vlan": "del"}, 0),
                            ({"enet_vlan": "add", "enet_vlan_tag": 5}, 4),
                            ({"local": PAS6[0], "remote": PAS6[1]}, 28)):
        header = pcapfile.read_pcap_header(rewrite(data, **options).out)
        grown = min(snaplen + growth, 262144) if snaplen else 262144 if growth else 0
        assert header.snaplen in (grown, 262144) if not snaplen else header.snaplen == grown


@pytest.mark.parametrize("order", "<>")
def test_other_blocks_stay(rewrite, order):
    before, after = rich_pcapng(order), rich_pcapng(order, tunnel(ttl=9))
    done = rewrite(b"".join(before), out="out.pcapng", code=3, ttl=9)
    found = pcapfile.blocks(done.out)
    assert len(found) == len(before)
    for block, old, new in zip(found, before, after):
        if old == new or block.kind not in pcapfile.PACKETS:
            assert block.raw == old
    packets, expected = pcapfile.read(done.out), pcapfile.read(b"".join(after))
    last = pcapfile.read(b"".join(before))[-1]  # has an unknown link type
    assert [item.data for item in packets] == [item.data for item in expected[:-1]] + [last.data]
    assert [item.time for item in packets] == [item.time for item in expected]
    assert [[option for option in item.options if option[0] != PACKET_HASH]
            for item in packets] == [[option for option in item.options
                                      if option[0] != PACKET_HASH] for item in expected]
    assert packets[2].options == expected[2].options  # the packet is not NVGRE


# ---- Selection ----

MIXED = [tunnel(), ECHO, tunnel(key=0x177150), tunnel(pas=("192.168.4.22", "192.168.4.11")),
         tunnel(inner_frames(OLD)["TCP"]), tunnel(gre={"flags": 0})]
SELECTIONS = {
    "FILTER": ((), ("src", "host", "192.168.4.11"), {0, 2, 4}),
    "inner filter": (("--inner-filter", "tcp"), (), {4}),
    "VSIDs": (("--vsid-filter", "6000-6999"), (), {2}),
    "numbers": (("--include", "1,4-"), (), {0, 3, 4}),
    "all of them": (("--vsid-filter", "5001", "--inner-filter", "icmp", "--exclude", "1"),
                    ("proto", "47"), {3}),
}


@pytest.mark.parametrize("name", SELECTIONS)
def test_selection(run, tmp_path, name):
    options, words, chosen = SELECTIONS[name]
    (tmp_path / "in").write_bytes(pcapfile.pcap(MIXED))
    done = run("rewrite", "--ttl", "9", "--json", *options, tmp_path / "in", tmp_path / "out",
               *words)
    expected = [frame[:22] + b"\x09" + frame[23:24] + tunnel(ttl=9)[24:26] + frame[26:]
                if number in chosen else frame for number, frame in enumerate(MIXED)]
    written = pcapfile.frames((tmp_path / "out").read_bytes())
    for number, (frame, made) in enumerate(zip(written, expected)):
        assert frame[:24] + frame[26:] == made[:24] + made[26:]
        assert frame == MIXED[number] or wire.internet_checksum(frame[14:34]) == 0
    assert json.loads(done.stdout)["rewritten"] == len(chosen)


def test_others_are_left_out(rewrite):
    """NVGRE packets that need no change are kept."""
    done = rewrite(MIXED, others="drop", ttl=9, vsid_filter="5001")
    assert len(pcapfile.frames(done.out)) == 3
    again = rewrite(done.out, others="drop", ttl=9, vsid_filter="5001", json=True)
    assert again.out == done.out
    assert json.loads(again.stdout)["kept"] == {"unchanged": 3}
    assert "kept, nothing to change: 3" in rewrite(done.out, ttl=9).stderr


# ---- Time ----

TIMES = [START + Fraction(n, 10**9) for n in (0, 1, 999_999_999, 1_000_000_001, 123_456_789_123)]
CHANGES = [(Fraction(1, 2), 1), (-3600, 1), (Fraction(-1, 10**9), 1), (0, Fraction(1, 2)),
           (0, 3), (Fraction("1.000000001"), Fraction("0.333333333")), (-START, 1)]


def text(number):
    """A number with 9 digits after the decimal point."""
    sign = "-" if number < 0 else ""
    return f"{sign}{abs(number) // 1}.{int(abs(number) % 1 * 10**9):09}"


def nsec_pcapng(items):
    """A pcapng file with nanoseconds."""
    w = Writer()
    return w.section() + w.interface((9, b"\x09")) + b"".join(
        w.enhanced(item.data, ticks=int(item.time * 10**9)) for item in items)


@pytest.mark.parametrize("shift, scale", CHANGES)
@pytest.mark.parametrize("build, units", [
    (pcapfile.pcap, 10**6), (lambda items: pcapfile.pcap(items, magic=NSEC, order=">"), 10**9),
    (lambda items: pcapfile.pcap(items, magic=USEC, order=">"), 10**6),
    (pcapfile.pcapng, 10**6), (nsec_pcapng, 10**9)])
def test_times(rewrite, build, units, shift, scale):
    data = build([packet(frame, time=time) for frame, time in zip((*MIXED, ECHO), TIMES)])
    before = pcapfile.read(data)
    out = "out.pcapng" if pcapfile.is_pcapng(data) else "out.pcap"
    expected = [before[0].time + (item.time - before[0].time) * scale + shift for item in before]
    expected = [Fraction(floor(time * units), units) for time in expected]
    fits = min(expected) >= 0
    done = rewrite(data, out=out, time_shift=text(shift), time_scale=text(scale), code=None)
    after = pcapfile.read(done.out)
    assert [item.data for item in after] == [item.data for item in before]
    assert done.code == (0 if fits else 3)
    for item, was, time in zip(after, before, expected):
        assert item.time == (time if time >= 0 else was.time)


def test_shift_there_and_back(rewrite):
    data = pcapfile.pcap([tunnel(), ECHO])
    there = rewrite(data, time_shift="86400.000001").out
    assert there != data and rewrite(there, time_shift="-86400.000001").out == data


# ---- There and back ----

RANDOM = random.Random(7637)
FRAMES = list(inner_frames(OLD).values())


def random_frame():
    """A tunnel packet of a random shape with a random frame, sometimes wrong or cut."""
    fields = RANDOM.choice([SHAPES[shape] for shape in SHAPES if shape != "IPv4 with a trailer"])
    if RANDOM.random() < 0.2:
        inner = bytes(Ether(src=HOSTS[0], dst=HOSTS[1]) / IP(src="10.0.0.5", dst="10.0.0.7")
                      / RANDOM.choice((TCP, UDP))(sport=RANDOM.randrange(1, 60000), dport=80)
                      / Raw(RANDOM.randbytes(RANDOM.randrange(60))))
    else:
        inner = RANDOM.choice(FRAMES)
    frame = bytearray(tunnel(inner, **fields, ttl=RANDOM.choice((64, 63)),
                             key=RANDOM.choice((0x138950, 0x177103, 0x1B5800))))
    if RANDOM.random() < 0.3:  # only in the payload; wrong lengths would be other errors
        at = RANDOM.randrange(len(frame) - 8, len(frame))
        frame[at] ^= 1 << RANDOM.randrange(8)
    return packet(bytes(frame[:RANDOM.choice((len(frame), RANDOM.randrange(60, len(frame))))]),
                  len(frame), time=START)


WAYS = {
    "VSIDs": ({"vsidmap": "5001:9000,6001:5001"}, {"vsidmap": "9000:5001,5001:6001"}),
    "PAs": ({"N": "192.168.4.0/24:10.9.9.0/24,[fd00:4::/32]:[2001:db8::/32]"},
            {"N": "10.9.9.0/24:192.168.4.0/24,[2001:db8::/32]:[fd00:4::/32]"}),
    "CAs": ({"inner_pnat": OLD_TO_NEW}, {"inner_pnat": NEW_TO_OLD}),
    "MACs": ({"enet_smac": "02:00:00:00:00:99"}, {"enet_smac": HOSTS[0]}),
    "tag": ({"enet_vlan": "add", "enet_vlan_tag": 5}, {"enet_vlan": "del"}),
    "ports": ({"inner_portmap": "80:61000"}, {"inner_portmap": "61000:80"}),
    "times": ({"time_shift": "7.5"}, {"time_shift": "-7.5"}),
}
WAYS["all"] = tuple({name: value for row in WAYS.values() for name, value in row[way].items()}
                    for way in (0, 1))


@pytest.mark.parametrize("name", WAYS)
def test_there_and_back(rewrite, name):
    there, back = WAYS[name]
    data = pcapfile.pcap([random_frame() for _ in range(400)])
    done = rewrite(data, code=None, **there)
    assert done.out != data and rewrite(done.out, code=None, **back).out == data


def test_other_version_and_back(rewrite):
    data = pcapfile.pcap([tunnel(frame) for frame in inner_frames(OLD).values()])
    there = rewrite(data, local=PAS6[0], remote=PAS6[1]).out
    assert rewrite(there, local=PAS[0], remote=PAS[1]).out == data


# ---- tshark ----

CHECKS = [word for name in ("ip", "tcp", "udp") for word in ("-o", f"{name}.check_checksum:TRUE")]
FAULTS = ("ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
          "icmp.checksum.status", "icmpv6.checksum.status", "gre.checksum.status")
EVERYTHING = {
    "outer": ["--vsidmap", "5001:6001", "-N", "192.168.4.0/24:10.9.9.0/24", "--ttl", "9", "--tos",
              "184", "--df", "clear", "--enet-vlan", "add", "--enet-vlan-tag", "5"],
    "inner": ["--inner-pnat", "10.0.0.0/8:172.16.0.0/12,[fd00::/8]:[2001::/16]",
              "--inner-portmap", "80:81,53:5353", "--inner-enet-smac", "02:00:00:00:00:99"],
    "normalised": ["--normalise"], "seed": ["--seed", "5"], "fixed": ["-C"],
    "to IPv6": ["--local", PAS6[0], "--remote", PAS6[1]],
    "to IPv4": ["--local", PAS[0], "--remote", PAS[1]],
    "tags": ["--inner-vlan", "strip"], "FlowIDs": ["--flowid", "crc32c"],
}


def bad_packets(frames):
    """tshark's complaints about each frame: checksum status fields with 0 (bad), or malformed."""
    fields = [word for name in ("frame.protocols", *FAULTS) for word in ("-e", name)]
    done = subprocess.run(["tshark", "-n", "-r", "-", *CHECKS, "-T", "fields", *fields],
                          input=pcapfile.pcap(frames), check=True, capture_output=True, timeout=60)
    return [{name for name, value in zip(FAULTS, values) if "0" in value.split(",")}
            | ({"malformed"} if "malformed" in protocols else set())
            for protocols, *values in (line.split("\t")
                                       for line in done.stdout.decode().splitlines())]


@pytest.mark.parametrize("name", SAMPLES)
def test_tshark_finds_no_new_fault(run, captures, tmp_path, name):
    was = pcapfile.read((captures / name).read_bytes())
    outputs = []
    for options in EVERYTHING.values():
        run("rewrite", "-q", *options, captures / name, tmp_path / "out.pcap", code=None)
        outputs.append(pcapfile.read((tmp_path / "out.pcap").read_bytes()))
    faults = bad_packets([item for items in (was, *outputs) for item in items])
    assert len(faults) == len(was) * (1 + len(outputs))
    for number, found in enumerate(faults):
        assert found <= faults[number % len(was)], (number // len(was), number % len(was))
