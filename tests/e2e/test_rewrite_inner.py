# SPDX-License-Identifier: GPL-2.0-or-later
"""rewrite: inner frames, with all checksums and all positions of addresses."""

import struct

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6ND_RA, ICMPv6ND_Redirect,
                                ICMPv6NDOptPrefixInfo, ICMPv6NDOptRDNSS, ICMPv6NDOptRedirectedHdr,
                                ICMPv6PacketTooBig, IPv6)
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import pcapfile
import wire
from pcapfile import packet
from rewriting import (ECHO, NEW, NEW_TO_OLD, OLD, OLD_TO_NEW, PAS6, SHAPES, VMS, inner_frames,
                       tunnel)

MACS = ("06:00:00:00:00:99", "06:00:00:00:00:98")
SOURCES = OLD._replace(src=NEW.src, src6=NEW.src6)
TRANSPORTS = ("TCP", "UDP", "TCP behind options", "UDP behind a tag", "TCP over IPv6",
              "UDP over IPv6", "UDP behind IPv6 options", "UDP without a checksum", "echo",
              "echo over IPv6", "first fragment")


def around(frames, **fields):
    """Outer packets around a dictionary of frames."""
    return [tunnel(frame, **fields) for frame in frames.values()]


def named(frames, data):
    """The frames of a capture, with the names of the original frames."""
    return dict(zip(frames, pcapfile.frames(data)))


def check(done, before, after, **fields):
    """Checks that a capture contains the `after` frames."""
    assert named(before, done.out) == named(before, pcapfile.pcap(around(after, **fields)))


@pytest.mark.parametrize("shape", SHAPES)
def test_addresses_everywhere(rewrite, shape):
    before, after = inner_frames(OLD), inner_frames(NEW)
    done = rewrite(around(before, **SHAPES[shape]), inner_pnat=OLD_TO_NEW)
    check(done, before, after, **SHAPES[shape])


def test_back_again(rewrite):
    data = pcapfile.pcap(around(inner_frames(OLD), gre={"flags": wire.GRE_C | wire.GRE_K}))
    there = rewrite(data, inner_pnat=OLD_TO_NEW).out
    assert there != data and rewrite(there, inner_pnat=NEW_TO_OLD).out == data


@pytest.mark.parametrize("name", TRANSPORTS)
def test_sources(rewrite, name):
    done = rewrite([tunnel(inner_frames(OLD)[name])], inner_srcipmap=OLD_TO_NEW)
    assert pcapfile.frames(done.out) == [tunnel(inner_frames(SOURCES)[name])]


@pytest.mark.parametrize("name", TRANSPORTS)
def test_destinations(rewrite, name):
    cas = OLD._replace(dst=NEW.dst, dst6=NEW.dst6)
    done = rewrite([tunnel(inner_frames(OLD)[name])], inner_dstipmap=OLD_TO_NEW)
    assert pcapfile.frames(done.out) == [tunnel(inner_frames(cas)[name])]


def test_sides_of_arp_and_nd(rewrite):
    """The sender is a source. The address that it asks for is a destination."""
    names = ("ARP request", "neighbour solicitation")
    before = {name: inner_frames(OLD)[name] for name in names}
    done = rewrite(around(before), inner_srcipmap=OLD_TO_NEW)
    check(done, before, {name: inner_frames(SOURCES)[name] for name in names})


PORTS = {"TCP", "TCP behind options", "UDP", "UDP without a checksum", "UDP behind a tag",
         "UDP behind two tags", "TCP over IPv6", "UDP over IPv6", "UDP behind IPv6 options",
         "first fragment", "unreachable", "time exceeded", "redirect", "unreachable over IPv6",
         "too big over IPv6", "unreachable, with 8 bytes", "redirect over IPv6"}


def test_ports(rewrite):
    before, after = inner_frames(OLD), inner_frames(OLD, ports=(50000, 8080))
    # The rest of this TCP segment is not quoted, nor its checksum. scapy would fill in the
    # checksum.
    done = rewrite(around(before), inner_portmap="80:8080,49152-49160:50000")
    changed = {name for name, was in before.items() if was != after[name]}
    assert PORTS == changed - {"later fragment", "later fragment over IPv6"}
    expected = {name: after[name] if name in PORTS else was for name, was in before.items()}
    check(done, before, expected)


def test_macs(rewrite):
    before, after = inner_frames(OLD), inner_frames(OLD, macs=MACS)
    done = rewrite(around(before, gre={"flags": wire.GRE_C | wire.GRE_K}),
                   inner_enet_smac=MACS[0], inner_enet_dmac=MACS[1])
    check(done, before, after, gre={"flags": wire.GRE_C | wire.GRE_K})


def test_tags_stripped(rewrite):
    before = inner_frames(OLD)
    after = dict(before)
    for name, length in (("UDP behind a tag", 4), ("UDP behind two tags", 8)):
        after[name] = before[name][:12] + before[name][12 + length:]
    for fields in SHAPES.values():
        done = rewrite(around(before, **fields), inner_vlan="strip")
        check(done, before, after, **fields)


def test_tags_set(rewrite):
    before = inner_frames(OLD)
    after = dict(before)
    for name in ("UDP behind a tag", "UDP behind two tags"):
        after[name] = before[name][:14] + struct.pack("!H", 0x6000 | 7) + before[name][16:]
    done = rewrite(around(before, gre={"flags": wire.GRE_C | wire.GRE_K}), inner_vlan_tag=7,
                   inner_vlan_pri=3)
    check(done, before, after, gre={"flags": wire.GRE_C | wire.GRE_K})


def test_all_at_once(rewrite):
    before = inner_frames(OLD)
    after = inner_frames(NEW, ports=(50000, 8080), macs=MACS)
    for name in before:
        if name.startswith("later"):
            after[name] = inner_frames(NEW, macs=MACS)[name]
    done = rewrite(around(before, pas=PAS6), inner_pnat=OLD_TO_NEW, ttl=3,
                   inner_portmap="80:8080,49152:50000", inner_enet_smac=MACS[0],
                   inner_enet_dmac=MACS[1])
    check(done, before, after, pas=PAS6, ttl=3)


def error_about(name, cas, quoted):
    """An ICMP error about a message that contains the addresses of `quoted`."""
    eth, udp = Ether(src=VMS[0], dst=VMS[1]), UDP(sport=49152, dport=80)
    back, ip = IP(src=cas.dst, dst=cas.src), IP(src=cas.src, dst=cas.dst)
    ip6 = IPv6(src=cas.src6, dst=cas.dst6)
    packet6 = IPv6(src=quoted.dst6, dst=quoted.src6) / udp / Raw(bytes(6))
    error6 = eth / IPv6(src=cas.dst6, dst=cas.src6) / ICMPv6DestUnreach()
    return bytes({
        "error": eth / back / ICMP(type=3, code=3) / ip / ICMP(type=11)
        / IP(src=quoted.dst, dst=quoted.src) / udp,
        "redirect": eth / back / ICMP(type=3, code=3) / ip / ICMP(type=5, gw=quoted.router)
        / IP(src=quoted.dst, dst=quoted.src) / udp,
        "error over IPv6": error6 / ip6 / ICMPv6PacketTooBig() / packet6,
        "redirect over IPv6": error6 / ip6 / ICMPv6ND_Redirect(tgt=cas.other6, dst=cas.dst6)
        / ICMPv6NDOptRedirectedHdr(pkt=packet6),
        "router advertisement": error6 / ip6 / ICMPv6ND_RA()
        / ICMPv6NDOptPrefixInfo(prefix=quoted.prefix6) / ICMPv6NDOptRDNSS(dns=[quoted.other6]),
    }[name])


@pytest.mark.parametrize("name", ["error", "redirect", "error over IPv6", "redirect over IPv6",
                                  "router advertisement"])
def test_what_a_quoted_message_holds_stays(rewrite, name):
    """Only one quoted packet is changed, although a hostile packet can nest many errors."""
    fields = {"gre": {"flags": wire.GRE_C | wire.GRE_K}}
    done = rewrite([tunnel(error_about(name, OLD, OLD), **fields)], inner_pnat=OLD_TO_NEW)
    assert pcapfile.frames(done.out) == [tunnel(error_about(name, NEW, OLD), **fields)]


def test_nested(rewrite):
    """The inner frame of the outermost tunnel is changed. Nothing in a nested tunnel is."""
    def nested(pas):
        return tunnel(tunnel(ECHO, pas=pas))

    done = rewrite([nested(("10.0.0.5", "10.0.0.7"))], inner_pnat=OLD_TO_NEW)
    assert pcapfile.frames(done.out) == [nested(("172.16.5.5", "172.16.5.7"))]


# ---- Checksums ----

def checksum_at(frame):
    """Position of the inner transport checksum in an outer packet without options."""
    transport = 42 + (34 if frame[54:56] == b"\x08\0" else 54)
    protocol = frame[65] if frame[54:56] == b"\x08\0" else frame[62]
    return transport + {1: 2, 6: 16, 17: 6, 58: 2}[protocol]


def with_checksum(frame, checksum):
    """An outer packet with another checksum of the inner transport."""
    at = checksum_at(frame)
    return frame[:at] + checksum.to_bytes(2, "big") + frame[at + 2:]


def checksum_of(frame):
    """The inner transport checksum."""
    return int.from_bytes(frame[checksum_at(frame):][:2], "big")


PLAIN = ("TCP", "UDP", "echo", "TCP over IPv6", "UDP over IPv6", "echo over IPv6")


@pytest.mark.parametrize("name", PLAIN)
def test_wrong_checksums_stay_as_wrong(rewrite, name):
    old, new = (tunnel(inner_frames(cas)[name]) for cas in (OLD, NEW))
    errors = [1, 0x1234, 0x8000, 0xFFFE - checksum_of(old)]
    wrong = [with_checksum(old, (checksum_of(old) + error) % 0xFFFF or 0xFFFF) for error in errors]
    frames = pcapfile.frames(rewrite(wrong, inner_pnat=OLD_TO_NEW).out)
    for was, frame in zip(wrong, frames):
        assert with_checksum(frame, 0) == with_checksum(new, 0)
        assert ((checksum_of(was) - checksum_of(old)) % 0xFFFF
                == (checksum_of(frame) - checksum_of(new)) % 0xFFFF)
    assert pcapfile.frames(rewrite(wrong, inner_pnat=OLD_TO_NEW, C=True).out) == [new] * len(wrong)


def test_partial_checksums_of_offload_follow(rewrite):
    """A network card would complete it: the sum of the pseudo-header, not complemented."""
    def partial(cas):
        frame = tunnel(inner_frames(cas)["TCP"])
        sum_of = wire.internet_checksum(frame[68:76] + b"\0\x06" + struct.pack("!H", 23))
        return frame, with_checksum(frame, 0xFFFF - sum_of)

    done = rewrite([partial(OLD)[1]], inner_pnat=OLD_TO_NEW, C=True)
    assert pcapfile.frames(done.out) == [partial(NEW)[0]]


def test_no_udp_checksum_stays_none(rewrite):
    for name in ("UDP", "UDP over IPv6"):
        old, new = (with_checksum(tunnel(inner_frames(cas)[name]), 0) for cas in (OLD, NEW))
        for options in ({}, {"C": True}, {"C": True, "inner_portmap": "1:1"}):
            assert pcapfile.frames(rewrite([old], inner_pnat=OLD_TO_NEW, **options).out) == [new]


def test_udp_checksum_that_becomes_0_is_sent_as_ffff(rewrite):
    """One of all ports gives this checksum."""
    def frame(port):
        return bytes(Ether(src=VMS[0], dst=VMS[1]) / IP(src="10.0.0.5", dst="10.0.0.7")
                     / UDP(sport=port, dport=53))

    addresses = frame(1)[26:34]
    port = next(port for port in range(1, 65536) if wire.internet_checksum(
        addresses + b"\0\x11\0\x08" + struct.pack("!HHH", port, 53, 8)) == 0)
    assert frame(port)[40:42] == b"\xff\xff"
    done = rewrite([tunnel(frame(1))], inner_portmap=f"1:{port}")
    assert pcapfile.frames(done.out) == [tunnel(frame(port))]
    done = rewrite([tunnel(frame(port))], inner_portmap=f"{port}:1")
    assert pcapfile.frames(done.out) == [tunnel(frame(1))]


def test_fixcsum(rewrite):
    """All wrong checksums become right: outer, GRE, inner, transport."""
    fields = {"gre": {"flags": wire.GRE_C | wire.GRE_K}}
    right = [tunnel(frame, trailer=b"\xa5" * 3, **fields)
             for name, frame in inner_frames(OLD).items() if "fragment" not in name]
    wrong = []
    for frame in right:
        bad = bytearray(frame)
        for at in (24, 38, *([70] if frame[58:60] == b"\x08\0" else [])):
            bad[at] ^= 0x5A
        wrong.append(bytes(bad))
    assert pcapfile.frames(rewrite(wrong, fixcsum=True).out) == right
    assert rewrite(right, C=True).out == pcapfile.pcap(right)
    wrong = [with_checksum(tunnel(inner_frames(OLD)[name]), 0x1234) for name in PLAIN]
    assert pcapfile.frames(rewrite(wrong, C=True).out) == [
        tunnel(inner_frames(OLD)[name]) for name in PLAIN]


def test_fixcsum_of_what_is_cut(rewrite):
    """Transport and GRE checksums cannot be verified and are not corrected. GRE's checksum is
    updated for the changed inner header."""
    good = tunnel(inner_frames(OLD)["TCP"], gre={"flags": wire.GRE_C | wire.GRE_K})
    bad = good[:70] + b"\x12\x34" + good[72:]
    bad = bad[:38] + tunnel(bad[46:], gre={"flags": wire.GRE_C | wire.GRE_K})[38:]
    done = rewrite([packet(bad[:-1], len(bad))], C=True)
    assert pcapfile.frames(done.out) == [good[:-1]]


def test_super_packets(rewrite):
    """An IPv4 total length of 0, inner and outer, means the rest of the frame."""
    def frame(cas, checksum):
        ip = IP(src=cas.src, dst=cas.dst)
        inner = bytes(Ether(src=VMS[0], dst=VMS[1]) / ip / TCP() / Raw(bytes(3000)))
        made = tunnel(inner if checksum else inner[:50] + b"\x12\x34" + inner[52:])
        for at in (16, 58):  # total lengths, then header checksums
            header = made[:at] + bytes(2) + made[at + 2:at + 8] + bytes(2) + made[at + 10:]
            right = wire.internet_checksum(header[at - 2:at + 18])
            made = header[:at + 8] + right.to_bytes(2, "big") + header[at + 10:]
        return made

    done = rewrite([frame(OLD, True)], inner_pnat=OLD_TO_NEW)
    assert pcapfile.frames(done.out) == [frame(NEW, True)]
    done = rewrite([frame(OLD, False)], C=True)
    assert pcapfile.frames(done.out) == [frame(OLD, True)]


def test_what_lies_behind_an_ip_packet_is_not_part_of_it(rewrite):
    """An ICMP error of 8 bytes in an Ethernet frame. Its padding looks like a quoted packet."""
    error = bytes(Ether(src=VMS[1], dst=VMS[0]) / IP(src=OLD.dst, dst=OLD.src, len=28)
                  / ICMP(type=3, code=3, chksum=0xFCFC))
    new = bytes(Ether(src=VMS[1], dst=VMS[0]) / IP(src=NEW.dst, dst=NEW.src, len=28)
                / ICMP(type=3, code=3, chksum=0xFCFC))
    padding = bytes(IP(src=OLD.src, dst=OLD.dst) / UDP())
    done = rewrite([tunnel(error + padding)], inner_pnat=OLD_TO_NEW)
    assert pcapfile.frames(done.out) == [tunnel(new + padding)]


def test_ipv6_length_beyond_the_frame(rewrite):
    """The sender cut the frame. The packet is processed up to the end of the frame."""
    def frame(cas):
        return bytes(Ether(src=VMS[0], dst=VMS[1]) / IPv6(src=cas.src6, dst=cas.dst6, plen=600)
                     / UDP(sport=1, dport=2, len=600, chksum=0))

    done = rewrite([tunnel(frame(OLD))], inner_pnat=OLD_TO_NEW)
    assert pcapfile.frames(done.out) == [tunnel(frame(NEW))]
