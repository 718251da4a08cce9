# SPDX-License-Identifier: GPL-2.0-or-later
"""rewrite: each outer field in packets of all kinds. scapy makes input and expected output."""

import json
import struct
import subprocess

import pytest

import pcapfile
import wire
from pcapfile import MODIFIED, NSEC, USEC, packet
from rewriting import ECHO, HOSTS, KEY, PAS, PAS6, SHAPES, ip_packet, tunnel

MAC, MAC2 = "02:00:00:00:00:99", "02:00:00:00:00:98"
TO_10 = "192.168.4.0/24:10.4.4.0/24,[fd00:4::/32]:[fd00:5::/32]"
TENS, TENS6 = ("10.4.4.11", "10.4.4.22"), ("fd00:5::11", "fd00:5::22")


def mapped(fields, source=True, destination=True):
    """The PAs of a packet's fields after TO_10, for one side or both."""
    old, new = (PAS6, TENS6) if fields.get("pas") == PAS6 else (PAS, TENS)
    return new[0] if source else old[0], new[1] if destination else old[1]


# name: options, and a function from a packet's old fields to its new fields
FIELDS = {
    "VSID": ({"vsidmap": "5001:6001"}, lambda f: {"key": 0x177150}),
    "VSID of a range": ({"vsidmap": "5000-5009:7000-7009"}, lambda f: {"key": 7001 << 8 | 0x50}),
    "VSIDs to one": ({"vsidmap": "4096-9999:0x1234"}, lambda f: {"key": 0x123450}),
    "VSIDs swapped": ({"vsidmap": "5001:6001,6001:5001"}, lambda f: {"key": 0x177150}),
    "reserved VSID": ({"vsidmap": "5001:7", "allow_reserved_vsid": True},
                      lambda f: {"key": 0x0750}),
    "key": ({"key": "0x12345678"}, lambda f: {"key": 0x12345678}),
    "FlowID": ({"flowid": 7}, lambda f: {"key": 0x138907}),
    "FlowID zero": ({"flowid": "zero"}, lambda f: {"key": 0x138900}),
    "FlowID and VSID": ({"flowid": 7, "vsidmap": "5001:6001"}, lambda f: {"key": 0x177107}),
    "sources": ({"S": TO_10}, lambda f: {"pas": mapped(f, destination=False)}),
    "destinations": ({"dstipmap": TO_10}, lambda f: {"pas": mapped(f, source=False)}),
    "both": ({"N": TO_10}, lambda f: {"pas": mapped(f)}),
    "a side before both": ({"srcipmap": TO_10, "pnat": "0.0.0.0/0:9.9.9.9/32,[::/0]:[9::9/128]"},
                           lambda f: {"pas": (mapped(f)[0],
                                              "9::9" if ":" in mapped(f)[0] else "9.9.9.9")}),
    "MACs": ({"enet_smac": MAC, "enet_dmac": MAC2}, lambda f: {"hosts": (MAC, MAC2)}),
    "TTL": ({"ttl": 9}, lambda f: {"ttl": 9}),
    "TTL 0": ({"ttl": 0}, lambda f: {"ttl": 0}),
    "TOS": ({"tos": "0xb9"}, lambda f: {"tos": 0xB9}),
    "ECN": ({"ecn": "ce"}, lambda f: {"tos": 3}),
    "DF set": ({"df": "set"}, lambda f: {"df": True}),
    "DF clear": ({"df": "clear"}, lambda f: {"df": False}),
    "IP ID": ({"ip_id": "0xffff"}, lambda f: {"ident": 0xFFFF}),
    "tag added": ({"enet_vlan": "add", "enet_vlan_tag": 5},
                  lambda f: {"tags": ((0x8100, 5), *f.get("tags", ()))}),
    "802.1ad tag added": ({"enet_vlan": "add", "enet_vlan_tag": 5, "enet_vlan_pri": 7,
                           "enet_vlan_cfi": 1, "enet_vlan_proto": "802.1ad"},
                          lambda f: {"tags": ((0x88A8, 0xF005), *f.get("tags", ()))}),
    "tag removed": ({"enet_vlan": "del"}, lambda f: {"tags": f.get("tags", ())[1:]}),
    "tag of another ID": ({"enet_vlan": "set", "enet_vlan_tag": 5}, lambda f: {
        "tags": tuple((tpid, tci & 0xF000 | 5) for tpid, tci in f.get("tags", ())[:1])
                + f.get("tags", ())[1:]}),
    "tag of another priority": ({"enet_vlan": "set", "enet_vlan_pri": 6, "enet_vlan_cfi": 1},
                                lambda f: {"tags": tuple(
                                    (tpid, tci & 0xFFF | 0xD000)
                                    for tpid, tci in f.get("tags", ())[:1])
                                    + f.get("tags", ())[1:]}),
    "normalised": ({"normalise": True}, lambda f: {"gre": {}, "limit": False}),
}


@pytest.mark.parametrize("name", FIELDS)
def test_field(rewrite, name):
    options, change = FIELDS[name]
    after = [tunnel(**{**fields, **change(fields)}) for fields in SHAPES.values()]
    done = rewrite([tunnel(**fields) for fields in SHAPES.values()], json=True, **options)
    assert dict(zip(SHAPES, pcapfile.frames(done.out))) == dict(zip(SHAPES, after))
    summary = json.loads(done.stdout)
    changed = sum(tunnel(**fields) != made for fields, made in zip(SHAPES.values(), after))
    assert changed and summary["rewritten"] == changed
    assert summary["kept"] == ({"unchanged": len(after) - changed} if changed < len(after) else {})


AGAIN = ("tag added", "802.1ad tag added", "tag removed", "VSIDs swapped", "a side before both")


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in AGAIN])
def test_twice_is_once(rewrite, name):
    frames = [tunnel(**fields) for fields in SHAPES.values()]
    once = rewrite(frames, **FIELDS[name][0]).out
    done = rewrite(once, json=True, others="drop", **FIELDS[name][0])
    assert done.out == once and json.loads(done.stdout)["kept"] == {"unchanged": len(frames)}


def test_all_at_once(rewrite):
    options = {"vsidmap": "5001:6001", "flowid": 7, "N": TO_10, "enet_smac": MAC, "ttl": 9,
               "tos": 0xB9, "df": "clear", "ip_id": 77, "enet_vlan": "add", "enet_vlan_tag": 5,
               "normalise": True}
    frames = [tunnel(**fields) for fields in SHAPES.values()]
    after = [tunnel(**{**fields, "key": 0x177107, "pas": mapped(fields), "hosts": (MAC, HOSTS[1]),
                       "ttl": 9, "tos": 0xB9, "df": False, "ident": 77, "gre": {}, "limit": False,
                       "tags": ((0x8100, 5), *fields.get("tags", ()))})
             for fields in SHAPES.values()]
    assert pcapfile.frames(rewrite(frames, **options).out) == after


# ---- The other IP version ----

def changed_version(fields, pas):
    """A packet's fields with PAs of the other version."""
    fields = {**fields, "pas": pas, "options": b"", "limit": False}
    return {**fields, "df": True, "ident": 0, "flow_label": 0}


def test_to_ipv4(rewrite):
    shapes = [fields for fields in SHAPES.values() if fields.get("pas") == PAS6]
    done = rewrite([tunnel(**fields) for fields in shapes], local=PAS[0], remote=PAS[1])
    assert pcapfile.frames(done.out) == [tunnel(**changed_version(f, PAS)) for f in shapes]


def test_to_ipv6(rewrite):
    """The flow label is that of encap: it depends on the flow, the same for all here."""
    shapes = [fields for fields in SHAPES.values() if fields.get("pas") != PAS6]
    done = rewrite([tunnel(**fields, ttl=7, tos=0xB8) for fields in shapes], local=PAS6[0],
                   remote=PAS6[1])
    frames = pcapfile.frames(done.out)
    labels = {struct.unpack_from("!I", frame, frame.index(b"\x86\xdd") + 2)[0] & 0xFFFFF
              for frame in frames}
    assert len(labels) == 1 and labels != {0}
    assert frames == [tunnel(**{**changed_version(f, PAS6), "flow_label": label}, ttl=7, tos=0xB8)
                      for f in shapes for label in labels]


def test_flow_label_is_that_of_encap(rewrite, encap):
    pas = {"local": PAS6[0], "remote": PAS6[1]}
    frame, = pcapfile.frames(rewrite([tunnel()], **pas).out)
    made, = pcapfile.frames(encap([ECHO], **pas).out)
    assert frame[14:] == made[14:]


def test_the_same_version(rewrite):
    done = rewrite([tunnel(), tunnel(options=bytes(4)), tunnel(pas=PAS6, limit=True)],
                   local="10.1.1.1", remote="10.1.1.2")
    tens = ("10.1.1.1", "10.1.1.2")
    assert pcapfile.frames(done.out) == [
        tunnel(pas=tens), tunnel(pas=tens, options=bytes(4)), tunnel(pas=tens)]


def test_flowid_of_the_flow(rewrite, encap):
    for how in ("toeplitz", "toeplitz-sym", "crc32c"):
        frame, = pcapfile.frames(rewrite([tunnel()], flowid=how).out)
        made, = pcapfile.frames(encap([ECHO], flowid=how).out)
        assert frame[38:] == made[38:]


def test_lengths_of_0_stay(rewrite):
    """As in captures of segmentation offload."""
    frame = tunnel(gre={"flags": wire.GRE_K | wire.GRE_S})
    zero = frame[:16] + bytes(2) + frame[18:24] + bytes(2) + frame[26:]
    done, = pcapfile.frames(rewrite([zero], normalise=True).out)
    assert done == zero[:34] + tunnel()[34:]


def test_too_long_for_ipv4(rewrite):
    frames = [tunnel(ECHO.ljust(length, b"x"), pas=PAS6) for length in (65507, 65508)]
    done = rewrite(frames, code=3, local=PAS[0], remote=PAS[1])
    first, second = pcapfile.frames(done.out)
    assert first == tunnel(ECHO.ljust(65507, b"x")) and second == frames[1]
    assert "in: packet 2: frame too long" in done.stderr


# ---- Link types and file formats ----

LINKS = {  # link type: link header before IPv4 and before IPv6
    1: (tunnel()[:14], tunnel(pas=PAS6)[:14]),
    12: (b"", b""), 14: (b"", b""), 101: (b"", b""), 228: (b"", None), 229: (None, b""),
    0: (b"\2\0\0\0", b"\x1e\0\0\0"), 108: (b"\0\0\0\2", b"\0\0\0\x18"),
    113: (bytes(14) + b"\x08\0", bytes(14) + b"\x86\xdd"),
    276: (b"\x08\0" + bytes(18), b"\x86\xdd" + bytes(18)),
}


@pytest.mark.parametrize("linktype", LINKS)
def test_link_types(rewrite, linktype):
    before, after = [], []
    for header, pas, new in zip(LINKS[linktype], (PAS, PAS6), (TENS, TENS6)):
        if header is not None:
            before.append(header + ip_packet(pas=pas))
            after.append(header + ip_packet(pas=new, ttl=9))
    done = rewrite(pcapfile.pcap(before, linktype=linktype), N=TO_10, ttl=9)
    assert done.out == pcapfile.pcap(after, linktype=linktype)


@pytest.mark.parametrize("linktype", LINKS)
def test_other_version_behind_link_types(rewrite, linktype):
    """If a link type has one IP version, or different numbers for both, packets stay."""
    header, other = LINKS[linktype]
    data = pcapfile.pcap([(other if header is None else header)
                          + ip_packet(pas=PAS6 if header is None else PAS)], linktype=linktype)
    able = linktype in (1, 12, 14, 101, 113, 276)
    pas = PAS if header is None else PAS6
    done = rewrite(data, local=pas[0], remote=pas[1], code=0 if able else 3)
    if not able:
        assert pcapfile.frames(done.out) == pcapfile.frames(data)
        assert f"link type {linktype}" in done.stderr or f", {linktype};" in done.stderr
        return
    frame, = pcapfile.frames(done.out)
    assert frame[:len(other)] == other and frame[len(other)] >> 4 == 6


FILES = {
    **{f"pcap {magic:x} {order}": lambda items, magic=magic, order=order: pcapfile.pcap(
        items, magic=magic, order=order) for magic in (USEC, NSEC) for order in "<>"},
    **{f"pcapng {order}": lambda items, order=order: pcapfile.pcapng(items, order)
       for order in "<>"},
}


@pytest.mark.parametrize("build", FILES.values(), ids=FILES)
def test_files(rewrite, build):
    before = [packet(tunnel(**fields), time=pcapfile.START + 1) for fields in SHAPES.values()]
    after = [packet(tunnel(**{**fields, "ttl": 9, "key": 0x177150}), time=pcapfile.START + 1)
             for fields in SHAPES.values()]
    out = "out.pcapng" if pcapfile.is_pcapng(build([])) else "out.pcap"
    done = rewrite(build(before), out=out, ttl=9, vsidmap="5001:6001")
    assert done.out == build(after)
    assert rewrite(build(before), out=out).out == build(before)


def test_modified_pcap(rewrite):
    done = rewrite(pcapfile.pcap([tunnel()], magic=MODIFIED), ttl=9)
    assert pcapfile.frames(done.out) == [tunnel(ttl=9)]


# ---- Second opinions ----

TCPREWRITE = {
    "-S": ("--srcipmap", "192.168.4.0/24:10.4.4.0/24,10.0.0.0/8:11.0.0.0/8"),
    "-D": ("--dstipmap", "192.168.4.22/32:10.1.2.3/32,0.0.0.0/0:10.4.4.0/24"),
    "-N": ("--pnat", "192.168.0.0/16:10.4.0.0/16,10.55.0.0/16:10.5.0.0/16"),
    "MACs": ("--enet-smac", MAC, "--enet-dmac", MAC2),
    "TTL": ("--ttl", "9"),
    "TOS": ("--tos", "5"),
    "all": ("--pnat", "192.168.0.0/16:10.4.0.0/16", "--enet-dmac", MAC, "--ttl", "9", "--tos",
            "184"),
}


@pytest.mark.parametrize("words", TCPREWRITE.values(), ids=TCPREWRITE)
def test_as_tcprewrite(run, captures, tmp_path, words):
    """Only outer headers: tcprewrite does not support inner ones."""
    for name in ("two-tenants.pcap", "endpoints/lin_v4_key.pcap", "endpoints/ovs31_v4_key.pcap"):
        run("rewrite", *words, captures / name, tmp_path / "ours.pcap")
        subprocess.run(["tcprewrite", *(f"{a}={b}" for a, b in zip(words[::2], words[1::2])),
                        f"--infile={captures / name}", f"--outfile={tmp_path / 'theirs.pcap'}"],
                       check=True, capture_output=True, timeout=60)
        ours, theirs = (pcapfile.frames((tmp_path / f"{which}.pcap").read_bytes())
                        for which in ("ours", "theirs"))
        assert ours == theirs and ours != pcapfile.frames((captures / name).read_bytes())


def test_keys(rewrite):
    """In deviations.pcap, every key changes and all other bytes are unchanged."""
    keys = [0, 0xFFFFFFFF, KEY]
    done = rewrite([tunnel(key=key) for key in keys], key=0x138951)
    assert pcapfile.frames(done.out) == [tunnel(key=0x138951)] * 3
