#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the seeds of fuzz_segment in corpus/segment. The bytes are the same every time.

The seeds are the super-packets of the unit tests, and SYNs. fuzz_segment.c explains the first three
bytes. Other files in the folder are kept.
"""

import re
from pathlib import Path

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether

FOLDER = Path(__file__).resolve().parent
CORPUS = FOLDER / "corpus" / "segment"
VECTORS = FOLDER.parent / "unit" / "vectors"

ROW = re.compile(r'\{"([^"]+)", (\d+),\n((?:"[0-9a-f]+"\n?)+)')
OPTIONS = [("NOP", None), ("MSS", 1460), ("NOP", None), ("WScale", 7)]
CUT = 40  # bytes


def syns():
    """Yields (name, frame)."""
    macs = Ether(dst="06:06:00:00:00:07", src="06:06:00:00:00:05")
    syn = TCP(sport=49152, dport=80, flags="S", options=OPTIONS)
    yield "syn-4", macs / IP(src="10.0.0.5", dst="10.0.0.7") / syn
    yield "syn-6", macs / Dot1Q(vlan=5) / IPv6(src="2001:db8::5", dst="2001:db8::7") / syn


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for path in ("segments.h", "linux_segments.h"):
        for name, longest, text in ROW.findall((VECTORS / path).read_text(encoding="utf-8")):
            frame = bytes.fromhex("".join(re.findall(r"[0-9a-f]+", text)))
            name = f"{path[:-2]}-{name}".replace(" ", "-")
            longest = int(longest).to_bytes(2, "big")
            (CORPUS / name).write_bytes(longest + b"\0" + frame)
            (CORPUS / f"{name}-cut").write_bytes(longest + bytes((CUT,)) + frame[:-CUT])
    for name, frame in syns():
        (CORPUS / name).write_bytes((1400).to_bytes(2, "big") + b"\0" + bytes(frame))


if __name__ == "__main__":
    main()
