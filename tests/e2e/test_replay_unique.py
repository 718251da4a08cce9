# SPDX-License-Identifier: GPL-2.0-or-later
"""replay --unique-ip and --unique-vsid: each loop has other addresses and other tenants."""

from ipaddress import ip_address

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

import flowid
import pcapfile
import wire
from conftest import CAPTURES, arguments

HOSTS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
LOOPS = 300  # more than a byte can count


def inner(loop):
    """The inner frames of a loop: scapy makes them with the addresses of that loop."""
    def of(text):
        return str(ip_address(text) + loop)

    ether = Ether(src="06:06:00:00:00:05", dst="06:06:00:00:00:07")
    pair = {"src": of("10.0.0.5"), "dst": of("10.0.0.250")}
    return [bytes(frame) for frame in (
        ether / IP(**pair) / UDP(sport=1000, dport=2000) / Raw(b"x" * 30),
        ether / IP(**pair) / TCP(sport=1000, dport=2000) / Raw(b"y" * 31),
        ether / IP(src=pair["src"], dst="255.255.255.255") / UDP() / Raw(b"z"),
        ether / IP(src="0.0.0.0", dst="224.0.0.1") / ICMP(),
        ether / IPv6(src=of("2001:db8::5"), dst=of("2001:db8::fff0")) / UDP() / Raw(b"6"),
        ether / ARP(op=2, hwsrc="06:06:00:00:00:05", psrc=of("10.0.0.5"),
                    hwdst="06:06:00:00:00:07", pdst=of("10.0.0.250")))]


def tunnels(frames, vsid):
    """NVGRE packets. The FlowID is that of the first loop."""
    return [wire.ethernet(*HOSTS, wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(
        frame, wire.nvgre_key(vsid, flowid.flow_id(first)))))
            for frame, first in zip(frames, inner(0))]


@pytest.fixture(name="sent")
def sent_frames(run, tmp_path):
    """Replays frames. Returns the sent frames, a list for each loop."""
    def launch(frames, loops=LOOPS, **options):
        (tmp_path / "in").write_bytes(pcapfile.pcap(frames))
        run("replay", "-t", "--sender=file", "-i", tmp_path / "out", *arguments(options),
            "--loop", loops, tmp_path / "in")
        out = pcapfile.frames((tmp_path / "out").read_bytes())
        return [out[at:at + len(frames)] for at in range(0, len(out), len(frames))]

    return launch


@pytest.mark.parametrize("preload", [None, True], ids=["", "K"])
def test_addresses_of_each_loop(sent, preload):
    """Addresses and their checksums change, but no broadcast, multicast or zero address."""
    loops = sent(tunnels(inner(0), 5001), unique_ip=True, preload_pcap=preload)
    assert loops == [tunnels(inner(loop), 5001) for loop in range(LOOPS)]


@pytest.mark.parametrize("preload", [None, True], ids=["", "K"])
def test_vsids_of_each_loop(sent, preload):
    loops = sent(tunnels(inner(0), 5001), unique_vsid=True, preload_pcap=preload)
    assert loops == [tunnels(inner(0), 5001 + loop) for loop in range(LOOPS)]


@pytest.mark.parametrize("vsid, expected", [
    (16777214, [16777214, 4096, 4097]), (16777213, [16777213, 16777214, 4096]),
    (4095, [4095] * 3), (16777215, [16777215] * 3), (0, [0] * 3)])
def test_vsids_stay_in_their_range(sent, vsid, expected):
    """No VSID becomes a reserved one (RFC 7637 section 3.4). Reserved ones are unchanged."""
    loops = sent(tunnels(inner(0), vsid)[:1], 3, unique_vsid=True)
    assert [int.from_bytes(frame[38:41], "big") for [frame] in loops] == expected


@pytest.mark.parametrize("preload", [None, True], ids=["", "K"])
def test_encapsulated_on_the_way(sent, encap, preload):
    """The same as encapsulating each loop's frames: FlowIDs match the addresses."""
    ends = {"local": "192.168.4.11", "remote": "192.168.4.22"}
    loops = sent(inner(0), 40, encap=True, vsid=5001, unique_ip=True, unique_vsid=True,
                 preload_pcap=preload, **ends)
    for loop, frames in enumerate(loops):
        assert frames == pcapfile.frames(encap(inner(loop), vsid=5001 + loop, **ends).out)


def test_what_is_not_nvgre_stays(sent):
    loops = sent(inner(0), 3, unique_ip=True, unique_vsid=True)
    assert loops == [inner(0)] * 3


def test_a_small_capture_becomes_many_tenants(run, tmp_path):
    """A thousand loops make two thousand tenants."""
    run("replay", "-t", "--sender=file", "-i", tmp_path / "out", "--unique-vsid", "-K", "-l", 999,
        CAPTURES / "two-tenants.pcap")
    frames = pcapfile.frames((tmp_path / "out").read_bytes())
    assert len(frames) == 999 * 35
    assert len({frame[38:41] for frame in frames}) == 2 * 999
