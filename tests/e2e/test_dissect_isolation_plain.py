# SPDX-License-Identifier: GPL-2.0-or-later
"""Tenants outside of NVGRE: the plugin does not change a single byte of Wireshark's output."""

import functools
import struct

import pytest

import wire
from tenants_mix import WORLDS, Case, Mix, Tunnel, case_conversations, mix, pattern_cases
from tenants_oracle import in_parallel, pdml
from wireshark import CAPTURES

NVES = ("02:00:00:00:00:0b", "02:00:00:00:00:16"), ("192.168.4.11", "192.168.4.22")
VXLAN_PORT, IP_UDP = 4789, 17


def carried(packet):
    """An outer Ethernet frame."""
    return wire.ethernet(*NVES[0], packet)


def vxlan(frame):
    """A frame in VXLAN. All frames have the same network identifier."""
    payload = struct.pack("!4H", 50000, VXLAN_PORT, 16 + len(frame), 0) + bytes.fromhex(
        "0800000000138900") + frame
    packet = wire.ipv4(*NVES[1], payload)
    return carried(packet[:9] + bytes([IP_UDP, 0, 0]) + packet[12:])


# How the frames of all tenants are carried, as if from the same pair of hosts.
CARRIERS = {
    "Ethernet": lambda frame: frame,
    "VLAN": lambda frame: wire.insert_tags(frame, (wire.TPID_8021Q, 101)),
    "GRE without a key": lambda frame: carried(wire.ipv4(*NVES[1], wire.gre(frame, 0, flags=0))),
    "IP in GRE with a key": lambda frame: carried(wire.ipv4(*NVES[1], wire.gre(
        frame[14:], 0x00138950, protocol=struct.unpack_from("!H", frame, 12)[0]))),
    "VXLAN": vxlan,
}


@functools.cache
def tenants():
    """All flows of two tenants in turn, captured outside of any tunnel."""
    outside = Tunnel(())
    return Mix((case, tenant, outside, step) for place, case in enumerate(pattern_cases("in turn"))
               for tenant, step in case_conversations(case, place))


def assert_unchanged(capture, *options):
    """Checks that the output is the same with and without the plugin."""
    shown, stock = in_parallel(lambda: pdml(capture, *options),
                               lambda: pdml(capture, *options, plugin=False))
    assert [number for number, pair in enumerate(zip(shown, stock, strict=True), 1)
            if pair[0] != pair[1]] == []


@pytest.mark.parametrize("carrier", CARRIERS)
def test_other_carriers(carrier):
    packets = [wire.Captured(entry.time_us, data, len(data)) for entry in tenants().entries
               for data in [CARRIERS[carrier](entry.frame)]]

    assert_unchanged(wire.pcap_bytes(packets))


@pytest.mark.parametrize("world", ["outside", "outside first"])
def test_sctp_with_the_tags_of_a_tenant(world):
    """Associations outside of tunnels are analysed, even if a tenant has the same tags."""
    both = mix((Case("sctp", "clones", world),))
    [outside] = [number for number, tunnel in enumerate(WORLDS[world]) if not tunnel.vsids]
    shown, stock, alone = in_parallel(lambda: pdml(both.pcap()),
                                      lambda: pdml(both.pcap(), plugin=False),
                                      lambda: pdml(both.pcap(outside), plugin=False))
    expected = stock if outside else alone

    assert [number for number, entry in enumerate(both.entries)
            if entry.tenant == outside and shown[number] != expected[number]] == []
    assert "sctp.retransmission" in "".join(alone)


@pytest.mark.parametrize("name", ["plain-blue.pcap", "plain-red.pcap"])
def test_plain_samples(name):
    assert_unchanged(CAPTURES / name, "-2")
