# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets that are dissected again in any order, as in a graphical Wireshark. sharkd does it."""

import functools
import random

from tenants_mix import mix, pattern_cases
from tenants_oracle import in_parallel
from wireshark import readable, sharkd

STREAMS = (*(f"{protocol}.stream" for protocol in ("tcp", "udp", "eth", "ip", "ipv6")),
           "quic.connection.number")
SAMPLES = 500  # number of packets


@functools.cache
def capture():
    """All flows of three tenants, in turn."""
    return mix(pattern_cases("in turn"))


@functools.cache
def order():
    """A random sample of frame numbers, in random order."""
    return random.Random(1).sample(range(1, len(capture().entries) + 1), SAMPLES)


def load(file):
    """The request that opens a file."""
    return "load", {"file": str(file)}


def isolate(on):
    """The request that sets the preference."""
    return "setconf", {"name": "nvgre.isolate_tenants", "value": str(on).upper()}


def frames():
    """The requests for these packets, in this order."""
    return [("frame", {"frame": number, "proto": True}) for number in order()]


def comparable(nodes):
    """A packet's tree without the NVGRE layer and stream numbers."""
    return [(node["l"].replace("gre:nvgre", "gre"), comparable(node.get("n", ())))
            for node in nodes if not node.get("f", "").startswith(("nvgre", *STREAMS))]


def trees(answers):
    """Frame number → tree, from the answers to frames()."""
    return {number: comparable(answer["tree"])
            for number, answer in zip(order(), answers, strict=True)}


def dissected(file, *requests, plugin=True):
    """The trees after a file was loaded and other requests were sent."""
    before = [load(file), *requests]
    return trees(sharkd([*before, *frames()], plugin)[len(before):])


def differing(shown, expected):
    """The flows with packets that are not shown as expected."""
    return {capture().entries[number - 1].case.flow for number in order()
            if shown[number] != expected[number]}


def test_each_tenant_as_if_alone_in_any_order():
    files = [readable(capture().pcap(tenant)) for tenant in (None, *capture().tenants)]
    common, *alone = in_parallel(*(functools.partial(dissected, file, plugin=file is files[0])
                                   for file in files))
    expected = {number: alone[capture().entries[number - 1].tenant][number] for number in order()}
    wrong = differing(common, expected)

    assert not wrong


def stream_of(nodes):
    """The filter for the last stream in a packet's tree, or None."""
    found = [node["f"] for layer in nodes for node in layer.get("n", ())
             if node.get("f", "").startswith(("tcp.stream ", "udp.stream "))]
    return found[-1].replace("==", "eq") if found else None


def test_follow_is_offered_for_the_stream_that_is_shown():
    answers = sharkd([load(readable(capture().pcap())), *frames()])[1:]
    offered = [({wanted for name, wanted in answer.get("fol", ()) if name in ("TCP", "UDP")},
                stream_of(answer["tree"]))
               for number, answer in zip(order(), answers, strict=True)
               if capture().entries[number - 1].case.flow != "errors"]  # quotes packets

    assert sum(bool(stream) for _, stream in offered) > SAMPLES // 2
    assert not [pair for pair in offered if pair[0] != ({pair[1]} if pair[1] else set())]


def test_files_and_preferences_in_turn():
    """A session that loads the file several times, with and without isolation."""
    file = readable(capture().pcap())
    turns = [True, False, True]
    requests = [request for on in turns for request in (isolate(on), load(file), *frames())]
    answers, stock = in_parallel(lambda: sharkd(requests),
                                 lambda: dissected(file, plugin=False))
    length = len(answers) // len(turns)
    first, not_isolated, again = (trees(answers[start + 2:start + length])
                                  for start in range(0, len(answers), length))
    wrong = [differing(*pair) for pair in ((again, first), (not_isolated, stock), (first, stock))]

    assert wrong[:2] == [set(), set()]
    assert wrong[2]  # otherwise this test would not show any isolation
