# SPDX-License-Identifier: GPL-2.0-or-later
"""The dissection of single frames: fields, expert infos, columns, nested tunnels."""

import re
import struct
import zlib

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption, fragment
from scapy.layers.inet6 import (ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                                fragment6)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

from wireshark import columns, dissect, sandbox, tshark

KEY = 0x00138950
C, R, K, S = 0x8000, 0x4000, 0x2000, 0x1000
MACS = {"dst": "06:06:00:00:00:07", "src": "06:06:00:00:00:05"}
CAS = IP(src="10.0.0.5", dst="10.0.0.7")
ECHO = Ether(**MACS) / CAS / ICMP(id=1, seq=1) / Raw(bytes(range(40)))
BIG = Ether(**MACS) / CAS / ICMP(id=1, seq=2) / Raw(bytes(1400))
ECHO6 = Ether(**MACS) / IPv6(src="2001:db8:10::5", dst="2001:db8:10::7") / ICMPv6EchoRequest()
WHO_HAS = Ether(**MACS) / ARP(psrc="10.0.0.5", pdst="10.0.0.7")
EXPERIMENT = Ether(**MACS, type=0x88B5) / Raw(bytes(20))

# Blue's echo request from the sample with two tenants, as a real endpoint would send it.
BLUE = bytes.fromhex(
    "0200c0a804160200c0a8040b08004500006600004000402fb0f6c0a8040bc0a8041620006558001389500606"
    "0000000706060000000508004500003c00010000400166b50a0000050a00000708004d5a0001000161626364"
    "65666768696a6b6c6d6e6f7071727374757677616263646566676869")

SEVERITIES = {
    "vsid.reserved": "Note",
    "vsid.vendor": "Note",
    "checksum_present": "Warning",
    "sequence_present": "Warning",
    "reserved_bits": "Note",
    "discard_bits": "Warning",
    "inner_8021q": "Warning",
    "inner_cut": "Note",
    "inner_length": "Warning",
    "trailing_fcs": "Note",
    "outer_ttl": "Warning",
    "ecn.drop": "Warning",
    "ecn.unused": "Note",
    "flowid.changed": "Note",
    "duplicate_address": "Warning",
    "nested": "Note",
    "outer_fragment": "Note",
    "nesting": "Warning",
}


def gre(inner=ECHO, key=KEY, flags=K):
    """A GRE header with the optional fields that `flags` announce, and an inner frame."""
    header = struct.pack("!HH", flags, 0x6558)
    if flags & (C | R):
        header += bytes(4)
    if flags & K:
        header += struct.pack("!I", key)
    if flags & S:
        header += struct.pack("!I", 7)
    if flags & R:
        header += bytes(4)  # the end of the source routes
    return Raw(header + bytes(inner))


def ipv4(payload, **fields):
    """An IPv4 packet between two provider addresses."""
    return IP(src="192.168.4.11", dst="192.168.4.22", proto=47, **fields) / payload


def ipv6(payload, *extensions, **fields):
    """An IPv6 packet between two provider addresses, with extension headers."""
    packet = IPv6(src="2001:db8::11", dst="2001:db8::22", **fields)
    for extension in extensions:
        packet /= extension
    packet.lastlayer().nh = 47
    return packet / payload


def frame(packet):
    """The bytes of an IP packet in an Ethernet frame."""
    return bytes(Ether(dst="02:00:c0:a8:04:16", src="02:00:c0:a8:04:0b") / packet)


def with_fcs(packet):
    """A frame followed by its frame check sequence (IEEE 802.3 section 3.2.9)."""
    return bytes(packet) + struct.pack("<I", zlib.crc32(bytes(packet)))


def nvgre(inner=ECHO, key=KEY, flags=K):
    """A frame with NVGRE over IPv4."""
    return frame(ipv4(gre(inner, key, flags)))


def cut(data, missing):
    """A frame whose last bytes were not captured."""
    return data[:len(data) - missing], len(data)


def nested(levels):
    """A frame with a number of nested tunnels. The innermost VSID is 5000, each outer one is 1
    higher."""
    inner = EXPERIMENT
    for level in range(levels):
        inner = nvgre(inner, 5000 + level << 8)
    return inner


# Each of the first 16 bits of the GRE header, set alone with K. K itself gives an ordinary header.
BITS = {
    0x8000: ["checksum_present"],
    0x4000: None,
    0x2000: [],
    0x1000: ["sequence_present"],
    0x0800: ["discard_bits"],
    0x0400: ["discard_bits"],
    0x0200: ["reserved_bits"],
    0x0100: ["reserved_bits"],
    0x0080: ["reserved_bits"],
    0x0040: ["reserved_bits"],
    0x0020: ["reserved_bits"],
    0x0010: ["reserved_bits"],
    0x0008: ["reserved_bits"],
    0x0004: None,
    0x0002: None,
    0x0001: None,
}

# name: (frame, its expert infos, or None if it is not NVGRE)
FRAMES = {
    **{f"bit 0x{bit:04x}": (nvgre(flags=K | bit), notes) for bit, notes in BITS.items()},
    "all deviations": (nvgre(flags=K | 0x9BF8), ["checksum_present", "sequence_present",
                                                 "reserved_bits", "discard_bits"]),
    "no key": (nvgre(flags=0), None),
    "no key, all deviations": (nvgre(flags=0x9BF8), None),
    "VSID 0": (nvgre(key=0x000000_50), ["vsid.reserved"]),
    "VSID 0xFFF": (nvgre(key=0x000FFF_FF), ["vsid.reserved"]),
    "VSID 0x1000": (nvgre(key=0x001000_00), []),
    "VSID 0xFFFFFE": (nvgre(key=0xFFFFFE_FF), []),
    "VSID 0xFFFFFF": (nvgre(key=0xFFFFFF_00), ["vsid.vendor"]),
    "inner 802.1Q": (nvgre(Ether(**MACS) / Dot1Q(vlan=101) / CAS), ["inner_8021q"]),
    "inner 802.1Q, priority only": (nvgre(Ether(**MACS) / Dot1Q(vlan=0, prio=5) / CAS),
                                    ["inner_8021q"]),
    "inner 802.1ad": (nvgre(Ether(**MACS) / Dot1AD(vlan=200) / Dot1Q(vlan=101) / CAS),
                      ["inner_8021q"]),
    "outer 802.1Q": (bytes(Ether() / Dot1Q(vlan=103) / ipv4(gre())), []),
    "inner 802.3": (nvgre(bytes(12) + b"\0\7\x42\x42\3test"), []),
    "inner cut": (cut(nvgre(), 30), ["inner_cut"]),
    "inner cut in Ethernet": (cut(nvgre(), len(ECHO) - 10), ["inner_cut"]),
    "inner cut at its start": (cut(nvgre(), len(ECHO)), ["inner_cut"]),
    "inner cut in the tag": (cut(nvgre(Ether(**MACS) / Dot1Q(vlan=1) / CAS), 22), ["inner_cut"]),
    "key cut": (cut(nvgre(), len(ECHO) + 1), None),
    "inner of 14 bytes": (nvgre(bytes(EXPERIMENT)[:14]), []),
    "inner of 13 bytes": (nvgre(bytes(ECHO)[:13]), []),
    "inner of 1 byte": (nvgre(b"x"), []),
    "inner of 0 bytes": (nvgre(b""), None),
    "inner of 0 bytes, S=1": (nvgre(b"", flags=K | S), ["sequence_present"]),
    "atomic fragment": (frame(ipv6(gre(), IPv6ExtHdrFragment(id=1))), []),
    "nested": (nested(3), ["nested"]),
    "nested 8 times": (nested(8), ["nested"]),
    "nested 9 times": (nested(9), ["nested", "nesting"]),
    "nested 150 times": (nested(150), ["nested", "nesting"]),
    "inner IPv4 beyond the outer": (nvgre(bytes(ECHO)[:-1]), ["inner_length"]),
    "inner IPv6 beyond the outer": (nvgre(bytes(ECHO6)[:-1]), ["inner_length"]),
    "inner ARP beyond the outer": (nvgre(bytes(WHO_HAS)[:-1]), ["inner_length"]),
    "inner padding": (nvgre(bytes(WHO_HAS) + bytes(18)), []),
    "inner FCS": (nvgre(with_fcs(ECHO)), ["trailing_fcs"]),
    "inner FCS, IPv6": (nvgre(with_fcs(ECHO6)), ["trailing_fcs"]),
    "inner FCS behind padding": (nvgre(with_fcs(bytes(WHO_HAS) + bytes(18))), ["trailing_fcs"]),
    "inner FCS behind a tag": (nvgre(with_fcs(Ether(**MACS) / Dot1Q(vlan=101) / CAS)),
                               ["inner_8021q", "trailing_fcs"]),
    "inner FCS, wrong": (nvgre(bytes(ECHO) + bytes(4)), []),
    "inner FCS, cut": (cut(nvgre(with_fcs(ECHO)), 1), ["inner_cut"]),
    "outer TTL 1": (frame(ipv4(gre(), ttl=1)), []),
    "outer TTL 0": (frame(ipv4(gre(), ttl=0)), ["outer_ttl"]),
    "outer TTL 0, options": (frame(ipv4(gre(), ttl=0, options=[IPOption(b"\1" * 4)])),
                             ["outer_ttl"]),
    "outer hop limit 0": (frame(ipv6(gre(), hlim=0)), ["outer_ttl"]),
    "outer hop limit 0, options": (frame(ipv6(gre(), IPv6ExtHdrDestOpt(), hlim=0)),
                                   ["outer_ttl"]),
    "outer TTL 0 in UDP": (frame(IP(ttl=0) / UDP(sport=49152, dport=4754) / gre()),
                           ["outer_ttl"]),
    **{f"quoted by ICMP, {quoted} bytes": (
        frame(IP(proto=1) / ICMP(type=3, code=4) / bytes(ipv4(gre(BIG), tos=3))[:quoted]), [])
       for quoted in (60, 128, 548)},
}


# RFC 6040 figure 4 (ECN: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE): the pairs (inner, outer) with a mark
# (!) or (!!!) there, and the pair to drop.
ECN_UNUSED = {(0, 2), (0, 1), (0, 3), (1, 2), (3, 1)}
ECN_DROP = {(0, 3)}


@pytest.fixture(scope="module")
def packets():
    """All of FRAMES, dissected in one run."""
    return dict(zip(FRAMES, dissect([data for data, _ in FRAMES.values()]), strict=True))


@pytest.mark.parametrize("name", FRAMES)
def test_expert_infos(packets, name):
    expected = FRAMES[name][1]
    packet = packets[name]

    assert (expected is not None) == ("nvgre" in packet.layers.split(":"))
    assert packet.notes == {note: SEVERITIES[note] for note in expected or ()}


@pytest.mark.parametrize("family", ["IPv4", "IPv6"])
def test_ecn(family):
    pairs = [(inner, outer) for inner in range(4) for outer in range(4)]
    frames = []
    for inner, outer in pairs:
        if family == "IPv4":
            carried = Ether(**MACS) / IP(src="10.0.0.5", dst="10.0.0.7", tos=0xB8 | inner)
            frames.append(frame(ipv4(gre(carried), tos=0xB8 | outer)))
        else:
            carried = Ether(**MACS) / IPv6(tc=0xB8 | inner, nh=59)
            frames.append(frame(ipv6(gre(carried), tc=0xB8 | outer)))

    for pair, packet in zip(pairs, dissect(frames), strict=True):
        assert packet.notes == ({"ecn.unused": "Note"} if pair in ECN_UNUSED else {}) | (
            {"ecn.drop": "Warning"} if pair in ECN_DROP else {})


def udp(sport=1000, vsid=5001, flowid=1, **addresses):
    """A tenant's UDP packet in a tunnel."""
    ends = {"src": "10.0.0.5", "dst": "10.0.0.7"} | addresses
    return nvgre(Ether(**MACS) / IP(**ends) / UDP(sport=sport, dport=9), key=vsid << 8 | flowid)


CHANGED = "flowid.changed"

# Frames of one run with their notes: FlowIDs that change and FlowIDs that do not.
FLOWIDS = [
    (udp(flowid=1), []),
    (udp(flowid=2), [CHANGED]),
    (udp(flowid=1), []),
    (udp(flowid=2, vsid=6001), []),
    (udp(flowid=3, sport=1001), []),
    (udp(flowid=4, src="10.0.0.7", dst="10.0.0.5"), []),
    (nvgre(Ether(**MACS) / CAS / TCP(sport=1000, dport=9), key=0x00138905), []),
    (nvgre(Ether(**MACS) / CAS / TCP(sport=1000, dport=9), key=0x00138906), [CHANGED]),
    (nvgre(Ether(**MACS) / IP(src="10.0.0.5", dst="10.0.0.7", flags="MF") / UDP(sport=1000, dport=9)
           / bytes(8), key=0x00138907), []),
    (nvgre(ECHO, key=0x00138908), []),
    (nvgre(ECHO, key=0x00138909), []),
]


@pytest.mark.parametrize("options", [[], ["-2"]], ids=["one pass", "two passes"])
def test_flows_with_several_flowids(options):
    packets = dissect([data for data, _ in FLOWIDS], *options)

    assert [list(packet.notes) for packet in packets] == [notes for _, notes in FLOWIDS]


def test_flowids_not_checked():
    packets = dissect([data for data, _ in FLOWIDS], "-o", "nvgre.check_flowids:FALSE")

    assert not any(packet.notes for packet in packets)


def test_golden_tree():
    details = tshark([BLUE, nvgre(key=0xFFFFFFFF, flags=K | C)], "-O", "nvgre")

    assert re.findall(r"^NVGRE.*\n(?: .*\n)*", details, re.MULTILINE) == [
        "NVGRE, VSID: 5001 (0x001389), FlowID: 0x50\n"
        "    Key: 0x00138950\n"
        "    VSID: 5001 (0x001389)\n"
        "    FlowID: 80 (0x50)\n"
        "    [Source Provider Address: 192.168.4.11]\n"
        "    [Destination Provider Address: 192.168.4.22]\n"
        "    [Source Customer Address: 10.0.0.5]\n"
        "    [Destination Customer Address: 10.0.0.7]\n",
        "NVGRE, VSID: 16777215 (0xffffff), FlowID: 0xff\n"
        "    Key: 0xffffffff\n"
        "    VSID: 16777215 (0xffffff)\n"
        "        [Expert Info (Note/Protocol): VSID of vendor-specific messages between NVEs"
        " (RFC 7637 section 3.4)]\n"
        "            [VSID of vendor-specific messages between NVEs (RFC 7637 section 3.4)]\n"
        "            [Severity level: Note]\n"
        "            [Group: Protocol]\n"
        "    FlowID: 255 (0xff)\n"
        "    [Source Provider Address: 192.168.4.11]\n"
        "    [Destination Provider Address: 192.168.4.22]\n"
        "    [Source Customer Address: 10.0.0.5]\n"
        "    [Destination Customer Address: 10.0.0.7]\n"
        "    [Expert Info (Warning/Protocol): Checksum present (C=1), which NVGRE must not have"
        " (RFC 7637 section 3.2)]\n"
        "        [Checksum present (C=1), which NVGRE must not have (RFC 7637 section 3.2)]\n"
        "        [Severity level: Warning]\n"
        "        [Group: Protocol]\n",
    ]


@pytest.mark.parametrize("name, key, vsid, flowid", [
    ("bit 0x2000", "00138950", 5001, 0x50),
    ("bit 0x8000", "00138950", 5001, 0x50),
    ("bit 0x1000", "00138950", 5001, 0x50),
    ("all deviations", "00138950", 5001, 0x50),
    ("VSID 0", "00000050", 0, 0x50),
    ("VSID 0xFFFFFF", "ffffff00", 0xFFFFFF, 0),
    ("inner cut at its start", "00138950", 5001, 0x50),
    ("quoted by ICMP, 60 bytes", "00138950", 5001, 0x50),
])
def test_fields_highlight_their_bytes_of_the_key(packets, name, key, vsid, flowid):
    packet = packets[name]

    assert packet.fields("nvgre.key") == [(f"0x{key}", f"Key: 0x{key}", key)]
    assert packet.fields("nvgre.vsid") == [(str(vsid), f"VSID: {vsid} (0x{vsid:06x})", key[:6])]
    assert packet.fields("nvgre.flowid") == [
        (str(flowid), f"FlowID: {flowid} (0x{flowid:02x})", key[6:])]


def test_nested_tunnels_are_dissected_to_a_bound(packets):
    assert packets["nested"].values("nvgre.vsid") == ["5002", "5001", "5000"]
    assert packets["nested 8 times"].layers.endswith("nvgre:eth:ethertype:data")
    assert packets["nested 9 times"].layers.endswith("nvgre:data")
    assert len(packets["nested 150 times"].values("nvgre.vsid")) == 9


OUTER = {
    "ip": ipv4(gre()),
    "ipv6": ipv6(gre()),
    "ipv6:ipv6.hopopts": ipv6(gre(), IPv6ExtHdrHopByHop()),
    "ipv6:ipv6.dstopts": ipv6(gre(), IPv6ExtHdrDestOpt()),
    "ip:udp": IP() / UDP(sport=50000, dport=4754) / gre(),
    "ipv6:udp": IPv6() / UDP(sport=50000, dport=4754) / gre(),
}


def test_layers():
    dissected = dissect(map(frame, OUTER.values()))

    assert [packet.layers for packet in dissected] == [
        f"eth:ethertype:{outer}:gre:nvgre:eth:ethertype:ip:icmp:data" for outer in OUTER]
    for packet in dissected:
        assert packet.values("gre.key") == packet.values("nvgre.key") == ["0x00138950"]


FIRST, LAST = 0, -1
LONG_ECHO = ECHO / Raw(bytes(1400))
FRAGMENTED = {
    "IPv4": fragment(ipv4(gre(), id=1), 64),
    "IPv4, three": fragment(ipv4(gre(), id=2), 40),
    "IPv4, backwards": fragment(ipv4(gre(), id=3), 64)[::-1],
    "IPv6": fragment6(ipv6(gre(LONG_ECHO), IPv6ExtHdrFragment(id=4)), 1280),
    "IPv6, options inside": fragment6(
        ipv6(gre(LONG_ECHO), IPv6ExtHdrFragment(id=5), IPv6ExtHdrDestOpt()), 1280),
    "UDP": fragment(IP(id=6) / UDP(sport=50000, dport=4754, chksum=0) / gre(), 64),
}


@pytest.fixture(scope="module", params=[True, False], ids=["reassembled", "not reassembled"])
def fragments(request):
    """Whether fragments are reassembled, and all of FRAGMENTED, dissected in one run."""
    on = request.param
    dissected = iter(dissect((frame(part) for parts in FRAGMENTED.values() for part in parts),
                             "-o", f"ip.defragment:{on}", "-o", f"ipv6.defragment:{on}"))
    return on, {name: [next(dissected) for _ in parts] for name, parts in FRAGMENTED.items()}


@pytest.mark.parametrize("name", FRAGMENTED)
def test_outer_fragments(fragments, name):
    reassembled, dissected = fragments
    rest = list(dissected[name])
    tunnel = rest.pop(LAST if reassembled or name.endswith("backwards") else FIRST)

    assert tunnel.notes == {"outer_fragment": "Note"}
    assert tunnel.fields("nvgre.key")[0].raw == "00138950"
    assert "icmp" in tunnel.layers or not reassembled
    assert not any("nvgre" in packet.layers for packet in rest)


def test_only_the_tunnel_that_was_fragmented_is_noted():
    outer = fragment(ipv4(gre(nvgre(key=0x177100)), id=7), 64)
    inside = fragment(CAS / ICMP(id=2) / Raw(bytes(200)), 120)
    dissected = dissect([frame(packet) for packet in outer]
                        + [nvgre(Ether(**MACS) / packet) for packet in inside])

    assert dissected[len(outer) - 1].values("nvgre.vsid") == ["5001", "6001"]
    assert len(dissected[len(outer) - 1].fields("nvgre.outer_fragment")) == 1
    assert "icmp" in dissected[LAST].layers
    assert not dissected[LAST].notes


SYN = nvgre(Ether(**MACS) / CAS / TCP(sport=49152, dport=80, flags="S", seq=1))
COLUMNS = [
    (BLUE, "ICMP", "Echo (ping) request  id=0x0001, seq=1/256, ttl=64"),
    (nvgre(Ether(**MACS) / ARP(psrc="10.0.0.5", pdst="10.0.0.7")), "ARP",
     "Who has 10.0.0.7? Tell 10.0.0.5"),
    (SYN, "TCP", "49152 → 80 [SYN] Seq=0 Win=8192 Len=0"),
    (SYN, "TCP", "[TCP Retransmission] 49152 → 80 [SYN] Seq=0 Win=8192 Len=0"),
    (nvgre(EXPERIMENT), "0x88b5", "Local Experimental Ethertype 1"),
    (nvgre(b"short"), "Ethernet",
     "Encapsulated Transparent Ethernet bridging[Malformed Packet]"),
]


def test_info_column_begins_with_the_vsid():
    assert columns([data for data, _, _ in COLUMNS]) == [
        (protocol, f"VSID 5001 | {info}") for _, protocol, info in COLUMNS]


def test_info_column_without_the_vsid_is_the_inner_one():
    assert columns([data for data, _, _ in COLUMNS], "-o", "nvgre.info_vsid:FALSE") == [
        (protocol, info) for _, protocol, info in COLUMNS]


def test_columns_of_nested_tunnels():
    inside, beyond = columns([nested(2), nested(9)])

    assert inside == ("0x88b5", "VSID 5001 | VSID 5000 | Local Experimental Ethertype 1")
    assert beyond[0] == "NVGRE"


def test_a_script_may_hand_over_a_frame_without_a_gre_header():
    script = sandbox() / "no_header.lua"
    script.write_text("""
        local proto = Proto("bare", "Ethernet frame in UDP")
        function proto.dissector(tvb, pinfo, tree)
            return DissectorTable.get("gre.proto"):try(0x6558, tvb, pinfo, tree)
        end
        DissectorTable.get("udp.port"):add(50001, proto)
    """)
    [packet] = dissect([frame(IP() / UDP(sport=50000, dport=50001) / ECHO)],
                       "-X", f"lua_script:{script}")

    assert packet.layers == "eth:ethertype:ip:udp:bare:eth:ethertype:ip:icmp:data"
