#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes segments.h, the same each time: super-packets, and the segments that scapy makes of them.

Lengths and checksums of the segments are scapy's; what else differs from segment to segment is
told here, field by field. A super-packet has the checksum that segmentation offload leaves in it:
the sum over the pseudo-header alone.
"""

import textwrap
from pathlib import Path

from scapy.layers.inet import IP, TCP, UDP, IPOption_Router_Alert, in4_chksum
from scapy.layers.inet6 import (IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                                IPv6ExtHdrRouting, Jumbo, PadN, in6_chksum)
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

OUT = Path(__file__).resolve().parent / "segments.h"

MACS = {"dst": "06:06:00:00:00:07", "src": "06:06:00:00:00:05"}
V4 = {"src": "10.0.0.5", "dst": "10.0.0.7"}
V6 = {"src": "2001:db8::5", "dst": "2001:db8::7"}
PAYLOAD = bytes(range(256)) + bytes(range(255, 155, -1))  # 356 bytes
TIMES = [("NOP", None), ("NOP", None), ("Timestamp", (0x12345678, 0x9ABCDEF0))]


def tcp(flags="A", **fields):
    """A TCP header."""
    return TCP(sport=49152, dport=80, seq=fields.pop("seq", 0x10000000), ack=0x20000000,
               flags=flags, window=501, **fields)


def udp(**fields):
    """A UDP header."""
    return UDP(sport=49152, dport=443, **fields)


def ethernet(*tags):
    """An Ethernet header with VLAN tags."""
    frame = Ether(**MACS)
    for tag in tags:
        frame /= tag
    return frame


def ipv4(**fields):
    """An IPv4 header; its ID is about to wrap."""
    return IP(**V4, id=0xFFFF, flags="DF", ttl=64, **fields)


def ipv6(*extensions, **fields):
    """An IPv6 header with extension headers."""
    packet = IPv6(**V6, fl=0x54321, tc=0x02, **fields)
    for extension in extensions:
        packet /= extension
    return packet


def transport(frame):
    """The transport header of a frame."""
    return frame.getlayer(TCP) or frame.getlayer(UDP)


def rebuilt(frame):
    """A frame with all lengths and checksums that it leaves open filled in."""
    return Ether(bytes(frame))


def super_packet(headers, payload, length_0=False, checksum=None):
    """The super-packet as it is captured, as bytes."""
    frame = headers / Raw(payload)
    l4_len = len(transport(headers)) + len(payload)
    ip = frame.getlayer(IP) or frame.getlayer(IPv6)
    protocol = 6 if TCP in frame else 17
    if checksum is None:
        pseudo = in4_chksum if ip.version == 4 else in6_chksum
        checksum = 0xFFFF ^ pseudo(protocol, ip, bytes(l4_len))
    transport(frame).chksum = checksum
    if length_0 and ip.version == 4:
        ip.len = 0
    elif length_0:
        ip.plen = 0
    return bytes(frame)


def tcp_fields(header, number, count, start):
    """What differs in the TCP headers of segments."""
    header.seq = (header.seq + start) & 0xFFFFFFFF
    if number > 0:
        header.flags &= ~0x80
    if number < count - 1:
        header.flags &= ~0x09
    if number > 0 and header.flags & 0x20:
        header.flags &= ~0x20 if header.urgptr <= start else 0xFF
        header.urgptr = max(header.urgptr - start, 0)


def segments(headers, payload, max_ip_len, no_checksum=False):
    """The segments, as bytes."""
    ip_headers = len(rebuilt(headers).getlayer(IP) or rebuilt(headers).getlayer(IPv6))
    size = max_ip_len - ip_headers
    starts = range(0, len(payload), size)
    found = []
    for number, start in enumerate(starts):
        frame = headers.copy() / Raw(payload[start:start + size])
        if IP in frame:
            frame[IP].id = (frame[IP].id + number) & 0xFFFF
        if TCP in frame:
            tcp_fields(frame[TCP], number, len(starts), start)
        if no_checksum:
            frame[UDP].chksum = 0
        found.append(bytes(frame))
    return found


def zero_sum_payload():
    """A payload with which the checksum comes out as 0, so that 0xFFFF stands there."""
    def checksum(data):
        return rebuilt(ethernet() / ipv4() / udp() / Raw(data))[UDP].chksum
    head = bytes(90)
    word = checksum(head + bytes(2))
    data = head + word.to_bytes(2, "big")
    assert checksum(data) == 0xFFFF
    return data * 3


ROUTE = IPv6ExtHdrRouting(addresses=["2001:db8::99"], segleft=0)
OPTIONS = (IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]),
           IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(12))]))
JUMBO = IPv6ExtHdrHopByHop(options=[Jumbo(jumboplen=8 + 20 + len(PAYLOAD))])

# Name, headers, longest IP packet, what is special.
ROWS = (
    ("TCP over IPv4", ethernet() / ipv4() / tcp(), 140, {}),
    ("segments of equal length", ethernet() / ipv4() / tcp(), 40 + 89, {}),
    ("of odd length", ethernet() / ipv4() / tcp(), 40 + 91, {}),
    ("one byte too many", ethernet() / ipv4() / tcp(), 40 + 355, {}),
    ("TCP options", ethernet() / ipv4() / tcp(options=TIMES), 140, {}),
    ("TOS", ethernet() / ipv4(tos=0xBA) / tcp(), 140, {}),
    ("IPv4 options", ethernet() / ipv4(options=[IPOption_Router_Alert()]) / tcp(), 140, {}),
    ("IPv4 total length 0", ethernet() / ipv4() / tcp(), 140, {"length_0": True}),
    ("FIN and PSH", ethernet() / ipv4() / tcp("FPA"), 140, {}),
    ("CWR and ECE", ethernet() / ipv4() / tcp("CEA"), 140, {}),
    ("urgent data in the first segment", ethernet() / ipv4() / tcp("UA", urgptr=100), 140, {}),
    ("urgent data in the third segment", ethernet() / ipv4() / tcp("UA", urgptr=201), 140, {}),
    ("urgent data at the end", ethernet() / ipv4() / tcp("UPA", urgptr=356), 140, {}),
    ("an urgent pointer without URG", ethernet() / ipv4() / tcp(urgptr=201), 140, {}),
    ("sequence numbers wrap", ethernet() / ipv4() / tcp(seq=0xFFFFFF80), 140, {}),
    ("a tag", ethernet(Dot1Q(vlan=101, prio=5)) / ipv4() / tcp(), 140, {}),
    ("two tags", ethernet(Dot1AD(vlan=200), Dot1Q(vlan=101)) / ipv6() / tcp(), 160, {}),
    ("bytes behind the IP packet", ethernet() / ipv4() / tcp(), 140, {"trailer": bytes(4)}),
    ("TCP over IPv6", ethernet() / ipv6() / tcp("FPA", options=TIMES), 160, {}),
    ("IPv6 payload length 0", ethernet() / ipv6() / tcp(), 160, {"length_0": True}),
    ("IPv6 extension headers", ethernet() / ipv6(*OPTIONS) / tcp(), 200, {}),
    ("a route that is at its end", ethernet() / ipv6(ROUTE) / tcp(), 200, {}),
    ("an atomic fragment", ethernet() / ipv6(IPv6ExtHdrFragment(id=7)) / tcp(), 200, {}),
    ("a jumbo payload option", ethernet() / ipv6(JUMBO) / tcp(), 160,
     {"length_0": True, "without": ethernet() / ipv6() / tcp()}),
    ("all that is too long is a jumbo payload option", ethernet() / ipv6(JUMBO) / tcp(),
     60 + len(PAYLOAD), {"length_0": True, "without": ethernet() / ipv6() / tcp()}),
    ("UDP over IPv4", ethernet() / ipv4() / udp(), 140, {}),
    ("UDP over IPv6", ethernet() / ipv6() / udp(), 160, {}),
    ("UDP without a checksum", ethernet() / ipv4() / udp(), 140, {"no_checksum": True}),
    ("UDP with a checksum of 0xffff", ethernet() / ipv4() / udp(), 120,
     {"payload": zero_sum_payload()}),
)


def literal(data):
    """C string literals of bytes in hex."""
    return "\n".join(f'"{line}"' for line in textwrap.wrap(data.hex(), 80))


def row(name, headers, max_ip_len, special):
    """A row of the table."""
    payload = special.get("payload", PAYLOAD)
    no_checksum = special.get("no_checksum", False)
    whole = super_packet(headers, payload, special.get("length_0", False),
                         0 if no_checksum else None) + special.get("trailer", b"")
    cut = segments(special.get("without", headers), payload, max_ip_len, no_checksum)
    listed = ",\n".join(literal(segment) for segment in cut)
    return f'{{"{name}", {max_ip_len},\n{literal(whole)},\n{{{listed}}}}},\n'


def main():
    OUT.write_text(f"""/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEGMENTS_H
#define SEGMENTS_H

/* Super-packets and their segments, made with scapy by make_segments.py. */

#include <stdint.h>

#define SEGMENTS_MAX 5

struct segment_case {{
    const char *name;
    uint32_t max_ip_len;
    const char *whole;
    const char *segments[SEGMENTS_MAX]; /* NULL behind the last one */
}};

/* clang-format off */
static const struct segment_case segment_cases[] = {{
{"".join(row(*fields) for fields in ROWS)}}};
/* clang-format on */

#endif
""", encoding="utf-8")


if __name__ == "__main__":
    main()
