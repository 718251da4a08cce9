# SPDX-License-Identifier: GPL-2.0-or-later
"""Linux's gretap devices as the other endpoint, in a virtual machine; run on demand.

The environment variable NVGRE_GRETAP names the folder with the machine's kernel. If it is not set,
pytest does not collect these tests. See "Tests on demand" in docs/architecture.md.
"""

import itertools
import json
import os
import random

import pytest
from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, fragment6
from scapy.layers.l2 import ARP, GRE, Ether
from scapy.packet import Raw

import gretap
import pcapfile
from endpoint import (BLUE, BROADCAST, LOCAL, LOCAL_MAC, NAMES, RED, REMOTE, REMOTE_MAC, frame,
                      mac, tenants_frames, to_endpoint)

KINDS = {4: "gretap", 6: "ip6gretap"}


@pytest.fixture(scope="module", name="linux")
def running_linux():
    """One machine for all tests."""
    with gretap.linux(os.environ["NVGRE_GRETAP"]) as machine:
        yield machine


@pytest.fixture(name="connect")
def connect_fixture(linux):
    """Makes a tunnel and connects it with a card, in both directions. Removed after the test.

    The filter selects the tunnel's frames that the card gets.
    """
    tunnels = {}

    def launch(version, name, card, options, match="matchall"):
        if name not in tunnels:
            linux.run(f"ip link add {name} type {KINDS[version]} {options}",
                      f"ip link set {name} mtu 8900 up", f"tc qdisc add dev {name} clsact")
        tunnels.setdefault(name, []).append(card)
        redirect = "action mirred egress redirect dev"
        linux.run(f"tc filter add dev {name} ingress {match} {redirect} {card}",
                  f"tc qdisc replace dev {card} clsact",
                  f"tc filter add dev {card} ingress matchall {redirect} {name}")

    yield launch
    for name, cards in tunnels.items():
        linux.run(f"ip link del {name}", *(f"tc qdisc del dev {card} clsact 2>&1 || true"
                                           for card in set(cards)))


def keyed(version, key, more=""):
    """The options of a tunnel with a key."""
    return f"local {LOCAL[version]} remote {REMOTE[version]} key {key} {more}"


@pytest.fixture(scope="module", name="inner")
def inner_frames(captures):
    """Frames of many kinds that real endpoints got before, and random frames."""
    source = random.Random(7637)
    return pcapfile.frames((captures / "endpoints/inner.pcap").read_bytes()) + [
        frame(source, 7, mac(7), version) for version in (0, 4, 6) * 50]


# ---- Linux accepts frames from encap ----

@pytest.mark.parametrize("version", KINDS)
def test_linux_takes_what_encap_wrote(linux, connect, encap, inner, version):
    """With any key."""
    connect(version, "any", "blue", "external")
    linux.receive("underlay", pcapfile.frames(encap(inner, **to_endpoint(version)).out))
    assert linux.sent("blue", len(inner)) == inner


@pytest.mark.parametrize("how", ["flower", "keyed"])
def test_each_tenant_at_its_own_card(linux, connect, encap_by_map, how):
    """Linux has no key masks, so the FlowID is 0."""
    for (vsid, card), version in itertools.product(NAMES.items(), KINDS):
        if how == "keyed":
            connect(version, f"{card}{version}", card, keyed(version, vsid << 8))
        else:
            connect(version, f"any{version}", card, "external", f"flower enc_key_id {vsid << 8}")
    items = tenants_frames(300)
    floods = [(BLUE, frame(random.Random(1), 255, BROADCAST, 4))]
    linux.receive("underlay", encap_by_map(
        [(vsid, data) for vsid, _, data in items] + floods, flowid="zero"))
    for vsid, card in NAMES.items():
        expected = [data for owner, _, data in items if owner == vsid]
        copies = [data for owner, data in floods * 2 if owner == vsid]  # one from each PA
        got = linux.sent(card, len(expected) + len(copies))
        assert sorted(got) == sorted(expected + copies)  # the order between tunnels can differ


# ---- decap accepts frames from Linux ----

# tunnel options of Linux, and the equivalent options of encap
SENT = {
    4: (("ttl 64", {}), ("ttl 64 tos inherit", {"tos": "inherit"}),
        ("ttl inherit", {"ttl": "inherit"}),
        ("ttl inherit nopmtudisc tos inherit",
         {"ttl": "inherit", "df": "inherit", "tos": "inherit"})),
    # Over IPv6, Linux copies ECN together with the DSCP or not at all.
    6: (("hoplimit 64 tclass inherit", {"tos": "inherit"}), ("hoplimit 64", {"ecn": "ignore"}),
        ("hoplimit 64 tclass inherit encaplimit none", {"tos": "inherit"}),
        ("hoplimit 7 encaplimit 0", {"ttl": 7, "ecn": "ignore"})),
}


def fields(outer, ip):
    """TOS, TTL and DF of an outer frame. DF only for outer IPv4 with inner IPv4."""
    outer = Ether(outer)[1]
    if isinstance(outer, IPv6):
        return outer.tc, outer.hlim
    return outer.tos, outer.ttl, bool(outer.flags.DF) if isinstance(ip, IP) else None


def various():
    """Frames with all kinds of TTL, DSCP and ECN. Not CE: Linux changes it to ECT(0) (RFC 3168)."""
    source = random.Random(7637)
    for version, tos, ttl, flags in itertools.product((4, 6), (0, 0xB8, 0xB9, 0x2A), (1, 17, 255),
                                                      ("", "DF")):
        ip = (IP(src="10.0.0.5", dst="10.0.0.7", tos=tos, ttl=ttl, flags=flags) if version == 4
              else IPv6(src="2001:db8::5", dst="2001:db8::7", tc=tos, hlim=ttl))
        yield bytes(Ether(src=mac(5), dst=mac(7)) / ip / UDP() / Raw(source.randbytes(40)))
    yield bytes(Ether(src=mac(5), dst=mac(7)) / ARP())


@pytest.mark.parametrize("version, theirs, ours", [
    (version, *row) for version, rows in SENT.items() for row in rows])
def test_decap_takes_what_linux_sends(linux, connect, decap, encap, version, theirs, ours):
    """Also, the outer fields are the same as encap would write."""
    frames = list(various())
    for vsid, card in NAMES.items():
        connect(version, card + "t", card, keyed(version, vsid << 8 | 0x5A, theirs))
    linux.receive("blue", frames)
    outers = linux.sent("underlay", len(frames))
    linux.receive("red", frames[:3])
    others = linux.sent("underlay", 3)

    assert {Ether(outer)[GRE].key for outer in outers} == {BLUE << 8 | 0x5A}
    assert pcapfile.frames(decap(outers).out) == frames
    done = decap([*others[:1], *outers, *others[1:]], vsid_filter=RED, others="drop")
    assert pcapfile.frames(done.out) == frames[:3]
    mine = pcapfile.frames(encap(frames, **{**to_endpoint(version), **ours}).out)
    inside = [Ether(frame_)[1] for frame_ in frames]
    assert list(map(fields, outers, inside)) == list(map(fields, mine, inside))


# ---- Fragments ----

@pytest.fixture(name="narrow")
def narrow_fixture(linux):
    """Gives the underlay a small MTU for a test."""
    yield lambda mtu: linux.run(f"ip link set underlay mtu {mtu}")
    linux.run("ip link set underlay mtu 9000")


def at_once(frames):
    """Packets with the same capture time."""
    return [pcapfile.packet(data, time=pcapfile.START) for data in frames]


@pytest.mark.parametrize("mtu", [1280, 1500])
def test_decap_joins_what_linux_cut(linux, connect, narrow, decap, mtu):
    """In any order. Linux fragments only IPv4. Over IPv6 it refuses packets that are too long."""
    source = random.Random(mtu)
    frames = [bytes(Ether(src=mac(5), dst=mac(7)) / IP(src="10.0.0.5", dst="10.0.0.7") / UDP()
                    / Raw(source.randbytes(length))) for length in range(1500, 5000, 150)]
    connect(4, "cut", "blue", keyed(4, BLUE << 8, "ttl inherit nopmtudisc ignore-df"))
    narrow(mtu)
    room = (mtu - 20) // 8 * 8
    counts = [-(-(8 + len(data)) // room) for data in frames]
    linux.receive("blue", frames)
    pieces = linux.sent("underlay", sum(counts))

    assert min(counts) > 1 and max(map(len, pieces)) <= mtu + 14
    assert pcapfile.frames(decap(pieces).out) == frames
    source.shuffle(pieces)
    assert sorted(pcapfile.frames(decap(at_once(pieces)).out)) == sorted(frames)


def cut(outer, ident, size):
    """An outer frame in fragments made by scapy."""
    ether = Ether(outer)
    ip = ether[1].copy()
    if isinstance(ip, IP):
        ip.flags, ip.id = 0, ident
        pieces = fragment(IP(bytes(ip)), size)
    else:
        whole = (IPv6(src=ip.src, dst=ip.dst) / IPv6ExtHdrFragment(id=ident, nh=47)
                 / Raw(bytes(ip.payload)))
        pieces = fragment6(whole, size)
    return [bytes(Ether(src=ether.src, dst=ether.dst) / piece) for piece in pieces]


@pytest.mark.parametrize("version", KINDS)
@pytest.mark.parametrize("size", [256, 1400])
def test_linux_joins_as_decap_does(linux, connect, encap, decap, version, size):
    """Fragments out of order, duplicates, and incomplete datagrams."""
    source = random.Random(size)
    frames = [bytes(Ether(src=mac(5), dst=mac(7)) / IP(src="10.0.0.5", dst="10.0.0.7") / UDP()
                    / Raw(source.randbytes(length))) for length in range(1500, 3000, 100)]
    pieces = []
    for ident, outer in enumerate(pcapfile.frames(encap(frames, **to_endpoint(version)).out)):
        some = cut(outer, ident + 1, size)
        source.shuffle(some)
        assert len(some) > 1
        if ident % 5 == 0:
            del some[0]
        elif ident % 5 == 1:
            some.insert(1, some[0])  # a duplicate before all fragments have arrived
        pieces += some
    connect(version, "any", "blue", "external")
    linux.receive("underlay", pieces)
    whole = [data for number, data in enumerate(frames) if number % 5]

    assert linux.sent("blue", len(whole)) == whole
    done = decap(at_once(pieces), others="drop", code=3)
    assert pcapfile.frames(done.out) == whole


# ---- ECN ----

@pytest.mark.parametrize("outside, inside", itertools.product(KINDS, repeat=2))
def test_congestion_marks(linux, connect, decap, outside, inside):
    """RFC 6040 section 4.2, all pairs: passed on or dropped as by Linux."""
    packets = []
    for outer, inner in itertools.product(range(4), repeat=2):
        ip = (IP(src=REMOTE[4], dst=LOCAL[4], tos=outer) if outside == 4
              else IPv6(src=REMOTE[6], dst=LOCAL[6], tc=outer, nh=47))
        inside_ip = (IP(src="10.0.0.5", dst="10.0.0.7", tos=0xB8 | inner) if inside == 4
                     else IPv6(src="2001:db8::5", dst="2001:db8::7", tc=0xB8 | inner))
        packets.append(bytes(
            Ether(src=REMOTE_MAC, dst=LOCAL_MAC) / ip
            / GRE(key_present=1, key=BLUE << 8, proto=0x6558)
            / Ether(src=mac(5), dst=mac(7)) / inside_ip / UDP() / Raw(bytes((outer, inner)))))
    connect(outside, "any", "blue", keyed(outside, BLUE << 8))
    linux.receive("underlay", packets)
    done = decap(packets, json=True)

    assert linux.sent("blue", 15) == pcapfile.frames(done.out)
    assert sum(json.loads(done.stdout)["dropped"].values()) == 1
