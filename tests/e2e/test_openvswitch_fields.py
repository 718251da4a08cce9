# SPDX-License-Identifier: GPL-2.0-or-later
"""Open vSwitch compared with encap for outer fields and ECN, and as a receiver of segments.

These tests leave out cases in which Open vSwitch deviates from the RFCs. It marks the outer header
of an inner packet with CE as ECT(0) (RFC 3168; RFC 6040 section 4.1 requires CE). It does not copy
ECT(1) to an inner ECT(0) at decapsulation (RFC 6040 section 4.2). It gives IPv4 in an IPv6 tunnel
the inner TOS and TTL for any options. It cannot inherit DF.
"""

import itertools
import json
import subprocess

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, GRE, Ether
from scapy.packet import Raw

import pcapfile
from endpoint import LOCAL, LOCAL_MAC, REMOTE, REMOTE_MAC, to_endpoint
from openvswitch import flows

MACS = {"src": "06:06:00:00:00:05", "dst": "06:06:00:00:00:07"}
CAS = {4: {"src": "10.0.0.5", "dst": "10.0.0.7"},
       6: {"src": "2001:db8::5", "dst": "2001:db8::7"}}
CE, ECT0, ECT1 = 3, 2, 1


def inner(version, payload, tos=0, ttl=64, flags="DF"):
    """A tenant's frame."""
    ip = (IP(**CAS[4], tos=tos, ttl=ttl, flags=flags) if version == 4
          else IPv6(**CAS[6], tc=tos, hlim=ttl))
    return Ether(**MACS) / ip / payload


def fields(frame):
    """TOS, TTL and DF (None for IPv6) of an outer frame."""
    outer = Ether(frame)[1]
    if isinstance(outer, IP):
        return outer.tos, outer.ttl, bool(outer.flags.DF)
    return outer.tc, outer.hlim, None


# ---- Open vSwitch encapsulates as encap does ----

def various(outside):
    """Frames with all kinds of DSCP, TTL and ECN except CE, and one that is not IP."""
    frames = [bytes(inner(version, UDP(), tos, ttl, flags))
              for version in ((4, 6) if outside == 4 else (6,))
              for tos, ttl in itertools.product((*range(0, 256, 33), 0xB8, 0xFC), (1, 17, 255))
              for flags in ("", "DF") if tos & CE != CE]
    return [*frames, bytes(Ether(**MACS) / ARP())]


# options of encap, options of Open vSwitch
OPTIONS = (
    ({}, {}),
    ({"tos": "inherit"}, {"tos": "inherit"}),
    ({"ttl": "inherit"}, {"ttl": "inherit"}),
    ({"tos": "inherit", "ttl": "inherit", "df": "clear"},
     {"tos": "inherit", "ttl": "inherit", "df_default": "false"}),
    ({"tos": "0x48", "ttl": 5}, {"tos": "0x48", "ttl": 5}),
    ({"df": "clear"}, {"df_default": "false"}),
)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("ours, theirs", OPTIONS, ids=lambda options: "-".join(options))
def test_outer_fields(ovs, encap, version, ours, theirs):
    frames = various(version)
    ovs.set_flows(flows())
    ovs.set_options(version, **theirs)
    ovs.receive(f"i{version}", frames)
    expected = [fields(frame) for frame in ovs.sent("u0", len(frames))]
    ovs.set_options(version)

    done = encap(frames, **to_endpoint(version), **ours)
    got = [fields(frame) for frame in pcapfile.frames(done.out)]
    assert got == expected
    assert len(set(got)) > 2  # the outer fields of the frames differ


# ---- ECN at decapsulation ----

@pytest.mark.parametrize("outside", [4, 6])
@pytest.mark.parametrize("inside", [4, 6])
def test_congestion_marks(ovs, decap, outside, inside):
    """CE is copied, or the frame is dropped if it cannot carry CE. Otherwise the inner frame is
    unchanged."""
    packets = []
    for outer_ecn, inner_ecn in itertools.product(range(4), repeat=2):
        if (outer_ecn, inner_ecn) != (ECT1, ECT0):
            ip = (IP(src=REMOTE[4], dst=LOCAL[4], tos=outer_ecn) if outside == 4
                  else IPv6(src=REMOTE[6], dst=LOCAL[6], tc=outer_ecn, nh=47))
            packets.append(bytes(
                Ether(src=REMOTE_MAC, dst=LOCAL_MAC) / ip
                / GRE(key_present=1, key=5001 << 8, proto=0x6558)
                / inner(inside, UDP() / Raw(bytes((outer_ecn, inner_ecn))), 0xB8 | inner_ecn)))
    done = decap(packets, json=True)
    ovs.set_flows(flows())
    ovs.receive("u0", packets)

    assert ovs.sent(f"i{outside}", 14) == pcapfile.frames(done.out)
    assert sum(json.loads(done.stdout)["dropped"].values()) == 1


# ---- Super-packets ----

def by_tshark(path, kind):
    """tshark's result for segments: a row for each segment, and the payload of the first TCP
    stream."""
    names = (f"{kind}.checksum.status", "ip.checksum.status", "tcp.analysis.flags",
             f"{kind}.payload")
    done = subprocess.run(
        ["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-o",
         "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields",
         *(f"-e{name}" for name in names), "-z", "follow,tcp,raw,0"],
        capture_output=True, text=True, check=True, timeout=60)
    lines = done.stdout.splitlines()
    rows = [line.split("\t") for line in lines if "\t" in line and line.startswith(("0", "1", "2"))]
    stream = "".join(line for line in lines if line and set(line) <= set("0123456789abcdef"))
    return rows, bytes.fromhex(stream)


PAYLOAD = bytes(count * 7 % 251 for count in range(40000))
GOOD = "1"  # one of tshark's checksum statuses


@pytest.mark.parametrize("outside", [4, 6])
@pytest.mark.parametrize("inside", [4, 6])
@pytest.mark.parametrize("mtu", [576, 1500, 9000])
@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_segments(ovs, encap, tmp_path, kind, mtu, inside, outside):
    """Open vSwitch accepts all segments. tshark finds correct checksums and a complete stream."""
    if kind == "tcp":
        header = TCP(sport=1, dport=7, seq=1000, flags="PA", options=[("Timestamp", (1, 2))])
    else:
        header = UDP(sport=1, dport=7)
    done = encap([bytes(inner(inside, header / Raw(PAYLOAD)))], mtu=mtu, mtu_action="segment",
                 **to_endpoint(outside))
    outers = pcapfile.frames(done.out)
    ovs.set_flows(flows())
    ovs.receive("u0", outers)
    segments = ovs.sent(f"i{outside}", len(outers))
    (tmp_path / "segments.pcap").write_bytes(pcapfile.pcap(segments))

    assert max(map(len, outers)) - 14 <= mtu and len(outers) > 40000 // mtu
    rows, stream = by_tshark(tmp_path / "segments.pcap", kind)
    assert len(rows) == len(segments)
    assert {tuple(row[:3]) for row in rows} == {(GOOD, GOOD if inside == 4 else "", "")}
    assert bytes.fromhex("".join(row[3] for row in rows)) == PAYLOAD
    assert stream == (PAYLOAD if kind == "tcp" else b"")
