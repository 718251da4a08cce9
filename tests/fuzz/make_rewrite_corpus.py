#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the seeds of fuzz_rewrite in corpus/rewrite. The bytes are the same every time.

fuzz_rewrite.c explains the first four bytes. Other files in the folder are kept.
"""

from pathlib import Path

from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA,
                                ICMPv6ND_Redirect, ICMPv6NDOptPrefixInfo,
                                ICMPv6NDOptRedirectedHdr, ICMPv6NDOptRDNSS, IPv6,
                                IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, PadN, fragment6)
from scapy.layers.l2 import ARP, GRE, Dot1Q, Ether
from scapy.packet import Raw

CORPUS = Path(__file__).resolve().parent / "corpus" / "rewrite"

HOSTS = {"dst": "02:00:c0:a8:04:16", "src": "02:00:c0:a8:04:0b"}
VMS = {"dst": "06:06:00:00:00:07", "src": "06:06:00:00:00:05"}
PAS, PAS6 = {"src": "192.168.4.11", "dst": "192.168.4.22"}, {"src": "fd00:4::11", "dst": "fd00:4::22"}
CAS, CAS6 = {"src": "10.0.0.5", "dst": "10.0.0.7"}, {"src": "fd01::5", "dst": "fd01::7"}
ETHERNET, SLL, SLL2, RAW, NULL, ONLY_4, ONLY_6 = range(7)

# outer fields; addresses, ports, seed and checksums; inner fields and key
CHOICES = {
    "nothing": (0, 0, 0),
    "outer": (0xF3, 0x08, 0x30),
    "tag-add": (0x04, 0, 0),
    "tag-delete": (0x08, 0, 0),
    "tag-set": (0x0C, 0, 0x08),
    "to-4": (0x04, 0x01, 0),
    "to-6": (0x04, 0x02, 0x40),
    "normalise": (0, 0x04, 0),
    "inner": (0, 0x30, 0x0B),
    "inner-strip": (0, 0x30, 0x04),
    "seed": (0, 0x40, 0),
    "fix": (0, 0xB0, 0x04),
    "selected": (0xF0, 0x38, 0xD0),
}


def inner_frames():
    """Frames of all kinds that rewrite decodes."""
    vms = Ether(**VMS)
    quoted = IP(**CAS) / UDP(sport=49153, dport=53) / Raw(b"quoted")
    quoted6 = IPv6(**CAS6) / TCP(sport=49153, dport=80) / Raw(b"quoted")
    yield vms / IP(**CAS) / TCP(sport=49152, dport=80) / Raw(b"odd")
    yield vms / Dot1Q(vlan=5) / Dot1Q(vlan=6) / IP(**CAS) / UDP(sport=53, dport=49152) / Raw(b"4")
    yield vms / IP(**CAS) / UDP(sport=53, dport=49152, chksum=0)
    yield vms / IP(**CAS, flags="MF") / UDP(sport=53, dport=49152) / Raw(bytes(8))
    yield vms / IP(**CAS) / ICMP(type=3, code=1) / quoted
    yield vms / IP(**CAS) / ICMP(type=5, gw="10.0.0.9") / quoted
    yield vms / ARP(psrc="10.0.0.5", pdst="10.0.0.7")
    yield vms / IPv6(**CAS6) / TCP(sport=49152, dport=80)
    yield vms / IPv6(**CAS6) / IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]) / UDP(dport=53)
    yield vms / IPv6(**CAS6) / ICMPv6DestUnreach() / quoted6
    yield vms / IPv6(**CAS6) / ICMPv6ND_NS(tgt="fd01::7")
    yield vms / IPv6(**CAS6) / ICMPv6ND_NA(tgt="fd01::5")
    yield (vms / IPv6(**CAS6) / ICMPv6ND_RA() / ICMPv6NDOptPrefixInfo(prefix="fd01::")
           / ICMPv6NDOptRDNSS(dns=["fd01::53", "fd01::54"]))
    yield (vms / IPv6(**CAS6) / ICMPv6ND_Redirect(tgt="fd01::1", dst="fd01::7")
           / ICMPv6NDOptRedirectedHdr(pkt=quoted6))


def outer_packets():
    """Yields (link type, packet)."""
    gre = GRE(key_present=1, key=0x00138950, proto=0x6558)
    deviant = GRE(key_present=1, chksum_present=1, seqnum_present=1, key=0x00138950, proto=0x6558)
    frames = list(inner_frames())
    for number, frame in enumerate(frames):
        outer = (IP(**PAS, proto=47), IPv6(**PAS6, nh=47))[number % 2]
        yield ETHERNET, Ether(**HOSTS) / outer / (gre, deviant)[number % 3 == 0] / frame
    yield ETHERNET, Ether(**HOSTS) / Dot1Q(vlan=103) / IP(**PAS, proto=47) / gre / frames[0]
    yield RAW, IP(**PAS, proto=47, options=b"\x94\x04\0\0") / gre / frames[0]
    yield ONLY_6, IPv6(**PAS6) / IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))], nh=47) / gre / frames[7]
    yield SLL, Raw(bytes(14) + b"\x08\0") / IP(**PAS, proto=47) / gre / frames[0]
    yield SLL2, Raw(b"\x86\xdd" + bytes(18)) / IPv6(**PAS6, nh=47) / gre / frames[0]
    yield NULL, Raw(b"\0\0\0\2") / IP(**PAS, proto=47) / gre / frames[0]
    for piece in fragment(IP(**PAS, id=7, proto=47) / gre / frames[4], 48):
        yield ETHERNET, Ether(**HOSTS) / piece
    whole = IPv6(**PAS6) / IPv6ExtHdrFragment(id=7, nh=47) / gre / frames[9]
    for piece in fragment6(whole, 104):
        yield ETHERNET, Ether(**HOSTS) / piece


def records(packets, cut):
    """Packets after their lengths. The last bytes of each packet are cut."""
    for packet in packets:
        data = bytes(packet)
        caplen = len(data) - cut
        yield caplen.to_bytes(2, "big") + cut.to_bytes(2, "big") + data[:caplen]


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    by_link = {}
    for link, packet in outer_packets():
        by_link.setdefault(link, []).append(packet)
    for name, choices in CHOICES.items():
        for link, packets in by_link.items():
            for start in range(0, len(packets), 8):
                data = bytes((*choices, link))
                part = packets[start:start + 8]
                (CORPUS / f"{name}-{link}-{start // 8}").write_bytes(
                    data + b"".join(records(part, 0)))
                if link == ETHERNET:
                    (CORPUS / f"{name}-{link}-{start // 8}-cut").write_bytes(
                        data + b"".join(records(part, 9)))


if __name__ == "__main__":
    main()
