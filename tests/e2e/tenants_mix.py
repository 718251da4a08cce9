# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures with traffic of several tenants, and the same captures with only one tenant."""

import functools
import random
import struct
from typing import NamedTuple

import tenants_ip
import tenants_tcp
import tenants_udp
import wire
from tenants_talk import ROUND_TRIP_US, Talk

FLOWS = tenants_tcp.FLOWS | tenants_udp.FLOWS | tenants_ip.FLOWS

START_US = 1_767_261_600_000_000
STEP_US = 700
# An Ethernet frame of an experimental type, in place of an omitted frame.
NEUTRAL = struct.pack("!6s6sH", b"\2" * 6, b"\4" * 6, 0x88B5) + bytes(46)
FAR = 1 << 14  # distance between the places of tenants with different addresses


class Tunnel(NamedTuple):
    """The tunnel of a tenant's frames."""

    vsids: tuple  # from the outermost to the innermost; empty: no tunnel
    nves: tuple = (11, 22)  # the hosts of the two places
    version: int = 4  # of the outermost IP header
    moves: bool = False  # the second VM is on one host and on another in turn

    @property
    def vsid(self):
        """The tenant's own VSID."""
        return self.vsids[-1] if self.vsids else 0


def pa(nve, version):
    """A provider address of a host."""
    return f"192.168.4.{nve}" if version == 4 else f"fd00:4::{nve}"


def encapsulate(tunnel, sender, frame, number):
    """A frame as captured. The FlowID is only a number that differs in each frame."""
    local, remote = nves = [tunnel.nves[sender], tunnel.nves[1 - sender]]
    if tunnel.moves and number % 2:
        nves[1 - sender] += 1
        local, remote = nves
    for level, vsid in enumerate(reversed(tunnel.vsids), 1):
        version = tunnel.version if level == len(tunnel.vsids) else 4
        payload = wire.gre(frame, wire.nvgre_key(vsid, number & 0xFF))
        build = wire.ipv4 if version == 4 else wire.ipv6
        packet = build(pa(local, version), pa(remote, version), payload)
        frame = wire.ethernet(f"02:00:00:00:00:{local:02x}", f"02:00:00:00:00:{remote:02x}", packet)
    return frame


# Tunnels that separate two or three tenants. The third VSID differs from the first only in its
# upper byte.
WORLDS = {
    "VSIDs": (Tunnel((5001,)), Tunnel((6001,)), Tunnel((5001 | 0x010000,))),
    "IPv6": (Tunnel((5001,), version=6), Tunnel((6001,), version=6)),
    "outside": (Tunnel((5001,)), Tunnel(())),
    "outside first": (Tunnel(()), Tunnel((5001,))),
    "nested": (Tunnel((7001, 5001)), Tunnel((7002, 5001))),
    "nested in turn": (Tunnel((5001, 6001)), Tunnel((6001, 5001))),
    "nested or not": (Tunnel((5001,)), Tunnel((5001, 5001)), Tunnel((5001, 5001, 5001))),
    "PAs": (Tunnel((5001,)), Tunnel((5001,), nves=(33, 44)), Tunnel((5001,), nves=(11, 44))),
    "moving": (Tunnel((5001,), moves=True), Tunnel((6001,), moves=True)),
}


class Pattern(NamedTuple):
    """How the tenants' conversations are interleaved, and how they differ."""

    burst: int = 1  # consecutive steps of a tenant
    ahead: tuple = (0, 0, 0)  # steps of each tenant before the first turn
    clones: bool = False  # all tenants send identical frames
    mirrored: bool = False  # client and server are swapped, except in the first tenant
    skipped: int = 0  # steps that are not captured, except in the first tenant
    tenants: int = 2

    def interleave(self, conversations):
        """All steps of all conversations, each with the number of its tenant."""
        waiting = [list(steps) for steps in conversations]
        taken = list(self.ahead)
        while any(waiting):
            for tenant, steps in enumerate(waiting):
                now, waiting[tenant] = steps[:taken[tenant]], steps[taken[tenant]:]
                taken[tenant] = self.burst
                yield from ((tenant, step) for step in now)


PATTERNS = {
    "in turn": Pattern(tenants=3),
    "in bursts": Pattern(burst=3),
    "response behind request": Pattern(ahead=(0, 1, 2), tenants=3),
    "later": Pattern(ahead=(8, 0, 0)),
    "one after another": Pattern(burst=1000),
    "mirrored": Pattern(mirrored=True),
    "from the middle": Pattern(skipped=3),
    "clones": Pattern(clones=True),
}


class Case(NamedTuple):
    """A flow that all tenants have. The case has its own addresses in the capture."""

    flow: str
    pattern: str
    world: str


class Entry(NamedTuple):
    """A frame of a capture."""

    time_us: int
    case: object
    tenant: int
    frame: bytes

    def captured(self, tenant=None):
        """The frame for a file. In the file of another tenant, a neutral frame."""
        frame = self.frame if tenant in (None, self.tenant) else NEUTRAL
        return wire.Captured(self.time_us, frame, len(frame))


class Mix:
    """A capture of several tenants."""

    def __init__(self, steps):
        """`steps` yields (case, tenant, tunnel, step)."""
        self.entries = []
        time_us = START_US
        for number, (case, tenant, tunnel, step) in enumerate(steps):
            time_us += STEP_US + step.pause_us
            frame = encapsulate(tunnel, step.sender, step.frame, number)
            self.entries.append(Entry(time_us, case, tenant, frame))
        self.tenants = sorted({entry.tenant for entry in self.entries})

    def pcap(self, tenant=None):
        """The capture file, with the frames of all tenants or of one."""
        return wire.pcap_bytes(entry.captured(tenant) for entry in self.entries)

    def numbers(self, flow):
        """The frame numbers of a flow's cases, as a range."""
        numbers = [number for number, entry in enumerate(self.entries, 1)
                   if entry.case.flow == flow]
        return f"{numbers[0]}..{numbers[-1]}"


def case_conversations(case, place, apart=False):
    """The steps of a case, each with its tenant. `apart`: each tenant has other addresses."""
    pattern, world = PATTERNS[case.pattern], WORLDS[case.world]
    conversations = []
    for tenant, tunnel in enumerate(world[:pattern.tenants]):
        others = tenant > 0
        talk = Talk(place + (tenant * FAR if apart else 0),
                    f"{place}" if pattern.clones else f"{place}/{tenant}", first=not others,
                    vsid=tunnel.vsid, mirrored=others and pattern.mirrored)
        steps = list(FLOWS[case.flow](talk))
        conversations.append(steps[pattern.skipped if others else 0:])
    (tenant, first), *rest = pattern.interleave(conversations)
    yield tenant, first._replace(pause_us=first.pause_us + ROUND_TRIP_US)
    yield from rest


@functools.cache
def mix(cases, apart=False):
    """A capture of cases in sequence, each with its own addresses."""
    return Mix((case, tenant, WORLDS[case.world][tenant], step)
               for place, case in enumerate(cases)
               for tenant, step in case_conversations(case, place, apart))


# Wireshark identifies these only by an identifier (Call-ID, verification tag, connection ID), at
# any place. So it mixes identical calls, associations or connections of several places.
IDENTIFIED = ("sip", "sctp", "quic")


def pattern_cases(*patterns, world="VSIDs", flows=tuple(FLOWS)):
    """Cases of these flows in these patterns."""
    return tuple(Case(flow, pattern, world) for flow in flows for pattern in patterns
                 if not (PATTERNS[pattern].clones and flow in IDENTIFIED))


def random_steps(seed, flows, tunnels):
    """Steps for a Mix: each tenant has several flows of any kind at a time, at few places."""
    rng = random.Random(seed)
    waiting, active = [flows] * len(tunnels), [[] for _ in tunnels]
    while any(waiting) or any(active):
        tenant = rng.randrange(len(tunnels))
        if waiting[tenant] and len(active[tenant]) < 3:
            waiting[tenant] -= 1
            talk = Talk(rng.randrange(4), f"{seed}/{tenant}/{waiting[tenant]}",
                        first=rng.random() < 0.5, vsid=tunnels[tenant].vsid,
                        mirrored=rng.random() < 0.2)
            active[tenant].append(FLOWS[rng.choice(list(FLOWS))](talk))
        for _ in range(rng.randint(1, 4)):
            flow = rng.choice(active[tenant] or [iter(())])
            if step := next(flow, None):
                yield "random", tenant, tunnels[tenant], step
            elif flow in active[tenant]:
                active[tenant].remove(flow)
