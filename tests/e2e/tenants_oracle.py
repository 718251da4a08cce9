# SPDX-License-Identifier: GPL-2.0-or-later
"""The test of isolation: each tenant's packets must be dissected as if it were alone.

A capture of several tenants, dissected with the plugin, is compared with captures of each tenant
alone, dissected by stock Wireshark. In these, neutral frames replace the other tenants' frames, so
that frame numbers and times are the same. All PDML must be equal, except the NVGRE layer and the
stream numbers. Stream numbers must correspond one to one.
"""

import difflib
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from wireshark import require_plugin, tshark

STREAM = re.compile(
    r'<field name="(tcp\.stream|udp\.stream|quic\.connection\.number)"[^>]*show="(\d+)"/>')
# Since Wireshark 4.4. Tenants in a tunnel share these streams of the outer headers.
LOWER_STREAM = re.compile(r'\n *<field name="(eth|ip|ipv6)\.stream"[^>]*show="(\d+)"/>')
TUNNEL = '  <proto name="gre"'
NVGRE_START, LAYER_END = '  <proto name="nvgre"', "\n  </proto>\n"
DIFFERENCES, DIFFERENCE_LINES = 3, 6  # number to show per case, and lines per packet


def pdml(capture, *options, plugin=True):
    """The packets of a capture as text."""
    text = tshark(capture, "-T", "pdml", *options, plugin=plugin)
    return text.split("<packet>\n")[1:]


def without_nvgre(packet):
    """A packet without the plugin's own layers."""
    while (start := packet.find(NVGRE_START)) >= 0:
        packet = packet[:start] + packet[packet.index(LAYER_END, start) + len(LAYER_END):]
    return packet.replace("gre:nvgre", "gre")


def without_streams(packet):
    """A packet without its stream numbers, and these numbers, as (protocol, number)."""
    innermost = dict(LOWER_STREAM.findall(packet[max(packet.rfind(TUNNEL), 0):]))
    packet = LOWER_STREAM.sub("", packet)
    return (STREAM.sub(r'<field name="\1"/>', packet),
            [*STREAM.findall(packet), *innermost.items()])


class Renaming:
    """Maps the streams of the common capture to the streams of a tenant alone."""

    def __init__(self):
        self.common, self.own = {}, {}

    def clashes(self, tenant, own, common):
        """Lists the streams of a packet that contradict earlier packets."""
        pairs = [((name, number), (name, tenant, own_number))
                 for (name, number), (_, own_number) in zip(common, own)]
        return [f"{name} {number} is {owner}, was {self.own.get((name, number))}; "
                f"{owner} was {self.common.get(owner)}"
                for (name, number), owner in pairs
                if self.own.setdefault((name, number), owner) != owner
                or self.common.setdefault(owner, number) != number]


def changes(expected, shown):
    """The lines that differ between two packets, at most DIFFERENCE_LINES."""
    lines = difflib.unified_diff(expected.splitlines(), shown.splitlines(), lineterm="", n=0)
    lines = [re.sub(r"\s+", " ", line)[:200] for line in lines if not line.startswith("@@")][2:]
    return lines[:DIFFERENCE_LINES]


def differences(mix, common, alone):
    """{case: differences between its packets in the common capture and in the tenant's own}."""
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
    """The results of functions without arguments. Two run at the same time."""
    require_plugin()
    with ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(run) for run in runs]]


def isolation_faults(mix, *options, preferences=()):
    """The differences between all tenants together and each alone."""
    common, *alone = in_parallel(
        partial(pdml, mix.pcap(), *options, *preferences),
        *(partial(pdml, mix.pcap(tenant), *options, plugin=False) for tenant in mix.tenants))
    return differences(mix, common, dict(zip(mix.tenants, alone)))
