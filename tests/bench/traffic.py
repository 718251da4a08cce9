# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes captures of plain frames, the same every time, and reads captures that programs wrote.

Captures have the byte order of the machine, as those of libpcap.
"""

import itertools
import mmap
import random
import struct
from typing import NamedTuple

SEED = 7637
PATTERNS = 2048  # the frames of a mix this many times, each with another flow, then repeated
EPOCH = 1_700_000_000  # time of the first packet, in seconds; one packet per microsecond
MICROSECONDS = 1_000_000

# Tenants' machines, distributed over the hosts in turn. Every frame goes to another host.
MACHINES, HOSTS = 1000, 20

ETHERTYPE_IPV4, TCP, UDP = 0x0800, 6, 17
EPHEMERAL = 49152  # start of the dynamic ports, which belong to no service and no dissector
ETHERNET, IPV4 = struct.Struct("!6s6sH"), struct.Struct("!BBHHHBBHII")
TCP_HEADER, UDP_HEADER = struct.Struct("!HHIIHHHH"), struct.Struct("!HHHH")
TCP_ACK, WINDOW = 0x5010, 0xFFFF

PCAP_FILE, PCAP_RECORD = struct.Struct("=IHHiIII"), struct.Struct("=4I")
PCAP_MAGIC, SNAPLEN, LINKTYPE_ETHERNET = 0xA1B2C3D4, 262144, 1
NG_SECTION, NG_INTERFACE = struct.Struct("=IIIHHqI"), struct.Struct("=IIHHII")
NG_PACKET, NG_END = struct.Struct("=7I"), struct.Struct("=I")
NG_SECTION_TYPE, NG_INTERFACE_TYPE, NG_PACKET_TYPE, NG_MAGIC = 0x0A0D0D0A, 1, 6, 0x1A2B3C4D


class Mix(NamedTuple):
    """Frame sizes without FCS, before they are shuffled."""
    name: str
    title: str
    sizes: tuple
    packets: int  # default value


MIXES = (
    Mix("64", "64-byte frames", (64,), 1_500_000),
    Mix("imix", "IMIX (7:4:1 of 64, 576 and 1500 bytes)", 7 * (64,) + 4 * (576,) + (1500,),
        400_000),
    Mix("1500", "1500-byte frames", (1500,), 100_000),
)


class Content(NamedTuple):
    """The contents of a capture: number of packets, and their captured bytes."""
    packets: int
    bytes: int


class BadCapture(Exception):
    """A capture is not as expected."""


def ipv4(rng, protocol, length):
    """An IPv4 header with random addresses in 10.0.0.0/8."""
    source, target = (0x0A000000 | rng.getrandbits(24) for _ in range(2))
    words = [0x4500, length, rng.getrandbits(16), 0x4000, 64 << 8 | protocol,
             source >> 16, source & 0xFFFF, target >> 16, target & 0xFFFF]
    total = sum(words)
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return IPV4.pack(0x45, 0, length, words[2], 0x4000, 64, protocol, total ^ 0xFFFF, source,
                     target)


def mac(machine):
    """The MAC address of a machine."""
    return b"\x02\x00" + machine.to_bytes(4, "big")


def macs(rng):
    """The MAC addresses of a receiver and a sender on another host."""
    sender = rng.randrange(MACHINES)
    distance = rng.randrange(1, HOSTS) + HOSTS * rng.randrange(MACHINES // HOSTS)
    return mac((sender + distance) % MACHINES), mac(sender)


def frame(rng, size, protocols):
    """A packet of a random flow with one of two protocols. Transport checksums are 0, as with
    checksum offload."""
    length = size - ETHERNET.size
    ports = rng.getrandbits(16) | EPHEMERAL, rng.getrandbits(16) | EPHEMERAL
    protocol = protocols[rng.getrandbits(1)]
    if protocol == TCP:
        transport = TCP_HEADER.pack(*ports, rng.getrandbits(32), rng.getrandbits(32), TCP_ACK,
                                    WINDOW, 0, 0)
    else:
        transport = UDP_HEADER.pack(*ports, length - IPV4.size, 0)
    headers = ETHERNET.pack(*macs(rng), ETHERTYPE_IPV4) + ipv4(rng, protocol, length) + transport
    return headers + rng.randbytes(size - len(headers))


def frames(mix, patterns=PATTERNS, protocols=(UDP, TCP)):
    """The frames of a mix, each from another flow. They will be repeated."""
    rng = random.Random(SEED)
    sizes = list(mix.sizes) * patterns
    rng.shuffle(sizes)
    return [frame(rng, size, protocols) for size in sizes]


def pcap_records(some_frames):
    """Yields pcap records endlessly."""
    for number, data in enumerate(itertools.cycle(some_frames)):
        seconds, fraction = divmod(number, MICROSECONDS)
        yield PCAP_RECORD.pack(EPOCH + seconds, fraction, len(data), len(data)) + data


def pcapng_records(some_frames):
    """Yields Enhanced Packet Blocks endlessly."""
    for number, data in enumerate(itertools.cycle(some_frames), EPOCH * MICROSECONDS):
        padding = -len(data) % 4
        length = NG_PACKET.size + len(data) + padding + NG_END.size
        yield (NG_PACKET.pack(NG_PACKET_TYPE, length, 0, number >> 32, number & 0xFFFFFFFF,
                              len(data), len(data)) +
               data + bytes(padding) + NG_END.pack(length))


def write(path, header, records, packets):
    """Writes a capture with this number of records."""
    with open(path, "wb") as file:
        file.write(header)
        while packets > 0:
            batch = min(packets, 10_000)
            file.write(b"".join(itertools.islice(records, batch)))
            packets -= batch


def write_pcap(path, some_frames, packets):
    """Writes frames to a pcap file."""
    header = PCAP_FILE.pack(PCAP_MAGIC, 2, 4, 0, 0, SNAPLEN, LINKTYPE_ETHERNET)
    write(path, header, pcap_records(some_frames), packets)


def write_pcapng(path, some_frames, packets):
    """Writes frames to a pcapng file with one section and one interface."""
    section, interface = NG_SECTION.size, NG_INTERFACE.size
    header = (NG_SECTION.pack(NG_SECTION_TYPE, section, NG_MAGIC, 1, 0, -1, section) +
              NG_INTERFACE.pack(NG_INTERFACE_TYPE, interface, LINKTYPE_ETHERNET, 0, SNAPLEN,
                                interface))
    write(path, header, pcapng_records(some_frames), packets)


def pcap_packets(data):
    """Yields (offset, captured length) of the packets of a pcap file."""
    offset = PCAP_FILE.size
    while offset < len(data):
        caplen = PCAP_RECORD.unpack_from(data, offset)[2]
        offset += PCAP_RECORD.size
        yield offset, caplen
        offset += caplen
    if offset != len(data):
        raise BadCapture("ends within a packet")


def pcapng_packets(data):
    """Yields (offset, captured length) of the Enhanced Packet Blocks of a pcapng file."""
    offset = 0
    while offset < len(data):
        kind, length = struct.unpack_from("=II", data, offset)
        if kind == NG_PACKET_TYPE:
            yield offset + NG_PACKET.size, NG_PACKET.unpack_from(data, offset)[5]
        offset += max(length, NG_END.size)
    if offset != len(data):
        raise BadCapture("ends within a block")


def content(path, start=b""):
    """The contents of a capture. Raises BadCapture if it is broken or a packet does not begin with
    `start`."""
    packets = captured = 0
    try:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            magic = struct.unpack_from("=I", data)[0]
            walk = {PCAP_MAGIC: pcap_packets, NG_SECTION_TYPE: pcapng_packets}[magic]
            for offset, caplen in walk(data):
                if data[offset:offset + len(start)] != start:
                    raise BadCapture(f"packet {packets + 1} begins with other bytes")
                packets += 1
                captured += caplen
    except (ValueError, KeyError, struct.error) as error:
        raise BadCapture("no capture, or a broken one") from error
    return Content(packets, captured)


def same_records(path, other):
    """Whether two pcap files are equal after their file headers."""
    if path.stat().st_size != other.stat().st_size:
        return False
    with open(path, "rb") as one, open(other, "rb") as two:
        one.seek(PCAP_FILE.size)
        two.seek(PCAP_FILE.size)
        blocks = iter(lambda: one.read(1 << 20), b"")
        return all(block == two.read(1 << 20) for block in blocks)
