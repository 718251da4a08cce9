# SPDX-License-Identifier: GPL-2.0-or-later
"""Open vSwitch as the other endpoint: the frames it accepts, the frames it sends, and the keys."""

import random

import pytest
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import GRE, Dot1Q, Ether
from scapy.packet import Raw

import flowid
import pcapfile
from endpoint import LOCAL, LOCAL_MAC, REMOTE, REMOTE_MAC, to_endpoint

VERSIONS = (4, 6)
VSID = 0x123456
PAYLOAD_LENGTHS = (0, 1, 46, 100, 1000, 1380)  # the longest one fits into an MTU of 1500


def random_frame(source):
    """An IP frame with any ECN and flow, or a frame with any bytes."""
    payload = Raw(source.randbytes(source.choice(PAYLOAD_LENGTHS)))
    tos, protocol = source.randrange(256), source.choice([1, 6, 17, 89])
    ca = f"10.0.0.{source.randrange(256)}"
    kind = source.choice([
        IP(src=ca, dst="10.0.0.7", tos=tos, proto=protocol) / payload,
        IPv6(src="fe80::1", dst="fe80::2", tc=tos, nh=protocol) / payload,
        Dot1Q(vlan=source.randrange(4096), type=0x88B5) / payload,
        payload])
    frame = bytes(Ether(dst=LOCAL_MAC, src=REMOTE_MAC) / kind)
    return b"\x02" + source.randbytes(5) + b"\x02" + source.randbytes(5) + frame[12:]


@pytest.fixture(scope="module", name="inner")
def inner_frames(captures):
    """Frames of many kinds that real endpoints got before, and random frames."""
    source = random.Random(7637)
    frames = pcapfile.frames((captures / "endpoints/inner.pcap").read_bytes())
    return frames + [random_frame(source) for _ in range(300)]


def key_of(frame):
    """The key for an inner frame: the last 4 bytes of its source MAC address."""
    return int.from_bytes(frame[8:12], "big")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("options", [{}, {"tos": 0xB8, "ttl": 1, "df": "clear"},
                                     {"flowid": "crc32c"}], ids=["", "fields", "crc32c"])
def test_open_vswitch_takes_what_encap_wrote(ovs, encap, inner, version, options):
    done = encap(inner, vsid=VSID, **to_endpoint(version), **options)
    ovs.receive("u0", pcapfile.frames(done.out))
    assert ovs.sent(f"i{version}", len(inner)) == inner


@pytest.mark.parametrize("version", VERSIONS)
def test_open_vswitch_reads_our_keys(ovs, encap, inner, version):
    """VSID and FlowID arrive: Open vSwitch writes them into the source MAC address."""
    frames, expected = [], []
    for vsid, flow in ((0, 0), (4096, 1), (VSID, 0x5A), (0xFFFFFF, 0xFF)):
        done = encap(inner[:1], vsid=vsid, flowid=flow, allow_reserved_vsid=True,
                     **to_endpoint(version))
        frames += pcapfile.frames(done.out)
        expected.append(vsid << 8 | flow)
    frames += pcapfile.frames(encap(inner[:5], vsid=VSID, **to_endpoint(version)).out)
    expected += [VSID << 8 | flowid.flow_id(frame) for frame in inner[:5]]
    ovs.receive("u0", frames)
    assert [key_of(frame) for frame in ovs.sent("keys", len(frames))] == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_decap_takes_back_what_open_vswitch_sent(ovs, decap, inner, version):
    """Each frame is sent with its own key, and the filter finds the frame by it."""
    ovs.receive(f"i{version}", inner)
    tunnel = ovs.sent("u0", len(inner))
    for frame, around in zip(inner, map(Ether, tunnel), strict=True):
        assert isinstance(around[1], IP if version == 4 else IPv6)
        assert (around.src, around[1].src, around[1].dst) == (
            LOCAL_MAC, LOCAL[version], REMOTE[version])
        assert around[GRE].key == key_of(frame)
    assert pcapfile.frames(decap(tunnel, inner_vlan="keep").out) == inner
    vsid = key_of(inner[-1]) >> 8
    selected = [frame for frame in inner if key_of(frame) >> 8 == vsid]
    done = decap(tunnel, inner_vlan="keep", vsid_filter=vsid, others="drop")
    assert pcapfile.frames(done.out) == selected


@pytest.mark.parametrize("version", VERSIONS)
def test_there_and_back_through_open_vswitch(ovs, encap, decap, inner, version):
    """Our frames enter by one tunnel and leave by the tunnel of the other IP version."""
    done = encap(inner, vsid=VSID, **to_endpoint(version))
    ovs.receive("u0", pcapfile.frames(done.out))
    other = 10 - version
    ovs.receive(f"i{other}", ovs.sent(f"i{version}", len(inner)))
    tunnel = ovs.sent("u0", len(inner))
    assert {Ether(frame).type for frame in tunnel} == {{4: 0x0800, 6: 0x86DD}[other]}
    assert pcapfile.frames(decap(tunnel, inner_vlan="keep").out) == inner
