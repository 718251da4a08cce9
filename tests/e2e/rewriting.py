# SPDX-License-Identifier: GPL-2.0-or-later
"""NVGRE packets for tests of rewrite: scapy builds the same packet with other fields."""

from typing import NamedTuple

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS,
                                ICMPv6ND_RA, ICMPv6ND_Redirect, ICMPv6NDOptPrefixInfo,
                                ICMPv6NDOptRDNSS, ICMPv6NDOptRedirectedHdr, ICMPv6PacketTooBig,
                                IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, PadN)
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

import wire
from wire import GRE_C, GRE_K, GRE_S

PAS = ("192.168.4.11", "192.168.4.22")
PAS6 = ("fd00:4::11", "fd00:4::22")
HOSTS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
VMS = ("06:06:00:00:00:05", "06:06:00:00:00:07")
KEY = 0x00138950  # VSID 5001
ECHO = bytes(Ether(src=VMS[0], dst=VMS[1]) / IP(src="10.0.0.5", dst="10.0.0.7")
             / ICMP(id=1, seq=1) / Raw(bytes(range(32))))
ALERT = b"\x94\x04\0\0"  # an IPv4 option
LIMIT = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))], nh=47)


def gre_packet(inner, key, wrong=0, **fields):
    """A GRE header and its payload. A checksum is increased by `wrong`."""
    made = wire.gre(inner, key, **fields)
    if not wrong:
        return made
    checksum = (int.from_bytes(made[4:6], "big") + wrong) % 0xFFFF
    return made[:4] + checksum.to_bytes(2, "big") + made[6:]


def ip_packet(inner=ECHO, *, pas=PAS, key=KEY, gre=None, ttl=64, tos=0, df=True, ident=0,
              options=b"", limit=False, flow_label=0):
    """An outer IP packet. `gre` are fields of gre_packet."""
    payload = Raw(gre_packet(inner, key, **(gre or {})))
    if ":" in pas[0]:
        header = IPv6(src=pas[0], dst=pas[1], tc=tos, hlim=ttl, fl=flow_label, nh=47)
        if limit:
            header.nh = 60
            header /= LIMIT
        return bytes(header / payload)
    return bytes(IP(src=pas[0], dst=pas[1], proto=47, ttl=ttl, tos=tos, id=ident,
                    flags="DF" if df else 0, options=options) / payload)


def tunnel(*args, hosts=HOSTS, tags=(), trailer=b"", **fields):
    """An outer Ethernet frame. `tags` are (TPID, TCI)."""
    frame = wire.ethernet(*hosts, ip_packet(*args, **fields))
    return wire.insert_tags(frame, *tags) + trailer


# Packets with all kinds of outer headers, by their fields.
SHAPES = {
    "IPv4": {},
    "IPv4 without DF": {"df": False, "ident": 0x1234},
    "IPv4 with options": {"options": ALERT * 2},
    "IPv4 behind a tag": {"tags": ((0x8100, 0x2067),)},
    "IPv4 behind two tags": {"tags": ((0x88A8, 200), (0x8100, 103))},
    "IPv4 with a trailer": {"trailer": b"\xa5" * 7},
    "IPv6": {"pas": PAS6, "flow_label": 0x12345},
    "IPv6 behind a tag": {"pas": PAS6, "tags": ((0x8100, 0x2067),)},
    "IPv6 with an encapsulation limit": {"pas": PAS6, "limit": True},
    "checksum": {"gre": {"flags": GRE_C | GRE_K}},
    "wrong checksum": {"gre": {"flags": GRE_C | GRE_K, "wrong": 0x1234}},
    "sequence number": {"gre": {"flags": GRE_K | GRE_S, "sequence": 7}},
    "checksum, sequence number and IPv6": {"pas": PAS6, "gre": {"flags": GRE_C | GRE_K | GRE_S}},
    "reserved bits": {"gre": {"flags": GRE_K | 0x03F8}},
    "bits to discard": {"gre": {"flags": GRE_K | 0x0C00}},
}


class Cas(NamedTuple):
    """A tenant's addresses: two machines, their router, and the target of a redirect."""

    src: str
    dst: str
    router: str
    other: str
    src6: str
    dst6: str
    router6: str
    other6: str
    prefix6: str  # prefix of 64 bits


OLD = Cas("10.0.0.5", "10.0.0.7", "10.0.0.1", "10.0.0.9", "fd01:2::5", "fd01:2::7", "fd01:2::1",
          "fd01:2::9", "fd01:2::")
NEW = Cas("172.16.5.5", "172.16.5.7", "172.16.5.1", "172.16.5.9", "2001:db8:5::5", "2001:db8:5::7",
          "2001:db8:5::1", "2001:db8:5::9", "2001:db8:5::")
OLD_TO_NEW = "10.0.0.0/24:172.16.5.0/24,[fd01:2::/64]:[2001:db8:5::/64]"
NEW_TO_OLD = "172.16.5.0/24:10.0.0.0/24,[2001:db8:5::/64]:[fd01:2::/64]"


def inner_frames(cas, ports=(49152, 80), macs=VMS):
    """Frames of all kinds that contain addresses, by name."""
    eth, tag = Ether(src=macs[0], dst=macs[1]), Dot1Q(vlan=101, prio=5)
    ip, back = IP(src=cas.src, dst=cas.dst), IP(src=cas.dst, dst=cas.src)
    ip6, back6 = IPv6(src=cas.src6, dst=cas.dst6), IPv6(src=cas.dst6, dst=cas.src6)
    tcp, udp = TCP(sport=ports[0], dport=ports[1]), UDP(sport=ports[0], dport=ports[1])
    data = Raw(b"odd")
    long_udp = bytes(UDP(bytes((ip / udp / Raw(bytes(64)))[UDP])))
    return {name: bytes(frame) for name, frame in {
        "TCP": eth / ip / tcp / data,
        "TCP behind options": eth / IP(src=cas.src, dst=cas.dst, options=ALERT) / tcp / data,
        "UDP": eth / ip / udp / data,
        "UDP without a checksum": eth / ip / UDP(sport=ports[0], dport=ports[1], chksum=0) / data,
        "UDP behind a tag": eth / tag / ip / udp / data,
        "UDP behind two tags": eth / Dot1Q(vlan=5, type=0x8100) / tag / ip / udp,
        "echo": eth / ip / ICMP(id=1, seq=1) / data,
        "unreachable": eth / back / ICMP(type=3, code=3) / ip / udp / data,
        "time exceeded": eth / back / ICMP(type=11) / ip / tcp,
        "unreachable, with 8 bytes": eth / back / ICMP(type=3, code=3)
        / Raw(bytes(ip / tcp / data)[:28]),
        "redirect": eth / back / ICMP(type=5, gw=cas.router) / ip / udp / data,
        "error about an echo": eth / back / ICMP(type=3, code=1) / ip / ICMP(id=1) / data,
        "ARP request": eth / ARP(hwsrc=VMS[0], psrc=cas.src, pdst=cas.dst),
        "ARP reply": eth / ARP(op=2, hwsrc=VMS[1], hwdst=VMS[0], psrc=cas.dst, pdst=cas.src),
        "first fragment": eth / IP(src=cas.src, dst=cas.dst, proto=17, flags="MF", id=9)
        / Raw(long_udp[:40]),
        "later fragment": eth / IP(src=cas.src, dst=cas.dst, proto=17, frag=5, id=9)
        / Raw(long_udp[40:]),
        "TCP over IPv6": eth / ip6 / tcp / data,
        "UDP over IPv6": eth / ip6 / udp / data,
        "UDP behind IPv6 options": eth / ip6 / IPv6ExtHdrDestOpt(
            options=[PadN(optdata=bytes(4))]) / udp / data,
        "later fragment over IPv6": eth / ip6 / IPv6ExtHdrFragment(offset=5, id=9, nh=17)
        / Raw(long_udp[40:]),
        "echo over IPv6": eth / ip6 / ICMPv6EchoRequest(id=1) / data,
        "unreachable over IPv6": eth / back6 / ICMPv6DestUnreach(code=4) / ip6 / udp / data,
        "too big over IPv6": eth / back6 / ICMPv6PacketTooBig() / ip6 / tcp / data,
        "neighbour solicitation": eth / ip6 / ICMPv6ND_NS(tgt=cas.dst6),
        "neighbour advertisement": eth / back6 / ICMPv6ND_NA(tgt=cas.dst6),
        "router advertisement": eth / IPv6(src=cas.router6, dst="ff02::1") / ICMPv6ND_RA()
        / ICMPv6NDOptPrefixInfo(prefix=cas.prefix6)
        / ICMPv6NDOptRDNSS(dns=[cas.other6, cas.router6]),
        "redirect over IPv6": eth / IPv6(src=cas.router6, dst=cas.src6)
        / ICMPv6ND_Redirect(tgt=cas.other6, dst=cas.dst6)
        / ICMPv6NDOptRedirectedHdr(pkt=ip6 / udp / Raw(bytes(6))),
        "not IP": Ether(src=macs[0], dst=macs[1], type=0x88B5) / Raw(b"10.0.0.5" * 6),
    }.items()}
