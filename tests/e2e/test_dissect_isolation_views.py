# SPDX-License-Identifier: GPL-2.0-or-later
"""Several tenants in other views than the packet tree: each as if it were alone."""

import functools
from collections import Counter

import pytest

from tenants_mix import mix, pattern_cases
from tenants_oracle import in_parallel
from wireshark import columns, tshark

PROTOCOLS = ("tcp", "udp")
SEPARATOR = "=" * 67 + "\n"


@functools.cache
def capture():
    """All flows of three tenants, in turn."""
    return mix(pattern_cases("in turn", "mirrored"))


def views(view):
    """The output of a view, a function of (file, plugin), for all tenants and for each alone."""
    files = [(capture().pcap(), True)] + [(capture().pcap(tenant), False)
                                          for tenant in capture().tenants]
    common, *alone = in_parallel(*(functools.partial(view, *file) for file in files))
    return common, alone


def packet_streams(file, plugin):
    """The stream of each packet, as (protocol, number)."""
    fields = [word for protocol in PROTOCOLS for word in ("-e", f"{protocol}.stream")]
    rows = tshark(file, "-T", "fields", *fields, plugin=plugin).splitlines()
    return [next(((protocol, number.split(",")[0]) for protocol, number
                  in zip(PROTOCOLS, row.split("\t")) if number), None) for row in rows]


def followed(file, plugin):
    """The output of Follow for the stream of each packet, and the stream."""
    of_packets = packet_streams(file, plugin)
    streams = sorted({stream for stream in of_packets if stream})
    follow = [word for protocol, number in streams
              for word in ("-z", f"follow,{protocol},ascii,{number}")]
    texts = {}
    for block in tshark(file, "-q", *follow, plugin=plugin).split(SEPARATOR + "Follow: ")[1:]:
        _, stream, text = block.split("\n", 2)
        protocol, number = stream.removeprefix("Filter: ").split(".stream eq ")
        texts[protocol, number] = text.rstrip("=\n")
    return [(texts[stream], stream) if stream else None for stream in of_packets]


@functools.cache
def follow_views():
    """Follow for all tenants and for each alone."""
    return views(followed)


def test_follow_shows_one_tenant():
    common, alone = follow_views()
    wrong = Counter(entry.case.flow for number, entry in enumerate(capture().entries)
                    if common[number] and common[number][0] != alone[entry.tenant][number][0])

    assert not wrong


def test_follow_shows_data():
    common, _ = follow_views()
    texts = {packet[0] for packet in common if packet}

    assert sum("HTTP/1.1 200 OK" in text for text in texts) > 20
    assert not [text for text in texts if text.count("GET /") > 2]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_conversations_are_those_of_all_tenants(protocol):
    def conversations(file, plugin):
        table = tshark(file, "-q", "-z", f"conv,{protocol}", plugin=plugin)
        return Counter(line for line in table.splitlines() if "<->" in line)
    common, alone = views(conversations)

    assert common == sum(alone, Counter())


def test_rtp_streams_are_those_of_all_tenants():
    def streams(file, plugin):
        table = tshark(file, "-q", "-z", "rtp,streams", plugin=plugin)
        return Counter(line for line in table.splitlines() if "g711U" in line)
    common, alone = views(streams)

    assert sum(common.values()) > 10
    assert common == sum(alone, Counter())


def test_columns():
    def shown(file, plugin):
        return columns(file, *(("-o", "nvgre.info_vsid:FALSE") if plugin else ()), plugin=plugin)
    common, alone = views(shown)
    expected = [alone[entry.tenant][number] for number, entry in enumerate(capture().entries)]
    wrong = [(entry.case.flow, pair) for entry, *pair in zip(capture().entries, common, expected)
             if pair[0] != pair[1]]

    assert not wrong
