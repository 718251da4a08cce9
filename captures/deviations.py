# SPDX-License-Identifier: GPL-2.0-or-later
"""One packet for each deviation from RFC 7637 and for each edge case of GRE and IP, as a table.

Packet number n carries a Blue echo request with ICMP sequence number n, so that a decoded packet
can be identified. Add new samples at the end of SAMPLES.
"""

import struct
import zlib
from typing import Callable, NamedTuple, Optional

import tenants
import wire
from flowid import flow_id, flow_label
from tenants import BLUE, CLIENT, HOSTS, RED, SERVER
from wire import GRE_C, GRE_K, GRE_R, GRE_S, TPID_8021AD, TPID_8021Q

GAP_US = 10_000
RESERVED_IGNORABLE, STRICT_SOURCE_ROUTE, VERSION_1 = 0x0008, 0x0800, 0x0001
PROTOCOL_IPV4, PROTOCOL_PPP, PROTOCOL_ERSPAN = 0x0800, 0x880B, 0x88BE
ETHERTYPE_EXPERIMENTAL = 0x88B5
VLAN_INNER, VLAN_OUTER, VLAN_SERVICE = 101, 103, 200
NOT_ECT, ECT_1, ECT_0, CE = range(4)

HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION = 0, 43, 44, 60
ROUTER_ALERT = bytes.fromhex("94040000")  # IPv4 option
HOP_BY_HOP_ALERT = bytes.fromhex("00 05020000 0100")  # router alert, PadN
ENCAPSULATION_LIMIT = bytes.fromhex("00 040104 010100")  # limit 4, PadN
ATOMIC_FRAGMENT = bytes.fromhex("00 0000 00000007")  # offset 0, no more fragments

FRAGMENT_IDENT, FRAGMENT_SPLIT = 0x4242, 48  # bytes of IP payload in the first fragment
TRAILER = bytes.fromhex("a5a5a5a5a5a5")
MINIMUM_FRAME = 60  # minimum Ethernet frame length, without FCS


def echo(number, tos=0):
    """A Blue echo request with this ICMP sequence number."""
    return bytes(tenants.echo(BLUE, CLIENT, number, id=1, tos=tos))


FLOWID = flow_id(echo(1))  # the same for every number: only the addresses are hashed
LABEL = flow_label(echo(1))
KEY = wire.nvgre_key(BLUE.vsid, FLOWID)


def gre(payload, key=KEY, **fields):
    """GRE with the header fields of NVGRE, unless `fields` changes them."""
    return wire.gre(payload, key, **fields)


def over_ipv4(payload, **fields):
    """An outer frame from host 1 to host 2 over IPv4."""
    local, remote = HOSTS[CLIENT], HOSTS[SERVER]
    return wire.ethernet(local.mac, remote.mac,
                         wire.ipv4(local.pa[4], remote.pa[4], payload, **fields))


def over_ipv6(payload, *extensions):
    """An outer frame from host 1 to host 2 over IPv6, with extension headers."""
    local, remote = HOSTS[CLIENT], HOSTS[SERVER]
    return wire.ethernet(local.mac, remote.mac,
                         wire.ipv6(local.pa[6], remote.pa[6], payload, flow_label=LABEL,
                                   extensions=extensions))


def source_routes():
    """An RFC 1701 source route entry with one IPv4 address, then the entry that ends the list."""
    hop = wire.address(HOSTS[SERVER].pa[4])
    return struct.pack("!HBB", PROTOCOL_IPV4, 0, len(hop)) + hop + bytes(4)


def segment_routing_header():
    """The body of an IPv6 routing header of type 4 at its last segment."""
    return bytes([2, 4, 0, 0, 0, 0, 0]) + wire.address(HOSTS[SERVER].pa[6])


def fragments(frame):
    """Both fragments of an IPv4 datagram that contains NVGRE, as outer frames."""
    payload = gre(frame)
    return (over_ipv4(payload[:FRAGMENT_SPLIT], ident=FRAGMENT_IDENT, fragment=wire.IPV4_MF),
            over_ipv4(payload[FRAGMENT_SPLIT:], ident=FRAGMENT_IDENT,
                      fragment=FRAGMENT_SPLIT // 8))


def experimental(number):
    """An inner frame that is not IP: an Ethernet header and two bytes."""
    header = bytes(tenants.ethernet(BLUE, CLIENT))[:12]
    return header + struct.pack("!HH", ETHERTYPE_EXPERIMENTAL, number)


def padded(frame):
    """Pads `frame` with zeros to the minimum length of Ethernet."""
    return frame.ljust(MINIMUM_FRAME, b"\0")


def with_fcs(frame):
    """`frame` followed by its Ethernet FCS."""
    return frame + struct.pack("<I", zlib.crc32(frame))


def ip_in(frame):
    """The IP packet of an untagged frame."""
    return frame[14:]


def pptp(number):
    """Enhanced GRE (version 1, RFC 2637) with PPP: the key is payload length and call ID."""
    ppp = bytes.fromhex("ff030021") + ip_in(echo(number))
    return gre(ppp, len(ppp) << 16 | 7, flags=GRE_K | GRE_S | VERSION_1, protocol=PROTOCOL_PPP,
               sequence=number)


def erspan(number):
    """ERSPAN type II, session 1: GRE with a sequence number and without a key."""
    header = struct.pack("!HHI", 1 << 12, 1, 0)
    return gre(header + echo(number), flags=GRE_S, protocol=PROTOCOL_ERSPAN, sequence=number)


class Sample(NamedTuple):
    """A packet of deviations.pcap."""

    name: str
    kind: str  # the class that a decoder should report
    key: Optional[int]  # the NVGRE key, for the classes clean and deviant
    shows: str
    build: Callable  # (packet number, key) → frame
    caplen: Optional[int] = None  # captured bytes if the packet is cut


ALL_ONES = wire.nvgre_key(0xFFFFFF, FLOWID)
NESTED = wire.nvgre_key(RED.vsid, flow_id(over_ipv4(gre(echo(1)))))
RUNT = wire.nvgre_key(BLUE.vsid, flow_id(experimental(1)))

SAMPLES = tuple(Sample(*row) for row in (
    ("reference", "clean", KEY, "clean NVGRE, Blue echo request",
     lambda n, key: over_ipv4(gre(echo(n), key))),
    ("checksum-right", "deviant", KEY, "C=1, right checksum",
     lambda n, key: over_ipv4(gre(echo(n), key, flags=GRE_C | GRE_K))),
    ("checksum-wrong", "deviant", KEY, "C=1, wrong checksum",
     lambda n, key: over_ipv4(gre(echo(n), key, flags=GRE_C | GRE_K, checksum_error=0x5555))),
    ("sequence", "deviant", KEY, "S=1",
     lambda n, key: over_ipv4(gre(echo(n), key, flags=GRE_K | GRE_S, sequence=n))),
    ("checksum-sequence", "deviant", KEY, "C=1 (right) and S=1",
     lambda n, key: over_ipv4(gre(echo(n), key, flags=GRE_C | GRE_K | GRE_S, sequence=n))),
    ("reserved-ignorable", "deviant", KEY, "reserved bit 0x0008, ignored on receipt",
     lambda n, key: over_ipv4(gre(echo(n), key, flags=GRE_K | RESERVED_IGNORABLE))),
    ("strict-source-route", "deviant", KEY, "bit 0x0800 without R: RFC 2784 says discard",
     lambda n, key: over_ipv4(gre(echo(n), key, flags=GRE_K | STRICT_SOURCE_ROUTE))),
    ("source-routed", "other-gre", None, "R=1 with a source route entry (RFC 1701)",
     lambda n, key: over_ipv4(gre(echo(n), flags=GRE_R | GRE_K, routing=source_routes()))),
    ("version-1", "other-gre", None, "version 1 with protocol type 0x6558",
     lambda n, key: over_ipv4(gre(echo(n), flags=GRE_K | VERSION_1))),
    ("no-key", "teb-no-key", None, "protocol type 0x6558 with K=0",
     lambda n, key: over_ipv4(gre(echo(n), flags=0))),
    ("vsid-0", "clean", wire.nvgre_key(0, FLOWID), "reserved VSID 0",
     lambda n, key: over_ipv4(gre(echo(n), key))),
    ("vsid-fff", "clean", wire.nvgre_key(0xFFF, FLOWID), "the last reserved VSID, 0xFFF",
     lambda n, key: over_ipv4(gre(echo(n), key))),
    ("vsid-ffffff", "clean", ALL_ONES, "VSID 0xFFFFFF, for vendors between NVEs",
     lambda n, key: over_ipv4(gre(echo(n), key))),
    ("inner-8021q", "clean", KEY, "inner 802.1Q tag, VLAN 101, priority 5",
     lambda n, key: over_ipv4(gre(wire.insert_tags(
         echo(n), (TPID_8021Q, 5 << 13 | VLAN_INNER)), key))),
    ("inner-qinq", "clean", KEY, "inner 802.1ad tag 200 and 802.1Q tag 101",
     lambda n, key: over_ipv4(gre(wire.insert_tags(
         echo(n), (TPID_8021AD, VLAN_SERVICE), (TPID_8021Q, VLAN_INNER)), key))),
    ("outer-8021q", "clean", KEY, "outer 802.1Q tag, VLAN 103",
     lambda n, key: wire.insert_tags(over_ipv4(gre(echo(n), key)), (TPID_8021Q, VLAN_OUTER))),
    ("outer-qinq", "clean", KEY, "outer 802.1ad tag 200 and 802.1Q tag 103",
     lambda n, key: wire.insert_tags(over_ipv4(gre(echo(n), key)),
                                     (TPID_8021AD, VLAN_SERVICE), (TPID_8021Q, VLAN_OUTER))),
    ("ipv4-options", "clean", KEY, "outer IPv4 with a router alert option, IHL 6",
     lambda n, key: over_ipv4(gre(echo(n), key), options=ROUTER_ALERT)),
    ("ipv6-hop-by-hop", "clean", KEY, "outer IPv6 with a hop-by-hop options header",
     lambda n, key: over_ipv6(gre(echo(n), key), (HOP_BY_HOP, HOP_BY_HOP_ALERT))),
    ("ipv6-encap-limit", "clean", KEY, "outer IPv6 with a tunnel encapsulation limit of 4",
     lambda n, key: over_ipv6(gre(echo(n), key), (DESTINATION, ENCAPSULATION_LIMIT))),
    ("ipv6-routing", "clean", KEY, "outer IPv6 with a routing header, no segments left",
     lambda n, key: over_ipv6(gre(echo(n), key), (ROUTING, segment_routing_header()))),
    ("ipv6-atomic-fragment", "clean", KEY, "outer IPv6 with an atomic fragment header",
     lambda n, key: over_ipv6(gre(echo(n), key), (FRAGMENT, ATOMIC_FRAGMENT))),
    ("fragment-first", "fragment", None, "first fragment of an outer IPv4 datagram, VSID 5001",
     lambda n, key: fragments(echo(n))[0]),
    ("fragment-last", "fragment", None, "second and last fragment of the same datagram",
     lambda n, key: fragments(echo(n - 1))[1]),
    ("cut-inner", "clean", KEY, "captured up to inside the inner IPv4 header only",
     lambda n, key: over_ipv4(gre(echo(n), key)), 64),
    ("cut-gre", "truncated", None, "captured up to inside the GRE header only",
     lambda n, key: over_ipv4(gre(echo(n))), 38),
    ("inner-short", "malformed", None, "inner frame of 10 bytes",
     lambda n, key: over_ipv4(gre(echo(n)[:10]))),
    ("gre-beyond-ip", "malformed", None, "outer IPv4 length ends 6 bytes into the GRE header",
     lambda n, key: over_ipv4(gre(echo(n)), total_length=26)),
    ("trailer", "clean", KEY, "6 bytes a5 behind the end of the outer IPv4 packet",
     lambda n, key: over_ipv4(gre(echo(n), key)) + TRAILER),
    ("runt-padding", "clean", RUNT, "inner frame of 16 bytes, 2 bytes of Ethernet padding",
     lambda n, key: padded(over_ipv4(gre(experimental(n), key)))),
    ("length-zero", "clean", KEY, "outer IPv4 total length 0, as segmentation offload leaves it",
     lambda n, key: over_ipv4(gre(echo(n), key), total_length=0)),
    ("nested", "clean", NESTED, "NVGRE (VSID 6001) with NVGRE (VSID 5001) inside",
     lambda n, key: over_ipv4(gre(over_ipv4(gre(echo(n))), key))),
    ("ecn-ce-ect0", "clean", KEY, "outer CE, inner ECT(0): inner becomes CE",
     lambda n, key: over_ipv4(gre(echo(n, tos=ECT_0), key), tos=CE)),
    ("ecn-ce-not-ect", "clean", KEY, "outer CE, inner Not-ECT: to be dropped",
     lambda n, key: over_ipv4(gre(echo(n, tos=NOT_ECT), key), tos=CE)),
    ("ecn-ect1-ect0", "clean", KEY, "outer ECT(1), inner ECT(0): inner becomes ECT(1)",
     lambda n, key: over_ipv4(gre(echo(n, tos=ECT_0), key), tos=ECT_1)),
    ("gre-ipv4", "other-gre", None, "IPv4 in GRE with a key",
     lambda n, key: over_ipv4(gre(ip_in(echo(n)), protocol=PROTOCOL_IPV4))),
    ("erspan", "other-gre", None, "ERSPAN type II in GRE with a sequence number",
     lambda n, key: over_ipv4(erspan(n))),
    ("pptp", "other-gre", None, "PPP in GRE version 1",
     lambda n, key: over_ipv4(pptp(n))),
    ("ttl-0", "clean", KEY, "outer TTL 0",
     lambda n, key: over_ipv4(gre(echo(n), key), ttl=0)),
    ("flowid-0", "clean", wire.nvgre_key(BLUE.vsid, 0), "FlowID 0: no entropy, and legal",
     lambda n, key: over_ipv4(gre(echo(n), key))),
    ("inner-fcs", "clean", KEY, "inner frame still with its FCS",
     lambda n, key: over_ipv4(gre(with_fcs(echo(n)), key))),
    ("not-gre", "other", None, "the inner frame alone, without a tunnel",
     lambda n, key: echo(n)),
))


def capture():
    """The packets of deviations.pcap."""
    packets = []
    for number, sample in enumerate(SAMPLES, start=1):
        frame = sample.build(number, sample.key)
        packets.append(wire.Captured(tenants.START_US + number * GAP_US, frame[:sample.caplen],
                                     len(frame)))
    return packets


def self_check():
    """Raises AssertionError if a name is not unique or the first frame is not the reference."""
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES), "sample names"
    assert capture()[0].data == tenants.REFERENCE_FRAME, "reference sample"
