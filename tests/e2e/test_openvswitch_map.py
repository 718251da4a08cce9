# SPDX-License-Identifier: GPL-2.0-or-later
"""Open vSwitch as the receivers of a location map: tenants, floods, and transcoded tunnels."""

import random

import pytest
import yaml
from scapy.layers.l2 import GRE, Ether

import pcapfile
from endpoint import (BLUE, BROADCAST, LOCAL, LOCAL_MAC, NAMES, PEERS, RED, STRANGER, ca, frame,
                      mac, of_tenants, tenants_frames, to_endpoint)
from openvswitch import PORTS, TUNNEL_PORTS


def tenant_flows():
    """Each tenant's frames go to its own ports, one for each tunnel."""
    for vsid, name in NAMES.items():
        for version, (_, tunnel) in TUNNEL_PORTS.items():
            yield (f"in_port={tunnel},tun_id={vsid << 8:#x}/0xffffff00,"
                   f"actions=output:{PORTS[f'{name}{version}'][1]}")


def test_each_tenant_at_its_own_port(ovs, encap_by_map):
    """For all IP versions of CA and PA, each frame arrives once, at its own tenant."""
    ovs.set_flows(tenant_flows())
    items = tenants_frames(400)
    ovs.receive("u0", encap_by_map([(vsid, data) for vsid, _, data in items]))
    expected = {}
    for vsid, machine, data in items:
        expected.setdefault(f"{NAMES[vsid]}{PEERS[vsid][machine]}", []).append(data)

    assert sorted(expected) == ["blue4", "blue6", "red4", "red6"]
    for port, frames in expected.items():
        assert ovs.sent(port, len(frames)) == frames
    assert ovs.silent(*expected)


def test_a_copy_for_each_flooded_endpoint(ovs, encap_by_map):
    """One of four endpoints is the sender, and one is not Open vSwitch."""
    ovs.set_flows(tenant_flows())
    source = random.Random(7637)
    floods = [frame(source, 255, BROADCAST, version) for version in (4, 6, 0)] + [
        frame(source, 255, "33:33:00:00:00:01", 6)]
    outers = encap_by_map([(BLUE, data) for data in floods] + [(RED, floods[0])])
    ovs.receive("u0", outers)

    assert len(outers) == 3 * len(floods) + 1
    assert sum(Ether(outer)[1].dst == STRANGER for outer in outers) == len(floods)
    assert ovs.sent("blue4", len(floods)) == floods
    assert ovs.sent("blue6", len(floods)) == floods
    assert ovs.sent("red6", 1) == floods[:1]
    assert ovs.silent("blue4", "blue6", "red6")


def transcoded(ovs, outers):
    """Tunnel packets from Open vSwitch after it changed the outer IP version."""
    (_, v4), (_, v6) = TUNNEL_PORTS[4], TUNNEL_PORTS[6]
    ovs.set_flows([f"in_port={v4},actions=output:{v6}", f"in_port={v6},actions=output:{v4}"])
    ovs.receive("u0", outers)
    return ovs.sent("u0", len(outers))


@pytest.mark.parametrize("version", [4, 6])
def test_transcoded_tunnels(ovs, encap, decap, run, version):
    """Keys, inner frames and tenants are unchanged if the outer IP version changes."""
    items = tenants_frames(200)
    ours = pcapfile.frames(encap(of_tenants([(vsid, data) for vsid, _, data in items]),
                                 vsid="from-interface", **to_endpoint(version)).out)
    theirs = transcoded(ovs, ours)

    kinds = {outer[12:14] for outer in theirs}
    assert kinds == {{4: b"\x86\xdd", 6: b"\x08\x00"}[version]}
    assert [Ether(outer)[GRE].key for outer in theirs] == [Ether(outer)[GRE].key for outer in ours]
    assert pcapfile.frames(decap(theirs).out) == [data for _, _, data in items]
    for vsid in NAMES:
        done = decap(theirs, vsid_filter=vsid, others="drop")
        assert pcapfile.frames(done.out) == [data for owner, _, data in items if owner == vsid]

    learned = yaml.safe_load(run("learn", "-", stdin=pcapfile.pcap(theirs)).stdout)
    pa = LOCAL[10 - version]
    assert {(record["vsid"], record["ca"], record["mac"], *record["pa"])
            for record in learned["records"]} == {
        (vsid, ca(family, 5), mac(5), pa) for vsid in NAMES for family in (4, 6)}
    assert learned["provider"] == [{"address": pa, "mac": LOCAL_MAC}]
