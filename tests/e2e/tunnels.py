# SPDX-License-Identifier: GPL-2.0-or-later
"""The NVGRE layers of frames, decoded independently: the expected counts for statistics."""

import struct
from ipaddress import ip_address
from typing import NamedTuple

ETHERNET_LEN = 14
TAGS = (0x8100, 0x88A8)
IPV4, IPV6, TEB = 0x0800, 0x86DD, 0x6558
GRE = 47
CHECKSUM, KEY, SEQUENCE = 0x8000, 0x2000, 0x1000


class Layer(NamedTuple):
    """An NVGRE layer of a frame."""

    vsid: int
    flowid: int
    pa: tuple  # source and destination
    ca: tuple
    inner_len: int
    frame_len: int


class Ip(NamedTuple):
    """An IP packet without options or extension headers."""

    addresses: tuple
    protocol: int
    payload: bytes


def macs(frame):
    """Source and destination of an Ethernet frame."""
    return frame[6:12].hex(":"), frame[:6].hex(":")


def ip(frame):
    """The IP packet in an Ethernet frame, or None."""
    offset = ETHERNET_LEN - 2
    while int.from_bytes(frame[offset:offset + 2], "big") in TAGS:
        offset += 4
    ethertype = int.from_bytes(frame[offset:offset + 2], "big")
    packet = frame[offset + 2:]
    if ethertype == IPV4:
        length, = struct.unpack_from("!H", packet, 2)
        return Ip((str(ip_address(packet[12:16])), str(ip_address(packet[16:20]))), packet[9],
                  packet[20:length])
    if ethertype == IPV6:
        length, = struct.unpack_from("!H", packet, 4)
        return Ip((str(ip_address(packet[8:24])), str(ip_address(packet[24:40]))), packet[6],
                  packet[40:40 + length])
    return None


def layers(frame, frame_len=None):
    """The NVGRE layers of an Ethernet frame, from the outermost to the innermost."""
    outer = ip(frame)
    if not outer or outer.protocol != GRE:
        return []
    flags, kind = struct.unpack_from("!HH", outer.payload)
    if kind != TEB or not flags & KEY:
        return []
    offset = 8 if flags & CHECKSUM else 4
    key, = struct.unpack_from("!I", outer.payload, offset)
    inner = outer.payload[offset + (8 if flags & SEQUENCE else 4):]
    carried = ip(inner)
    layer = Layer(key >> 8, key & 0xFF, outer.addresses,
                  carried.addresses if carried else macs(inner), len(inner),
                  frame_len or len(frame))
    return [layer, *layers(inner, layer.frame_len)]
