# SPDX-License-Identifier: GPL-2.0-or-later
"""decap of fragmented outer packets. scapy makes them; scapy and tshark check the result."""

import itertools
import json
import subprocess

import pytest
from scapy.layers.inet import ICMP, IP, fragment
from scapy.layers.inet6 import (IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                                PadN, fragment6)
from scapy.layers.l2 import GRE, Dot1Q, Ether
from scapy.packet import Raw

import pcapfile

HOSTS = {"dst": "02:00:c0:a8:04:16", "src": "02:00:c0:a8:04:0b"}
INNER = bytes(Ether(dst="06:06:00:00:00:07", src="06:06:00:00:00:05")
              / IP(src="10.0.0.5", dst="10.0.0.7") / ICMP(id=1, seq=1)
              / Raw(bytes(number * 11 % 251 for number in range(200))))
TUNNEL = GRE(key_present=1, key=0x00138950, proto=0x6558) / Raw(INNER)
PAS = {4: {"src": "192.168.4.11", "dst": "192.168.4.22"},
       6: {"src": "fd00:4::11", "dst": "fd00:4::22"}}


def ipv4(ident=7, **fields):
    """An outer IPv4 packet, cut into four fragments."""
    return [bytes(Ether(**HOSTS) / piece)
            for piece in fragment(IP(**PAS[4], id=ident, proto=47, **fields) / TUNNEL, 80)]


def ipv6(ident=7, before=None, behind=None):
    """An outer IPv6 packet in fragments, with extension headers before or after the fragment
    header."""
    packet = IPv6(**PAS[6])
    if before:
        packet /= before
    packet /= IPv6ExtHdrFragment(id=ident)
    if behind:
        packet /= behind
    return [bytes(Ether(**HOSTS) / piece) for piece in fragment6(packet / TUNNEL, 140)]


def tagged(frames):
    """The frames with a VLAN tag."""
    return [bytes(Ether(frame[:12] + b"\x81\0\0\x67" + frame[12:])) for frame in frames]


PAD = PadN(optdata=bytes(4))
DATAGRAMS = {
    "IPv4": ipv4(),
    "IPv4 with options": ipv4(options=b"\x94\x04\0\0"),
    "IPv4 behind a tag": tagged(ipv4()),
    "IPv6": ipv6(),
    "IPv6 behind a tag": tagged(ipv6()),
    "hop-by-hop options before": ipv6(before=IPv6ExtHdrHopByHop(options=[PAD])),
    "an encapsulation limit behind": ipv6(behind=IPv6ExtHdrDestOpt(options=[PAD])),
}


def by_tshark(frames, tmp_path):
    """The inner ICMP data of the packets that tshark reassembles."""
    path = tmp_path / "fragments.pcap"
    path.write_bytes(pcapfile.pcap(frames))
    done = subprocess.run(
        ["tshark", "-r", path, "-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE",
         "-Y", "icmp", "-T", "fields", "-e", "frame.number", "-e", "data.data"],
        check=True, capture_output=True, text=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", DATAGRAMS)
def test_every_order(decap, name):
    frames = DATAGRAMS[name]
    assert 3 <= len(frames) <= 4
    for order in itertools.permutations(frames):
        assert pcapfile.frames(decap(list(order)).out) == [INNER]


@pytest.mark.parametrize("name", DATAGRAMS)
def test_as_tshark_does(decap, tmp_path, name):
    """If tshark shows the inner packet, decap writes it with the same payload."""
    other = ipv4(ident=8)
    frames = [*DATAGRAMS[name][::-1], *other]
    shown = by_tshark(frames, tmp_path)
    taken = pcapfile.read(decap(frames).out)
    assert [number for number, _ in shown] == [str(len(DATAGRAMS[name])), str(len(frames))]
    assert [item.data[42:].hex() for item in taken] == [data for _, data in shown]
    times = [item.time for item in pcapfile.packets(frames)]
    assert [item.time for item in taken] == [times[int(number) - 1] for number, _ in shown]


@pytest.mark.parametrize("make", [ipv4, ipv6])
def test_interleaved(decap, make):
    datagrams = [make(ident=ident) for ident in range(1, 51)]
    items = [pcapfile.packet(frame, time=pcapfile.START) for row in zip(*datagrams)
             for frame in row]
    assert pcapfile.frames(decap(items).out) == [INNER] * 50


def test_too_late(decap):
    first, *others = pcapfile.packets(ipv4())
    late = [item._replace(time=item.time + 31) for item in others]
    assert pcapfile.read(decap([first, *late], code=3).out) == [first, *late]


@pytest.mark.parametrize("missing", range(4))
def test_a_gap_is_kept_as_it_is(decap, missing):
    frames = [frame for number, frame in enumerate(ipv4()) if number != missing]
    before, behind = pcapfile.packets(frames), pcapfile.read(decap(frames, code=3).out)
    assert behind == before


def test_a_gap_is_kept_in_pcapng(decap):
    """Fragments that are written unchanged keep their comments."""
    w = pcapfile.Writer()
    data = w.section() + w.interface() + b"".join(
        w.enhanced(frame, (pcapfile.COMMENT, b"of four"), ticks=number)
        for number, frame in enumerate(ipv4()[1:]))
    assert pcapfile.read_pcapng(decap(data, out="out.pcapng", code=3).out) == \
        pcapfile.read_pcapng(data)


def test_duplicates(decap):
    first, *others = ipv4()
    assert pcapfile.frames(decap([first, first, *others]).out) == [INNER]


def test_overlap(decap):
    frames = ipv6()
    changed = frames[1][:-1] + bytes((frames[1][-1] ^ 1,))
    items = [frames[0], frames[1], changed, *frames[2:]]
    assert sorted(pcapfile.frames(decap(items, code=3).out)) == sorted(items)


def test_not_nvgre_is_kept_as_it_is(decap):
    """The complete packet is not NVGRE."""
    packet = IPv6(**PAS[6]) / IPv6ExtHdrFragment(id=7) / IPv6ExtHdrDestOpt(options=[PAD]) \
        / ICMP() / Raw(bytes(300))
    frames = [bytes(Ether(**HOSTS) / piece) for piece in fragment6(packet, 140)]
    assert pcapfile.frames(decap(frames, code=None).out) == frames


@pytest.mark.parametrize("inner_filter, wanted", [("icmp", True), ("udp", False)])
def test_inner_filter(decap, inner_filter, wanted):
    frames = ipv4()
    done = decap(frames, inner_filter=inner_filter, json=True)
    summary = json.loads(done.stdout)

    assert pcapfile.frames(done.out) == ([INNER] if wanted else frames)
    assert summary["others"] == ({} if wanted else {"not_selected": len(frames)})


def test_vsids_that_are_not_selected(decap):
    frames = ipv6()
    done = decap(frames, vsid_filter="6001", json=True)

    assert pcapfile.frames(done.out) == frames
    assert json.loads(done.stdout)["others"] == {"not_selected": len(frames)}
