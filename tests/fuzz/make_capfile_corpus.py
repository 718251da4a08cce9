#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the seeds of fuzz_capfile in corpus/capfile. The bytes are the same every time.

Each seed is a small capture after the two bytes that choose output format and transform: all
formats and byte orders, all kinds of blocks, cut and invalid ones, and compressed ones (their bytes
depend on the versions of zlib and zstd). Other files in the folder are kept.
"""

import gzip
import struct
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CORPUS = FOLDER / "corpus" / "capfile"
CAPTURES = FOLDER.parent.parent / "captures"

TO_PCAP, TO_NSECPCAP, TO_PCAPNG, TO_SAME = range(4)
KEEP, ENCAP, DECAP = 0, 1 << 2, 2 << 2
AUTO_NSEC, DROP_OTHERS = 1 << 4, 1 << 5
TO_GZIP, TO_ZSTD = 1 << 6, 2 << 6

USEC, NSEC, MODIFIED = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
ETHERNET, SLL, RAW = 1, 113, 101
FCS_OF_4 = 0x24000000
SECTION, INTERFACE, OBSOLETE, SIMPLE, NAMES, STATISTICS, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 4, 5, 6
CUSTOM = 0x0BAD
COMMENT, FLAGS, HASH, TSRESOL, FCSLEN, TSOFFSET = 1, 2, 3, 9, 13, 14
ETHERNET_LEN = 14


def first_frames(name, count):
    """The first frames of a sample capture, as little-endian pcap."""
    data = (CAPTURES / name).read_bytes()
    frames, offset = [], 24
    while len(frames) < count:
        caplen, = struct.unpack_from("<I", data, offset + 8)
        frames.append(data[offset + 16:offset + 16 + caplen])
        offset += 16 + caplen
    return frames


PLAIN = first_frames("plain-red.pcap", 2)
TUNNEL = first_frames("two-tenants.pcap", 2)
TUNNEL6 = first_frames("two-tenants-ipv6.pcap", 1)


def pcap(order, magic, link, frames, snaplen=0xFFFF, cut=0):
    """A pcap file. The last `cut` bytes of each frame are not captured."""
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link)
    for number, frame in enumerate(frames):
        data = frame[:len(frame) - cut]
        out += struct.pack(order + "IIII", 1700000000, number, len(data), len(frame))
        if magic == MODIFIED:
            out += struct.pack(order + "IHBB", 2, 0x0800, 4, 0)
        out += data
    return out


def padded(data):
    return data + bytes(-len(data) % 4)


class Pcapng:
    """Blocks in one byte order."""

    def __init__(self, order):
        self.order = order

    def pack(self, layout, *values):
        return struct.pack(self.order + layout, *values)

    def block(self, kind, body):
        body = padded(body)
        length = self.pack("I", len(body) + 12)
        return self.pack("I", kind) + length + body + length

    def options(self, *options):
        out = b"".join(self.pack("HH", code, len(value)) + padded(value)
                       for code, value in options)
        return out + bytes(4) if options else b""

    def section(self, *options, length=-1):
        return self.block(SECTION, self.pack("IHHq", 0x1A2B3C4D, 1, 0, length)
                          + self.options(*options))

    def interface(self, link=ETHERNET, snaplen=0, *options):
        return self.block(INTERFACE, self.pack("HHI", link, 0, snaplen) + self.options(*options))

    def enhanced(self, frame, iface=0, *options, cut=0):
        data = frame[:len(frame) - cut]
        return self.block(ENHANCED, self.pack("IIIII", iface, 0x60000, 1, len(data), len(frame))
                          + padded(data) + self.options(*options))

    def obsolete(self, frame, iface=0):
        return self.block(OBSOLETE, self.pack("HHIIII", iface, 3, 0x60000, 1, len(frame),
                                              len(frame)) + frame)

    def simple(self, frame, snaplen=None):
        return self.block(SIMPLE, self.pack("I", len(frame)) + frame[:snaplen])

    def statistics(self, iface=0):
        return self.block(STATISTICS, self.pack("III", iface, 0x60000, 1)
                          + self.options((COMMENT, b"end")))

    def flags(self, value):
        return FLAGS, self.pack("I", value)


def pcap_captures():
    """Yields (name, capture)."""
    for order, order_name in (("<", "little"), (">", "big")):
        for magic, magic_name in ((USEC, "usec"), (NSEC, "nsec"), (MODIFIED, "modified")):
            yield f"pcap-{magic_name}-{order_name}", pcap(order, magic, ETHERNET, TUNNEL + PLAIN)
    yield "pcap-cut-frames", pcap("<", USEC, ETHERNET, TUNNEL, cut=40)
    yield "pcap-fcs", pcap("<", USEC, ETHERNET | FCS_OF_4, [PLAIN[0] + bytes(4)])
    yield "pcap-raw", pcap("<", NSEC, RAW, [TUNNEL6[0][ETHERNET_LEN:]], snaplen=0)
    yield "pcap-empty", pcap(">", USEC, SLL, [], snaplen=262144)
    yield "pcap-cut-in-packet", pcap("<", USEC, ETHERNET, PLAIN)[:-1]
    yield "pcap-caplen-too-long", pcap("<", USEC, ETHERNET, []) + bytes(8) + b"\xff" * 8


def pcapng_captures():
    """Yields (name, capture)."""
    for order, order_name in (("<", "little"), (">", "big")):
        f = Pcapng(order)
        start = f.section() + f.interface()
        packets = b"".join(f.enhanced(frame) for frame in TUNNEL + TUNNEL6 + PLAIN)
        yield f"pcapng-{order_name}", start + packets
        yield f"pcapng-blocks-{order_name}", (
            f.section((4, b"maker"), length=1000) + f.interface(ETHERNET, 262144, (2, b"eth0"))
            + f.block(NAMES, bytes(4)) + f.enhanced(PLAIN[0]) + f.block(CUSTOM, b"\1\2\3")
            + f.obsolete(TUNNEL[0]) + f.simple(PLAIN[1]) + f.statistics())
    f = Pcapng("<")
    comment, fcs = (COMMENT, b"seen"), (FCSLEN, b"\4")
    yield "pcapng-options", (
        f.section() + f.interface(ETHERNET, 0, (TSRESOL, b"\x09"), (TSOFFSET, f.pack("q", -7)))
        + f.enhanced(TUNNEL[0], 0, comment, f.flags(1), (HASH, b"\2" + bytes(4))))
    yield "pcapng-fcs", (
        f.section() + f.interface(ETHERNET, 0, fcs, (TSRESOL, b"\x94"))
        + f.enhanced(PLAIN[0] + bytes(4)) + f.enhanced(PLAIN[0] + bytes(2), 0, f.flags(0x40))
        + f.simple(PLAIN[1] + bytes(4)))
    yield "pcapng-link-types", (
        f.section() + f.interface(RAW) + f.enhanced(TUNNEL[0][ETHERNET_LEN:]) + f.interface()
        + f.enhanced(TUNNEL[1], 1) + f.statistics(1) + f.simple(TUNNEL6[0][ETHERNET_LEN:]))
    yield "pcapng-simple-cut", (
        f.section() + f.interface(ETHERNET, 60) + f.simple(TUNNEL[0], 60) + f.simple(PLAIN[0], 60)
        + f.enhanced(TUNNEL[1], cut=30))
    big = Pcapng(">")
    yield "pcapng-sections", (
        f.section() + f.interface() + f.enhanced(TUNNEL[0]) + big.section() + big.interface(SLL)
        + big.interface() + big.enhanced(PLAIN[0], 1) + f.section())
    yield "pcapng-bad-packets", (
        f.section() + f.simple(b"") + f.enhanced(b"", 7) + f.interface()
        + f.block(ENHANCED, bytes(8)) + f.block(ENHANCED, f.pack("IIIII", 0, 0, 0, 99, 99))
        + f.enhanced(PLAIN[0]))
    yield "pcapng-bad-packet-of-added-interface", (
        f.section() + f.interface(RAW) + f.enhanced(TUNNEL[0][ETHERNET_LEN:])
        + f.enhanced(PLAIN[0], 1))
    yield "pcapng-section-of-two-lengths", f.section()[:-4] + bytes(4)
    yield "pcapng-cut-in-block", f.section() + f.interface() + f.enhanced(PLAIN[0])[:-1]
    yield "pcapng-large-block", f.section() + f.pack("II", CUSTOM, 0x80004) + bytes(16)
    yield "pcapng-block-of-two-lengths", f.section() + f.pack("IIII", CUSTOM, 16, 0, 20)


def seeds():
    """Yields (name, input)."""
    captures = [*pcap_captures(), *pcapng_captures()]
    runs = (("kept", bytes((TO_SAME | KEEP, 0))),
            ("kept-as-pcap", bytes((TO_PCAP | KEEP | AUTO_NSEC, 0))),
            ("kept-as-pcapng", bytes((TO_PCAPNG | KEEP, 0))),
            ("encap", bytes((TO_SAME | ENCAP, 0x20))),
            ("decap", bytes((TO_SAME | DECAP, 0))),
            ("decap-as-nsecpcap", bytes((TO_NSECPCAP | DECAP | DROP_OTHERS, 0x12))))
    for name, capture in captures:
        for run, choices in runs:
            yield f"{name}-{run}", choices + capture
    yield from compressed_seeds(dict(captures))


def compressed_seeds(captures):
    """Yields (name, input) of compressed captures with compressed output."""
    pcap_file, pcapng_file = captures["pcap-usec-little"], captures["pcapng-little"]
    large = captures["pcapng-large-block"] + bytes(0x80004)
    gzipped = gzip.compress(pcap_file, mtime=0)
    zstd = [subprocess.run(["zstd", "-q"], input=data, capture_output=True, check=True).stdout
            for data in (pcap_file, pcapng_file, large)]
    skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    captures = (("gzip-pcap", gzipped),
                ("gzip-members", gzip.compress(pcapng_file[:99], mtime=0)
                 + gzip.compress(pcapng_file[99:], mtime=0) + bytes(9)),
                ("gzip-garbage", gzipped + b"garbage"), ("gzip-cut", gzipped[:-9]),
                ("gzip-large-block", gzip.compress(large, mtime=0)),
                ("zstd-pcap", zstd[0]), ("zstd-frames", skippable + zstd[1] + skippable),
                ("zstd-garbage", zstd[0] + b"garbage"), ("zstd-cut", zstd[1][:-2]),
                ("zstd-large-block", zstd[2]))
    for name, data in captures:
        for run, choice in (("plain", 0), ("gzip", TO_GZIP), ("zstd", TO_ZSTD)):
            yield f"{name}-{run}", bytes((TO_SAME | DECAP | choice, 0)) + data


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, data in seeds():
        (CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    main()
