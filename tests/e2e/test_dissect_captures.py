# SPDX-License-Identifier: GPL-2.0-or-later
"""The sample captures, dissected: display filters and the MANIFEST's table of packets."""

import pytest

from wireshark import CAPTURES, counts, dissect

# capture: {display filter: number of matching frames}
FILTERS = {
    "two-tenants.pcap": {
        "nvgre": 35,
        "nvgre.vsid == 5001": 18,
        "nvgre.vsid == 0x1771": 17,
        "nvgre.key == 0x00138950": 1,
        "nvgre.flowid == 0x50": 2,
        "nvgre[0:3] == 00:13:89": 18,
        "nvgre[-2:] == 89:50": 1,
        "len(nvgre) == 4 and nvgre contains 00:17:71": 17,
        "nvgre.vsid == 5001 && icmp": 2,
        "nvgre && ip.src == 192.168.4.11": 19,
        "gre && !nvgre": 0,
    },
    "two-tenants-ipv6.pcap": {
        "nvgre && ipv6": 35,
        "nvgre.vsid == 5001": 18,
        "nvgre.vsid == 6001": 17,
    },
    "deviations.pcap": {
        "nvgre.vsid.reserved": 2,
        "nvgre.vsid.vendor": 1,
        "nvgre.checksum_present": 3,
        "nvgre.sequence_present": 2,
        "nvgre.reserved_bits": 1,
        "nvgre.discard_bits": 1,
        "nvgre.inner_8021q": 2,
        "nvgre.inner_cut": 1,
        "nvgre.outer_fragment": 1,
        "nvgre.nesting": 0,
        '_ws.expert.severity == "Note" && nvgre.inner_cut': 1,
    },
    "plain-blue.pcap": {"nvgre": 0},
    "endpoints/inner.pcap": {"nvgre": 0},
    "endpoints/lin_v4_nokey.pcap": {"nvgre": 0, "gre": 10},
    "endpoints/lin_v4_key_csum.pcap": {"nvgre.checksum_present": 10, "nvgre.sequence_present": 0},
    "endpoints/lin_v4_key_seq.pcap": {"nvgre.checksum_present": 0, "nvgre.sequence_present": 10},
}

# Endpoints got VSID 0x1234, FlowID 0x5a, and ten frames. Two of the frames have VLAN tags.
KEYED = [path.relative_to(CAPTURES).as_posix()
         for path in sorted((CAPTURES / "endpoints").glob("*_key*.pcap"))]
EVERY_ENDPOINT = {"nvgre.vsid == 0x1234 && nvgre.flowid == 0x5a": 10, "nvgre.inner_8021q": 2}

# MANIFEST classes that are NVGRE, and classes that are not. Other classes depend on how Wireshark
# handles fragments and malformed packets.
NVGRE_CLASSES = ("clean", "deviant")
OTHER_CLASSES = ("teb-no-key", "other-gre", "truncated", "other")
DEVIATIONS = {"checksum_present", "sequence_present", "reserved_bits", "discard_bits"}


@pytest.mark.parametrize("capture", sorted({*FILTERS, *KEYED}))
def test_display_filters(capture):
    expected = FILTERS.get(capture, {}) | (EVERY_ENDPOINT if capture in KEYED else {})

    assert dict(zip(expected, counts(CAPTURES / capture, expected))) == expected


def manifest_packets():
    """The MANIFEST's packets of deviations.pcap: (identifier, class, VSID, FlowID)."""
    rows = (CAPTURES / "MANIFEST").read_text(encoding="utf-8").splitlines()
    return [tuple(row.split()[2:6]) for row in rows if row.startswith("packet ")]


@pytest.fixture(scope="module")
def deviations():
    """deviations.pcap, dissected: identifier → packet."""
    names = [name for name, *_ in manifest_packets()]
    return dict(zip(names, dissect(CAPTURES / "deviations.pcap"), strict=True))


@pytest.mark.parametrize("name, kind, vsid, flowid", manifest_packets())
def test_manifest(deviations, name, kind, vsid, flowid):
    packet = deviations[name]

    if kind in NVGRE_CLASSES:
        assert int(packet.values("nvgre.vsid")[0]) == int(vsid, 16)
        assert int(packet.values("nvgre.flowid")[0]) == int(flowid, 16)
        assert bool(DEVIATIONS & packet.notes.keys()) == (kind == "deviant")
    if kind in OTHER_CLASSES:
        assert "nvgre" not in packet.layers.split(":")


@pytest.mark.parametrize("capture", ["two-tenants.pcap", "deviations.pcap"])
def test_a_second_pass_shows_the_same(capture):
    shown = [[(packet.layers, packet.notes, packet.fields("nvgre.key"))
              for packet in dissect(CAPTURES / capture, *passes)] for passes in ((), ("-2",))]

    assert shown[0] == shown[1]
