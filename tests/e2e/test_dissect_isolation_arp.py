# SPDX-License-Identifier: GPL-2.0-or-later
"""Duplicate addresses are searched for each tenant: nvgre.duplicate_address."""

import functools

import pytest

from tenants_ip import ARP_REPLY, ARP_REQUEST, arp_message
from tenants_mix import WORLDS, Mix
from tenants_talk import CLIENT, SERVER, Talk
from wireshark import tshark

STOCK, OURS = "arp.duplicate-address-detected", "nvgre.duplicate_address"
FIRST, SECOND, THIRD = (tuple(f"06:06:{count:02x}:00:00:{side:02x}" for side in (5, 7))
                        for count in range(3))
# A script is a list of ARP messages: (tenant, sender, operation, the MACs of CLIENT and SERVER).
SCRIPTS = {
    "each tenant's own": [
        (tenant, sender, operation, (FIRST, SECOND)[tenant])
        for sender in (CLIENT, SERVER) for operation in (ARP_REQUEST, ARP_REPLY)
        for tenant in (0, 1)],
    "one tenant's address is taken twice": [
        (0, SERVER, ARP_REPLY, FIRST), (1, SERVER, ARP_REPLY, SECOND),
        (0, SERVER, ARP_REPLY, THIRD), (1, SERVER, ARP_REPLY, SECOND),
        (0, CLIENT, ARP_REQUEST, FIRST), (0, SERVER, ARP_REPLY, FIRST),
        (1, SERVER, ARP_REPLY, SECOND)],
    "by a request": [
        (0, CLIENT, ARP_REQUEST, FIRST), (1, CLIENT, ARP_REQUEST, FIRST),
        (1, CLIENT, ARP_REQUEST, SECOND), (0, CLIENT, ARP_REQUEST, FIRST)],
    "by the target of a reply": [
        (0, CLIENT, ARP_REQUEST, FIRST), (0, SERVER, ARP_REPLY, (SECOND[CLIENT], FIRST[SERVER])),
        (1, SERVER, ARP_REPLY, SECOND)],
    "both tenants' addresses are taken twice": [
        (tenant, SERVER, ARP_REPLY, macs) for macs in (FIRST, SECOND, THIRD, FIRST)
        for tenant in (0, 1)],
}
APART = [world for world in WORLDS if world != "PAs"]


@functools.cache
def capture():
    """All scripts in all kinds of tunnels, each at its own place."""
    cases = [(world, script) for world in APART for script in SCRIPTS]
    return Mix((case, tenant, WORLDS[case[0]][tenant],
                arp_message(Talk(place, 0), sender, operation, macs))
               for place, case in enumerate(cases)
               for tenant, sender, operation, macs in SCRIPTS[case[1]])


@functools.cache
def noted(tenant, *options, plugin=True):
    """The frames with a note of Wireshark, and with one of the plugin, for all tenants or one."""
    fields = ("-e", STOCK, *(("-e", OURS) if plugin else ()))
    rows = tshark(capture().pcap(tenant), "-T", "fields", *fields, *options, plugin=plugin)
    columns = zip(*((row + "\t\t").split("\t")[:2] for row in rows.split("\n")[:-1]))
    return [{number for number, note in enumerate(column) if note} for column in columns]


def expected(*options):
    """The frames with a note of Wireshark if tenants are alone, in tunnels and outside."""
    found = {number for tenant in capture().tenants
             for number in noted(tenant, *options, plugin=False)[0]
             if capture().entries[number].tenant == tenant}
    return [{number for number in found if outside(capture().entries[number]) == wanted}
            for wanted in (True, False)]


def outside(entry):
    """Whether a frame is in no tunnel."""
    return not WORLDS[entry.case[0]][entry.tenant].vsids


def cases(frames):
    """The scripts and tunnels of the frames, and the frames' numbers in each script."""
    first = {}
    for number, entry in enumerate(capture().entries):
        first.setdefault(entry.case, number)
    entries = [(number, capture().entries[number].case) for number in sorted(frames)]
    return [(*case, number - first[case]) for number, case in entries]


@pytest.mark.parametrize("options", [(), ("-2",)])
@pytest.mark.parametrize("script", SCRIPTS)
def test_duplicates_of_a_tenant(script, options):
    shown, wanted = ([[place for place in cases(frames) if place[1] == script]
                      for frames in found] for found in (noted(None, *options), expected(*options)))

    assert shown == wanted
    assert bool(wanted[1]) == (script != "each tenant's own")


def test_duplicates_are_not_looked_for_if_switched_off():
    assert noted(None, "-o", "arp.detect_duplicate_ips:FALSE") == [set(), set()]


def test_duplicates_of_tenants_who_are_not_isolated():
    assert noted(None, "-o", "nvgre.isolate_tenants:FALSE") == [
        noted(None, plugin=False)[0], set()]
