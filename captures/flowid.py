# SPDX-License-Identifier: GPL-2.0-or-later
"""Toeplitz flow hash and FlowID of an inner frame, in plain Python.

Independent of the C code, so that each implementation can be checked against the other.
"""

import struct
from typing import NamedTuple

from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from wire import ETHERTYPE, TPID_8021AD, TPID_8021Q

MICROSOFT_KEY = bytes.fromhex("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b4"
                              "77cb2da38030f20c6a42b73bbeac01fa")
SYMMETRIC_KEY = bytes.fromhex("6d5a") * 20
TCP_PROTOCOL, UDP_PROTOCOL = 6, 17
NO_NEXT_HEADER = 59


def toeplitz(data, key=MICROSOFT_KEY):
    """32-bit Toeplitz hash: XORs 32 key bits, from its position on, for each 1 bit of the data."""
    key_value, key_bits = int.from_bytes(key, "big"), 8 * len(key)
    result = 0
    for position in range(8 * len(data)):
        if data[position // 8] >> (7 - position % 8) & 1:
            result ^= key_value >> (key_bits - 32 - position) & 0xFFFFFFFF
    return result


def flow_input(frame):
    """The bytes to hash: addresses, and the ports of unfragmented TCP and UDP.

    For other frames: destination MAC, source MAC and EtherType, in the order of the frame and
    without VLAN tags. The length field of 802.3 is not included. IPv6 extension headers are not
    skipped: no sample has them in an inner frame.
    """
    l3 = 14
    (ethertype,) = struct.unpack_from("!H", frame, 12)
    while ethertype in (TPID_8021Q, TPID_8021AD):
        (ethertype,) = struct.unpack_from("!H", frame, l3 + 2)
        l3 += 4
    packet = frame[l3:]
    if ethertype == ETHERTYPE[4]:
        l4, protocol, addresses = 4 * (packet[0] & 0xF), packet[9], packet[12:20]
        fragment = struct.unpack_from("!H", packet, 6)[0] & 0x3FFF
    elif ethertype == ETHERTYPE[6]:
        l4, protocol, addresses, fragment = 40, packet[6], packet[8:40], 0
    else:
        return frame[0:12] + (struct.pack("!H", ethertype) if ethertype >= 0x600 else b"")
    if fragment or protocol not in (TCP_PROTOCOL, UDP_PROTOCOL):
        return addresses
    return addresses + packet[l4:l4 + 4]


def flow_hash(frame, key=MICROSOFT_KEY):
    """The 32-bit flow hash of an inner frame."""
    return toeplitz(flow_input(frame), key)


def flow_id(frame):
    """The FlowID of an inner frame: the low 8 bits of its flow hash."""
    return flow_hash(frame) & 0xFF


def flow_label(frame):
    """The outer IPv6 flow label of an inner frame: the high 20 bits of its flow hash."""
    return flow_hash(frame) >> 12


class KnownAnswer(NamedTuple):
    """A row of the published RSS verification suite. `symmetric` is the hash with SYMMETRIC_KEY."""

    src: str
    sport: int
    dst: str
    dport: int
    addresses_only: int
    with_ports: int
    symmetric: int


KNOWN_ANSWERS = tuple(KnownAnswer(*row) for row in (
    ("66.9.149.187", 2794, "161.142.100.80", 1766, 0x323E8FC2, 0x51CCC178, 0x9FCC9FCC),
    ("199.92.111.2", 14230, "65.69.140.83", 4739, 0xD718262A, 0xC626B0EA, 0x60D760D7),
    ("24.19.198.95", 12898, "12.22.207.184", 38024, 0xD2D0A5DE, 0x5C2B394A, 0x3A3E3A3E),
    ("38.27.205.30", 48228, "209.142.163.6", 2217, 0x82989176, 0xAFC7327F, 0xD26ED26E),
    ("153.39.163.191", 44251, "202.188.127.2", 1303, 0x5D1809C5, 0x10E828A2, 0xF23EF23E),
    ("3ffe:2501:200:1fff::7", 2794, "3ffe:2501:200:3::1", 1766,
     0x2CC18CD5, 0x40207D3D, 0x13EB13EB),
    ("3ffe:501:8::260:97ff:fe40:efab", 14230, "ff02::1", 4739,
     0x0F0C461C, 0xDDE51BBF, 0x36913691),
    ("3ffe:1900:4545:3:200:f8ff:fe21:67cf", 44251, "fe80::200:f8ff:fe21:67cf", 38024,
     0x4B61E985, 0x02D1FEEF, 0x08090809),
))


def self_check():
    """Raises AssertionError if a hash differs from its known answer."""
    ethernet = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    for row in KNOWN_ANSWERS:
        if ":" in row.src:
            bare = ethernet / IPv6(src=row.src, dst=row.dst, nh=NO_NEXT_HEADER)
            tcp = ethernet / IPv6(src=row.src, dst=row.dst)
        else:
            bare = ethernet / IP(src=row.src, dst=row.dst) / ICMP()
            tcp = ethernet / IP(src=row.src, dst=row.dst)
        tcp = bytes(tcp / TCP(sport=row.sport, dport=row.dport))
        got = (flow_hash(bytes(bare)), flow_hash(tcp), flow_hash(tcp, SYMMETRIC_KEY))
        want = (row.addresses_only, row.with_ports, row.symmetric)
        assert got == want, f"flow hash of {row}: {[hex(value) for value in got]}"
