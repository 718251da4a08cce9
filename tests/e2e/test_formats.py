# SPDX-License-Identifier: GPL-2.0-or-later
"""pcap and pcapng: reading, unchanged and changed contents, and conversions between them."""

import struct
import subprocess
from fractions import Fraction

import pytest

import pcapfile
import wire
from pcapfile import (APPLICATION, COMMENT, CUSTOM, IF_FCSLEN, IF_NAME, IF_TSOFFSET, IF_TSRESOL,
                      MODIFIED, NAMES, NSEC, PACKET_DROPS, PACKET_FLAGS, PACKET_HASH, SECRETS,
                      START, USEC, Writer, packet)

ECHO = bytes.fromhex("060600000007060600000005080045000024000100004001b5220a0000050a0000070800"
                     "bcf1000100010001020304050607")
TUNNEL = wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16",
                       wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(ECHO, 0x138950)))
RAW_TUNNEL, RAW_OTHER = TUNNEL[14:], ECHO[14:]
RAW = 101
ORDERS = ("<", ">")
SECOND = 10**6  # in ticks


# ---- pcap ----

@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("magic", [USEC, NSEC])
def test_pcap_keeps_its_kind(decap, encap, magic, order):
    """Kept packets are copied byte for byte. Changed packets keep byte order and resolution."""
    items = [packet(ECHO, time=START + Fraction(1, 10**6)), packet(ECHO[:40], 60, Fraction(5))]
    data = pcapfile.pcap(items, magic=magic, order=order)
    assert decap(data).out == data
    out = encap(data).out
    assert pcapfile.read_pcap_header(out)[:2] == (magic, order)
    assert [(item.time, item.wire_len) for item in pcapfile.read(out)] == [
        (item.time, item.wire_len + 42) for item in items]


@pytest.mark.parametrize("order", ORDERS)
def test_modified_pcap_is_read(decap, order):
    items = pcapfile.packets([ECHO, packet(TUNNEL, time=Fraction(7)), ECHO])
    done = decap(pcapfile.pcap(items, magic=MODIFIED, order=order))
    assert pcapfile.read_pcap_header(done.out).magic == USEC
    assert pcapfile.read(done.out) == [items[0], packet(ECHO, time=Fraction(7)), items[2]]


@pytest.mark.parametrize("before, after", [(0, 262144), (65535, 65577), (262102, 262144),
                                           (262144, 262144), (0x7FFFFFFF, 0x7FFFFFFF)])
def test_snaplen_grows_by_the_outer_headers(encap, before, after):
    out = encap(pcapfile.pcap([ECHO], snaplen=before)).out
    assert pcapfile.read_pcap_header(out).snaplen == after
    w = Writer()
    data = w.section() + w.interface(snaplen=before) + w.enhanced(ECHO)
    (interface,) = pcapfile.interfaces_of(encap(data, out="out.pcapng").out)
    assert interface.snaplen == (after if before else 0)  # of an interface; 0 is no limit


def test_time_zone_and_accuracy_survive(encap):
    data = bytearray(pcapfile.pcap([ECHO]))
    data[8:16] = struct.pack("<iI", -3600, 7)
    assert encap(bytes(data)).out[8:16] == data[8:16]


# ---- pcapng: unchanged contents ----

def rich_section(order, ethernet_frames, *, length=-1):
    """A section with blocks and options of many kinds around Ethernet frames."""
    w = Writer(order)
    first, second, third, fourth = ethernet_frames
    custom = w.pack("I", 32473)  # the enterprise number for examples
    return [
        w.section((2, b"hardware"), (3, b"system"), (APPLICATION, b"test"), length=length),
        w.interface((IF_NAME, b"eth0"), (IF_TSRESOL, b"\x09"), (11, b"\0tcp"), snaplen=65535),
        w.block(NAMES, w.pack("HH4s", 1, 6, b"\n\0\0\5") + b"a\0\0\0" + bytes(4)),
        w.enhanced(first, (COMMENT, "naïve".encode()), (PACKET_FLAGS, w.pack("I", 1)),
                   (PACKET_DROPS, w.pack("Q", 3)), (COMMENT, b"two"), ticks=123456789012345678),
        w.block(SECRETS, w.pack("II", 0x544C534B, 5) + b"dsb\0\0\0\0\0"),
        w.interface((IF_NAME, b"eth1"), linktype=1, snaplen=0),
        w.enhanced(second, (2988, custom + b"custom"), ticks=SECOND, interface=1),
        w.block(CUSTOM, custom + b"block..."),
        w.block(0x40000BAD, custom),
        w.obsolete(third, (COMMENT, b"obsolete"), ticks=2 * SECOND, interface=1),
        w.statistics((COMMENT, b"isb"), (4, w.pack("Q", 9)), interface=1),
        w.enhanced(fourth, ticks=1, interface=0),
        w.block(0x7EADBEEF, b"unknown!"),
        w.interface((IF_NAME, b"never used"), linktype=147),
        w.statistics(interface=2),
    ]


@pytest.mark.parametrize("orders", ["<", ">", "<>", "><<"])
def test_untouched_pcapng_survives_byte_for_byte(decap, orders):
    data = b"".join(b"".join(rich_section(order, [ECHO] * 4)) for order in orders)
    assert decap(data, out="out.pcapng").out == data


def test_section_length_is_taken_back(decap):
    for length in (0, 4096):
        data = b"".join(rich_section("<", [ECHO] * 4, length=length))
        expected = b"".join(rich_section("<", [ECHO] * 4))
        assert decap(data, out="out.pcapng").out == expected


@pytest.mark.parametrize("orders", ["<", ">", "<>", "><<"])
def test_blocks_and_options_survive_decap(decap, orders):
    """Changed packets become Enhanced Packet Blocks. Everything else stays in its place."""
    before = [block for order in orders for block in rich_section(order, [TUNNEL] * 4)]
    after = [block for order in orders for block in rich_section(order, [ECHO] * 4)]
    for order, index in zip(orders, range(9, len(after), 15)):
        w = Writer(order)
        after[index] = w.enhanced(ECHO, (COMMENT, b"obsolete"), ticks=2 * SECOND, interface=1)
    assert decap(b"".join(before), out="out.pcapng").out == b"".join(after)


@pytest.mark.parametrize("order", ORDERS)
def test_packet_hash_is_removed_from_changed_packets(decap, order):
    w = Writer(order)
    digest, comment = (PACKET_HASH, b"\x02\1\2\3\4"), (COMMENT, b"stays")

    def capture(frame, *options):
        return w.section() + w.interface() + w.enhanced(frame, *options)

    data = capture(TUNNEL, comment, digest, comment)
    assert decap(data, out="out.pcapng").out == capture(ECHO, comment, comment)
    kept = capture(ECHO, comment, digest)
    assert decap(kept, out="out.pcapng").out == kept


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [2 << 20, (512 << 10) - 12, (512 << 10) - 8, 600 << 10])
def test_large_blocks_survive(decap, order, size):
    w = Writer(order)
    large = w.block(CUSTOM, w.pack("I", 32473) + bytes(range(256)) * (size // 256 - 1)
                    + bytes(size % 256))
    data = (w.section() + large + w.interface() + w.enhanced(ECHO) + large + w.enhanced(ECHO))
    assert decap(data, out="out.pcapng").out == data
    assert pcapfile.frames(decap(data).out) == [ECHO, ECHO]


@pytest.mark.parametrize("order", ORDERS)
def test_sections_without_packets(encap, decap, order):
    w = Writer(order)
    for data in (w.section(), w.section() + w.interface(snaplen=0), w.section() * 3):
        assert decap(data, out="out.pcapng").out == data
        assert pcapfile.frames(encap(data).out) == []


# ---- pcapng: interfaces ----

@pytest.mark.parametrize("order", ORDERS)
def test_added_interface_moves_later_ones(decap, order):
    """Interfaces after the added one get new numbers, in packets and statistics."""
    w = Writer(order)
    options = ((IF_TSRESOL, b"\x09"), (IF_TSOFFSET, w.pack("q", -5)))
    data = (w.section() + w.interface((IF_NAME, b"raw"), *options, linktype=RAW, snaplen=100)
            + w.enhanced(RAW_OTHER) + w.enhanced(RAW_TUNNEL, (COMMENT, b"c"), ticks=7 * 10**9)
            + w.interface((IF_NAME, b"eth")) + w.enhanced(TUNNEL, interface=1)
            + w.enhanced(ECHO, interface=1) + w.enhanced(RAW_TUNNEL)
            + w.statistics(interface=0) + w.statistics(interface=1))
    out = decap(data, out="out.pcapng").out
    raw, added, ethernet = pcapfile.interfaces_of(out)
    assert (raw.linktype, added.linktype, ethernet.linktype) == (RAW, 1, 1)
    assert raw.options == ((IF_NAME, b"raw"), *options) and ethernet.options == ((IF_NAME, b"eth"),)
    assert (added.options, added.snaplen) == (options, 100)
    assert pcapfile.read(out) == [
        packet(RAW_OTHER, time=-5, linktype=RAW, interface=0),
        packet(ECHO, time=2, interface=1, options=((COMMENT, b"c"),)),
        packet(ECHO, time=0, interface=2), packet(ECHO, time=0, interface=2),
        packet(ECHO, time=-5, interface=1)]
    statistics = [block.unpack("I")[0] for block in pcapfile.blocks(out)
                  if block.kind == pcapfile.STATISTICS]
    assert statistics == [0, 2]


@pytest.mark.parametrize("orders", ["<>", ">>"])
def test_each_section_gets_its_own_added_interface(decap, orders):
    def section(order):
        w = Writer(order)
        return w.section() + w.interface(linktype=RAW) + w.enhanced(RAW_TUNNEL) * 2

    out = decap(b"".join(map(section, orders)), out="out.pcapng").out
    assert [item.linktype for item in pcapfile.interfaces_of(out)] == [RAW, 1] * 2
    assert pcapfile.read(out) == [packet(ECHO, time=0, interface=1)] * 4


def test_encap_takes_the_ethernet_interfaces_only(encap):
    w = Writer()
    data = (w.section() + w.interface(linktype=RAW) + w.interface()
            + w.enhanced(ECHO) + w.enhanced(ECHO, interface=1))
    done = encap(data, out="out.pcapng", code=3)
    first, second = pcapfile.read(done.out)
    assert first == packet(ECHO, time=0, linktype=RAW)
    assert second.data.endswith(ECHO) and (second.wire_len, second.interface) == (
        42 + len(ECHO), 1)
    assert "packet 1: link type that cannot be taken, 101; kept as it is" in done.stderr


# ---- pcapng: Simple Packet Blocks ----

@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("snaplen, caplen", [(0, 60), (65535, 60), (60, 60), (40, 40), (14, 14)])
def test_simple_packets(encap, decap, order, snaplen, caplen):
    """encap increases the snaplen too, so that Simple Packet Blocks can be kept."""
    w = Writer(order)
    frame = ECHO.ljust(60, b"\0")
    data = (w.section() + w.interface(snaplen=snaplen) + w.simple(frame[:caplen], 60))
    done = encap(data, out="out.pcapng", flowid=0)
    (got,) = pcapfile.read(done.out)
    assert (len(got.data), got.wire_len) == (42 + caplen, 102)
    assert got.data[42:] == frame[:caplen] and got.time is None
    assert decap(data, out="out.pcapng", code=None).out == data


def test_simple_packets_that_need_a_caplen(decap):
    """After decap, a packet cut at the snaplen is shorter than the snaplen. An Enhanced Packet
    Block is needed to record that it was cut."""
    w = Writer()
    data = w.section() + w.interface(snaplen=70) + w.simple(TUNNEL[:70], len(TUNNEL))
    (got,) = pcapfile.read(decap(data, out="out.pcapng").out)
    assert (got.data, got.wire_len) == (ECHO[:28], len(ECHO))


def test_simple_packets_of_another_link_type(decap):
    w = Writer()
    data = w.section() + w.interface(linktype=RAW) + w.simple(RAW_TUNNEL) + w.simple(RAW_OTHER)
    first, second = pcapfile.read(decap(data, out="out.pcapng").out)
    assert (first.data, first.linktype, first.interface) == (ECHO, 1, 1)
    assert second == packet(RAW_OTHER, linktype=RAW)
    assert pcapfile.read(decap(data, others="drop").out) == [packet(ECHO, time=0)]


# ---- Times ----

# if_tsresol, ticks, seconds
RESOLUTIONS = (
    (None, 1_767_261_600_000_001, START + Fraction(1, 10**6)),
    (6, 1_767_261_600_999_999, START + Fraction(999999, 10**6)),
    (9, 1_767_261_600_123_456_789, START + Fraction(123456789, 10**9)),
    (9, 2**32 - 1, 4 + Fraction(294967295, 10**9)),
    (3, 1_767_261_600_007, START + Fraction(7, 1000)),
    (0, START, Fraction(START)),
    (12, 1_767_261_600 * 10**6, 1767 + Fraction(261_600, 10**6)),
    (0x80, START, Fraction(START)),
    (0x81, 2 * START + 1, START + Fraction(1, 2)),
    (0x80 + 10, START << 10 | 1, START + Fraction(1, 1024)),
    (0x80 + 20, START << 20 | 0x80000, START + Fraction(1, 2)),
    (0x80 + 30, START << 30 | 0x20000001, START + Fraction(0x20000001, 2**30)),
    (0x80 + 63, 3 << 62, 1 + Fraction(1, 2)),
)
OFFSETS = (None, 0, 1000, -1)


def interface_options(w, resolution, offset):
    """The options that define the unit and offset of times."""
    return ([] if resolution is None else [(IF_TSRESOL, bytes([resolution]))]) + (
        [] if offset is None else [(IF_TSOFFSET, w.pack("q", offset))])


def floor(time, units):
    """A time, rounded down to a multiple of the unit."""
    return Fraction(int(time * units), units)


@pytest.mark.parametrize("resolution, ticks, seconds", RESOLUTIONS)
@pytest.mark.parametrize("offset", OFFSETS)
def test_pcapng_times(decap, resolution, ticks, seconds, offset):
    w = Writer()
    expected = seconds + (offset or 0)
    data = (w.section() + w.interface(*interface_options(w, resolution, offset))
            + w.enhanced(TUNNEL, ticks=ticks) + w.enhanced(ECHO, ticks=ticks))
    assert {item.time for item in pcapfile.read(data)} == {expected}
    same = decap(data, out="out.pcapng").out
    assert {item.time for item in pcapfile.read(same)} == {expected}
    assert pcapfile.interfaces_of(same) == pcapfile.interfaces_of(data)
    for kind, magic, units in (("pcap", USEC, 10**6), ("nsecpcap", NSEC, 10**9)):
        out = decap(data, F=kind).out
        assert pcapfile.read_pcap_header(out).magic == magic
        assert {item.time for item in pcapfile.read(out)} == {floor(expected, units)}
    fine = resolution not in (None, 0, 3, 6, 0x80, 0x81, 0x80 + 10, 0x80 + 20)
    assert pcapfile.read_pcap_header(decap(data).out).magic == (NSEC if fine else USEC)


# if_tsresol, ticks, nanoseconds
FRACTIONS = ((9, 1, 1), (9, 999_999_999, 999_999_999), (10, 12_345_678_909, 1_234_567_890),
             (12, 123_456_789_999, 123_456_789), (20, 10**19, 100_000_000), (127, 2**64 - 1, 0),
             (3, 7, 7_000_000), (0x80 + 64, 2**63, 500_000_000), (0x80 + 70, 2**63, 7_812_500),
             (0x80 + 127, 2**64 - 1, 0), (0x80 + 30, 2**30 - 1, 999_999_999))


@pytest.mark.parametrize("resolution, ticks, nanoseconds", FRACTIONS)
def test_fractions_of_a_second(decap, resolution, ticks, nanoseconds):
    w = Writer()
    data = (w.section() + w.interface((IF_TSRESOL, bytes([resolution])))
            + w.enhanced(TUNNEL, ticks=ticks))
    (got,) = pcapfile.read(decap(data, F="nsecpcap").out)
    assert got.time == Fraction(nanoseconds, 10**9)


def test_fractions_above_a_second(decap):
    """Some programs write them. They are kept, or else added to the seconds."""
    for magic, units in ((USEC, 10**6), (NSEC, 10**9)):
        record = struct.pack("<4I", 7, 3 * units // 2, len(TUNNEL), len(TUNNEL)) + TUNNEL
        data = pcapfile.pcap_header(magic=magic) + record
        assert decap(data).out[24:32] == record[:8]
        for kind in ("pcap", "nsecpcap", "pcapng"):
            (got,) = pcapfile.read(decap(data, F=kind).out)
            assert got.time == Fraction(17, 2)


@pytest.mark.parametrize("offset", [-5, -START, 2**32, 2**62])
def test_times_that_pcap_cannot_hold(decap, offset):
    """Before 1970 and after 2106: a wrong time must not look like the right one."""
    w = Writer()
    data = (w.section() + w.interface((IF_TSOFFSET, w.pack("q", offset)))
            + w.enhanced(TUNNEL, ticks=SECOND))
    (got,) = pcapfile.read(decap(data, out="out.pcapng").out)
    assert got.time == 1 + offset
    for kind in ("pcap", "nsecpcap"):
        assert "/in: packet 1: " in decap(data, F=kind, code=3).stderr


# format of IN, name of OUT, --format, format of OUT
CONVERSIONS = [
    (USEC, "o.pcap", None, USEC), (USEC, "o.cap", None, USEC), (USEC, "o.pcapng", None, "pcapng"),
    (USEC, "o.pcapng", "pcap", USEC), (USEC, "o.pcap", "nsecpcap", NSEC),
    (USEC, "o.pcap", "pcapng", "pcapng"), (NSEC, "o.pcap", None, NSEC), (NSEC, "o", None, NSEC),
    (NSEC, "o.pcap", "pcap", USEC), (NSEC, "o.pcapng", None, "pcapng"),
    (MODIFIED, "o.pcapng", None, "pcapng"), (MODIFIED, "o.dump", "nsecpcap", NSEC),
    ("pcapng", "o.pcapng", None, "pcapng"), ("pcapng", "o.pcap", None, USEC),
    ("pcapng", "o.dump", None, "pcapng"), ("pcapng", "o.d.pcap", "nsecpcap", NSEC),
    ("pcapng", "o.pcapng", "pcap", USEC), ("pcapng", "o.pcap", "pcapng", "pcapng"),
]


def capture_of(kind, order, items):
    """A capture of these items in one format."""
    return (pcapfile.pcapng(items, order) if kind == "pcapng"
            else pcapfile.pcap(items, magic=kind, order=order))


@pytest.mark.parametrize("before, name, option, after", CONVERSIONS)
@pytest.mark.parametrize("order", ORDERS)
def test_conversions(decap, order, before, name, option, after):
    items = [packet(ECHO, time=START + Fraction(1, 10**6)), packet(TUNNEL, time=Fraction(2)),
             packet(ECHO[:40], 1000, 2**31 + Fraction(999999, 10**6))]
    out = decap(capture_of(before, order, items), out=name, format=option).out
    assert pcapfile.is_pcapng(out) == (after == "pcapng")
    if after != "pcapng":
        assert pcapfile.read_pcap_header(out).magic == after
    assert pcapfile.read(out) == [items[0], packet(ECHO, time=Fraction(2)), items[2]]


def test_nanoseconds_are_cut_only_where_asked(decap):
    item = packet(TUNNEL, time=START + Fraction(123456789, 10**9))
    data = pcapfile.pcap([item], magic=NSEC)
    for option, units in (("pcapng", 10**9), ("nsecpcap", 10**9), ("pcap", 10**6)):
        (got,) = pcapfile.read(decap(data, format=option).out)
        assert got == packet(ECHO, time=floor(item.time, units))


def test_wireshark_reads_every_conversion(decap, tmp_path):
    """mergecap finds the packets, lengths and times of every output."""
    items = [packet(TUNNEL, time=START + Fraction(123456, 10**6)),
             packet(ECHO[:40], 1000, 2 * START)]
    for number, (before, _, option, after) in enumerate(CONVERSIONS):
        out = decap(capture_of(before, ">", items), out="o", format=option).out
        (tmp_path / f"{number:02}.cap").write_bytes(out)
    files = sorted(tmp_path.glob("*.cap"))
    merged = subprocess.run(["mergecap", "-a", "-F", "nsecpcap", "-w", "-", *files],
                            capture_output=True, check=True, timeout=60)
    expected = [packet(ECHO, time=items[0].time), items[1]] * len(files)
    assert pcapfile.read(merged.stdout) == expected


def test_wireshark_reads_what_survives(decap, tmp_path):
    """tshark shows the comments and interfaces of changed packets."""
    (tmp_path / "out").write_bytes(
        decap(b"".join(rich_section(">", [TUNNEL] * 4)), out="out.pcapng").out)
    tshark = subprocess.run(
        ["tshark", "-n", "-r", tmp_path / "out", "-Y", "icmp", "-T", "fields", "-e",
         "frame.interface_name", "-e", "frame.time_epoch", "-e", "frame.comment"],
        capture_output=True, text=True, check=True, timeout=60)
    assert tshark.stdout.splitlines() == [
        "eth0\t123456789.012345678\tnaïve,two", "eth1\t1.000000000\t",
        "eth1\t2.000000000\tobsolete", "eth0\t0.000000001\t"]


# ---- pcapng contents that pcap cannot store ----

def test_second_link_type_is_lost_in_pcap(encap, decap):
    w = Writer()
    data = (w.section() + w.interface() + w.interface(linktype=RAW)
            + w.enhanced(ECHO) + w.enhanced(RAW_OTHER, interface=1) + w.enhanced(ECHO))
    done = decap(data, code=3)
    assert pcapfile.frames(done.out) == [ECHO, ECHO]
    assert "/in: packet 2: lost: a pcap file has one link type, here 1, and not 101" in done.stderr
    assert len(pcapfile.frames(encap(data, code=3).out)) == 2


# ---- FCS ----

FCS = b"\xde\xad\xbe\xef"


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("word, length", [(0x24000001, 4), (0x14000001, 2), (0x04000001, 0),
                                          (0x20000001, 0), (0x74000001, 14)])
def test_fcs_of_pcap_is_cut(encap, order, word, length):
    """The link type field has the FCS length in units of 16 bits."""
    fcs = (FCS * 4)[:length]
    items = [packet(ECHO + fcs), packet(ECHO[:30], len(ECHO) + length),
             packet((ECHO + fcs)[:len(ECHO) + length // 2], len(ECHO) + length)]
    out = encap(pcapfile.pcap(items, linktype=word, order=order), flowid=0).out
    assert pcapfile.read_pcap_header(out).linktype == 1
    assert [(item.data[42:], item.wire_len - 42) for item in pcapfile.read(out)] == [
        (ECHO, len(ECHO)), (ECHO[:30], len(ECHO)), (ECHO, len(ECHO))]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("value, length", [(4, 4), (32, 4), (0, 0), (2, 2), (16, 2)])
def test_fcs_of_pcapng_interface_is_cut(encap, order, value, length):
    """if_fcslen is in bits, but often written in bytes."""
    w = Writer(order)
    fcs = FCS[:length]
    name, fcslen = (IF_NAME, b"eth0"), (IF_FCSLEN, bytes([value]))
    data = (w.section() + w.interface(name, fcslen, (IF_TSRESOL, b"\x06"))
            + w.enhanced(ECHO + fcs, (COMMENT, b"c")) + w.simple(ECHO + fcs))
    out = encap(data, out="out.pcapng", flowid=0).out
    assert [(item.data[42:], item.wire_len - 42) for item in pcapfile.read(out)] == [
        (ECHO, len(ECHO))] * 2
    assert pcapfile.interfaces_of(out)[0].options == (
        (name, (IF_TSRESOL, b"\x06")) if length else (name, fcslen, (IF_TSRESOL, b"\x06")))


@pytest.mark.parametrize("order", ORDERS)
def test_fcs_of_packet_flags_is_cut(encap, decap, order):
    w = Writer(order)
    flags = (PACKET_FLAGS, w.pack("I", 0x00010001 | 4 << 5))
    left = (PACKET_FLAGS, w.pack("I", 0x00010001))
    data = (w.section() + w.interface()
            + w.enhanced(ECHO + FCS, (COMMENT, b"c"), flags) + w.enhanced(ECHO, left))
    out = encap(data, out="out.pcapng", flowid=0).out
    assert [(item.data[42:], item.options) for item in pcapfile.read(out)] == [
        (ECHO, ((COMMENT, b"c"), left)), (ECHO, (left,))]
    assert [(item.data, item.wire_len) for item in pcapfile.read(decap(data, out="o").out)] == [
        (ECHO, len(ECHO))] * 2


def test_fcs_of_decap_goes_with_the_trailer(decap):
    data = pcapfile.pcap([TUNNEL + FCS, ECHO + FCS], linktype=0x24000001)
    assert pcapfile.frames(decap(data).out) == [ECHO, ECHO]
