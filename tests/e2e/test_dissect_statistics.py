# SPDX-License-Identifier: GPL-2.0-or-later
"""Conversation and endpoint tables, the tree of tenants, the table of FlowIDs."""

import collections
import math
import re

import pytest

from test_dissect import ECHO, ECHO6, frame, gre, ipv6, nested, nvgre
from tunnels import layers
from wireshark import CAPTURES, counts, pcap_frames, readable, sharkd, tshark

IN_IPV6 = frame(ipv6(gre(ECHO6, 0x00177107)))
FRAMES = {
    "two-tenants": [data for data, _ in pcap_frames(CAPTURES / "two-tenants.pcap")],
    "two-tenants-ipv6": [data for data, _ in pcap_frames(CAPTURES / "two-tenants-ipv6.pcap")],
    "with a key": [data for data, _ in pcap_frames(CAPTURES / "endpoints/lin_v4_key.pcap")],
    "nested": [nested(levels) for levels in (1, 2, 3, 8)],
    "IPv4 and IPv6": [nvgre(), IN_IPV6, nvgre(IN_IPV6), frame(ipv6(gre(nvgre())))],
    "same and other FlowIDs": [nvgre(key=0x138900 + flowid)
                               for flowid in (*range(256), *range(0, 256, 7), 0, 0)],
    "without NVGRE": [data for data, _ in pcap_frames(CAPTURES / "plain-blue.pcap")],
}

# Table: (its tap, the field with its endpoints, the addresses of a layer, the bytes of a layer)
TABLES = {
    "NVGRE": ("nvgre", "nvgre.endpoint", lambda layer: layer.ca, lambda layer: layer.inner_len),
    "NVGRE PA": ("nvgre_pa", "nvgre.pa_endpoint", lambda layer: layer.pa,
                 lambda layer: layer.frame_len),
}


def all_layers(frames):
    """The NVGRE layers of all frames."""
    return [layer for data in frames for layer in layers(data)]


def conversations(frames, table):
    """The expected rows: (A, B) → [packets, bytes from B to A, packets, bytes from A to B]."""
    _, _, addresses, size = TABLES[table]
    rows = {}
    for layer in all_layers(frames):
        ends = tuple(f"{layer.vsid} {address}" for address in addresses(layer))
        back = ends[::-1] in rows and ends not in rows
        row = rows.setdefault(ends[::-1] if back else ends, [0, 0, 0, 0])
        row[0 if back else 2] += 1
        row[1 if back else 3] += size(layer)
    return rows


def endpoints(frames, table):
    """The expected rows: end → [packets, bytes received, packets, bytes sent]."""
    rows = collections.defaultdict(lambda: [0, 0, 0, 0])
    for (a, b), (from_b, bytes_from_b, from_a, bytes_from_a) in conversations(frames, table).items():
        for end, values in ((a, (from_b, bytes_from_b, from_a, bytes_from_a)),
                            (b, (from_a, bytes_from_a, from_b, bytes_from_b))):
            rows[end] = [old + new for old, new in zip(rows[end], values)]
    return rows


def taps(frames, *names):
    """sharkd's answers to these taps, by name."""
    _, answer = sharkd([("load", {"file": str(readable(frames))}),
                        ("tap", {f"tap{number}": name for number, name in enumerate(names)})])
    return {tap["tap"]: tap for tap in answer["taps"]}


@pytest.fixture(scope="module", name="answers", params=FRAMES)
def answers_of_frames(request):
    """The name of a set of frames, and all its statistics."""
    return request.param, taps(FRAMES[request.param], "stat:nvgre", "nstat:nvgre_flowid",
                               *(f"{kind}:{table}" for kind in ("conv", "endpt")
                                 for table in TABLES))


def values(row):
    """The counts in a row of a conversation or endpoint table."""
    return [row[name] for name in ("rxf", "rxb", "txf", "txb")]


@pytest.mark.parametrize("table", TABLES)
def test_conversations(answers, table):
    name, tables = answers

    assert ({(row["saddr"], row["daddr"]): values(row) for row in tables[f"conv:{table}"]["convs"]}
            == conversations(FRAMES[name], table))


@pytest.mark.parametrize("table", TABLES)
def test_endpoints(answers, table):
    name, tables = answers

    assert ({row["host"]: values(row) for row in tables[f"endpt:{table}"]["hosts"]}
            == endpoints(FRAMES[name], table))


@pytest.mark.parametrize("table", TABLES)
def test_filters_of_rows_match_the_packets_of_the_rows(answers, table):
    name, tables = answers
    field = TABLES[table][1]
    expected = {}
    for row in tables[f"conv:{table}"]["convs"]:
        a, b = row["saddr"], row["daddr"]
        expected[row["filter"]] = row["rxf"] + row["txf"]
        expected[f'{field}.src=="{a}" && {field}.dst=="{b}"'] = row["txf"]
        expected[f'{field}.src=="{b}" && {field}.dst=="{a}"'] = row["rxf"]
    for row in tables[f"endpt:{table}"]["hosts"]:
        expected[row["filter"]] = row["rxf"] + row["txf"]

    assert not expected or (
        dict(zip(expected, counts(FRAMES[name], expected), strict=True)) == expected)


def tree(all_of_them):
    """The expected tree of layers: name → (packets, average, minimum, maximum, its rows)."""
    def row(some, *keys):
        lengths = [layer.inner_len for layer in some]
        rows = {}
        if keys:
            parts = collections.defaultdict(list)
            for layer in some:
                parts[keys[0](layer)].append(layer)
            rows = {name: row(part, *keys[1:]) for name, part in parts.items()}
        return (len(some), pytest.approx(sum(lengths) / len(some), abs=0.01), min(lengths),
                max(lengths), rows)

    return row(all_of_them, lambda layer: str(layer.vsid), lambda layer: " -> ".join(layer.pa),
               lambda layer: f"FlowID 0x{layer.flowid:02x}")


def shown_tree(node):
    """sharkd's tree, in the form of tree()."""
    return (node["count"], node["avg"], node["min"], node["max"],
            {child["name"]: shown_tree(child) for child in node.get("sub", ())})


def test_tree(answers):
    name, tables = answers
    expected = all_layers(FRAMES[name])
    top, = tables["stats:nvgre"]["stats"]

    assert top["name"] == "Tenants"
    if expected:
        assert shown_tree(top) == tree(expected)
    else:
        assert top["count"] == 0 and "sub" not in top


def evenness(numbers):
    """The entropy of these packet counts by FlowID in bits, divided by its maximum of 8."""
    total = sum(numbers)
    return sum(number / total * math.log2(total / number) for number in numbers) / 8


def spread(all_of_them):
    """The expected table of FlowIDs: VSID → its columns, except the busiest FlowID."""
    rows = {}
    for vsid in {layer.vsid for layer in all_of_them}:
        own = [layer for layer in all_of_them if layer.vsid == vsid]
        flowids = collections.Counter(layer.flowid for layer in own)
        rows[vsid] = [
            "", len(own), sum(layer.inner_len for layer in own), len(flowids),
            pytest.approx(100 * flowids[0] / len(own), abs=1e-5),
            pytest.approx(100 * max(flowids.values()) / len(own), abs=1e-5),
            pytest.approx(evenness(flowids.values()), abs=1e-5),
        ]
    return rows


def test_spread(answers):
    name, tables = answers
    expected = all_layers(FRAMES[name])
    rows = tables["nstat:nvgre_flowid"]["tables"][0]["i"]
    busiest = {int(row[0]): row.pop(6) for row in rows}

    assert {int(row[0]): row[1:] for row in rows} == spread(expected)
    for vsid, flowid in busiest.items():
        flowids = collections.Counter(layer.flowid for layer in expected if layer.vsid == vsid)
        assert flowids[flowid] == max(flowids.values())


@pytest.mark.parametrize("flowids, expected", [
    (range(256), 1),
    ([0x50], 0),
    ([0x50] * 1000, 0),
    ([0, 1], 1 / 8),
    (range(16), 4 / 8),
    ([*range(256)] * 3, 1),
])
def test_evenness(flowids, expected):
    answer = taps([nvgre(key=0x138900 + flowid) for flowid in flowids], "nstat:nvgre_flowid")

    assert answer["nstat:nvgre_flowid"]["tables"][0]["i"][0][-1] == pytest.approx(expected)


# The same in 4.0 and 4.6, except the title, which contains the menu separator.
GOLDEN_TREE = """\
Topic / Item                    Count         Average       Min Val       Max Val       Rate (ms)     Percent       Burst Rate    Burst Start
-----------------------------------------------------------------------------------------------------------------------------------------------
Tenants                         35            69.66         42            180           0.9652        100%          0.3500        0.000
 5001                           18            69.39         42            180           0.4964        51.43%        0.1800        0.000
  192.168.4.11 -> 192.168.4.22  10            62.50         42            101           0.2758        55.56%        0.1000        0.000
   FlowID 0x75                  6             62.50         54            101           0.1655        60.00%        0.0600        0.000
   FlowID 0xa4                  1             58.00         58            58            0.0276        10.00%        0.0100        0.000
   FlowID 0x59                  1             42.00         42            42            0.0276        10.00%        0.0100        0.000
   FlowID 0x50                  1             74.00         74            74            0.0276        10.00%        0.0100        0.000
   FlowID 0x11                  1             76.00         76            76            0.0276        10.00%        0.0100        0.000
  192.168.4.22 -> 192.168.4.11  8             78.00         42            180           0.2206        44.44%        0.0800        0.000
   FlowID 0xd1                  5             80.00         54            180           0.1379        62.50%        0.0500        0.000
   FlowID 0xbb                  1             108.00        108           108           0.0276        12.50%        0.0100        0.000
   FlowID 0xaf                  1             74.00         74            74            0.0276        12.50%        0.0100        0.000
   FlowID 0x8e                  1             42.00         42            42            0.0276        12.50%        0.0100        0.000
 6001                           17            69.94         42            178           0.4688        48.57%        0.1700        0.000
  192.168.4.11 -> 192.168.4.22  9             63.00         42            101           0.2482        52.94%        0.0900        0.000
   FlowID 0x75                  6             62.50         54            101           0.1655        66.67%        0.0600        0.000
   FlowID 0xbd                  1             42.00         42            42            0.0276        11.11%        0.0100        0.000
   FlowID 0x50                  1             74.00         74            74            0.0276        11.11%        0.0100        0.000
   FlowID 0x11                  1             76.00         76            76            0.0276        11.11%        0.0100        0.000
  192.168.4.22 -> 192.168.4.11  8             77.75         42            178           0.2206        47.06%        0.0800        0.000
   FlowID 0xd1                  5             79.60         54            178           0.1379        62.50%        0.0500        0.000
   FlowID 0xbb                  1             108.00        108           108           0.0276        12.50%        0.0100        0.000
   FlowID 0xaf                  1             74.00         74            74            0.0276        12.50%        0.0100        0.000
   FlowID 0xad                  1             42.00         42            42            0.0276        12.50%        0.0100        0.000
"""  # noqa: E501


def rows(text):
    """Text without spaces at the ends of its lines."""
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


def test_golden_tree():
    assert GOLDEN_TREE in rows(tshark(CAPTURES / "two-tenants.pcap", "-q", "-z", "nvgre,tree"))


def test_golden_spread():
    shown = tshark(CAPTURES / "two-tenants.pcap", "-q", "-z", "nvgre_flowid")

    assert ("    5001 |                     |        18 |          1249 |  9 |  0.00 |0x75 | 33.33"
            " |0.3329 |\n"
            "    6001 |                     |        17 |          1189 |  8 |  0.00 |0x75 | 35.29"
            " |0.3115 |\n") in shown


STATISTICS = ["conv,nvgre", "conv,nvgre_pa", "endpoints,nvgre", "endpoints,nvgre_pa", "nvgre,tree",
              "nvgre_flowid"]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_statistics_in_two_passes_are_the_same(statistic):
    capture = CAPTURES / "two-tenants.pcap"

    assert (tshark(capture, "-q", "-2", "-z", statistic) == tshark(capture, "-q", "-z", statistic))


@pytest.mark.parametrize("statistic", STATISTICS)
def test_statistics_with_a_filter_count_what_it_matches(statistic):
    shown = tshark(CAPTURES / "two-tenants.pcap", "-q", "-z", f"{statistic},nvgre.vsid==5001")

    assert "5001" in shown.replace("nvgre.vsid==5001", "")
    assert "6001" not in shown


@pytest.mark.parametrize("statistic", STATISTICS)
def test_statistics_of_deviations(statistic):
    everything = CAPTURES / "deviations.pcap"

    for vsid in ("0", "5001", "16777215"):
        assert re.search(rf"^ *{vsid}(?: .*)?$", tshark(everything, "-q", "-z", statistic),
                         re.MULTILINE)


def test_a_statistic_begins_anew_each_time():
    requests = [("load", {"file": str(readable(CAPTURES / "two-tenants.pcap"))}),
                *3 * [("tap", {"tap0": "nstat:nvgre_flowid", "tap1": "stat:nvgre"})]]
    _, first, second, third = sharkd(requests)

    assert first == second == third


VSIDS = 10020


@pytest.fixture(scope="module", name="many")
def many_vsids():
    """Many tenants, as in a hostile capture, with one packet each."""
    template = nvgre()
    offset = len(template) - len(ECHO) - 4
    return [template[:offset] + (vsid << 8).to_bytes(4, "big") + template[offset + 4:]
            for vsid in range(VSIDS)]


def test_spread_has_a_row_for_all_vsids_beyond_the_first(many):
    answer = taps(many, "nstat:nvgre_flowid")["nstat:nvgre_flowid"]["tables"][0]["i"]

    assert len(answer) == 10001
    assert {row[2] for row in answer[:-1]} == {1}
    assert answer[-1][:4] == ["  others", "", VSIDS - 10000, (VSIDS - 10000) * len(ECHO)]


def test_tree_has_rows_for_what_is_beyond_the_first(many):
    top, = taps(many, "stat:nvgre")["stats:nvgre"]["stats"]
    counted = {node["name"]: node["count"] for node in top["sub"]}

    assert top["count"] == sum(counted.values()) == VSIDS
    assert counted["Other VSIDs"] > 1000
    assert len(counted) == VSIDS - counted["Other VSIDs"] + 1
