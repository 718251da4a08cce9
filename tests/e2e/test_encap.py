# SPDX-License-Identifier: GPL-2.0-or-later
"""encap: every option and every bit of the outer headers, checked by scapy, os-ken and tshark."""

import ipaddress
import json
import struct
import subprocess

import pytest
from os_ken.lib.packet import gre
from scapy.layers.inet import ICMP, IP, TCP, IPOption_Router_Alert
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, GRE, Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

import flowid
import pcapfile
from pcapfile import packet

LOCAL, REMOTE = "192.168.4.11", "192.168.4.22"
PAS = {4: {"local": LOCAL, "remote": REMOTE}, 6: {"local": "fd00:4::11", "remote": "fd00:4::22"}}
SMAC, DMAC = "02:00:c0:a8:04:0b", "02:00:c0:a8:04:16"
VSID = 5001
INNER_MAX = {4: 65535 - 20 - 8, 6: 65535 - 8}  # bytes of an inner frame

MACS = {"dst": "06:06:00:00:00:07", "src": "06:06:00:00:00:05"}
CAS = {"src": "10.0.0.5", "dst": "10.0.0.7"}
CAS6 = {"src": "2001:db8::5", "dst": "2001:db8::7"}
ECHO = bytes(Ether(**MACS) / IP(**CAS) / ICMP(id=1, seq=1) / Raw(bytes(range(32))))
DEFAULT_KEY = VSID << 8 | flowid.flow_id(ECHO)


def outer(inner, *, key=DEFAULT_KEY, src=LOCAL, dst=REMOTE, smac=SMAC, dmac=DMAC, tag=None, tos=0,
          ttl=64, df=True, ident=0, label=0, inner_len=None):
    """scapy's outer packet around an inner frame."""
    frame = Ether(src=smac, dst=dmac)
    inner_len = len(inner) if inner_len is None else inner_len
    if tag is not None:
        frame /= tag
    if ":" in src:
        frame /= IPv6(src=src, dst=dst, nh=47, hlim=ttl, tc=tos, fl=label, plen=8 + inner_len)
    else:
        frame /= IP(src=src, dst=dst, proto=47, ttl=ttl, tos=tos, id=ident, len=28 + inner_len,
                    flags="DF" if df else 0)
    return bytes(frame / GRE(key_present=1, key=key, proto=0x6558) / Raw(inner))


# options, changes in the outer frame
OPTIONS = (
    ({}, {}),
    ({"vsid": "0x123456"}, {"key": 0x12345600 | DEFAULT_KEY & 0xFF}),
    ({"vsid": 4096}, {"key": 0x00100000 | DEFAULT_KEY & 0xFF}),
    ({"vsid": 16777214}, {"key": 0xFFFFFE00 | DEFAULT_KEY & 0xFF}),
    ({"vsid": 4095, "allow_reserved_vsid": True}, {"key": 0x000FFF00 | DEFAULT_KEY & 0xFF}),
    ({"vsid": 0, "allow_reserved_vsid": True}, {"key": DEFAULT_KEY & 0xFF}),
    ({"vsid": 16777215, "allow_reserved_vsid": True}, {"key": 0xFFFFFF00 | DEFAULT_KEY & 0xFF}),
    ({"vsid": None, "key": "0x12345a5b"}, {"key": 0x12345A5B}),
    ({"vsid": None, "key": 0xFFFFFFFF, "allow_reserved_vsid": True}, {"key": 0xFFFFFFFF}),
    ({"flowid": "toeplitz"}, {}),
    ({"flowid": "zero"}, {"key": VSID << 8}),
    ({"flowid": 255}, {"key": VSID << 8 | 255}),
    ({"local": "1.2.128.254", "remote": "254.128.2.1"},
     {"src": "1.2.128.254", "dst": "254.128.2.1",
      "smac": "02:00:01:02:80:fe", "dmac": "02:00:fe:80:02:01"}),
    ({"enet_smac": "12:34:56:78:9a:bc"}, {"smac": "12:34:56:78:9a:bc"}),
    ({"enet_smac": "ED-CB-A9-87-65-43"}, {"smac": "ed:cb:a9:87:65:43"}),
    ({"enet_dmac": "12:34:56:78:9a:bc"}, {"dmac": "12:34:56:78:9a:bc"}),
    ({"enet_dmac": "ff:ff:ff:ff:ff:ff"}, {"dmac": "ff:ff:ff:ff:ff:ff"}),
    ({"enet_vlan_tag": 0}, {"tag": Dot1Q(vlan=0)}),
    ({"enet_vlan_tag": 103, "enet_vlan_pri": 5}, {"tag": Dot1Q(vlan=103, prio=5)}),
    ({"enet_vlan_tag": 103, "enet_vlan_cfi": 1}, {"tag": Dot1Q(vlan=103, id=1)}),
    ({"enet_vlan_tag": 4095, "enet_vlan_proto": "802.1ad"}, {"tag": Dot1AD(vlan=4095)}),
    ({"enet_vlan_tag": 4095, "enet_vlan_proto": "802.1q"}, {"tag": Dot1Q(vlan=4095)}),
    ({"ttl": 255}, {"ttl": 255}),
    ({"tos": "0xb8"}, {"tos": 0xB8}),
    ({"df": "clear"}, {"df": False, "ident": 1}),
    ({"df": "set"}, {}),
)


@pytest.mark.parametrize("options, changes", OPTIONS)
def test_option_over_ipv4(encap, options, changes):
    done = encap([ECHO], **options)
    assert pcapfile.frames(done.out)[0].hex() == outer(ECHO, **changes).hex()


PAS6 = {"local": "2001:db8:1:2:3:4:506:708", "remote": "fe80::f1f2:f3f4:f5f6:f7f8"}
DEFAULTS6 = {"src": PAS6["local"], "dst": PAS6["remote"], "smac": "02:00:05:06:07:08",
             "dmac": "02:00:f5:f6:f7:f8", "label": flowid.flow_label(ECHO)}
OPTIONS6 = (
    ({}, {}),
    ({"ttl": 1}, {"ttl": 1}),
    ({"tos": 255, "ecn": "ignore"}, {"tos": 255}),
    ({"flowid": 7}, {"key": VSID << 8 | 7, "label": 0}),
    ({"vsid": None, "key": "0x12345a5b"}, {"key": 0x12345A5B, "label": 0}),
    ({"enet_vlan_tag": 103}, {"tag": Dot1Q(vlan=103)}),
    ({"df": "clear"}, {}),
)


@pytest.mark.parametrize("options, changes", OPTIONS6)
def test_option_over_ipv6(encap, options, changes):
    done = encap([ECHO], **PAS6, **options)
    assert pcapfile.frames(done.out)[0].hex() == outer(ECHO, **{**DEFAULTS6, **changes}).hex()


# option, number of bits, additional options, value → changes in the outer frame
BITS = (
    ("vsid", 24, {"allow_reserved_vsid": True, "flowid": 0}, lambda v: {"key": v << 8}),
    ("key", 32, {"vsid": None, "allow_reserved_vsid": True}, lambda v: {"key": v}),
    ("flowid", 8, {}, lambda v: {"key": VSID << 8 | v}),
    ("ttl", 8, {}, lambda v: {"ttl": v}),
    ("tos", 8, {"ecn": "ignore"}, lambda v: {"tos": v}),
    ("enet_vlan_tag", 12, {}, lambda v: {"tag": Dot1Q(vlan=v)}),
    ("enet_vlan_pri", 3, {"enet_vlan_tag": 1}, lambda v: {"tag": Dot1Q(vlan=1, prio=v)}),
)


@pytest.mark.parametrize("option, bits, others, changes", BITS, ids=[row[0] for row in BITS])
def test_each_bit_alone(encap, option, bits, others, changes):
    for value in (1 << bit for bit in range(bits)):
        done = encap([ECHO], **{**others, option: value})
        assert pcapfile.frames(done.out) == [outer(ECHO, **changes(value))], f"{option} {value}"


# remote PA, its multicast MAC address
GROUPS = (
    ("224.0.0.1", "01:00:5e:00:00:01"),
    ("239.129.2.3", "01:00:5e:01:02:03"),
    ("239.255.255.255", "01:00:5e:7f:ff:ff"),
    ("255.255.255.255", "ff:ff:ff:ff:ff:ff"),
    ("240.0.0.1", "02:00:f0:00:00:01"),
    ("223.1.2.3", "02:00:df:01:02:03"),
    ("ff02::1", "33:33:00:00:00:01"),
    ("ff3e::8000:1:8765:4321", "33:33:87:65:43:21"),
    ("fe00::8765:4321", "02:00:87:65:43:21"),
)


def inner_ip(version, tos=0xB9, ttl=17, df=True, tags=()):
    """An inner packet with these fields."""
    frame = Ether(**MACS)
    for prio, vlan in tags:
        frame /= Dot1Q(prio=prio, vlan=vlan)
    if version == 4:
        return bytes(frame / IP(**CAS, tos=tos, ttl=ttl, flags="DF" if df else 0) / ICMP())
    return bytes(frame / IPv6(**CAS6, tc=tos, hlim=ttl, nh=59) / Raw(b"x"))


ARP_FRAME = bytes(Ether(**MACS) / ARP())
TAGGED = {"tags": ((5, 101),)}
# inner frame, options, fields that the outer frame inherits
INHERITED = (
    (inner_ip(4), {"tos": "inherit"}, {"tos": 0xB9}),
    (inner_ip(6), {"tos": "inherit"}, {"tos": 0xB9}),
    (inner_ip(4), {"tos": "inherit", "ecn": "ignore"}, {"tos": 0xB8}),
    (inner_ip(4), {"tos": 4}, {"tos": 5}),
    (ARP_FRAME, {"tos": "inherit"}, {"tos": 0}),
    (inner_ip(4, tos=0, **TAGGED), {"tos": "pcp", "inner_vlan": "keep"}, {"tos": 0xA0}),
    (inner_ip(4, tos=3, tags=((7, 1), (2, 2))), {"tos": "pcp", "inner_vlan": "keep"}, {"tos": 0xE3}),
    (inner_ip(4), {"tos": "pcp"}, {"tos": 1}),
    (inner_ip(4), {"ttl": "inherit"}, {"tos": 1, "ttl": 17}),
    (inner_ip(6), {"ttl": "inherit"}, {"tos": 1, "ttl": 17}),
    (inner_ip(4, ttl=0), {"ttl": "inherit"}, {"tos": 1, "ttl": 64}),
    (inner_ip(4, ttl=255), {"ttl": "inherit"}, {"tos": 1, "ttl": 255}),
    (ARP_FRAME, {"ttl": "inherit"}, {"ttl": 64}),
    (inner_ip(4), {"df": "inherit"}, {"tos": 1, "df": True}),
    (inner_ip(4, df=False), {"df": "inherit"}, {"tos": 1, "df": False, "ident": 1}),
    (inner_ip(6), {"df": "inherit"}, {"tos": 1, "df": True}),
    (ARP_FRAME, {"df": "inherit"}, {"df": True}),
    (inner_ip(4, df=False, ttl=3), {"df": "inherit", "tos": "inherit", "ttl": "inherit"},
     {"tos": 0xB9, "ttl": 3, "df": False, "ident": 1}),
)


@pytest.mark.parametrize("inner, options, changes", INHERITED)
@pytest.mark.parametrize("version", PAS)
def test_fields_of_the_inner_packet(encap, version, inner, options, changes):
    [frame] = pcapfile.frames(encap([inner], flowid=7, **PAS[version], **options).out)
    expected = {"key": VSID << 8 | 7, **changes}
    if version == 6:
        expected |= {**DEFAULTS6, "label": 0, "src": PAS[6]["local"], "dst": PAS[6]["remote"],
                     "smac": "02:00:00:00:00:11", "dmac": "02:00:00:00:00:22",
                     **{name: value for name, value in expected.items()
                        if name not in ("df", "ident")}}

    assert frame.hex() == outer(inner, **expected).hex()


@pytest.mark.parametrize("remote, mac", GROUPS)
def test_mac_of_the_remote_pa(encap, remote, mac):
    local = PAS[ipaddress.ip_address(remote).version]["local"]
    for options, expected in (({}, mac), ({"enet_dmac": "02:00:00:00:00:99"},
                                          "02:00:00:00:00:99")):
        frame = Ether(pcapfile.frames(encap([ECHO], local=local, remote=remote, **options).out)[0])
        assert (frame.dst, frame[1].dst) == (expected, remote)


def test_os_ken_reads_vsid_and_flowid(encap):
    for vsid, flow in ((4096, 1), (0x800000, 0x80), (0x123456, 0x5A), (0xFFFFFE, 0xFF)):
        (frame,) = pcapfile.frames(encap([ECHO], vsid=vsid, flowid=flow).out)
        header, _, inner = gre.gre.parser(frame[34:])
        assert (header.vsid, header.flow_id, header.protocol) == (vsid, flow, 0x6558)
        assert frame[34:42] == gre.nvgre(vsid=vsid, flow_id=flow).serialize(None, None)
        assert inner == ECHO


TSHARK_FIELDS = ("eth.dst", "eth.src", "vlan.priority", "vlan.dei", "vlan.id", "ip.dsfield",
                 "ip.len", "ip.flags.df", "ip.ttl", "ip.proto", "ip.checksum.status", "ip.src",
                 "ip.dst", "gre.flags_and_version", "gre.proto", "gre.key")


def test_tshark_reads_all_fields(encap, tmp_path):
    done = encap([ECHO], vsid=0x123456, flowid=0x5A, ttl=7, tos=0xB8, enet_vlan_tag=103,
                 enet_vlan_pri=5, enet_vlan_cfi=1, df="clear")
    (tmp_path / "capture").write_bytes(done.out)
    tshark = subprocess.run(
        ["tshark", "-n", "-r", tmp_path / "capture", "-o", "ip.check_checksum:TRUE",
         "-T", "fields", "-E", "occurrence=f", *(f"-e{name}" for name in TSHARK_FIELDS)],
        capture_output=True, text=True, check=True, timeout=60)
    assert tshark.stdout.rstrip("\n").split("\t") == [
        DMAC, SMAC, "5", "1", "103", "0xb8", str(28 + len(ECHO)), "0", "7", "47", "1",
        LOCAL, REMOTE, "0x2000", "0x6558", "0x1234565a"]


# ---- FlowID and flow label ----

PORTS = struct.pack("!HH", 49152, 80)
V4 = ipaddress.ip_address(CAS["src"]).packed + ipaddress.ip_address(CAS["dst"]).packed
V6 = ipaddress.ip_address(CAS6["src"]).packed + ipaddress.ip_address(CAS6["dst"]).packed
MAC_BYTES = bytes.fromhex("060600000007060600000005")
SEGMENT = bytes(TCP(sport=49152, dport=80, seq=7))


def ether(payload, kind):
    """An inner frame of some EtherType."""
    return bytes(Ether(**MACS, type=kind) / Raw(payload))


def ipv4(payload, **fields):
    """An inner IPv4 frame with TCP, unless the fields say otherwise."""
    return bytes(Ether(**MACS) / IP(**CAS, **{"proto": 6, **fields}) / Raw(payload))


def ipv6(payload, next_header):
    """An inner IPv6 frame."""
    return bytes(Ether(**MACS) / IPv6(**CAS6, nh=next_header) / Raw(payload))


def tagged(*tags):
    """An inner IPv4 frame with TCP and VLAN tags."""
    frame = Ether(**MACS)
    for tag in tags:
        frame /= tag
    return bytes(frame / IP(**CAS, proto=6) / Raw(SEGMENT))


# inner frame, the bytes that identify its flow
FLOWS = (
    (ipv4(SEGMENT), V4 + PORTS),
    (ipv4(SEGMENT, proto=17), V4 + PORTS),
    (ipv4(SEGMENT, proto=1), V4),
    (ipv4(SEGMENT, proto=132), V4),
    (ipv4(SEGMENT, flags="MF"), V4),
    (ipv4(SEGMENT, frag=1), V4),
    (ipv4(SEGMENT, frag=0x1000), V4),
    (ipv4(SEGMENT, flags="DF", ttl=1, tos=0xFC, id=9), V4 + PORTS),
    (ipv4(SEGMENT, options=IPOption_Router_Alert()), V4 + PORTS),
    (ipv4(SEGMENT, len=19), MAC_BYTES + b"\x08\x00"),  # shorter than a header
    (ipv4(SEGMENT, len=20), V4),  # the ports are padding
    (ipv4(SEGMENT, len=23), V4),
    (ipv4(SEGMENT, len=24), V4 + PORTS),
    (ipv4(SEGMENT, len=0), V4 + PORTS),
    (ipv6(SEGMENT, 6), V6 + PORTS),
    (ipv6(SEGMENT, 17), V6 + PORTS),
    (ipv6(SEGMENT, 58), V6),
    (ipv6(b"\x06\0\x05\x02\0\0\x01\0" + SEGMENT, 0), V6 + PORTS),
    (ipv6(b"\x06\0\0\x01\0\0\0\x07" + SEGMENT, 44), V6),
    (ipv6(b"\x06\0\0\0\0\0\0\x07" + SEGMENT, 44), V6 + PORTS),
    (ether(SEGMENT, 0x88B5), MAC_BYTES + b"\x88\xb5"),
    (ether(bytes(ARP()), 0x0806), MAC_BYTES + b"\x08\x06"),
    (ether(b"\x42\x42\x03" + bytes(5), 8), MAC_BYTES),  # for 802.3 this is a length
    (ether(b"\x65" + bytes(39), 0x0800), MAC_BYTES + b"\x08\x00"),  # not a valid IPv4 header
    (tagged(Dot1Q(vlan=7)), V4 + PORTS),
    (tagged(Dot1AD(vlan=7), Dot1Q(vlan=8)), V4 + PORTS),
    (tagged(Dot1Q(vlan=8, type=0x88B5)), MAC_BYTES + b"\x88\xb5"),
    (packet(ipv4(SEGMENT)[:38], 54), V4 + PORTS),
    (packet(ipv4(SEGMENT)[:37], 54), V4),
    (packet(ipv4(SEGMENT)[:33], 54), MAC_BYTES + b"\x08\x00"),
)


def crc32c(data):
    """CRC-32C, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283

HASHES = {"toeplitz": flowid.toeplitz, "crc32c": crc32c,
          "toeplitz-sym": lambda data: flowid.toeplitz(data, flowid.SYMMETRIC_KEY)}


@pytest.mark.parametrize("word", HASHES)
@pytest.mark.parametrize("version", PAS)
def test_flowid(encap, word, version):
    done = encap([frame for frame, _ in FLOWS], flowid=word, **PAS[version])
    for (frame, flow), got in zip(FLOWS, pcapfile.frames(done.out), strict=True):
        expected = HASHES[word](flow)
        header = {4: 34, 6: 54}[version]
        assert got[header + 4:header + 8] == struct.pack("!I", VSID << 8 | expected & 0xFF), frame
        if version == 6:
            assert got[14:18] == struct.pack("!I", 6 << 28 | expected >> 12), frame


def test_flowid_of_the_published_answers(encap):
    rows = flowid.KNOWN_ANSWERS
    inner = [Ether(**MACS) / (IPv6 if ":" in row.src else IP)(src=row.src, dst=row.dst)
             / TCP(sport=row.sport, dport=row.dport) for row in rows]
    for word, answers in (("toeplitz", [row.with_ports for row in rows]),
                          ("toeplitz-sym", [row.symmetric for row in rows])):
        done = encap([bytes(frame) for frame in inner], flowid=word, **PAS[6])
        got = [(frame[61], int.from_bytes(frame[14:18], "big") & 0xFFFFF)
               for frame in pcapfile.frames(done.out)]
        assert got == [(answer & 0xFF, answer >> 12) for answer in answers]


# ---- Inner frames ----

@pytest.mark.parametrize("version", PAS)
@pytest.mark.parametrize("mode", ["copy", "ignore"])
def test_ecn(encap, version, mode):
    """RFC 6040 section 4.1: the outer header gets the ECN of the inner one."""
    inner = [ipv4(SEGMENT, tos=0xFC | ecn) for ecn in range(4)]
    inner += [bytes(Ether(**MACS) / IPv6(**CAS6, tc=0xFC | ecn)) for ecn in range(4)]
    inner += [bytes(Ether(**MACS) / Dot1Q() / IP(**CAS, tos=ecn)) for ecn in range(4)]
    done = encap([*inner, ECHO, ether(SEGMENT, 0x88B5)], tos=0x28, ecn=mode, **PAS[version])
    copied = [0x28 | ecn for ecn in range(4)] * 3 + [0x28, 0x28]
    got = [Ether(frame)[1] for frame in pcapfile.frames(done.out)]
    assert [outside.tos if version == 4 else outside.tc for outside in got] == (
        copied if mode == "copy" else [0x28] * len(copied))


TAGS = (
    (),
    ((0x8100, 101),),
    ((0x8100, 0xA065),),  # priority 5
    ((0x8100, 0),),
    ((0x88A8, 200),),
    ((0x9100, 200),),
    ((0x88A8, 200), (0x8100, 101)),
    ((0x8100, 1), (0x8100, 2), (0x8100, 3)),
    ((0x8100, 1),) * 256,
)


def with_tags(frame, tags):
    """A frame with VLAN tags after its MAC addresses."""
    return frame[:12] + b"".join(struct.pack("!HH", *tag) for tag in tags) + frame[12:]


@pytest.mark.parametrize("tags", TAGS, ids=lambda tags: f"{len(tags)}-tags")
@pytest.mark.parametrize("mode", ["strip", "drop", "keep"])
def test_inner_vlan(encap, mode, tags):
    frame = with_tags(ECHO, tags)
    done = encap([frame], inner_vlan=mode)
    expected = [outer(frame if mode == "keep" else ECHO)]
    assert pcapfile.frames(done.out) == ([] if tags and mode == "drop" else expected)


@pytest.mark.parametrize("version", PAS)
@pytest.mark.parametrize("tags", [(), ((0x8100, 101),)])
def test_cut_packets(encap, version, tags):
    """Lengths in the outer headers are calculated from the length on the wire."""
    frame, tags_len = with_tags(ECHO, tags), 4 * len(tags)
    cuts = range(14 + tags_len, len(frame) + 1)
    done = encap([packet(frame[:cut], 1000 + tags_len) for cut in cuts], flowid=0, **PAS[version])
    for cut, got in zip(cuts, pcapfile.read(done.out), strict=True):
        local, remote = PAS[version].values()
        expected = outer(ECHO[:cut - tags_len], key=VSID << 8, inner_len=1000, src=local,
                         dst=remote, **({} if version == 4 else
                                        {"smac": "02:00:00:00:00:11", "dmac": "02:00:00:00:00:22"}))
        assert got.data == expected
        assert got.wire_len == {4: 42, 6: 62}[version] + 1000


def of_len(length):
    """An inner frame of `length` bytes."""
    return (ECHO + bytes(length))[:length]


OVERHEAD = {4: 28, 6: 48}  # length of the outer headers from IP on
# action, result for the frames that are too long, and the exit code
MTU_ACTIONS = {
    "keep": ("whole", 0), "trunc": ("cut", 0), "drop": ("nothing", 0), "error": ("plain", 3),
}


@pytest.mark.parametrize("mtu", [68, 1500, 1600, 9000, 65535])
@pytest.mark.parametrize("action", MTU_ACTIONS)
@pytest.mark.parametrize("version", PAS)
def test_mtu(encap, version, action, mtu):
    fits = mtu - OVERHEAD[version]
    lengths = [14, fits - 1, fits, fits + 1, fits + 10] if mtu < 65535 else [14, fits]
    what, code = MTU_ACTIONS[action]
    longer = [length for length in lengths if length > fits]
    done = encap([of_len(length) for length in lengths], mtu=mtu, mtu_action=action, json=True,
                 code=code if longer else 0, **PAS[version])
    header = 14 + OVERHEAD[version]
    expected = [header + min(length, fits) if what == "cut" and length > fits
                else length if what == "plain" and length > fits
                else header + length
                for length in lengths if length <= fits or what != "nothing"]
    frames = pcapfile.frames(done.out)
    summary = json.loads(done.stdout)

    assert [len(frame) for frame in frames] == expected
    assert [len(Ether(frame)[GRE].payload) for frame in frames if GRE in Ether(frame)] == [
        size - header for size in expected if what != "plain" or size - header <= fits
        and size not in longer]
    assert summary["mtu_excess"] == max((length - fits for length in longer), default=0)
    assert (summary["over_mtu"] if what == "whole" else summary["cut_to_mtu"] if what == "cut"
            else summary["dropped"].get("over_mtu", 0) + summary["not_handled"].get("mtu_error", 0)
            ) == len(longer)


def test_runts_are_not_padded(encap):
    runts = [ECHO[:12] + b"\x88\xb5" + bytes(length - 14) for length in range(14, 64)]
    done = encap(runts, flowid=0)
    assert pcapfile.frames(done.out) == [outer(runt, key=VSID << 8) for runt in runts]


# ---- Packets that cannot be encapsulated ----

def unfit(version):
    """Packets that cannot be encapsulated, and the message about each."""
    limit = INNER_MAX[version]
    return (
        (packet(ECHO[:13]), "13"),
        (packet(b""), "0"),
        (packet(ECHO[:13], 60), "13 of 60 bytes captured"),
        (packet(ECHO, limit + 1), f"{limit + 1} bytes"),
        (packet(ECHO + bytes(200000)), f"{len(ECHO) + 200000} bytes"),
        (packet(with_tags(ECHO, TAGS[1]), limit + 5), f"{limit + 1} bytes"),
        (packet(ECHO, 0xFFFFFFFF), "4294967295 bytes"),
    )


@pytest.mark.parametrize("version", PAS)
def test_unfit_packets_are_kept(encap, version):
    items = [item for item, _ in unfit(version)]
    done = encap(items, code=3, **PAS[version])
    assert pcapfile.read(done.out) == pcapfile.read(pcapfile.pcap(items))
    lines = [line for line in done.stderr.splitlines() if ": packet " in line]
    for number, ((_, text), line) in enumerate(zip(unfit(version), lines, strict=True), start=1):
        assert f"/in: packet {number}: " in line and text in line
        assert line.endswith("; kept as it is")


@pytest.mark.parametrize("version", PAS)
def test_unfit_packets_are_left_out(encap, version):
    items = [item for item, _ in unfit(version)]
    done = encap([*items, ECHO], code=3, others="drop", **PAS[version])
    assert [frame[-len(ECHO):] for frame in pcapfile.frames(done.out)] == [ECHO]
    assert done.stderr.count("; left out\n") == len(items)


@pytest.mark.parametrize("item", [item for item, _ in unfit(4)], ids=lambda item: item.wire_len)
def test_strict_stops_at_unfit_packets(encap, item):
    done = encap([ECHO, item], code=1, strict=True)
    assert done.out is None and "/in: packet 2: " in done.stderr


@pytest.mark.parametrize("linktype", [0, 12, 101, 113, 276])
def test_other_link_types_are_kept(encap, linktype):
    data = pcapfile.pcap([ECHO[14:], ECHO], linktype=linktype)
    done = encap(data, code=3)
    assert done.out[20:] == data[20:]
    assert f"packet 2: link type that cannot be taken, {linktype}; kept as it is" in done.stderr


@pytest.mark.parametrize("version", PAS)
def test_longest_inner_frames(encap, version):
    limit = INNER_MAX[version]
    whole = ECHO + bytes(limit - len(ECHO))
    done = encap([whole, packet(ECHO, limit), packet(with_tags(ECHO, TAGS[1]), limit + 4)],
                 strict=True, **PAS[version])
    got = pcapfile.read(done.out)
    header = {4: 42, 6: 62}[version]
    assert [item.wire_len for item in got] == [header + limit] * 3
    assert got[0].data[header:] == whole
    assert {item.data[16:18] for item in got if version == 4} <= {b"\xff\xff"}
    assert {item.data[18:20] for item in got if version == 6} <= {b"\xff\xff"}
