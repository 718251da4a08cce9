# SPDX-License-Identifier: GPL-2.0-or-later
"""decap: packets that are decapsulated, kept or dropped, and each header field."""

import ipaddress
import json
import struct

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

import pcapfile
import wire
from pcapfile import Writer, packet
from wire import GRE_C, GRE_K, GRE_R, GRE_S

PAS = {4: ("192.168.4.11", "192.168.4.22"), 6: ("fd00:4::11", "fd00:4::22")}
HOSTS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
KEY = 0x00138950  # VSID 5001
MACS = {"dst": "06:06:00:00:00:07", "src": "06:06:00:00:00:05"}
CAS = {"src": "10.0.0.5", "dst": "10.0.0.7"}
CAS6 = {"src": "2001:db8::5", "dst": "2001:db8::7"}
ECHO = bytes(Ether(**MACS) / IP(**CAS) / ICMP(id=1, seq=1) / Raw(bytes(range(32))))


def ip_packet(inner=ECHO, version=4, key=KEY, gre=None, **fields):
    """An outer IP packet with an inner frame. `gre` are fields of wire.gre."""
    build = wire.ipv4 if version == 4 else wire.ipv6
    return build(*PAS[version], wire.gre(inner, key, **(gre or {})), **fields)


def tunnel(inner=ECHO, version=4, key=KEY, gre=None, **fields):
    """An outer Ethernet frame with an inner frame."""
    return wire.ethernet(*HOSTS, ip_packet(inner, version, key, gre, **fields))


def with_traffic_class(frame, value):
    """An IPv6 frame with another traffic class."""
    (word,) = struct.unpack_from("!I", frame, 14)
    return frame[:14] + struct.pack("!I", word & ~(0xFF << 20) | value << 20) + frame[18:]


def outcomes(done):
    """The reasons in a --json summary, for all results."""
    summary = json.loads(done.stdout)
    return {**summary["others"], **summary["dropped"], **summary["not_handled"]}


# ---- Headers of the input ----

ALERT = b"\x94\x04\0\0"  # IPv4 option
PAD = b"\x01\x04\0\0\0\0"  # IPv6 option
DESTINATION, HOP_BY_HOP, ROUTING, FRAGMENT = 60, 0, 43, 44

ACCEPTED = {
    "ipv4": tunnel(),
    "ipv6": tunnel(version=6),
    "reserved VSID": tunnel(key=0),
    "every key bit": tunnel(key=0xFFFFFFFF),
    "outer 802.1Q": wire.insert_tags(tunnel(), (0x8100, 0xF067)),
    "outer 802.1ad, 802.1Q": wire.insert_tags(tunnel(), (0x88A8, 200), (0x8100, 103)),
    "outer 0x9100": wire.insert_tags(tunnel(version=6), (0x9100, 200)),
    "IPv4 options": tunnel(options=ALERT * 10),
    "fragmentation allowed": tunnel(fragment=0),
    "reserved IPv4 flag": tunnel(fragment=0x8000),
    "TTL 0": tunnel(ttl=0),
    "total length 0": tunnel(total_length=0),
    "trailer": tunnel() + b"\xa5" * 6,
    "trailer over IPv6": tunnel(version=6) + b"\xa5" * 6,
    "hop-by-hop": tunnel(version=6, extensions=((HOP_BY_HOP, b"\0" + PAD),)),
    "routing": tunnel(version=6, extensions=((ROUTING, b"\2" + bytes(22)),)),
    "atomic fragment": tunnel(version=6, extensions=((FRAGMENT, bytes(7)),)),
    "fragment header's reserved bits": tunnel(
        version=6, extensions=((FRAGMENT, b"\xff\0\6" + bytes(4)),)),
    "all extension headers": tunnel(version=6, extensions=(
        (HOP_BY_HOP, b"\0" + PAD), (DESTINATION, b"\0" + PAD), (ROUTING, b"\0" + bytes(6)),
        (FRAGMENT, bytes(7)), (DESTINATION, b"\1" + PAD + bytes(8)))),
    "checksum": tunnel(gre={"flags": GRE_C | GRE_K}),
    "wrong checksum": tunnel(gre={"flags": GRE_C | GRE_K, "checksum_error": 1}),
    "sequence": tunnel(gre={"flags": GRE_K | GRE_S, "sequence": 7}),
    "checksum and sequence": tunnel(version=6, gre={"flags": GRE_C | GRE_K | GRE_S}),
    "ignorable bits": tunnel(gre={"flags": GRE_K | 0x03F8}),
}


@pytest.mark.parametrize("frame", ACCEPTED.values(), ids=ACCEPTED)
def test_inner_frame_comes_out(decap, frame):
    assert pcapfile.frames(decap([frame]).out) == [ECHO]


def test_ipv6_payload_length_0(decap):
    frame = tunnel(version=6)
    assert pcapfile.frames(decap([frame[:18] + bytes(2) + frame[20:]]).out) == [ECHO]


def test_inner_frame_ends_where_the_ip_length_says(decap):
    lengths = range(14, len(ECHO) + 1)
    done = decap([tunnel(ECHO[:length]) + bytes(60) for length in lengths])
    assert pcapfile.frames(done.out) == [ECHO[:length] for length in lengths]


# flags of the GRE header in addition to K, decap's reason
FLAG_BITS = (
    (0x8000, None), (0x4000, "other_gre"), (0x2000, "no_key"), (0x1000, None),
    (0x0800, "must_discard"), (0x0400, "must_discard"),
    *((1 << bit, None) for bit in range(3, 10)),
    (0x0004, "other_gre"), (0x0002, "other_gre"), (0x0001, "other_gre"),
)


@pytest.mark.parametrize("bit, outcome", FLAG_BITS, ids=lambda value: str(value))
def test_each_bit_of_the_gre_flags(decap, bit, outcome):
    frame = tunnel(gre={"flags": GRE_K ^ bit, "routing": bytes(4) if bit == GRE_R else b""})
    done = decap([frame], json=True, code=3 if outcome == "must_discard" else 0)
    assert outcomes(done) == ({outcome: 1} if outcome else {})
    assert pcapfile.frames(done.out) == [frame if outcome else ECHO]


def test_each_bit_of_the_gre_protocol_type(decap):
    frames = [tunnel(gre={"protocol": 0x6558 ^ 1 << bit}) for bit in range(16)]
    done = decap(frames, json=True)
    assert pcapfile.frames(done.out) == frames and outcomes(done) == {"other_gre": 16}


# ---- Packets that are not for decap ----

FRAGMENT_FIELDS = (0x2000, 0x0001, 0x1000, 0x3FFF)
V6_FRAGMENTS = (b"\0\0\1" + bytes(4), b"\0\0\x08" + bytes(4), b"\0\xff\xf8" + bytes(4))

OTHERS = {
    "not_nvgre": (
        ECHO, bytes(Ether(**MACS) / ARP()), bytes(Ether(**MACS) / IPv6(**CAS6) / UDP()),
        bytes(Ether(**MACS, type=0x88B5) / Raw(b"x")), ECHO[:13], b"", ECHO[:12] + b"\x81\0",
        wire.insert_tags(ECHO, (0x8100, 1)), ECHO[:12] + b"\0\x03" + b"BB\3",
        *(tunnel()[:23] + bytes([47 ^ 1 << bit]) + tunnel()[24:] for bit in range(8)),
        tunnel(version=6)[:20] + b"\x3b" + tunnel(version=6)[21:]),
    "no_key": (tunnel(gre={"flags": 0}), tunnel(version=6, gre={"flags": GRE_C | GRE_S})),
    "other_gre": (
        tunnel(gre={"flags": GRE_R | GRE_K, "routing": b"\x08\0\0\x04\1\2\3\4" + bytes(4)}),
        tunnel(gre={"flags": GRE_K, "protocol": 0x0800}),
        tunnel(b"", gre={"flags": GRE_K, "protocol": 0x0800}),
        tunnel(gre={"flags": GRE_K | GRE_S | 1, "protocol": 0x880B})),
}


FRAGMENTS = (
    *(tunnel(fragment=fragment) for fragment in FRAGMENT_FIELDS),
    *(tunnel(version=6, extensions=((FRAGMENT, body),)) for body in V6_FRAGMENTS))


def test_fragments_are_not_handled(decap):
    """Their inner frame is incomplete. The summary counts them, even if they are kept."""
    done = decap([*FRAGMENTS, tunnel()], reassemble="off", json=True, code=3)
    assert pcapfile.frames(done.out) == [*FRAGMENTS, ECHO]
    assert outcomes(done) == {"fragment": len(FRAGMENTS)}
    assert "packet 1: fragment of an outer packet; kept as it is\n" in done.stderr
    done = decap([*FRAGMENTS, tunnel()], reassemble="off", others="drop", code=3)
    assert pcapfile.frames(done.out) == [ECHO]
    assert "packet 1: fragment of an outer packet; left out\n" in done.stderr


@pytest.mark.parametrize("reason", OTHERS)
def test_others_are_kept(decap, reason):
    frames = list(OTHERS[reason])
    done = decap([*frames, tunnel()], json=True)
    assert pcapfile.frames(done.out) == [*frames, ECHO]
    assert outcomes(done) == {reason: len(frames)} and done.stderr == ""


@pytest.mark.parametrize("reason", OTHERS)
def test_others_are_left_out(decap, reason):
    done = decap([tunnel(), *OTHERS[reason]], others="drop", json=True)
    assert pcapfile.frames(done.out) == [ECHO]
    assert json.loads(done.stdout)["others"] == {reason: len(OTHERS[reason])}


def changed(frame, offset, value):
    """A frame with changed bytes at an offset."""
    return frame[:offset] + value + frame[offset + len(value):]


# frame, text of the message
MALFORMED = (
    (changed(tunnel(), 14, b"\x65"), "version 6"),
    (changed(tunnel(version=6), 14, b"\x40"), "version 4"),
    (changed(tunnel(), 14, b"\x44"), "header length below 20, bytes 16"),
    (changed(tunnel(), 14, b"\x40"), "header length below 20, bytes 0"),
    (tunnel(total_length=19), "too small for the IP headers, length 19"),
    (tunnel(options=ALERT, total_length=23), "too small for the IP headers, length 23"),
    (tunnel()[:33], "too small for the IP headers, length 19"),
    (tunnel()[:-1], "beyond the end of the frame, length 102"),
    (tunnel(total_length=103), "beyond the end of the frame, length 103"),
    (tunnel(version=6)[:-1], "beyond the end of the frame, length 122"),
    (changed(tunnel(version=6), 18, b"\xff\xff"), "beyond the end of the frame, length 65575"),
    (tunnel(total_length=20), "GRE header beyond the end of the IP packet, bytes needed 4"),
    (tunnel(total_length=23), "GRE header beyond the end of the IP packet, bytes needed 4"),
    (tunnel(total_length=27), "GRE header beyond the end of the IP packet, bytes needed 8"),
    (tunnel(total_length=35, gre={"flags": GRE_C | GRE_K | GRE_S}), "bytes needed 16"),
    (tunnel(b"", gre={"flags": GRE_R | GRE_K, "routing": bytes(3)}), "bytes needed 16"),
    (tunnel(b"", gre={"flags": GRE_R | GRE_K, "routing": b"\0\0\0\4" + bytes(4)}),
     "bytes needed 24"),
    (tunnel(b"", gre={"flags": GRE_R | GRE_K, "routing": b"\0\1\0\0"}), "bytes needed 20"),
    (tunnel(b""), "inner frame shorter than its Ethernet header and tags, bytes 0"),
    (tunnel(ECHO[:13]), "inner frame shorter than its Ethernet header and tags, bytes 13"),
    (tunnel(ECHO[:13], gre={"flags": 0}), "shorter than its Ethernet header and tags, bytes 13"),
)


@pytest.mark.parametrize("frame, text", MALFORMED, ids=[text for _, text in MALFORMED])
def test_malformed_packets(decap, frame, text):
    kept = decap([tunnel(), frame, tunnel()], code=3)
    assert pcapfile.frames(kept.out) == [ECHO, frame, ECHO]
    assert text + "; kept as it is\n" in kept.stderr and "/in: packet 2: " in kept.stderr
    left_out = decap([tunnel(), frame, tunnel()], code=3, others="drop")
    assert pcapfile.frames(left_out.out) == [ECHO, ECHO]
    assert text + "; left out\n" in left_out.stderr
    strict = decap([tunnel(), frame, tunnel()], code=1, strict=True)
    assert strict.out is None and text + "\n" in strict.stderr


@pytest.mark.parametrize("flags", [0x8000, 0x1000, 0x0800, 0x0200, 0x0008])
def test_strict_refuses_deviant_headers(decap, flags):
    done = decap([tunnel(), tunnel(gre={"flags": GRE_K | flags})], code=1, strict=True)
    assert done.out is None
    assert f"/in: packet 2: " in done.stderr and f"0x{GRE_K | flags:04x}" in done.stderr


# ---- Tenants ----

# list, the VSIDs in it
VSIDS = (0, 1, 4096, 5000, 5001, 5002, 6000, 6001, 6009, 6010, 0xFFFFFE, 0xFFFFFF)
FILTERS = (
    ("5001", {5001}),
    ("0x1389", {5001}),
    ("5000-5002", {5000, 5001, 5002}),
    ("5001,6000-6009", {5001, 6000, 6001, 6009}),
    ("6000-6009,5001", {5001, 6000, 6001, 6009}),
    ("6010,6000-6001,5001,1,5001", {1, 5001, 6000, 6001, 6010}),
    ("5000-6000,5001-5002,6001", {5000, 5001, 5002, 6000, 6001}),
    ("0-16777215", set(VSIDS)),
    ("0", {0}),
    ("16777215", {0xFFFFFF}),
    ("7000-0xFFFFFE", {0xFFFFFE}),
    ("7000", set()),
)


@pytest.mark.parametrize("text, taken", FILTERS)
def test_vsid_filter(decap, text, taken):
    frames = [tunnel(key=vsid << 8 | 0x5A) for vsid in VSIDS]
    done = decap(frames, vsid_filter=text, json=True)
    expected = [ECHO if vsid in taken else frame for vsid, frame in zip(VSIDS, frames)]
    assert pcapfile.frames(done.out) == expected
    assert outcomes(done).get("not_selected", 0) == len(VSIDS) - len(taken)


def nest(levels, inner=ECHO, tags=(), **fields):
    """A frame in a number of tunnels, each with tags."""
    frame = inner
    for level in range(levels):
        frame = tunnel(wire.insert_tags(frame, *tags), key=(5001 + level) << 8, **fields)
    return frame


# frame, output with --all-layers
LAYERS = {
    "one": (nest(1), ECHO),
    "two": (nest(2), ECHO),
    "eight": (nest(8), ECHO),
    "nine": (nest(9), nest(1)),
    "IPv6 in IPv4": (tunnel(tunnel(version=6)), ECHO),
    "no NVGRE inside": (tunnel(tunnel(gre={"flags": 0})), tunnel(gre={"flags": 0})),
    "to be discarded": (tunnel(tunnel(gre={"flags": GRE_K | 0x0800})),
                        tunnel(gre={"flags": GRE_K | 0x0800})),
    "deviant": (tunnel(tunnel(gre={"flags": GRE_K | GRE_S})), ECHO),
    "runt": (tunnel(tunnel(ECHO[:14])), ECHO[:14]),
}


@pytest.mark.parametrize("name", LAYERS)
def test_all_layers(decap, name):
    frame, inner = LAYERS[name]

    assert pcapfile.frames(decap([frame], all_layers=True).out) == [inner]
    assert len(pcapfile.frames(decap([frame]).out)[0]) == len(frame) - 42


def test_all_layers_of_cut_packets(decap):
    frame = nest(3)
    for caplen in range(3 * 42 + 14, len(frame)):
        [item] = pcapfile.read(decap([packet(frame[:caplen], len(frame))], all_layers=True).out)
        assert (item.data, item.wire_len) == (ECHO[:caplen - 3 * 42], len(ECHO))


def test_tags_in_all_layers(decap):
    frame = nest(2, tags=((0x8100, 101), (0x8100, 102)))

    assert pcapfile.frames(decap([frame], all_layers=True, inner_vlan="strip").out) == [ECHO]
    done = decap([frame], all_layers=True, json=True)
    assert (pcapfile.frames(done.out), outcomes(done)) == ([], {"inner_vlan": 1})


def test_congestion_passes_through_all_layers(decap):
    """A CE mark of the outermost header reaches the innermost packet (RFC 6040)."""
    inner = bytes(Ether(**MACS) / IP(**CAS, tos=2) / ICMP())
    [out] = pcapfile.frames(decap([tunnel(tunnel(inner, tos=2), tos=3)], all_layers=True).out)

    assert out == bytes(Ether(**MACS) / IP(**CAS, tos=3) / ICMP())


# outer sources, and lists of selected sources
SOURCES = ("0.0.0.0", "10.0.0.255", "10.0.1.0", "192.168.3.255", "192.168.4.0", "192.168.4.11",
           "192.168.4.12", "192.168.5.0", "255.255.255.255", "::", "2001:db7:ffff::ffff",
           "2001:db8::", "2001:db8::11", "2001:db8:0:1::", "2001:db9::", "ffff::ffff")
PEERS = ("192.168.4.11", "192.168.4.0/24", "192.168.4.77/24", "192.168.4.11/32", "10.0.0.0/23",
         "0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::11", "2001:db8::/64,192.168.4.12",
         "255.255.255.255,0.0.0.0,::", "192.168.4.0/24,192.168.4.11,192.168.5.0/30",
         "2001:db8::/32,10.0.1.0,192.168.0.0/16,2001:db8::11/128", "128.0.0.0/1", "203.0.113.9")


@pytest.mark.parametrize("peers", PEERS)
def test_peers(decap, peers):
    networks = [ipaddress.ip_network(text, strict=False) for text in peers.split(",")]
    taken = [any(ipaddress.ip_address(source) in network for network in networks
                 if network.version == (6 if ":" in source else 4)) for source in SOURCES]
    frames = [wire.ethernet(*HOSTS, (wire.ipv6 if ":" in source else wire.ipv4)(
        source, PAS[6 if ":" in source else 4][1], wire.gre(ECHO, KEY))) for source in SOURCES]
    done = decap(frames, peer=peers, json=True)

    assert pcapfile.frames(done.out) == [ECHO] * sum(taken)
    assert outcomes(done).get("no_peer", 0) == taken.count(False)


TAGS = (((0x8100, 101),), ((0x8100, 0xA000),), ((0x88A8, 200),), ((0x9100, 5),),
        ((0x88A8, 200), (0x8100, 101)), ((0x8100, 1),) * 256)


@pytest.mark.parametrize("tags", TAGS, ids=lambda tags: f"{len(tags)}-tags")
def test_inner_vlan(decap, tags):
    inner = wire.insert_tags(ECHO, *tags)
    for mode, expected in ((None, []), ("drop", []), ("strip", [ECHO]), ("keep", [inner])):
        done = decap([tunnel(inner)], inner_vlan=mode, json=True)
        assert pcapfile.frames(done.out) == expected
        assert outcomes(done) == ({} if expected else {"inner_vlan": 1})


# ---- ECN ----

NOT_ECT, ECT_1, ECT_0, CE, DROP = 0, 1, 2, 3, None
# RFC 6040 figure 4; rows: inner, columns: outer Not-ECT, ECT(0), ECT(1), CE
FIGURE_4 = {
    NOT_ECT: (NOT_ECT, NOT_ECT, NOT_ECT, DROP),
    ECT_0: (ECT_0, ECT_0, ECT_1, CE),
    ECT_1: (ECT_1, ECT_1, ECT_1, CE),
    CE: (CE, CE, CE, CE),
}
ECN_CASES = [(inner, outer, result) for inner, row in FIGURE_4.items()
             for outer, result in zip((NOT_ECT, ECT_0, ECT_1, CE), row)]


def ecn_inner(version, ecn, error=0, dscp=0x2E):
    """An inner frame. `error` is added to its IPv4 checksum."""
    tos = dscp << 2 | ecn
    if version == 6:
        return bytes(Ether(**MACS) / IPv6(**CAS6, tc=tos, fl=0xABCDE) / UDP())
    frame = bytes(Ether(**MACS) / IP(**CAS, tos=tos, id=1) / UDP())
    (checksum,) = struct.unpack_from("!H", frame, 24)
    return changed(frame, 24, struct.pack("!H", (checksum + error - 1) % 0xFFFF + 1))


def ecn_tunnel(inner, version, ecn):
    """A tunnel with this ECN in its outer header."""
    if version == 4:
        return tunnel(inner, tos=0x48 | ecn)
    return with_traffic_class(tunnel(inner, version=6), 0x48 | ecn)


@pytest.mark.parametrize("tags", [(), ((0x88A8, 200), (0x8100, 101))], ids=["untagged", "tagged"])
@pytest.mark.parametrize("outside", PAS)
@pytest.mark.parametrize("inside, error", [(4, 0), (4, 0x1234), (6, 0)])
def test_ecn(decap, inside, error, outside, tags):
    frames = [ecn_tunnel(wire.insert_tags(ecn_inner(inside, inner, error), *tags), outside, outer)
              for inner, outer, _ in ECN_CASES]
    expected = [ecn_inner(inside, result, error) for _, _, result in ECN_CASES
                if result is not DROP]
    stripped = decap(frames, inner_vlan="strip", json=True)
    assert pcapfile.frames(stripped.out) == expected
    assert outcomes(stripped) == {"congestion": 1}
    kept = decap(frames, inner_vlan="keep")
    assert pcapfile.frames(kept.out) == [wire.insert_tags(frame, *tags) for frame in expected]


@pytest.mark.parametrize("outside", PAS)
def test_ecn_ignored(decap, outside):
    inner = [ecn_inner(version, ecn) for version in PAS for ecn in range(4)]
    frames = [ecn_tunnel(frame, outside, outer) for frame in inner for outer in range(4)]
    done = decap(frames, ecn="ignore")
    assert pcapfile.frames(done.out) == [frame for frame in inner for _ in range(4)]


def test_ecn_of_frames_without_ip(decap):
    frames = [bytes(Ether(**MACS) / ARP()), ECHO[:14], ECHO[:33], bytes(Ether(**MACS) / Dot1Q())]
    done = decap([ecn_tunnel(frame, 4, CE) for frame in frames], inner_vlan="keep")
    assert pcapfile.frames(done.out) == frames


def test_ecn_of_every_checksum(decap):
    """The incremental update is correct for all checksums, also for edge cases."""
    inner = [bytes(Ether(**MACS) / IP(**CAS, tos=ECT_0, id=ident) / UDP())
             for ident in range(0, 65536, 61)]
    done = decap([ecn_tunnel(frame, 4, CE) for frame in inner])
    for frame in pcapfile.frames(done.out):
        assert frame[15] == CE and wire.internet_checksum(frame[14:34]) == 0


# ---- Cut packets ----

@pytest.mark.parametrize("frame, header", [
    (tunnel(), 42), (tunnel(version=6), 62), (wire.insert_tags(tunnel(), (0x8100, 1)), 46),
    (tunnel(gre={"flags": GRE_C | GRE_K | GRE_S}), 50),
], ids=["ipv4", "ipv6", "tagged", "deviant"])
def test_cut_packets(decap, frame, header):
    """If the inner Ethernet header was captured, the captured part is decapsulated. Otherwise the
    packet is kept."""
    cuts = range(len(frame) + 1)
    wire_len = len(frame) + 6  # with a trailer
    done = decap([packet(frame[:cut], wire_len) for cut in cuts], code=3)
    for cut, got in zip(cuts, pcapfile.read(done.out), strict=True):
        if cut < header + 14:
            assert (got.data, got.wire_len) == (frame[:cut], wire_len)
        else:
            assert (got.data, got.wire_len) == (frame[header:cut], len(ECHO))
    assert f"packet 1: 0 of {wire_len} bytes captured, too few" in done.stderr
    assert "truncated" not in done.stderr and f": {header + 14}\n" in done.stderr


def test_cut_packets_of_total_length_0(decap):
    """The inner frame continues to the end of the packet on the wire."""
    frame = tunnel(ECHO + bytes(3000), total_length=0)
    done = decap([packet(frame[:100], 42 + len(ECHO) + 3000)])
    assert pcapfile.read(done.out) == [packet(frame[42:100], len(ECHO) + 3000, 0)]


def test_cut_inner_tags(decap):
    """A frame is not dropped for a tag that is not fully captured."""
    frame = tunnel(wire.insert_tags(ECHO, (0x8100, 101)))
    done = decap([packet(frame[:cut], len(frame)) for cut in range(56, 61)], code=3, json=True)
    assert outcomes(done) == {"truncated": 4, "inner_vlan": 1}


# ---- Link types ----

RAW_TYPES = (12, 14, 101, 228, 229)
FAMILIES = {4: (2,), 6: (10, 23, 24, 28, 30)}


def link_headers():
    """Each link type with its possible headers, as (link type, IP version, header)."""
    for version, kind in wire.ETHERTYPE.items():
        yield 113, version, struct.pack("!HHH8sH", 4, 1, 6, b"\2" + bytes(7), kind)
        yield 113, version, struct.pack("!HHH8sHHH", 0, 1, 6, bytes(8), 0x8100, 103, kind)
        yield 276, version, struct.pack("!HHIHBB8s", kind, 0, 2, 1, 0, 6, bytes(8))
        for linktype in RAW_TYPES:
            yield linktype, version, b""
        for family in FAMILIES[version]:
            for order in "<>":
                yield 0, version, struct.pack(order + "I", family)
                yield 108, version, struct.pack(order + "I", family)


LINKS = {}
for link, ip_version, link_header in link_headers():
    LINKS.setdefault(link, []).append(link_header + ip_packet(version=ip_version))


@pytest.mark.parametrize("linktype", LINKS)
def test_link_type_in_pcap(decap, linktype):
    done = decap(pcapfile.pcap(LINKS[linktype], linktype=linktype))
    assert pcapfile.read_pcap_header(done.out).linktype == pcapfile.ETHERNET
    assert pcapfile.frames(done.out) == [ECHO] * len(LINKS[linktype])


@pytest.mark.parametrize("linktype", LINKS)
def test_link_type_in_pcapng(decap, linktype):
    """Decapsulated packets go to an added interface. Kept packets stay on their own."""
    other = b"\0" * 24 if linktype not in RAW_TYPES else b"\x45" + bytes(23)
    w = Writer()
    data = (w.section() + w.interface(linktype=linktype)
            + w.enhanced(other, ticks=7 * 10**6)
            + b"".join(map(w.enhanced, LINKS[linktype]))
            + w.enhanced(other, ticks=8 * 10**6))
    done = decap(data, out="out.pcapng", code=None)
    first, *inner, last = pcapfile.read(done.out)
    assert [item.data for item in inner] == [ECHO] * len(LINKS[linktype])
    assert {(item.linktype, item.interface) for item in inner} == {(pcapfile.ETHERNET, 1)}
    assert first == packet(other, time=7, linktype=linktype)
    assert last == packet(other, time=8, linktype=linktype)
    assert len(pcapfile.interfaces_of(done.out)) == 2


def test_others_of_another_link_type_are_lost_in_pcap(decap):
    other = bytes(IP(**CAS) / UDP())
    data = pcapfile.pcap([ip_packet(), other, ip_packet()], linktype=101)
    done = decap(data, code=3, json=True)
    assert pcapfile.frames(done.out) == [ECHO, ECHO]
    assert "/in: packet 2: lost: a pcap file has one link type" in done.stderr
    assert outcomes(done) == {"unstorable": 1}
    assert pcapfile.frames(decap(data, others="drop").out) == [ECHO, ECHO]
    assert decap(data, strict=True, code=1).out is None


@pytest.mark.parametrize("linktype", [105, 127, 195, 65535])
def test_unknown_link_types_are_kept(decap, linktype):
    done = decap(pcapfile.pcap([tunnel()], linktype=linktype), code=3)
    assert pcapfile.read_pcap_header(done.out).linktype == linktype
    assert pcapfile.frames(done.out) == [tunnel()]
    assert f"packet 1: link type that cannot be taken, {linktype}; kept as it is" in done.stderr
