# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin finds only faults in rewritten packets that the original packets had too."""

import pytest

from rewriting import PAS, PAS6
from wireshark import CAPTURES, dissect

OPTIONS = {
    "outer": ["--vsidmap", "5001:6001,6001:5001", "-N", "192.168.4.0/24:10.9.9.0/24", "--ttl", "9",
              "--enet-vlan", "add", "--enet-vlan-tag", "5"],
    "inner": ["--inner-pnat", "10.0.0.0/8:172.16.0.0/12", "--inner-portmap", "80:81"],
    "normalised": ["--normalise"],
    "seed": ["--seed", "5"],
    "to IPv6": ["--local", PAS6[0], "--remote", PAS6[1]],
    "to IPv4": ["--local", PAS[0], "--remote", PAS[1]],
    "tags": ["--inner-vlan", "strip"],
}


def notes(path):
    """The notes of each packet in a capture."""
    return [set(packet.notes) for packet in dissect(path)]


@pytest.mark.parametrize("name", ["two-tenants.pcap", "two-tenants-ipv6.pcap", "deviations.pcap"])
def test_no_new_note(run, tmp_path, name):
    was = notes(CAPTURES / name)
    for what, options in OPTIONS.items():
        run("rewrite", "-q", *options, CAPTURES / name, tmp_path / "out.pcap", code=None)
        found = notes(tmp_path / "out.pcap")
        assert len(found) == len(was)
        for number, (before, after) in enumerate(zip(was, found), 1):
            assert after <= before, (what, number, after - before)
