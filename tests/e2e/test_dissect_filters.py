# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark's menu "Conversation Filter": the filters for a packet, and the packets they match."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from test_dissect import BLUE, ECHO6, frame, gre, ipv6, nested, nvgre
from wireshark import BUILD, CAPTURES, ROOT, sandbox, tshark

NAME = ("-o", 'uat:nvgre_tenants:"5001","the \\x22Blue\\x22"')
TENANT, PROVIDER = "NVGRE tenant", "NVGRE provider addresses"


@pytest.fixture(scope="module", autouse=True)
def filters_are_printed():
    """Makes tshark print the filters, by a plugin in the user's own folder."""
    plugin, = (BUILD / "plugins").rglob("nvgre.so")
    plugins = sandbox() / "home" / ".local" / "lib" / "wireshark" / "plugins"
    library = plugins / plugin.parent.relative_to(BUILD / "plugins") / "filters.so"
    library.parent.mkdir(parents=True)
    flags = subprocess.run(["pkg-config", "--cflags", "wireshark"], check=True, encoding="utf-8",
                           capture_output=True).stdout
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-DHAVE_SSIZE_T",
                    *shlex.split(flags), f"-I{ROOT / 'plugin'}", "-o", library,
                    Path(__file__).with_name("conversation_filters.c")], check=True)
    for path in (plugins.parents[2], *plugins.parents[2].rglob("*")):
        path.chmod(0o755)
    yield
    shutil.rmtree(plugins)


def offered(capture, *options):
    """The filters for a packet with visible details: number → title → filter."""
    printed = tshark(capture, "-V", *options)
    packets = {}
    for number, title, text in re.findall(r"^(\d+): ([^:]+): (.*)$", printed, re.MULTILINE):
        packets.setdefault(int(number), {})[title] = text
    return packets


def matched(capture, display_filter, *options):
    """The numbers of the frames that match a filter."""
    printed = tshark(capture, "-Y", display_filter, "-T", "fields", "-e", "frame.number", *options)
    return {int(number) for number in re.findall(r"^\d+$", printed, re.MULTILINE)}


def pa(vsid, *addresses):
    """The filter for provider addresses."""
    return " && ".join(f'nvgre.pa_endpoint == "{vsid} {address}"' for address in addresses)


def tenant(*vsids):
    """The filter for a tenant, with the VSIDs of its tunnels, the outermost first."""
    levels = [f"nvgre.vsid#{level} == {vsid}" for level, vsid in enumerate(vsids, 1)]
    return " && ".join([*levels, f"!nvgre.vsid#{len(vsids) + 1}"])


IPV4 = ("192.168.4.11", "192.168.4.22")
IPV6 = ("2001:db8::11", "2001:db8::22")


@pytest.mark.parametrize("packet, of_tenant, provider", [
    (BLUE, tenant(5001), pa(5001, *IPV4)),
    (frame(ipv6(gre(ECHO6))), tenant(5001), pa(5001, *IPV6)),
    (nested(3), tenant(5002, 5001, 5000),
     " && ".join(pa(vsid, *IPV4) for vsid in (5002, 5001, 5000))),
    (nvgre(b"x"), tenant(5001), pa(5001, *IPV4)),
])
def test_filters_of_a_packet(packet, of_tenant, provider):
    assert offered([packet]) == {1: {TENANT: of_tenant, PROVIDER: provider}}
    assert matched([packet], of_tenant) == matched([packet], provider) == {1}


def test_tenants_in_tunnels_of_others_are_other_tenants():
    packets = [nvgre(key=5001 << 8), nested(1), nested(2), nested(3), nvgre(key=5000 << 8)]
    filters = {number: filters[TENANT] for number, filters in offered(packets).items()}

    assert [matched(packets, filters[number]) for number in range(1, 6)] == [
        {1}, {2, 5}, {3}, {4}, {2, 5}]


def test_no_filters_without_nvgre():
    assert not offered(CAPTURES / "plain-blue.pcap")
    assert not offered([nvgre(flags=0)])


@pytest.mark.parametrize("options", [(), NAME], ids=["without names", "with names"])
@pytest.mark.parametrize("title, groups", [(TENANT, 2), (PROVIDER, 4)])
def test_filters_match_the_packets_that_offer_them(title, groups, options):
    capture = CAPTURES / "two-tenants.pcap"
    offers = {}
    for number, filters in offered(capture, *options).items():
        offers.setdefault(filters[title], set()).add(number)
    found = {text: matched(capture, text, *options) for text in offers}

    assert len(offers) == groups
    if title == TENANT:
        assert found == offers
    else:  # one filter for both directions
        assert all(numbers <= found[text] for text, numbers in offers.items())
        assert len({frozenset(numbers) for numbers in found.values()}) == groups // 2
