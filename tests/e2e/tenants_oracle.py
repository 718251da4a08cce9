# SPDX-License-Identifier: GPL-2.0-or-later
"""The measure of isolation: each tenant's packets are dissected as if it were alone.

A capture of several tenants, dissected with the plugin, is compared with what stock Wireshark
shows of each tenant alone, in captures where the others' frames are replaced by neutral ones so
that frame numbers and times stay. All of the PDML must be equal, but for the NVGRE layer and for
the numbers of streams, which must be renamed one to one.
"""

import difflib
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from wireshark import require_plugin, tshark

STREAM = re.compile(
    r'<field name="(tcp\.stream|udp\.stream|quic\.connection\.number)"[^>]*show="(\d+)"/>')
# From Wireshark 4.4 on. Several tenants share those of the tunnels around them.
LOWER_STREAM = re.compile(r'\n *<field name="(eth|ip|ipv6)\.stream"[^>]*show="(\d+)"/>')
TUNNEL = '  <proto name="gre"'
NVGRE_START, LAYER_END = '  <proto name="nvgre"', "\n  </proto>\n"
DIFFERENCES, DIFFERENCE_LINES = 3, 6  # shown for a case, and of a packet


def pdml(capture, *options, plugin=True):
    """The packets of a capture, each as text."""
    text = tshark(capture, "-T", "pdml", *options, plugin=plugin)
    return text.split("<packet>\n")[1:]


def without_nvgre(packet):
    """A packet without the plugin's own layers."""
    while (start := packet.find(NVGRE_START)) >= 0:
        packet = packet[:start] + packet[packet.index(LAYER_END, start) + len(LAYER_END):]
    return packet.replace("gre:nvgre", "gre")


def without_streams(packet):
    """A packet without the numbers of its streams, and those, as (protocol, number)."""
    innermost = dict(LOWER_STREAM.findall(packet[max(packet.rfind(TUNNEL), 0):]))
    packet = LOWER_STREAM.sub("", packet)
    return (STREAM.sub(r'<field name="\1"/>', packet),
            [*STREAM.findall(packet), *innermost.items()])


class Renaming:
    """Which stream of the common capture is which stream of a tenant's own."""

    def __init__(self):
        self.common, self.own = {}, {}

    def clashes(self, tenant, own, common):
        """Whether these streams of a packet contradict those of earlier packets."""
        pairs = [((name, number), (name, tenant, own_number))
                 for (name, number), (_, own_number) in zip(common, own)]
        return [f"{name} {number} is {owner}, was {self.own.get((name, number))}; "
                f"{owner} was {self.common.get(owner)}"
                for (name, number), owner in pairs
                if self.own.setdefault((name, number), owner) != owner
                or self.common.setdefault(owner, number) != number]


def changes(expected, shown):
    """The lines in which two packets differ, if not too many."""
    lines = difflib.unified_diff(expected.splitlines(), shown.splitlines(), lineterm="", n=0)
    lines = [re.sub(r"\s+", " ", line)[:200] for line in lines if not line.startswith("@@")][2:]
    return lines[:DIFFERENCE_LINES]


def differences(mix, common, alone):
    """{case: where its packets in the common capture are not those of the tenant alone}."""
    found, renaming = {}, Renaming()
    for number, (entry, packet) in enumerate(zip(mix.entries, common, strict=True)):
        expected, own = without_streams(alone[entry.tenant][number])
        shown, streams = without_streams(without_nvgre(packet))
        clashes = renaming.clashes(entry.tenant, own, streams)
        if expected == shown and not clashes:
            continue
        of_case = found.setdefault(entry.case, [])
        if len(of_case) < DIFFERENCES:
            of_case.append("\n".join([f"frame {number + 1} of tenant {entry.tenant}:",
                                      *changes(expected, shown), *clashes]))
    return found


def in_parallel(*runs):
    """The results of functions without arguments, two of which run at a time."""
    require_plugin()
    with ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(run) for run in runs]]


def isolation_faults(mix, *options, preferences=()):
    """The differences between all tenants together and each alone; `preferences` of the plugin."""
    common, *alone = in_parallel(
        partial(pdml, mix.pcap(), *options, *preferences),
        *(partial(pdml, mix.pcap(tenant), *options, plugin=False) for tenant in mix.tenants))
    return differences(mix, common, dict(zip(mix.tenants, alone)))
