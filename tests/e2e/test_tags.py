# SPDX-License-Identifier: GPL-2.0-or-later
"""pcapng interfaces, comments and VLANs for tenants: decap --tag, encap --vsid from-interface and
from-vlan."""

import json
import resource
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
    """The name of each packet's interface, from tshark."""
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


def large_section():
    """A section with very many interfaces and tenants, followed by very many small sections."""
    w = Writer()
    small = w.section() + w.interface() + w.enhanced(tunnel(5001))
    return (w.section() + w.interface() * 32768
            + b"".join(w.enhanced(tunnel(vsid)) for vsid in range(5001, 35001)) + small * 150_000
            + w.section() * 300_000)


def similar_vsids():
    """VSIDs with similar hashes for a multiplicative hash, as an earlier hash was."""
    vsids = [vsid for vsid in range(5000, 1 << 22)
             if ((vsid + 1) * 0x9E3779B1 >> 7) % (1 << 17) < 2048]
    return pcapfile.pcapng([tunnel(vsid) for vsid in vsids[:60_000]] * 3)


def test_more_tenants_than_interfaces(run, decap, tmp_path):
    """A packet that gets no interface is reported, and not written to another tenant's. All others
    can be read."""
    w = Writer()
    last = w.interface(linktype=101) + w.enhanced(FRAME, interface=2)
    (tmp_path / "in").write_bytes(w.section() + w.interface() + w.interface() + b"".join(
        w.enhanced(tunnel(vsid)) for vsid in [*range(5000, 5000 + 65_535), 5000]) + last)
    done = run("decap", "--tag=interface", tmp_path / "in", tmp_path / "out.pcapng", code=3)
    out = (tmp_path / "out.pcapng").read_bytes()

    assert [line for line in done.stderr.splitlines() if ": packet " in line] == [
        f"{tmp_path}/in: packet {number}: lost: a pcapng section has 65536 interfaces at most"
        for number in (65535, 65537)]
    assert len(pcapfile.interfaces_of(out)) == 65536
    assert interfaces_of(out) == [*range(2, 65536), 2]
    assert decap(out, format="pcapng").out == out


@pytest.mark.parametrize("data", [large_section, similar_vsids])
def test_time_does_not_grow_with_what_is_known(run, tmp_path, data):
    (tmp_path / "in").write_bytes(data())
    run("decap", "--tag=interface", tmp_path / "in", tmp_path / "out.pcapng",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (5, 5)))


@pytest.mark.parametrize("name", ["two-tenants.pcap", "two-tenants-ipv6.pcap"])
def test_encap_takes_the_vsid_back(decap, encap, name):
    packets = list(pcapfile.read((CAPTURES / name).read_bytes()))
    inner = decap((CAPTURES / name).read_bytes(), tag="interface", format="pcapng").out
    back = encap(inner, vsid="from-interface", **ENDS).out
    keys = [[data[data.index(GRE):][:8] for data in frames]
            for frames in (pcapfile.frames(back), [item.data for item in packets])]

    assert keys[0] == keys[1]


# name of an interface → VSID of the tunnel, or None
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


# ---- Comments ----

def comments(data, tmp_path):
    """The comments of each packet, from tshark."""
    path = tmp_path / "commented.pcapng"
    path.write_bytes(data)
    done = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.comment",
                           "-E", "separator=|"],
                          check=True, capture_output=True, encoding="utf-8", timeout=60)
    return done.stdout.splitlines()


MACS = "02:00:c0:a8:04:0b > 02:00:c0:a8:04:16"
HOSTS = ("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16")
GRE_5001 = wire.gre(FRAME, 0x138950)
# outer packet → comment
COMMENTS = {
    "IPv4": (wire.ethernet(*HOSTS, wire.ipv4("192.168.4.11", "192.168.4.22", GRE_5001, tos=0xB8,
                                             ttl=9)),
             f"VSID 5001, FlowID 0x50, 192.168.4.11 > 192.168.4.22, TTL 9, TOS 0xb8, {MACS}"),
    "IPv6": (wire.ethernet(*HOSTS, wire.ipv6("fd00::11", "fd00::22", GRE_5001)),
             f"VSID 5001, FlowID 0x50, fd00::11 > fd00::22, TTL 64, TOS 0x00, {MACS}"),
    "VLAN tags": (wire.insert_tags(
        wire.ethernet(*HOSTS, wire.ipv4("192.168.4.11", "192.168.4.22", GRE_5001)),
        (0x88A8, 0x2067), (0x8100, 7)),
                  "VSID 5001, FlowID 0x50, 192.168.4.11 > 192.168.4.22, TTL 64, TOS 0x00, "
                  f"{MACS}, VLAN 103, VLAN 7"),
    "GRE flags": (wire.ethernet(*HOSTS, wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(
        FRAME, 0x138950, flags=wire.GRE_K | 8))),
                  "VSID 5001, FlowID 0x50, 192.168.4.11 > 192.168.4.22, TTL 64, TOS 0x00, "
                  f"{MACS}, GRE 0x2008"),
}


@pytest.mark.parametrize("kind", COMMENTS)
def test_comments_tell_the_outer_headers(decap, tmp_path, kind):
    frame, comment = COMMENTS[kind]
    out = decap([frame, FRAME], tag="comment", format="pcapng").out
    assert comments(out, tmp_path) == [comment, ""]
    assert [item.data for item in pcapfile.read(out)] == [FRAME] * 2


def test_comments_without_ethernet(decap, tmp_path):
    packet_ = wire.ipv4("192.168.4.11", "192.168.4.22", GRE_5001)
    out = decap(pcapfile.pcap([packet_], linktype=101), tag="comment", format="pcapng").out
    assert comments(out, tmp_path) == [
        "VSID 5001, FlowID 0x50, 192.168.4.11 > 192.168.4.22, TTL 64, TOS 0x00"]


@pytest.mark.parametrize("order", "<>")
def test_comments_stand_beside_those_of_the_input(decap, tmp_path, order):
    """Options of all kinds are kept. A simple packet becomes a block that can have a comment."""
    w = Writer(order)
    file = (w.section() + w.interface()
            + w.enhanced(tunnel(5001), (1, b"seen by a human"), (2, w.pack("I", 1)))
            + w.simple(tunnel(6001)) + w.obsolete(tunnel(7001)))
    out = decap(file, tag="comment", format="pcapng").out
    first, *rest = comments(out, tmp_path)
    assert first.startswith("VSID 5001, ") and first.endswith("seen by a human")
    assert [text[:9] for text in rest] == ["VSID 6001", "VSID 7001"]
    assert [item.data for item in pcapfile.read(out)] == [FRAME] * 3


def test_comments_in_files_of_tenants(run, tmp_path):
    (tmp_path / "in").write_bytes(pcapfile.pcap([tunnel(vsid) for vsid in VSIDS]))
    run("decap", "--split", tmp_path / "%v.pcapng", "--tag=comment", tmp_path / "in")
    for vsid in set(VSIDS):
        texts = comments((tmp_path / f"{vsid}.pcapng").read_bytes(), tmp_path)
        assert [text.split(",")[0] for text in texts] == [f"VSID {vsid}"] * VSIDS.count(vsid)


@pytest.mark.parametrize("tag", ["interface", "comment"])
def test_pcap_has_no_tags(run, tmp_path, tag):
    (tmp_path / "in").write_bytes(pcapfile.pcap([tunnel(5001)]))
    done = run("decap", "--tag", tag, "in", "out.pcap", cwd=tmp_path, code=2)
    assert done.stderr == "out.pcap: only pcapng has tags; name it so, or use -F pcapng\n"
    assert not (tmp_path / "out.pcap").exists()


# ---- VLANs ----

VLAN_MAP = """version: 1
provider: [{address: 192.168.4.11, local: true}]
subnets:
  - {vsid: 5001, vlan: 101, flood: [192.168.4.22]}
  - {vsid: 6001, vlan: 4094, flood: [192.168.4.22]}
  - {vsid: 7001, flood: [192.168.4.22]}
  - {vsid: 8001, svlan: 200, vlan: 101, flood: [192.168.4.22]}
  - {vsid: 8002, svlan: 200, vlan: 102, flood: [192.168.4.22]}
  - {vsid: 8003, svlan: 300, flood: [192.168.4.22]}
"""


@pytest.fixture(name="vlans")
def map_of_vlans(tmp_path):
    """A location map of VLANs."""
    path = tmp_path / "vlans.yaml"
    path.write_text(VLAN_MAP)
    return path


def test_vlan_of_the_map(decap, vlans):
    out = decap([tunnel(5001), tunnel(6001), FRAME], tag="vlan", map=vlans).out
    assert pcapfile.frames(out) == [wire.insert_tags(FRAME, (0x8100, 101)),
                                    wire.insert_tags(FRAME, (0x8100, 4094)), FRAME]


def test_no_vlan_in_the_map(decap, vlans):
    """A tenant's frame is never written to another tenant's VLAN."""
    items = [tunnel(7001), tunnel(9001), tunnel(5001)]
    done = decap(items, tag="vlan", map=vlans, code=3, json=True)
    assert pcapfile.frames(done.out) == [*items[:2], wire.insert_tags(FRAME, (0x8100, 101))]
    assert json.loads(done.stdout)["not_handled"] == {"no_vlan": 2}
    assert "packet 2: no VLAN in the map for the VSID, 9001; kept as it is" in done.stderr


def test_vlan_and_back(decap, encap, vlans):
    """Into a tunnel and out again, each frame in its VLAN. The frames are broadcasts, which the map
    floods."""
    frames = [wire.insert_tags(bytes.fromhex("ffffffffffff") + FRAME[6:], (0x8100, vlan))
              for vlan in (101, 4094, 101)]
    tunnels = encap(frames, vsid="from-vlan", map=vlans, local=None, remote=None).out
    assert decap(tunnels, tag="vlan", map=vlans).out == pcapfile.pcap(frames)


BROADCAST = bytes.fromhex("ffffffffffff") + FRAME[6:]
# tags of a frame → VSID, tags after decapsulation
STACKS = {
    "service and customer": ([(0x88A8, 200), (0x8100, 101)], 8001, None),
    "another customer": ([(0x88A8, 200), (0x8100, 102)], 8002, None),
    "two 802.1Q tags": ([(0x8100, 200), (0x8100, 101)], 8001, [(0x88A8, 200), (0x8100, 101)]),
    "TPID 0x9100": ([(0x9100, 200), (0x8100, 102)], 8002, [(0x88A8, 200), (0x8100, 102)]),
    "with priorities": ([(0x88A8, 0xA000 | 200), (0x8100, 0x6000 | 101)], 8001,
                        [(0x88A8, 200), (0x8100, 101)]),
    "all of a service": ([(0x88A8, 300), (0x8100, 7)], 8003, [(0x88A8, 300)]),
    "three tags": ([(0x88A8, 300), (0x8100, 7), (0x8100, 8)], 8003, [(0x88A8, 300)]),
    "no such customer": ([(0x88A8, 200), (0x8100, 103)], None, None),
    "no such service": ([(0x88A8, 101), (0x8100, 101)], None, None),
    "a service alone": ([(0x88A8, 300)], None, None),
    "a customer alone": ([(0x8100, 102)], None, None),
}


@pytest.mark.parametrize("name", STACKS)
def test_stacked_tags_and_back(decap, encap, vlans, name):
    """No tag goes through the tunnel. Decapsulation adds the tags in the map."""
    tags, vsid, back = STACKS[name]
    frame = wire.insert_tags(BROADCAST, *tags)
    done = encap([frame], vsid="from-vlan", map=vlans, local=None, remote=None,
                 code=0 if vsid else 3)
    [sent] = pcapfile.frames(done.out)

    if vsid is None:
        assert sent == frame and "no VSID known for the packet" in done.stderr
        return
    assert (sent[38:41], sent[42:]) == (vsid.to_bytes(3, "big"), BROADCAST)
    assert pcapfile.frames(decap(done.out, tag="vlan", map=vlans).out) == [
        wire.insert_tags(BROADCAST, *(back or tags))]


def test_vlan_of_a_cut_frame_and_beside_a_tag(decap, vlans):
    """Lengths grow by the length of the tag. An inner tag that is kept follows the new tag."""
    cut = packet(tunnel(5001)[:42 + 14], len(tunnel(5001)))
    tagged = wire.insert_tags(FRAME, (0x8100, 7))
    both = wire.ethernet(*HOSTS, wire.ipv4("192.168.4.11", "192.168.4.22",
                                           wire.gre(tagged, 0x138950)))
    out = decap([cut, both], tag="vlan", map=vlans, inner_vlan="keep").out
    first, second = pcapfile.read(out)
    assert (first.data, first.wire_len) == (wire.insert_tags(FRAME[:14], (0x8100, 101)),
                                            len(FRAME) + 4)
    assert second.data == wire.insert_tags(FRAME, (0x8100, 101), (0x8100, 7))
