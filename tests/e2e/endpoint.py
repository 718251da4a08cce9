# SPDX-License-Identifier: GPL-2.0-or-later
"""Data for all tests with real endpoints: their addresses, and tenants in a location map.

Two tenants have the same MAC and customer addresses. Each tenant's machine 5 is at both PAs of the
sender. Machines 7 and 9 are at the two PAs of the endpoint, in the opposite order in the other
tenant.
"""

import json
import random

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

import pcapfile

LOCAL = {4: "10.55.0.2", 6: "fd55::2"}  # PAs of the endpoint
REMOTE = {4: "10.55.0.1", 6: "fd55::1"}  # PAs of the sender
LOCAL_MAC, REMOTE_MAC = "02:00:00:00:00:02", "02:00:00:00:00:01"

BLUE, RED = 5001, 6001
NAMES = {BLUE: "blue", RED: "red"}
PEERS = {BLUE: {7: 4, 9: 6}, RED: {7: 6, 9: 4}}  # machines of a tenant: IP version of their PA
STRANGER = "10.55.0.99"  # not a PA of the endpoint
BROADCAST = "ff:ff:ff:ff:ff:ff"


def ca(version, machine):
    """A customer address."""
    return {4: f"10.0.0.{machine}", 6: f"2001:db8::{machine}"}[version]


def mac(machine):
    """A machine's MAC address."""
    return f"06:06:00:00:00:{machine:02x}"


def location_map():
    """The map as YAML: records of both CA families, and a flood list with all PAs."""
    places = {vsid: {5: [REMOTE[4], REMOTE[6]],
                     **{machine: [LOCAL[version]] for machine, version in machines.items()}}
              for vsid, machines in PEERS.items()}
    parts = {
        "provider": [{"address": pa, "mac": mac_}
                     for pas, mac_ in ((LOCAL, LOCAL_MAC), (REMOTE, REMOTE_MAC))
                     for pa in pas.values()],
        "subnets": [{"vsid": BLUE, "flood": [REMOTE[4], LOCAL[4], STRANGER, LOCAL[6]]},
                    {"vsid": RED, "flood": [LOCAL[6]]}],
        "records": [{"vsid": vsid, "ca": ca(version, machine), "mac": mac(machine), "pa": pa,
                     "type": "static"}
                    for vsid, machines in places.items() for machine, pa in machines.items()
                    for version in (4, 6)],
    }
    return "version: 1\n" + "".join(
        f"{name}:\n" + "".join(f"  - {json.dumps(row)}\n" for row in rows)
        for name, rows in parts.items())


def to_endpoint(version):
    """encap's options for a tunnel to the endpoint."""
    return {"local": REMOTE[version], "remote": LOCAL[version], "enet_smac": REMOTE_MAC,
            "enet_dmac": LOCAL_MAC, "inner_vlan": "keep"}


def frame(source, dst, dst_mac, version):
    """A frame to a machine: IPv4, IPv6, or no IP if `version` is 0."""
    payload = UDP(sport=source.randrange(65536), dport=9) / Raw(
        source.randbytes(source.choice([0, 1, 46, 1300])))
    ether = Ether(src=mac(5), dst=dst_mac)
    if version == 4:
        return bytes(ether / IP(src=ca(4, 5), dst=ca(4, dst)) / payload)
    if version == 6:
        return bytes(ether / IPv6(src=ca(6, 5), dst=ca(6, dst)) / payload)
    return bytes(ether / ARP(hwsrc=mac(5), psrc=ca(4, 5), pdst=ca(4, dst)))


def tenants_frames(count):
    """Frames of both tenants to both machines, as (VSID, machine, frame)."""
    source = random.Random(7637)
    found = []
    for _ in range(count):
        vsid, machine = source.choice([BLUE, RED]), source.choice([7, 9])
        version = source.choice([4, 6, 0])
        by_ca = "02:02:02:02:02:02" if version and source.random() < 0.3 else mac(machine)
        found.append((vsid, machine, frame(source, machine, by_ca, version)))
    return found


def of_tenants(items):
    """A pcapng file with one interface per tenant, for `--vsid from-interface`."""
    w = pcapfile.Writer()
    names = [b"vsid-%d" % vsid for vsid in NAMES]
    return (w.section() + b"".join(w.interface((pcapfile.IF_NAME, name)) for name in names)
            + b"".join(w.enhanced(data, interface=list(NAMES).index(vsid)) for vsid, data in items))
