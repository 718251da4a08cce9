# SPDX-License-Identifier: GPL-2.0-or-later
"""Outer headers and pcap files, as bytes.

This module uses struct, not scapy: the samples need headers that scapy would repair or misparse.
"""

import ipaddress
import struct
from typing import NamedTuple

GRE_C, GRE_R, GRE_K, GRE_S = 0x8000, 0x4000, 0x2000, 0x1000

PROTOCOL_TEB = 0x6558
ETHERTYPE = {4: 0x0800, 6: 0x86DD}
TPID_8021Q, TPID_8021AD = 0x8100, 0x88A8
IP_GRE = 47
IPV4_DF, IPV4_MF = 0x4000, 0x2000

PCAP_MAGIC_US = 0xA1B2C3D4
PCAP_SNAPLEN = 262144
LINKTYPE_ETHERNET = 1
PCAP_HEADER_LEN, PCAP_RECORD_LEN = 24, 16


class Captured(NamedTuple):
    """A packet record of a capture file."""

    time_us: int  # microseconds since 1970
    data: bytes  # the captured bytes
    wire_len: int  # length on the wire, at least len(data)


def mac(text):
    """The six bytes of a MAC address."""
    return bytes.fromhex(text.replace(":", ""))


def address(text):
    """The bytes of an IPv4 or IPv6 address."""
    return ipaddress.ip_address(text).packed


def internet_checksum(data):
    """RFC 1071 checksum of `data`. An odd last byte is padded with zero."""
    padded = data + bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def insert_tags(frame, *tags):
    """`frame` with VLAN tags, each (TPID, TCI), after its MAC addresses."""
    return frame[:12] + b"".join(struct.pack("!HH", *tag) for tag in tags) + frame[12:]


def ethernet(src, dst, packet):
    """An Ethernet frame around an IP packet."""
    return mac(dst) + mac(src) + struct.pack("!H", ETHERTYPE[packet[0] >> 4]) + packet


def ipv4(src, dst, payload, *, tos=0, ttl=64, ident=0, fragment=IPV4_DF, options=b"",
         total_length=None):
    """An IPv4 packet that carries GRE. `fragment` is the word with flags and fragment offset."""
    header_len = 20 + len(options)
    if total_length is None:
        total_length = header_len + len(payload)
    fields = struct.pack("!BBHHHBB", 0x40 | header_len // 4, tos, total_length, ident, fragment,
                         ttl, IP_GRE)
    addresses = address(src) + address(dst) + options
    checksum = internet_checksum(fields + addresses)
    return fields + struct.pack("!H", checksum) + addresses + payload


def ipv6(src, dst, payload, *, flow_label=0, extensions=()):
    """An IPv6 packet that carries GRE.

    An extension header is given as (header number, bytes after the next-header field).
    """
    next_headers = [number for number, _ in extensions] + [IP_GRE]
    chain = b"".join(bytes([following]) + body
                     for following, (_, body) in zip(next_headers[1:], extensions))
    fixed = struct.pack("!IHBB", 6 << 28 | flow_label, len(chain) + len(payload),
                        next_headers[0], 64)
    return fixed + address(src) + address(dst) + chain + payload


def nvgre_key(vsid, flowid):
    """The GRE key that carries a VSID and a FlowID."""
    return vsid << 8 | flowid


def gre(payload, key, *, flags=GRE_K, protocol=PROTOCOL_TEB, sequence=0, checksum_error=0,
        routing=b""):
    """A GRE header with the optional fields that `flags` announces, and its payload.

    The correct checksum is XORed with `checksum_error`. `routing` contains the source route entries
    for GRE_R.
    """
    first = struct.pack("!HH", flags, protocol)
    rest = struct.pack("!I", key) if flags & GRE_K else b""
    rest += struct.pack("!I", sequence) if flags & GRE_S else b""
    rest += routing + payload
    if not flags & (GRE_C | GRE_R):
        return first + rest
    checksum = internet_checksum(first + bytes(4) + rest) if flags & GRE_C else 0
    return first + struct.pack("!HH", checksum ^ checksum_error, 0) + rest


def pcap_bytes(packets):
    """A pcap file (microseconds, little-endian, Ethernet) of Captured packets."""
    out = [struct.pack("<IHHiIII", PCAP_MAGIC_US, 2, 4, 0, 0, PCAP_SNAPLEN, LINKTYPE_ETHERNET)]
    for packet in packets:
        seconds, microseconds = divmod(packet.time_us, 1_000_000)
        out.append(struct.pack("<IIII", seconds, microseconds, len(packet.data),
                               packet.wire_len))
        out.append(packet.data)
    return b"".join(out)


def pcap_count(data):
    """The number of packets in a little-endian pcap file."""
    count, offset = 0, PCAP_HEADER_LEN
    while offset < len(data):
        (caplen,) = struct.unpack_from("<I", data, offset + 8)
        offset += PCAP_RECORD_LEN + caplen
        count += 1
    return count
