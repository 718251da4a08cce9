#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the seeds of fuzz_codec in corpus/codec. The bytes are the same every time.

Each seed is a packet after the three bytes that choose the link header, the bytes cut off and a
second cut. Packets are from the sample captures, and from frames of other projects that the unit
tests use. Some get other link headers, are broken or cut. Other files in the folder are kept.
"""

import re
import struct
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CORPUS = FOLDER / "corpus" / "codec"
CAPTURES = FOLDER.parent.parent / "captures"
PUBLISHED = FOLDER.parent / "unit" / "vectors" / "published.h"

ETHERNET, SLL, SLL2, RAW, NULL = range(5)
ETHERNET_LEN = 14
IPV6 = b"\x86\xdd"

# Ways to break the first packet of a capture: name, bytes to write at offsets.
BROKEN = {
    "two-tenants": (
        ("ip-version", {14: "55"}),
        ("ip-header-len", {14: "44"}),
        ("ip-options", {14: "4f", 16: "0000"}),
        ("ip-len-small", {14: "46", 16: "0017"}),
        ("ip-len-beyond", {16: "ffff"}),
        ("ip-len-zero", {16: "0000"}),
        ("tag", {12: "8100"}),
        ("route-beyond", {34: "4000", 42: "080000ff"}),
        ("version-1", {34: "3081880b"}),
    ),
    "two-tenants-ipv6": (
        ("ip-len-beyond", {18: "ffff"}),
        ("ip-len-zero", {18: "0000"}),
        ("extension-beyond", {20: "3c", 54: "2fff"}),
        ("extension-small", {18: "0007", 20: "3c"}),
        ("extension-of-tcp", {20: "3c", 54: "0600"}),
        ("fragment", {20: "2c", 54: "2f000009"}),
    ),
}
OTHER_PROTOCOL = {"two-tenants": {23: "06"}, "two-tenants-ipv6": {20: "06"}}
CUTS = (0, 13, 14, 33, 41)
INNER_CUTS = (36, 100)  # the first is inside the ports of UDP over IPv4


def packets(path):
    """Yields (captured bytes, bytes on the wire) of a pcap file."""
    data = path.read_bytes()
    order = "<" if data[:1] in b"\xd4\x4d" else ">"
    offset = 24
    while offset < len(data):
        _, _, caplen, length = struct.unpack_from(order + "4I", data, offset)
        offset += 16
        yield data[offset:offset + caplen], length
        offset += caplen


def published():
    """Yields the frames of published.h: its hex string literals, joined."""
    text = PUBLISHED.read_text(encoding="utf-8")
    for literals in re.findall(r'((?:"[0-9a-f]{4,}"\s*)+),', text):
        yield bytes.fromhex("".join(re.findall(r"[0-9a-f]{4,}", literals)))


def links(frame):
    """Yields (name, link, bytes): an Ethernet frame's payload after the other link headers."""
    ethertype, payload = frame[12:14], frame[ETHERNET_LEN:]
    family = 30 if ethertype == IPV6 else 2
    sll2 = ethertype + bytes.fromhex("00000000000200010006") + frame[6:12] + bytes(2)
    yield "sll", SLL, bytes.fromhex("000000010006") + frame[6:12] + bytes(2) + ethertype + payload
    yield "sll2", SLL2, sll2 + payload
    yield "raw", RAW, payload
    yield "null-big", NULL, struct.pack(">I", family) + payload
    yield "null-little", NULL, struct.pack("<I", family) + payload


def edited(frame, edits):
    """The frame with bytes changed at offsets."""
    changed = bytearray(frame)
    for offset, text in edits.items():
        changed[offset:offset + len(text) // 2] = bytes.fromhex(text)
    return bytes(changed)


def seed(link, data, length):
    """An input of the fuzz target. The second cut is in the middle of the headers."""
    return bytes((link, min(length - len(data), 255), 128)) + data


def seeds():
    """Yields (name, input)."""
    for number, (data, length) in enumerate(packets(CAPTURES / "deviations.pcap"), 1):
        yield f"deviations-{number:02}", seed(ETHERNET, data, length)
    for number, (data, length) in enumerate(packets(CAPTURES / "endpoints" / "inner.pcap"), 1):
        for caplen in INNER_CUTS:
            yield f"inner-{number:02}-cut-{caplen}", seed(ETHERNET, data[:caplen], length)
    for path in sorted((CAPTURES / "endpoints").glob("*_v[46]_*.pcap")):
        data, length = next(packets(path))
        yield path.stem, seed(ETHERNET, data, length)
    for number, frame in enumerate(published(), 1):
        yield f"published-{number}", seed(ETHERNET, frame, len(frame))
    for name, broken in BROKEN.items():
        frame, _ = next(packets(CAPTURES / f"{name}.pcap"))
        for broken_name, edits in broken:
            yield f"{name}-{broken_name}", seed(ETHERNET, edited(frame, edits), len(frame))
        for caplen in CUTS:
            yield f"{name}-cut-{caplen}", seed(ETHERNET, frame[:caplen], caplen)
        yield f"{name}-short", seed(ETHERNET, edited(frame, OTHER_PROTOCOL[name])[:43], 43)
        for link_name, link, data in links(frame):
            yield f"{name}-{link_name}", seed(link, data, len(data))


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, data in seeds():
        (CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    main()
