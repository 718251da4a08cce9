# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes NVGRE captures with realistic flows for a dissector: packets of a flow go in both
directions, TCP sequence numbers continue, and tenants use the same addresses and ports."""

import itertools
import mmap
import random
import struct
import subprocess
from typing import NamedTuple

import programs
import traffic
from programs import Failed

FIRST_VSID = 5001
SEQUENCE_AND_ACK = struct.Struct("!II")
NUMBERS = 1 << 32  # TCP sequence numbers are smaller

# Offsets in an encapsulated packet.
VSID = programs.OUTER_LEN - 4
INNER_IP = programs.OUTER_LEN + traffic.ETHERNET.size
PROTOCOL = INNER_IP + 9
TCP_NUMBERS = INNER_IP + traffic.IPV4.size + 4
TCP_PAYLOAD = INNER_IP + traffic.IPV4.size + traffic.TCP_HEADER.size


class Shape(NamedTuple):
    """Flows that send one packet each in turn, repeatedly. Each tenant has its own VSID. All
    tenants have flows with the same addresses and ports, and the packets of these flows are
    adjacent."""
    name: str
    mix: traffic.Mix
    patterns: int  # copies of the mix's frames, each with its own addresses and ports
    tenants: int = 1
    protocols: tuple = (traffic.UDP, traffic.TCP)

    @property
    def flows(self):
        """The number of flows of all tenants."""
        return len(self.mix.sizes) * self.patterns * self.tenants

    @property
    def apart(self):
        """The same number of flows in one tenant, so all of them differ in addresses and ports."""
        return self._replace(patterns=self.patterns * self.tenants, tenants=1)


def answer(frame):
    """The frame in the other direction: MAC addresses, IPv4 addresses and ports are swapped."""
    return (frame[6:12] + frame[:6] + frame[12:26] + frame[30:34] + frame[26:30] +
            frame[36:38] + frame[34:36] + frame[38:])


def frames(shape):
    """Yields a packet of each flow, then an answer in each flow."""
    forth = traffic.frames(shape.mix, shape.patterns, shape.protocols)
    for frame in itertools.chain(forth, map(answer, forth)):
        yield from itertools.repeat(frame, shape.tenants)


def number(data, shape):
    """Sets the tenant's VSID in all packets, and their flow's numbers in TCP packets."""
    rng = random.Random(traffic.SEED)
    sent = [[rng.getrandbits(32) for _ in range(shape.flows)] for _ in range(2)]
    for packet, (offset, caplen) in enumerate(traffic.pcap_packets(data)):
        turn, flow = divmod(packet, shape.flows)
        vsid = FIRST_VSID + flow % shape.tenants
        data[offset + VSID:offset + VSID + 3] = vsid.to_bytes(3, "big")
        if data[offset + PROTOCOL] == traffic.TCP:
            mine, other = sent[turn % 2], sent[1 - turn % 2]
            SEQUENCE_AND_ACK.pack_into(data, offset + TCP_NUMBERS, mine[flow], other[flow])
            mine[flow] = (mine[flow] + caplen - TCP_PAYLOAD) % NUMBERS


def make(path, shape, packets, tool, timeout):
    """Makes a capture that every user can read."""
    plain = path.with_suffix(".plain")
    traffic.write_pcap(plain, frames(shape), packets)
    try:
        with open(path, "wb") as output:
            subprocess.run(programs.encap_command(tool, plain), stdout=output, timeout=timeout,
                           check=True)
    except subprocess.SubprocessError as error:
        raise Failed(f"encap: {error}") from error
    plain.unlink()
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        number(data, shape)
    path.chmod(0o644)
