# SPDX-License-Identifier: GPL-2.0-or-later
"""Capture files as bytes: pcap and pcapng, written and read with struct only.

Independent of the C code, so that each can be checked against the other. Reading also checks the
file: impossible lengths are an AssertionError.
"""

import struct
from fractions import Fraction
from typing import NamedTuple, Optional

USEC, NSEC, MODIFIED = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34  # magic numbers of pcap
ETHERNET, LOOP = 1, 108  # link types
SNAPLEN = 262144
START = 1_767_261_600  # 2026-01-01 10:00:00 UTC

SECTION, INTERFACE, OBSOLETE, SIMPLE, NAMES, STATISTICS, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 4, 5, 6
SECRETS, CUSTOM = 10, 0xBAD
PACKETS = (OBSOLETE, SIMPLE, ENHANCED)
BYTE_ORDER = 0x1A2B3C4D

# Option codes.
COMMENT, APPLICATION = 1, 4
IF_NAME, IF_TSRESOL, IF_FCSLEN, IF_TSOFFSET = 2, 9, 13, 14
PACKET_FLAGS, PACKET_HASH, PACKET_DROPS = 2, 3, 4


class Packet(NamedTuple):
    """A captured packet."""

    data: bytes  # the captured bytes
    wire_len: int  # length on the wire
    time: Optional[Fraction] = None  # seconds since 1970, or None if the file has no time
    linktype: int = ETHERNET
    interface: int = 0
    options: tuple = ()  # of pcapng, as (code, value)


def packet(data, wire_len=None, time=None, **fields):
    """A packet. It is complete unless wire_len is given."""
    return Packet(data, len(data) if wire_len is None else wire_len, time, **fields)


def packets(items):
    """Packets from a list of packets or frames, one second and one microsecond apart."""
    return [item if isinstance(item, Packet)
            else packet(item, time=START + number + Fraction(number, 10**6))
            for number, item in enumerate(items)]


# ---- pcap ----

def pcap_header(*, magic=USEC, order="<", linktype=ETHERNET, snaplen=SNAPLEN):
    """The header of a pcap file."""
    return struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, linktype)


def pcap_record(item, *, magic=USEC, order="<"):
    """A packet in a pcap file."""
    time = item.time or Fraction(0)
    fraction = time % 1 * (10**9 if magic == NSEC else 10**6)
    header = struct.pack(order + "IIII", int(time), int(fraction), len(item.data), item.wire_len)
    extra = struct.pack(order + "IHBB", 2, 0x0800, 0, 0) if magic == MODIFIED else b""
    return header + extra + item.data


def pcap(items, *, magic=USEC, order="<", **fields):
    """A pcap file of packets or frames."""
    return pcap_header(magic=magic, order=order, **fields) + b"".join(
        pcap_record(item, magic=magic, order=order) for item in packets(items))


class PcapHeader(NamedTuple):
    """The contents of a pcap file header."""

    magic: int
    order: str
    snaplen: int
    linktype: int


def read_pcap_header(data):
    """Decodes the header of a pcap file."""
    order = next(order for order in "<>" if struct.unpack_from(order + "I", data)[0]
                 in (USEC, NSEC, MODIFIED))
    magic, major, minor, _, _, snaplen, linktype = struct.unpack_from(order + "IHHiIII", data)
    assert (major, minor) == (2, 4)
    return PcapHeader(magic, order, snaplen, linktype)


def read_pcap(data):
    """The packets of a pcap file."""
    header = read_pcap_header(data)
    units = 10**9 if header.magic == NSEC else 10**6
    found, offset = [], 24
    while offset < len(data):
        seconds, fraction, caplen, wire_len = struct.unpack_from(header.order + "IIII", data,
                                                                 offset)
        offset += 24 if header.magic == MODIFIED else 16
        assert caplen <= wire_len and offset + caplen <= len(data)
        found.append(Packet(data[offset:offset + caplen], wire_len,
                            seconds + Fraction(fraction, units), header.linktype))
        offset += caplen
    return found


def whole_frames(data):
    """The captured bytes of each packet of a little-endian pcap file that is still written."""
    found, offset = [], 24
    while offset + 16 <= len(data):
        (caplen,) = struct.unpack_from("<I", data, offset + 8)
        offset += 16 + caplen
        if offset <= len(data):
            found.append(data[offset - caplen:offset])
    return found


# ---- pcapng ----

class Writer:
    """Writes pcapng blocks in a byte order."""

    def __init__(self, order="<"):
        self.order = order

    def pack(self, layout, *values):
        """struct.pack in this byte order."""
        return struct.pack(self.order + layout, *values)

    def options(self, *options):
        """A list of options, each (code, value), with the end option. Empty if there are no
        options."""
        listed = b"".join(self.pack("HH", code, len(value)) + padded(value)
                          for code, value in options)
        return listed + bytes(4) if options else b""

    def block(self, kind, body):
        """A block around a body. The body is a multiple of 4 bytes."""
        length = self.pack("I", 12 + len(body))
        return self.pack("I", kind) + length + body + length

    def section(self, *options, length=-1):
        """A Section Header Block."""
        return self.block(SECTION, self.pack("IHHq", BYTE_ORDER, 1, 0, length)
                          + self.options(*options))

    def interface(self, *options, linktype=ETHERNET, snaplen=SNAPLEN):
        """An Interface Description Block."""
        return self.block(INTERFACE, self.pack("HHI", linktype, 0, snaplen)
                          + self.options(*options))

    def enhanced(self, data, *options, ticks=0, wire_len=None, interface=0):
        """An Enhanced Packet Block. The time is in units of its interface."""
        head = self.pack("IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(data),
                         len(data) if wire_len is None else wire_len)
        return self.block(ENHANCED, head + padded(data) + self.options(*options))

    def obsolete(self, data, *options, ticks=0, wire_len=None, interface=0):
        """A Packet Block of early pcapng."""
        head = self.pack("HHIIII", interface, 0xFFFF, ticks >> 32, ticks & 0xFFFFFFFF,
                         len(data), len(data) if wire_len is None else wire_len)
        return self.block(OBSOLETE, head + padded(data) + self.options(*options))

    def simple(self, data, wire_len=None):
        """A Simple Packet Block."""
        return self.block(SIMPLE, self.pack("I", len(data) if wire_len is None else wire_len)
                          + padded(data))

    def statistics(self, *options, interface=0):
        """An Interface Statistics Block."""
        return self.block(STATISTICS, self.pack("III", interface, 0, 0) + self.options(*options))


def pcapng(items, order="<"):
    """A pcapng file of packets or frames: one section, one interface, microseconds."""
    w = Writer(order)
    return w.section() + w.interface() + b"".join(
        w.enhanced(item.data, ticks=int(item.time * 10**6), wire_len=item.wire_len)
        for item in packets(items))


def padded(data):
    """Bytes padded with zeros to a multiple of 4."""
    return data + bytes(-len(data) % 4)


class Block(NamedTuple):
    """A pcapng block."""

    kind: int
    order: str
    body: bytes
    raw: bytes

    def unpack(self, layout, offset=0):
        """struct.unpack_from on the body, in the block's byte order."""
        return struct.unpack_from(self.order + layout, self.body, offset)

    def options(self, offset):
        """The options that begin at an offset in the body."""
        found = []
        while offset < len(self.body):
            code, length = self.unpack("HH", offset)
            if code == 0:
                assert length == 0 and offset + 4 == len(self.body)
                break
            found.append((code, self.body[offset + 4:offset + 4 + length]))
            offset += 4 + length + -length % 4
        return tuple(found)


def blocks(data):
    """The blocks of a pcapng file."""
    found, offset, order = [], 0, "<"
    while offset < len(data):
        if data[offset:offset + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[offset + 8] == 0x4D else ">"
            assert struct.unpack_from(order + "I", data, offset + 8) == (BYTE_ORDER,)
        kind, length = struct.unpack_from(order + "II", data, offset)
        raw = data[offset:offset + length]
        assert length >= 12 and length % 4 == 0 and len(raw) == length
        assert struct.unpack_from(order + "I", raw, length - 4) == (length,)
        found.append(Block(kind, order, raw[8:-4], raw))
        offset += length
    return found


class Interface(NamedTuple):
    """A pcapng interface."""

    linktype: int
    snaplen: int
    options: tuple

    def time(self, ticks):
        """Ticks of this interface in seconds."""
        options = dict(self.options)
        (resolution,) = options.get(IF_TSRESOL, b"\x06")
        units = 2**(resolution & 0x7F) if resolution & 0x80 else 10**resolution
        return Fraction(ticks, units)


def read_interface(block):
    """Decodes an Interface Description Block."""
    linktype, reserved, snaplen = block.unpack("HHI")
    assert reserved == 0
    return Interface(linktype, snaplen, block.options(8))


def interface_time(block, interface, ticks):
    """The time of a packet of this interface in seconds since 1970."""
    offset = dict(interface.options).get(IF_TSOFFSET)
    return interface.time(ticks) + (struct.unpack(block.order + "q", offset)[0] if offset else 0)


def read_packet_block(block, interfaces):
    """The packet in an Enhanced, Simple or obsolete Packet Block."""
    if block.kind == SIMPLE:
        (wire_len,) = block.unpack("I")
        caplen = min(wire_len, interfaces[0].snaplen or wire_len)
        assert len(block.body) == 4 + caplen + -caplen % 4
        return Packet(block.body[4:4 + caplen], wire_len, None, interfaces[0].linktype)
    (number,) = block.unpack("H" if block.kind == OBSOLETE else "I")
    high, low, caplen, wire_len = block.unpack("IIII", 4)
    assert caplen <= wire_len and 20 + caplen <= len(block.body)
    return Packet(block.body[20:20 + caplen], wire_len,
                  interface_time(block, interfaces[number], high << 32 | low),
                  interfaces[number].linktype, number,
                  block.options(20 + caplen + -caplen % 4))


def read_pcapng(data):
    """The packets of a pcapng file."""
    found, interfaces = [], []
    for block in blocks(data):
        if block.kind == SECTION:
            interfaces = []
        elif block.kind == INTERFACE:
            interfaces.append(read_interface(block))
        elif block.kind in PACKETS:
            found.append(read_packet_block(block, interfaces))
    return found


def interfaces_of(data):
    """All interfaces of a pcapng file."""
    return [read_interface(block) for block in blocks(data) if block.kind == INTERFACE]


def is_pcapng(data):
    """Whether a capture file is pcapng."""
    return data[:4] == b"\x0a\x0d\x0d\x0a"


def read(data):
    """The packets of a capture file."""
    return read_pcapng(data) if is_pcapng(data) else read_pcap(data)


def frames(data):
    """The captured bytes of each packet of a capture file."""
    return [item.data for item in read(data)]
