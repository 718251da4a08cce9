# SPDX-License-Identifier: GPL-2.0-or-later
"""pcapng interfaces that stand for tenants: decap --tag interface, encap --vsid from-interface."""

import json
import subprocess

import pytest

import pcapfile
import wire
from conftest import CAPTURES
from pcapfile import Writer, packet

FRAME = bytes.fromhex("060600000007060600000005 88b5") + bytes(46)
GRE = bytes.fromhex("20006558")
ENDS = {"local": "192.168.4.11", "remote": "192.168.4.22"}


def tunnel(vsid, flowid=0x5A):
    """A tenant's frame in a tunnel."""
    payload = wire.gre(FRAME, wire.nvgre_key(vsid, flowid))
    return wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16",
                         wire.ipv4("192.168.4.11", "192.168.4.22", payload))


def interfaces(data, tmp_path):
    """The name of each packet's interface, as tshark reads it."""
    path = tmp_path / "tagged.pcapng"
    path.write_bytes(data)
    done = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.interface_name"],
                          check=True, capture_output=True, encoding="utf-8", timeout=60)
    return done.stdout.splitlines()


def interfaces_of(data):
    """The number of each packet's interface."""
    return [block.unpack("I", 0)[0] for block in pcapfile.blocks(data)
            if block.kind == pcapfile.ENHANCED]


VSIDS = (5001, 6001, 5001, 0, 16777215, 6001)


@pytest.mark.parametrize("data", [pcapfile.pcap, pcapfile.pcapng], ids=["pcap", "pcapng"])
def test_each_vsid_is_an_interface(decap, tmp_path, data):
    file = data([packet(tunnel(vsid), time=second) for second, vsid in enumerate(VSIDS, 1)])
    out = decap(file, tag="interface", format="pcapng").out
    packets = list(pcapfile.read(out))

    assert interfaces(out, tmp_path) == [f"vsid-{vsid}" for vsid in VSIDS]
    assert [item.data for item in packets] == [FRAME] * len(VSIDS)
    assert [item.time for item in packets] == list(range(1, len(VSIDS) + 1))


def test_without_a_tag_interfaces_are_those_of_the_input(decap, tmp_path):
    file = pcapfile.pcapng([tunnel(vsid) for vsid in VSIDS])

    out = decap(file, format="pcapng").out

    assert out == decap(file, format="pcapng", tag="none").out
    assert interfaces_of(out) == [0] * len(VSIDS)
    assert "vsid-5001" not in interfaces(out, tmp_path)
    assert decap([tunnel(5001)], tag="interface").out == decap([tunnel(5001)]).out  # pcap has none


def test_packets_that_are_kept_stay_with_their_interface(decap, tmp_path):
    file = pcapfile.pcapng([tunnel(5001), FRAME, tunnel(5001)])
    out = decap(file, tag="interface", format="pcapng").out
    assert interfaces(out, tmp_path)[::2] == ["vsid-5001"] * 2
    assert [item.data for item in pcapfile.read(out)] == [FRAME] * 3
    assert interfaces_of(out) == [1, 0, 1]


def test_thousands_of_tenants(decap, tmp_path):
    vsids = [0x100000 + 7 * count for count in range(5000)]
    out = decap([tunnel(vsid) for vsid in vsids * 2], tag="interface", format="pcapng").out

    assert interfaces(out, tmp_path) == [f"vsid-{vsid}" for vsid in vsids * 2]


@pytest.mark.parametrize("name", ["two-tenants.pcap", "two-tenants-ipv6.pcap"])
def test_encap_takes_the_vsid_back(decap, encap, name):
    packets = list(pcapfile.read((CAPTURES / name).read_bytes()))
    inner = decap((CAPTURES / name).read_bytes(), tag="interface", format="pcapng").out
    back = encap(inner, vsid="from-interface", **ENDS).out
    keys = [[data[data.index(GRE):][:8] for data in frames]
            for frames in (pcapfile.frames(back), [item.data for item in packets])]

    assert keys[0] == keys[1]


# name of an interface → VSID in the tunnel, or nothing
NAMES = {"vsid-5001": 5001, "vsid-4096": 4096, "vsid-16777214": 16777214, "vsid-05001": 5001,
         "vsid-16777216": None, "vsid-": None, "vsid-5001a": None, "vsid--1": None, "vsid": None,
         "eth0": None, "": None, "VSID-5001": None, "vsid-99999999999999999999": None}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_interfaces(encap, name):
    w = Writer()
    file = w.section() + w.interface((2, name.encode())) + w.enhanced(FRAME)
    done = encap(file, vsid="from-interface", code=0 if NAMES[name] else 3, json=True, **ENDS)
    [frame] = pcapfile.frames(done.out)

    if NAMES[name]:
        assert frame[38:41] == NAMES[name].to_bytes(3, "big")
    else:
        assert frame == FRAME
        assert json.loads(done.stdout)["not_handled"] == {"no_vsid": 1}
        assert "packet 1: no VSID known for the packet; kept as it is" in done.stderr
