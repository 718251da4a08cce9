# SPDX-License-Identifier: GPL-2.0-or-later
"""The environment of a run: other names of standard output, limits, signals, links, IP IDs."""

import json
import resource
import signal
import time

import pytest

import pcapfile
import wire
from conftest import CAPTURES
from pcapfile import Writer, packet
from test_signals import wait_until, waits

BLUE = CAPTURES / "plain-blue.pcap"
ENCAP = ("encap", "--vsid", "5001", "--local", "192.168.4.11", "--remote", "192.168.4.22")


@pytest.mark.parametrize("name", ["/dev/stdout", "/proc/self/fd/1"])
def test_json_stays_out_of_a_capture_on_standard_output(run, tmp_path, name):
    """With any name, as with -: the JSON is on standard error."""
    expected = run(*ENCAP, "-q", BLUE, "-").stdout
    with open(tmp_path / "out", "wb") as out:
        done = run(*ENCAP, "--json", BLUE, name, stdout=out)
    assert (tmp_path / "out").read_bytes() == expected
    assert json.loads(done.stderr)["encapsulated"] == 18
    done = run(*ENCAP, "--json", BLUE, name)
    assert done.stdout == expected and json.loads(done.stderr)["encapsulated"] == 18


def test_json_stays_out_of_a_map_on_standard_output(run):
    done = run("learn", "--json", CAPTURES / "two-tenants.pcap", "/dev/stdout")
    assert done.stdout.startswith(b"version: 1\n") and json.loads(done.stderr)["subnets"] == 2


def test_file_size_limit(run, tmp_path):
    """A file that reaches its size limit is a write error, and nothing of it is left."""
    (tmp_path / "in").write_bytes(pcapfile.pcap([bytes(1000)] * 1000))
    done = run(*ENCAP, tmp_path / "in", tmp_path / "out", code=1,
               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
    assert "out: cannot write: File too large\n" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_hang_up_is_a_clean_end(start, tmp_path):
    process = start(*ENCAP, "-", tmp_path / "out")
    process.feed(BLUE.read_bytes())
    wait_until(lambda: waits(process))
    process.send_signal(signal.SIGHUP)
    assert "interrupted" in process.end(code=-signal.SIGHUP).stderr
    assert len(pcapfile.read((tmp_path / "out").read_bytes())) == 18
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_link_to_nothing_is_left_alone(run, tmp_path):
    (tmp_path / "link").symlink_to("nothing")
    done = run(*ENCAP, BLUE, tmp_path / "link", code=1)
    assert "link: cannot create: No such file" in done.stderr
    assert (tmp_path / "link").is_symlink() and not (tmp_path / "nothing").exists()


def test_header_does_not_depend_on_when_the_input_comes(run, start):
    """A pcap file gets the link type of the first packet, not of the first interface."""
    w = Writer()
    head = w.section() + w.interface(linktype=113) + w.interface()
    tail = w.enhanced(b"x" * 60, interface=1)
    at_once = run(*ENCAP, "-F", "pcap", "-", "-", stdin=head + tail).stdout
    process = start(*ENCAP, "-F", "pcap", "-", "-")
    process.feed(head)
    time.sleep(0.1)
    assert process.end(tail).stdout == at_once


def test_packets_without_df_have_ids_of_their_own(encap):
    """RFC 6864: packets that may be fragmented need an IP ID. Others do not."""
    frames = [bytes(60)] * 70_000
    ids = [frame[18:20] for frame in pcapfile.frames(encap(frames, df="clear").out)]
    assert ids == [(number & 0xFFFF).to_bytes(2, "big") for number in range(1, 70_001)]
    assert {frame[18:20] for frame in pcapfile.frames(encap(frames[:9]).out)} == {b"\0\0"}


def inner_ipv6(ecn):
    """TCP after a hop-by-hop header of 64 bytes."""
    extension = bytes([6, 7]) + bytes(62)
    ports = b"\xc0\0\0\x50" + bytes(16)
    length = len(extension) + len(ports)
    return (bytes.fromhex("06060000000706060000000586dd") + bytes([0x60, ecn << 4, 0, 0])
            + length.to_bytes(2, "big") + bytes([0, 64]) + bytes(range(32)) + extension + ports)


def test_cut_in_the_inner_extension_headers(encap, decap):
    """ECN and addresses are captured, although the rest is not."""
    whole = inner_ipv6(3)
    cut = [packet(whole[:n], len(whole)) for n in (54, 60, 90)]
    outers = pcapfile.frames(encap(cut).out)
    assert [frame[15] & 3 for frame in outers] == [3, 3, 3]
    assert len({frame[38:42] for frame in outers}) == 1  # one FlowID, from the addresses
    marked = wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16", wire.ipv4(
        "192.168.4.11", "192.168.4.22", wire.gre(inner_ipv6(0), 0x138950), tos=3))
    done = decap([marked, packet(marked[:42 + 60], len(marked))], json=True)
    assert json.loads(done.stdout)["dropped"] == {"congestion": 2}


def test_removed_tags_are_counted(encap, decap):
    tagged = wire.insert_tags(bytes(range(60)), (0x8100, 7))
    assert "encapsulated, 802.1Q tag removed: 2\n" in encap([tagged, bytes(60), tagged]).stderr
    assert json.loads(encap([tagged], json=True).stdout)["untagged"] == 1
    assert json.loads(encap([tagged], json=True, inner_vlan="keep").stdout)["untagged"] == 0


def test_bad_block_does_not_name_an_interface_that_was_added(decap):
    """The wrong number would be that of the added Ethernet interface for decapsulated packets."""
    w = Writer()
    tunnel = (CAPTURES / "two-tenants.pcap").read_bytes()[40:]
    raw = tunnel[14:int.from_bytes(tunnel[16:18], "big") + 14]
    data = w.section() + w.interface(linktype=101) + w.enhanced(raw) + w.enhanced(b"bad", interface=1)
    done = decap(data, out="out.pcapng", code=3)
    assert "packet 2: no such interface: 1; left out\n" in done.stderr
    assert len(pcapfile.read(done.out)) == 1


def test_broadcast_endpoint(run):
    done = run("encap", "--vsid", "5001", "--local", "192.168.4.11", "--remote",
               "255.255.255.255", BLUE, "-")
    assert done.stdout[40:46] == b"\xff" * 6


def test_empty_name(run):
    run("decap", "", "out", code=2)
    run("decap", "in", "", code=2)


@pytest.mark.parametrize("version, protocol_at", [(4, 23), (6, 20)])
def test_packet_cut_behind_its_protocol(decap, version, protocol_at):
    """If the protocol field is captured, it shows whether the packet is GRE."""
    pas = {4: ("192.168.4.11", "192.168.4.22"), 6: ("fd00::1", "fd00::2")}[version]
    build = {4: wire.ipv4, 6: wire.ipv6}[version]
    frame = bytearray(wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16",
                                    build(*pas, wire.gre(bytes(60), 0x138950))))
    assert frame[protocol_at] == 47
    for protocol, code in ((47, 3), (6, 0)):
        frame[protocol_at] = protocol
        cut = packet(bytes(frame[:protocol_at + 1]), len(frame), 0)
        done = decap([cut], json=True, code=code)
        assert pcapfile.read(done.out) == [cut]
        counted = json.loads(done.stdout)
        assert counted["not_handled" if code else "others"] == {
            "truncated" if code else "not_nvgre": 1}
