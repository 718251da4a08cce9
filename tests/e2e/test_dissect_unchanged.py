# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin must not change the dissection of anything except NVGRE. Compared with stock
Wireshark."""

import copy
import struct
import xml.etree.ElementTree as ElementTree

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from wireshark import CAPTURES, columns, dissect, pcap_frames, tshark

INNER = bytes(Ether(src="06:06:00:00:00:05", dst="06:06:00:00:00:07") / IP() / UDP() / b"inner")
KEY = struct.pack("!I", 0x00138950)


def gre(flags, protocol, rest):
    """A frame with GRE over IPv4. `rest` follows the first 4 bytes of the GRE header."""
    return bytes(Ether() / IP(proto=47) / Raw(struct.pack("!HH", flags, protocol) + rest))


NOT_NVGRE = {
    "Ethernet in GRE, no key": gre(0x0000, 0x6558, INNER),
    "Ethernet in GRE, sequence number only": gre(0x1000, 0x6558, bytes(4) + INNER),
    "Ethernet in GRE, empty": gre(0x0000, 0x6558, b""),
    "Ethernet in GRE, short": gre(0x0000, 0x6558, INNER[:9]),
    "key only": gre(0x2000, 0x6558, KEY),
    "source routed": gre(0x6000, 0x6558, bytes(4) + KEY + bytes(4) + INNER),
    **{f"version {version}": gre(0x2000 | version, 0x6558, KEY + INNER) for version in range(1, 8)},
    "IPv4 with a key": gre(0x2000, 0x0800, KEY + INNER[14:]),
    "WCCP": gre(0x0000, 0x883E, INNER[14:]),
    "WCCP version 2": gre(0x0000, 0x883E, bytes(4) + INNER[14:]),
    "PPTP": gre(0x3081, 0x880B, struct.pack("!HHII", 8, 1, 1, 1) + b"\xff\x03\xc0\x21\1\1\0\4"),
    "ERSPAN": gre(0x1000, 0x88BE, bytes(4) + b"\x10\1\0\1" + bytes(4) + INNER),
    "MPLS": gre(0x2000, 0x8847, KEY + b"\0\1\1\x40" + INNER[14:]),
    "keepalive": gre(0x2000, 0x0000, KEY),
    "GRE in UDP": bytes(Ether() / IP() / UDP(sport=50000, dport=4754)
                        / Raw(struct.pack("!HH", 0, 0x6558) + INNER)),
    "GRE over IPv6": bytes(Ether() / IPv6(nh=47) / Raw(struct.pack("!HH", 0, 0x6558) + INNER)),
    "ARP": bytes(Ether() / ARP()),
    "TCP": bytes(Ether() / IP() / TCP(flags="S")),
}

SAMPLES = [sample for path in sorted(CAPTURES.rglob("*.pcap")) for sample in pcap_frames(path)]
DEVIATIONS = pcap_frames(CAPTURES / "deviations.pcap")


def pdml(packets):
    """The packets as text, for comparison."""
    return [ElementTree.tostring(packet.pdml, encoding="unicode") for packet in packets]


def without_nvgre(packet):
    """A packet without the plugin's own layer."""
    stripped = copy.deepcopy(packet)
    for layer in stripped.pdml.findall("proto[@name='nvgre']"):
        stripped.pdml.remove(layer)
    protocols = stripped.pdml.find(".//field[@name='frame.protocols']")
    for attribute in ("show", "showname"):
        protocols.set(attribute, protocols.get(attribute).replace("gre:nvgre", "gre"))
    return stripped


def without_streams(packet):
    """A packet without the stream numbers of Wireshark 4.4, which count inner frames too."""
    stripped = copy.deepcopy(packet)
    for layer in stripped.pdml:
        for field in layer.findall("field"):
            if field.get("name") in ("eth.stream", "ip.stream", "ipv6.stream"):
                layer.remove(field)
    return stripped


@pytest.fixture(scope="module")
def other_traffic():
    """Packets that are not NVGRE, dissected with and without the plugin."""
    frames = list(NOT_NVGRE.values())
    return {plugin: dict(zip(NOT_NVGRE, pdml(dissect(frames, plugin=plugin)), strict=True))
            for plugin in (True, False)}


@pytest.mark.parametrize("name", NOT_NVGRE)
def test_other_traffic(other_traffic, name):
    assert other_traffic[True][name] == other_traffic[False][name]


def test_columns_of_other_traffic():
    frames = list(NOT_NVGRE.values())

    assert columns(frames) == columns(frames, plugin=False)


def test_other_traffic_does_not_depend_on_nvgre_around_it():
    mixed = [part for sample in zip(DEVIATIONS, NOT_NVGRE.values()) for part in sample]

    assert (pdml(map(without_streams, map(without_nvgre, dissect(mixed))))
            == pdml(map(without_streams, dissect(mixed, plugin=False))))


def test_disabled_is_stock():
    assert (pdml(dissect(SAMPLES, "--disable-protocol", "nvgre"))
            == pdml(dissect(SAMPLES, plugin=False)))


def test_inner_and_outer_layers_are_those_of_stock():
    assert (pdml(map(without_streams, map(without_nvgre, dissect(DEVIATIONS))))
            == pdml(map(without_streams, dissect(DEVIATIONS, plugin=False))))


def test_cut_frames_fail_as_in_stock():
    """Each sample at each length, cut by the capture or cut on the wire."""
    cuts = [cut for data, wire_len in SAMPLES if len(data) < 300 for length in range(len(data))
            for cut in ((data[:length], wire_len), (data[:length], length))]
    fields = ["-T", "fields"] + [word for name in (
        "_ws.malformed", "_ws.short", "_ws.unreassembled", "frame.protocols", "gre.key")
        for word in ("-e", name)]

    assert (tshark(cuts, *fields).replace("gre:nvgre", "gre")
            == tshark(cuts, *fields, plugin=False))
