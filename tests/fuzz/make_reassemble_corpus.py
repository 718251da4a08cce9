#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the seeds of fuzz_reassemble in corpus/reassemble. The bytes are the same every time.

fuzz_reassemble.c explains the bytes. Other files in the folder are kept.
"""

from pathlib import Path

from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, PadN
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Raw

CORPUS = Path(__file__).resolve().parent / "corpus" / "reassemble"

ROOMY, NARROW = 0x7F, 0x80  # limits: the widest ones, and the narrowest ones with a short timeout
GRE = 47
ETHERNET, SLL, SLL2, RAW, NULL = range(5)


def piece(start, length, more=True, *, version=4, datagram=0, other=False, cut=False, ecn=0,
          delay=0, choices=0):
    """A fragment. `start` is in bytes."""
    flags = ((version == 6) | datagram << 1 | more << 3 | other << 4 | cut << 5 | ecn << 6)
    return bytes((flags, start // 8, length, delay & 0xFF, choices))


def frame(link, data):
    """An unchanged frame."""
    return bytes((0, link, len(data), 0, 0xFF)) + data


STEPS = {
    "in-order": (piece(0, 16), piece(16, 24), piece(40, 5, False)),
    "backwards": (piece(40, 5, False), piece(16, 24), piece(0, 16)),
    "middle-last": (piece(0, 16), piece(40, 5, False), piece(16, 24)),
    "duplicates": (piece(0, 16), piece(0, 16), piece(16, 5, False), piece(16, 5, False)),
    "differs": (piece(0, 16), piece(0, 16, other=True), piece(16, 5, False)),
    "overlap": (piece(0, 16), piece(8, 16), piece(24, 5, False)),
    "two-ends": (piece(16, 8, False), piece(16, 9, False), piece(0, 16)),
    "beyond-the-end": (piece(16, 8, False), piece(32, 8), piece(0, 16)),
    "gap": (piece(0, 16), piece(40, 5, False)),
    "empty": (piece(8, 0, False), piece(0, 0), piece(0, 8)),
    "unaligned": (piece(0, 12), piece(8, 4, False)),
    "cut": (piece(0, 16, cut=True), piece(16, 8, False)),
    "too-late": (piece(0, 16), piece(16, 8, False, delay=120)),
    "back-in-time": (piece(0, 16), piece(16, 8, False, delay=-100)),
    "many-datagrams": tuple(piece(0, 64, datagram=n) for n in range(4)) * 2,
    "other-interface": (piece(0, 16), piece(16, 8, False, choices=2)),
    "blocks": (piece(0, 16, choices=4), piece(16, 8, choices=4), piece(24, 8, False, choices=5)),
    "options": (piece(0, 16, choices=8), piece(16, 8, False, choices=9)),
    "congestion": (piece(0, 16, ecn=2), piece(16, 8, False, ecn=3)),
    "congestion-lost": (piece(0, 16), piece(16, 8, False, ecn=3)),
    "too-many": tuple(piece(8 * n, 8) for n in range(20)),
}


def frames():
    """Yields (name, link, two fragments)."""
    macs = Ether(src="02:00:c0:a8:04:0b", dst="02:00:c0:a8:04:16")
    payload = bytes.fromhex("2000655800138950") + bytes(24)
    pas = {"src": "192.168.4.11", "dst": "192.168.4.22"}
    ipv4 = [IP(**pas, id=7, proto=GRE, flags="MF", options=b"\x01" * 4) / Raw(payload[:16]),
            IP(**pas, id=7, proto=GRE, frag=2) / Raw(payload[16:])]
    pas = {"src": "fd00:4::11", "dst": "fd00:4::22"}
    ipv6 = [IPv6(**pas) / IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))])
            / IPv6ExtHdrFragment(id=7, offset=offset, m=offset == 0, nh=GRE)
            / Raw(payload[8 * offset:8 * offset + 16]) for offset in (0, 2)]
    for version, packets in ((4, ipv4), (6, ipv6)):
        family = bytes((0, 0, 0, 2 if version == 4 else 30))
        yield f"ethernet-{version}", ETHERNET, [bytes(macs / p) for p in packets]
        yield f"tag-{version}", ETHERNET, [bytes(macs / Dot1Q(vlan=5) / p) for p in packets]
        yield f"raw-{version}", RAW, [bytes(p) for p in packets]
        yield f"null-{version}", NULL, [family + bytes(p) for p in packets]


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, steps in STEPS.items():
        for version in (4, 6):
            data = b"".join(bytes((step[0] | (version == 6),)) + step[1:] for step in steps)
            (CORPUS / f"{name}-{version}").write_bytes(bytes((ROOMY,)) + data)
        (CORPUS / f"{name}-narrow").write_bytes(bytes((NARROW,)) + b"".join(steps))
    for name, link, fragments in frames():
        data = b"".join(frame(link, fragment) for fragment in fragments)
        (CORPUS / name).write_bytes(bytes((ROOMY,)) + data)


if __name__ == "__main__":
    main()
