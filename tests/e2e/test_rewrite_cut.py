# SPDX-License-Identifier: GPL-2.0-or-later
"""rewrite: packets cut by the snaplen at every length, and fragments of outer packets."""

import itertools

import pytest
from scapy.layers.inet import IP, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, fragment6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import pcapfile
import wire
from pcapfile import packet
from rewriting import (HOSTS, KEY, NEW, OLD, OLD_TO_NEW, PAS, PAS6, SHAPES, inner_frames, tunnel)

TO_10 = "192.168.4.0/24:10.4.4.0/24,[fd00:4::/32]:[fd00:5::/32]"
TENS = {PAS: ("10.4.4.11", "10.4.4.22"), PAS6: ("fd00:5::11", "fd00:5::22")}
MAC = "02:00:00:00:00:99"

# All options at once.
OPTIONS = {"N": TO_10, "enet_smac": MAC, "ttl": 9, "vsidmap": "5001:6001",
           "inner_pnat": OLD_TO_NEW}


def changed(fields):
    """A packet's fields after these options."""
    return {**fields, "pas": TENS[fields.get("pas", PAS)], "hosts": (MAC, HOSTS[1]), "ttl": 9,
            "key": 0x177150}


def cuts(frame):
    """A frame at every captured length."""
    return [packet(frame[:length], len(frame)) for length in range(len(frame) + 1)]


# Frames without an address after a checksum that covers it.
@pytest.mark.parametrize("name", ["TCP", "UDP", "echo", "UDP behind a tag", "later fragment",
                                  "TCP over IPv6", "echo over IPv6", "ARP request", "not IP"])
@pytest.mark.parametrize("shape", ["IPv4", "IPv4 with options", "IPv4 behind a tag", "IPv6",
                                   "IPv6 with an encapsulation limit", "sequence number"])
def test_every_length(rewrite, name, shape):
    """The captured part of a packet changes as in the whole packet, except half a checksum."""
    fields = SHAPES[shape]
    old = tunnel(inner_frames(OLD)[name], **fields)
    new = tunnel(inner_frames(NEW)[name], **changed(fields))
    half = tunnel(inner_frames(OLD)[name], **changed(fields))
    gre_end = len(old) - len(inner_frames(OLD)[name])
    version = 4 if "6" not in name else 6
    addresses_end = gre_end + {"ARP request": 42, "UDP behind a tag": 38}.get(
        name, 34 if version == 4 else 54)
    done = rewrite(cuts(old), code=3, **OPTIONS)
    for length, item in enumerate(pcapfile.read(done.out)):
        expected = old if length < gre_end else half if length < addresses_end else new
        assert item.wire_len == len(old)
        assert item.data in (expected[:length], expected[:length - 1] + old[length - 1:length])


@pytest.mark.parametrize("name", inner_frames(OLD))
def test_no_other_byte(rewrite, name):
    """Cut anywhere, only bytes that change in the whole packet and checksums change."""
    old = tunnel(inner_frames(OLD)[name], gre={"flags": wire.GRE_C | wire.GRE_K})
    new = tunnel(inner_frames(NEW)[name], gre={"flags": wire.GRE_C | wire.GRE_K})
    ip = 60 + 4 * ("tag" in name) + 4 * ("tags" in name)
    checksums = {38, 39, ip + 22, ip + 23, ip + 42, ip + 43}  # of GRE, ICMP and ICMPv6
    done = rewrite(cuts(old), code=3, inner_pnat=OLD_TO_NEW, others="keep")
    for length, item in enumerate(pcapfile.read(done.out)):
        assert (len(item.data), item.wire_len) == (length, len(old))
        for at, byte in enumerate(item.data):
            assert byte in (old[at], new[at]) or at in checksums, (length, at)
    assert item.data == new


@pytest.mark.parametrize("options", [
    {"enet_vlan": "add", "enet_vlan_tag": 5}, {"enet_vlan": "del"}, {"normalise": True},
    {"local": PAS6[0], "remote": PAS6[1]}, {"local": PAS[0], "remote": PAS[1]},
    {"inner_vlan": "strip"}, {"C": True}, {"seed": 1}, {"flowid": "toeplitz"}],
    ids=lambda options: next(iter(options)))
def test_other_lengths(rewrite, options):
    """The same number of bytes stays cut off, and the rest is the same as in the whole packet."""
    for shape in ("IPv4 behind two tags", "IPv6 with an encapsulation limit",
                  "checksum, sequence number and IPv6"):
        old = tunnel(inner_frames(OLD)["UDP behind two tags"], **SHAPES[shape])
        new, = pcapfile.frames(rewrite([old], **options).out)
        for length, item in enumerate(pcapfile.read(rewrite(cuts(old), code=3, **options).out)):
            assert item.wire_len - len(item.data) == len(old) - length
            if item.wire_len != len(old) and options.get("remote") != PAS6[1]:  # no flow label
                assert item.data == new[:len(item.data)]


# ---- Fragments of outer packets ----

INNER = inner_frames(OLD)["too big over IPv6"] + bytes(120)


def pieces(pas, key=KEY, ident=7, ttl=64, hosts=HOSTS, inner=INNER):
    """An outer packet in three fragments."""
    payload = Raw(wire.gre(inner, key))
    eth = Ether(src=hosts[0], dst=hosts[1])
    if ":" in pas[0]:
        return [bytes(eth / piece) for piece in fragment6(
            IPv6(src=pas[0], dst=pas[1], hlim=ttl, nh=44) / IPv6ExtHdrFragment(id=ident, nh=47)
            / payload, 150)]
    return [bytes(eth / piece) for piece in fragment(
        IP(src=pas[0], dst=pas[1], id=ident, proto=47, ttl=ttl) / payload, 90)]


@pytest.mark.parametrize("pas", [PAS, PAS6])
def test_fragments_alike(rewrite, decap, pas):
    """In every order. decap of the result gives the inner frame."""
    frames = pieces(pas)
    after = pieces(TENS[pas], 0x177150, ttl=9, hosts=(MAC, HOSTS[1]))
    options = {**OPTIONS, "inner_pnat": None}
    assert len(frames) == 3
    for order in itertools.permutations(range(3)):
        done = rewrite([frames[number] for number in order], **options)
        assert pcapfile.frames(done.out) == [after[number] for number in order]
        assert pcapfile.frames(decap(done.out).out) == [INNER]


@pytest.mark.parametrize("pas", [PAS, PAS6])
def test_fragments_of_selected_vsids(rewrite, pas):
    """The fragments of one of two packets."""
    ours, others = pieces(pas, ident=7), pieces(pas, ident=8, key=0x177150)
    mixed = [frame for pair in zip(ours, others) for frame in pair]
    done = rewrite(mixed, ttl=9, vsid_filter="5001")
    assert pcapfile.frames(done.out) == [
        frame for pair in zip(pieces(pas, ttl=9), others) for frame in pair]
    done = rewrite(ours[::-1], code=3, ttl=9, vsid_filter="5001")
    assert pcapfile.frames(done.out) == ours[:0:-1] + pieces(pas, ttl=9)[:1]
    assert "in: packet 2: fragment of an outer packet; kept" in done.stderr


def test_fragments_of_other_gre(rewrite):
    """They are unchanged: the first fragment shows that they are not NVGRE."""
    frames = [bytes(Ether(src=HOSTS[0], dst=HOSTS[1]) / piece) for piece in fragment(
        IP(src=PAS[0], dst=PAS[1], id=7, proto=47) / Raw(wire.gre(INNER, KEY, protocol=0x0800)),
        90)]
    done = rewrite(frames, ttl=9)
    assert pcapfile.frames(done.out) == frames


@pytest.mark.parametrize("old, new", [(PAS, PAS6), (PAS6, PAS)])
def test_fragments_to_the_other_version(rewrite, decap, old, new):
    done = rewrite(pieces(old), local=new[0], remote=new[1])
    assert pcapfile.frames(decap(done.out).out) == [INNER]
    back = rewrite(done.out, local=old[0], remote=old[1])
    assert pcapfile.frames(back.out) == pieces(old)


@pytest.mark.parametrize("pas", [PAS, PAS6])
def test_inner_addresses_in_first_fragments(rewrite, decap, pas):
    """TCP. Its header is in the first fragment, and the checksum covers all fragments."""
    old, new = (inner_frames(cas)["TCP over IPv6"] for cas in (OLD, NEW))
    frames = pieces(pas, inner=old + bytes(200))
    done = rewrite(frames, inner_pnat=OLD_TO_NEW)
    assert pcapfile.frames(decap(done.out).out) == [new + bytes(200)]
    assert pcapfile.frames(done.out)[1:] == frames[1:]
