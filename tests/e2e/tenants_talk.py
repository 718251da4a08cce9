# SPDX-License-Identifier: GPL-2.0-or-later
"""Two VMs of a tenant, and their frames over IP, UDP and TCP.

struct builds the headers: scapy needs a millisecond per frame, and there are thousands of frames.
"""

import random
import string
import struct
from typing import NamedTuple

import wire

CLIENT, SERVER = 0, 1
HOST_NUMBERS = (5, 7)
BROADCAST = "ff:ff:ff:ff:ff:ff"
ROUND_TRIP_US = 20_000
RETRANSMISSION_US = 400_000

ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
ICMP, TCP, UDP, IPV6_FRAGMENT, ICMPV6, SCTP = 1, 6, 17, 44, 58, 132
TCP_FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}
MSS_OPTION = bytes.fromhex("02040576")
WINDOW = 64240


class Step(NamedTuple):
    """A frame of a conversation."""

    sender: int  # place of the VM: at the first or the second NVE
    frame: bytes
    pause_us: int = 0  # since the previous frame


class Talk:
    """The traffic of a tenant's VMs at a place. Tenants have equal addresses at equal places.

    The seed determines everything that may differ between tenants (sequence numbers, payload, IP
    IDs).
    """

    def __init__(self, place, seed, *, first=True, vsid=0, mirrored=False):
        self.place = place
        self.random = random.Random(seed)
        self.first = first  # some events happen only in the first tenant
        self.vsid = vsid
        self.mirrored = mirrored  # client and server are swapped, including ports
        self.idents = [self.random.randrange(1 << 15) for _ in range(2)]

    def side(self, sender):
        """The place of CLIENT or SERVER."""
        return sender ^ self.mirrored

    def mac(self, sender):
        """A VM's MAC address."""
        number = HOST_NUMBERS[self.side(sender)]
        return f"06:06:00:{self.place >> 8:02x}:{self.place & 0xFF:02x}:{number:02x}"

    def address(self, sender, version=4):
        """A VM's IP address."""
        number = HOST_NUMBERS[self.side(sender)]
        if version == 4:
            return f"10.{self.place >> 8}.{self.place & 0xFF}.{number}"
        return f"fd00:{self.place:x}::{number}"

    def ports(self, sender, ports):
        """Source and destination port, from the ports at the two places."""
        here = self.side(sender)
        return struct.pack("!HH", ports[here], ports[1 - here])

    def number(self, bits):
        """A random number."""
        return self.random.getrandbits(bits)

    def text(self, length):
        """Random letters."""
        return "".join(self.random.choices(string.ascii_letters, k=length))

    def frame(self, sender, ethertype, payload, pause_us=0, src=None, dst=None):
        """A frame with any payload."""
        header = wire.mac(dst or self.mac(1 - sender)) + wire.mac(src or self.mac(sender))
        return Step(self.side(sender), header + struct.pack("!H", ethertype) + payload, pause_us)

    def ipv4(self, sender, protocol, payload, *, ident=None, fragment=0, addresses=None):
        """An IPv4 packet. `fragment` is the word with flags and fragment offset."""
        side = self.side(sender)
        self.idents[side] += 1
        source, destination = addresses or (self.address(sender), self.address(1 - sender))
        fields = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(payload),
                             self.idents[side] if ident is None else ident, fragment, 64, protocol)
        pair = wire.address(source) + wire.address(destination)
        return fields + struct.pack("!H", wire.internet_checksum(fields + pair)) + pair + payload

    def ipv6(self, sender, protocol, payload):
        """An IPv6 packet."""
        return (struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64)
                + wire.address(self.address(sender, 6)) + wire.address(self.address(1 - sender, 6))
                + payload)

    def ip(self, sender, protocol, payload, version=4, pause_us=0):
        """A frame with an IP packet."""
        if version == 6:
            return self.frame(sender, IPV6, self.ipv6(sender, protocol, payload), pause_us)
        return self.frame(sender, IPV4, self.ipv4(sender, protocol, payload), pause_us)

    def checksummed(self, sender, protocol, segment, offset, version=4):
        """A segment with its checksum, whose bytes at `offset` must be zero."""
        pseudo = (wire.address(self.address(sender, version))
                  + wire.address(self.address(1 - sender, version))
                  + struct.pack("!HH", protocol, len(segment)))
        checksum = struct.pack("!H", wire.internet_checksum(pseudo + segment))
        return segment[:offset] + checksum + segment[offset + 2:]

    def datagram(self, sender, ports, payload, version=4):
        """A UDP datagram."""
        header = self.ports(sender, ports) + struct.pack("!HH", 8 + len(payload), 0)
        return self.checksummed(sender, UDP, header + payload, 6, version)

    def udp(self, sender, ports, payload, version=4, pause_us=0):
        """A frame with a UDP datagram."""
        return self.ip(sender, UDP, self.datagram(sender, ports, payload, version), version,
                       pause_us)


class Connection:
    """A TCP connection between two VMs."""

    def __init__(self, talk, ports=(49152, 80), version=4):
        self.talk = talk
        self.ports = ports
        self.version = version
        self.following = [talk.number(31), talk.number(31)]  # next sequence number of each VM

    def segment(self, sender, flags, data=b"", seq=None, pause_us=0, window=WINDOW):
        """A segment. It uses the next sequence numbers unless `seq` is given."""
        options = MSS_OPTION if "S" in flags else b""
        header = self.talk.ports(sender, self.ports) + struct.pack(
            "!IIBBHHH", self.following[sender] if seq is None else seq,
            self.following[1 - sender] if "A" in flags else 0, 5 + len(options) // 4 << 4,
            sum(TCP_FLAGS[flag] for flag in flags), window, 0, 0)
        if seq is None:
            self.following[sender] += len(data) + ("S" in flags or "F" in flags)
        segment = self.talk.checksummed(sender, TCP, header + options + data, 16, self.version)
        return self.talk.ip(sender, TCP, segment, self.version, pause_us)

    def open(self, sender=CLIENT):
        """The handshake."""
        yield self.segment(sender, "S", pause_us=ROUND_TRIP_US)
        yield self.segment(1 - sender, "SA")
        yield self.segment(sender, "A")

    def send(self, sender, data, size=1398):
        """Data in segments of at most `size` bytes, and an acknowledgement."""
        for start in range(0, len(data), size):
            yield self.segment(sender, "PA", data[start:start + size])
        yield self.acknowledge(1 - sender)

    def acknowledge(self, sender, **fields):
        """An acknowledgement of everything the other VM has sent."""
        return self.segment(sender, "A", **fields)

    def close(self):
        """The end of both directions."""
        yield self.segment(SERVER, "FA")
        yield self.acknowledge(CLIENT)
        yield self.segment(CLIENT, "FA")
        yield self.acknowledge(SERVER)
