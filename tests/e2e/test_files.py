# SPDX-License-Identifier: GPL-2.0-or-later
"""Files, pipes and devices: possible errors, and the data that must not be lost then."""

import gzip
import os
import shutil
import stat
import struct
import tempfile
from pathlib import Path

import pytest

import pcapfile
import wire
from pcapfile import Writer

ECHO = bytes.fromhex("060600000007060600000005080045000024000100004001b5220a0000050a0000070800"
                     "bcf1000100010001020304050607")
TUNNEL = wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16",
                       wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(ECHO, 0x138950)))
PCAP, PLAIN = pcapfile.pcap([TUNNEL] * 3), pcapfile.pcap([ECHO] * 3)
FORMATS = {"pcap": pcapfile.pcap, "pcapng": pcapfile.pcapng}
OLD = b"what stood here before"


@pytest.fixture
def source(tmp_path):
    """The path of a capture to decapsulate."""
    path = tmp_path / "in.pcap"
    path.write_bytes(PCAP)
    return path


def assert_one_line(done, start, *parts):
    """A run that failed with one line of message."""
    assert done.stderr.startswith(str(start) + ": ") and done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr


# ---- IN ----

W = Writer()
UNUSABLE = {
    "empty": (b"", "empty file"),
    "3 bytes": (PCAP[:3], "3 bytes"),
    "pcap header cut": (PCAP[:23], "23 of 24 bytes"),
    "garbage": (b"garbage" * 100, "67 61 72 62"),
    "zeros": (bytes(100), "00 00 00 00"),
    "text": (b"\r\n\r\n", "0d 0a 0d 0a"),
    "gzip of nothing": (gzip.compress(b""), "empty file"),
    "gzip of garbage": (gzip.compress(b"garbage"), "67 61 72 62"),
    "gzip twice": (gzip.compress(gzip.compress(PCAP)), "compressed twice"),
    "gzip cut": (gzip.compress(PCAP)[:20], "the file ends inside its gzip data"),
    "zstd damaged": (b"\x28\xb5\x2f\xfd" + b"\xff" * 100, "cannot decompress the zstd data"),
    "pcap of another version": (PCAP[:4] + b"\x03\0" + PCAP[6:], "version 3"),
    "section header cut": (W.section()[:27], "27 of 28 bytes"),
    "section cut": (W.section((4, b"application"))[:40], "40 of 48 bytes"),
    "section of no byte order": (W.section()[:8] + bytes(20), ""),
    "section of another version": (W.section()[:12] + b"\2\0" + W.section()[14:], "version 2"),
    "section of odd length": (W.section()[:4] + b"\x1d" + W.section()[5:], "29"),
    "section of two lengths": (W.section()[:-4] + b"\x20\0\0\0", "32"),
}


@pytest.mark.parametrize("data, text", UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_input(run, tmp_path, data, text):
    (tmp_path / "in").write_bytes(data)
    (tmp_path / "out").write_bytes(OLD)
    done = run("decap", tmp_path / "in", tmp_path / "out", code=1)
    assert_one_line(done, tmp_path / "in", text)
    assert (tmp_path / "out").read_bytes() == OLD
    assert len(list(tmp_path.iterdir())) == 2
    assert_one_line(run("decap", "-", "-", stdin=data, code=1), "standard input", text)


def test_missing_input(run, tmp_path):
    done = run("decap", tmp_path / "in", tmp_path / "out", code=1)
    assert_one_line(done, tmp_path / "in", "cannot open: No such file or directory")
    assert not list(tmp_path.iterdir())


def test_directory_as_input(run, tmp_path):
    done = run("decap", tmp_path, tmp_path / "out", code=1)
    assert_one_line(done, tmp_path, "Is a directory")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_capture_without_packets(decap, make):
    assert decap(make([])).out is not None
    assert pcapfile.frames(decap(make([]), out="out.pcapng").out) == []


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_cut_in_every_byte_of_the_last_record(run, make):
    data, end = make([TUNNEL] * 3), len(make([TUNNEL] * 2))
    for cut in range(end + 1, len(data)):
        done = run("decap", "-", "-", stdin=data[:cut], code=3)
        assert done.stdout == make([ECHO] * 2), cut
        assert "standard input: packet 3: the file ends inside the " in done.stderr, cut
        assert "input cut" in done.stderr, cut
    assert run("decap", "-", "-", stdin=data[:end]).stdout == make([ECHO] * 2)


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_strict_refuses_a_cut_input(decap, make):
    done = decap(make([TUNNEL] * 3)[:-1], code=1, strict=True)
    assert done.out is None and done.stderr.count("\n") == 1


def test_cut_in_a_large_block(decap):
    """The output is valid pcapng without half a block."""
    large = W.block(pcapfile.CUSTOM, W.pack("I", 32473) + bytes(2 << 20))
    before = W.section() + W.interface() + W.enhanced(ECHO)
    for cut in (12, 300_000, 1 << 20, len(large) - 1):
        done = decap(before + large[:cut], out="out.pcapng", code=3)
        assert pcapfile.frames(done.out) == [ECHO]


def test_cut_in_a_large_block_for_a_device(run, tmp_path):
    """A device cannot take back what was written to it. That is not a write error."""
    large = W.block(pcapfile.CUSTOM, W.pack("I", 32473) + bytes(2 << 20))
    (tmp_path / "in").write_bytes(W.section() + large[:1 << 20])
    run("decap", tmp_path / "in", "/dev/null", code=3)


def test_large_block_of_two_lengths(decap):
    large = W.block(pcapfile.CUSTOM, W.pack("I", 32473) + bytes(2 << 20))
    before = W.section() + W.interface() + W.enhanced(ECHO)
    done = decap(before + large[:-4] + bytes(4), out="out.pcapng", code=3)
    assert pcapfile.frames(done.out) == [ECHO]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("caplen, code", [(262144, 0), (262145, 3), (0xFFFFFFFF, 3)])
def test_captured_length_of_pcap(decap, order, caplen, code):
    data = pcapfile.pcap([TUNNEL], order=order)
    data += struct.pack(order + "4I", 1, 0, caplen, caplen) + ECHO.ljust(262144, b"\0")
    done = decap(data, code=code)
    frames = pcapfile.frames(done.out)
    assert frames[0] == ECHO and len(frames) == (1 if code else 2)
    assert code == 0 or f"packet 2: captured length {caplen}" in done.stderr


@pytest.mark.parametrize("order", "<>")
def test_wire_length_below_the_captured_one(decap, encap, order):
    """The captured bytes were on the wire, so a smaller length is ignored."""
    w = Writer(order)
    for data in (pcapfile.pcap([pcapfile.packet(TUNNEL, 0)], order=order),
                 w.section() + w.interface() + w.enhanced(TUNNEL, wire_len=0)):
        assert pcapfile.read(decap(data, out="out").out) == [pcapfile.packet(ECHO, time=0)]
        (got,) = pcapfile.read(encap(data, out="out").out)
        assert got.wire_len == len(got.data) == 42 + len(TUNNEL)


def epb(interface, caplen, data=ECHO):
    """An Enhanced Packet Block with possibly wrong fields."""
    return W.block(pcapfile.ENHANCED,
                   W.pack("5I", interface, 0, 0, caplen, caplen) + pcapfile.padded(data))


# invalid packet blocks in a valid frame, text of the message
BAD_PACKETS = (
    (epb(1, len(ECHO)), "no such interface: 1"),
    (epb(0xFFFFFFFF, len(ECHO)), "no such interface: 4294967295"),
    (epb(0, 53), "captured length does not fit into the block: 53"),
    (epb(0, 0xFFFFFFFF), "captured length does not fit into the block: 4294967295"),
    (epb(0, 262145, bytes(262148)), "captured length does not fit into the block: 262145"),
    (W.block(pcapfile.ENHANCED, bytes(16)), "packet block of length 28"),
    (W.block(pcapfile.SIMPLE, b""), "packet block of length 12"),
    (W.block(pcapfile.SIMPLE, W.pack("I", 5) + bytes(4)),
     "captured length does not fit into the block: 5"),
    (W.obsolete(ECHO, interface=7), "no such interface: 7"),
)


@pytest.mark.parametrize("bad, text", BAD_PACKETS, ids=[text for _, text in BAD_PACKETS])
def test_bad_packet_blocks_are_kept(decap, bad, text):
    before, behind = W.section() + W.interface() + W.enhanced(ECHO), W.enhanced(ECHO)
    data = before + bad + behind
    done = decap(data, out="out.pcapng", code=3)
    assert done.out == data and f"/in: packet 2: {text}; kept as it is\n" in done.stderr
    assert decap(data, out="out.pcapng", others="drop", code=3).out == W.section() + W.interface()
    assert pcapfile.frames(decap(data, code=3).out) == [ECHO, ECHO]
    assert decap(data, strict=True, code=1).out is None


# damage that ends reading, text of the message
BROKEN = (
    (W.pack("II", 11, 8) + bytes(8), "block of length 8"),
    (W.pack("II", 11, 13) + bytes(8), "block of length 13"),
    (W.pack("III", 11, 12, 16), "block of two lengths, the second 16"),
    (W.enhanced(TUNNEL)[:-4] + b"\x10\0\0\0", "block of two lengths, the second 16"),
    (W.block(pcapfile.INTERFACE, b"\1\0\0\0"), "interface block of length 16"),
    (W.pack("II", pcapfile.ENHANCED, 600000) + bytes(599992), "block of length 600000"),
    (W.section()[:8] + bytes(20), "section with byte-order magic 0"),
    (W.section()[:12] + b"\2\0" + W.section()[14:], "pcapng of major version 2"),
    (W.pack("II", pcapfile.SECTION, 24) + W.section()[8:24], "block of length 24"),
)


@pytest.mark.parametrize("broken, text", BROKEN, ids=[text for _, text in BROKEN])
def test_blocks_that_cannot_be_read_on_from(decap, broken, text):
    before = W.section() + W.interface() + W.enhanced(ECHO)
    done = decap(before + broken + W.enhanced(ECHO), out="out.pcapng", code=3)
    assert done.out == before and f"/in: packet 2: {text}" in done.stderr
    assert decap(before + broken, out="out.pcapng", code=1, strict=True).out is None


def test_many_interfaces(decap):
    """The maximum number of interfaces in a section, and one more."""
    before = W.section() + W.interface(linktype=101) * 65535 + W.interface()
    done = decap(before + W.enhanced(TUNNEL, interface=65535), out="out.pcapng")
    assert done.out == before + W.enhanced(ECHO, interface=65535)
    done = decap(before + W.interface() + W.enhanced(TUNNEL), out="out.pcapng", code=3)
    assert done.out == before and "interfaces are more than 65536" in done.stderr


# Root can read and write everything. So as root, the command runs as another user.
NOBODY = 65534
UNPRIVILEGED = () if os.geteuid() else (
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@pytest.fixture
def nobody(run, command):
    """A folder that any user can reach, and a function that runs the command there unprivileged."""
    with tempfile.TemporaryDirectory(prefix="nvgre-pcap-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copy(command, folder / "nvgre-pcap")
        (folder / "work").mkdir()
        (folder / "work").chmod(0o777)
        yield folder / "work", lambda *line, **options: run(
            *line, prefix=UNPRIVILEGED, command=folder / "nvgre-pcap", **options)


def test_unreadable_input(nobody):
    folder, run = nobody
    (folder / "in").write_bytes(PCAP)
    (folder / "in").chmod(0)
    done = run("decap", folder / "in", folder / "out", code=1)
    assert_one_line(done, folder / "in", "cannot open: Permission denied")
    assert [path.name for path in folder.iterdir()] == ["in"]


def test_unwritable_output(nobody):
    """A file without write permission is not replaced, even if its folder would allow that."""
    folder, run = nobody
    (folder / "in").write_bytes(PCAP)
    (folder / "out").write_bytes(OLD)
    (folder / "out").chmod(0o444)
    done = run("decap", folder / "in", folder / "out", code=1)
    assert_one_line(done, folder / "out", "cannot create: Permission denied")
    assert (folder / "out").read_bytes() == OLD
    folder.chmod(0o555)
    done = run("decap", folder / "in", folder / "new", code=1)
    assert_one_line(done, folder / "new", "cannot create: Permission denied")


# ---- IN and OUT are one file ----

SAME = {
    "same path": lambda path: path,
    "another spelling": lambda path: path.parent / "." / path.name,
    "symbolic link": lambda path: link(path, os.symlink),
    "hard link": lambda path: link(path, os.link),
}


def link(path, make):
    """Another name for a file."""
    make(path, path.with_name("link"))
    return path.with_name("link")


@pytest.mark.parametrize("name", SAME.values(), ids=SAME)
def test_input_is_never_overwritten(run, source, name):
    out = name(source)
    names = sorted(source.parent.iterdir())
    assert_one_line(run("decap", source, out, code=1), out, "is also the input")
    with open(source, "rb") as stdin:
        assert_one_line(run("decap", "-", out, stdin=stdin, code=1), out, "is also the input")
    with open(source, "ab") as stdout:
        done = run("decap", out, "-", stdout=stdout, code=1)
        assert_one_line(done, "standard output", "is also the input")
    with open(source, "rb") as stdin, open(source, "ab") as stdout:
        done = run("decap", "-", "-", stdin=stdin, stdout=stdout, code=1)
        assert_one_line(done, "standard output", "is also the input")
    assert source.read_bytes() == PCAP and sorted(source.parent.iterdir()) == names


# ---- OUT ----

@pytest.mark.parametrize("umask, mode", [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_mode_of_a_new_file(run, source, umask, mode):
    out = source.with_name("out")
    run("decap", source, out, umask=umask)
    assert stat.S_IMODE(out.stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_mode_of_an_existing_file(run, source, mode):
    out = source.with_name("out")
    out.write_bytes(OLD)
    out.chmod(mode)
    run("decap", source, out, umask=0o077)
    assert out.read_bytes() == PLAIN and stat.S_IMODE(out.stat().st_mode) == mode


def test_symbolic_link_stays_one(run, source):
    folder = source.with_name("folder")
    folder.mkdir()
    (folder / "target").write_bytes(OLD)
    source.with_name("out").symlink_to("folder/target")
    run("decap", source, source.with_name("out"))
    assert source.with_name("out").is_symlink() and (folder / "target").read_bytes() == PLAIN
    assert [path.name for path in folder.iterdir()] == ["target"]


@pytest.mark.parametrize("length", [200, 248, 255])
def test_long_file_names(run, source, length):
    run("decap", source, source.with_name("x" * length))
    assert source.with_name("x" * length).read_bytes() == PLAIN


def test_names_relative_to_the_folder(run, source):
    run("decap", source.name, "out.pcap", cwd=source.parent)
    run("decap", "./" + source.name, "--", "-out", cwd=source.parent)
    assert source.with_name("out.pcap").read_bytes() == PLAIN
    assert source.with_name("-out").read_bytes() == PLAIN


# path of OUT below the test's folder, text of the message
BAD_OUT = (("", "Is a directory"), ("missing/out.pcap", "No such file or directory"),
           ("in.pcap/out.pcap", "Not a directory"))


@pytest.mark.parametrize("path, text", BAD_OUT)
def test_output_that_cannot_be_created(run, source, path, text):
    out = source.parent / path
    assert_one_line(run("decap", source, out, code=1), out, "cannot create", text)
    assert list(source.parent.iterdir()) == [source] and source.read_bytes() == PCAP


def test_failure_leaves_the_old_output(run, source):
    out = source.with_name("out")
    out.write_bytes(OLD)
    source.write_bytes(PCAP[:-1])
    run("decap", "--strict", source, out, code=1)
    assert out.read_bytes() == OLD and sorted(source.parent.iterdir()) == [source, out]


def test_full_device(run, source):
    done = run("decap", source, "/dev/full", code=1)
    assert_one_line(done, "/dev/full", "cannot write: No space left on device")
    with open("/dev/full", "wb") as full:
        done = run("decap", source, "-", stdout=full, code=1)
        assert_one_line(done, "standard output", "cannot write: No space left on device")
        large = PCAP + PCAP[24:] * 10000
        done = run("decap", "-", "/dev/full", stdin=large, code=1)
        assert_one_line(done, "/dev/full", "cannot write: No space left on device")
        done = run("decap", "--json", source, source.with_name("out"), stdout=full, code=1)
        assert_one_line(done, "standard output", "cannot write: No space left on device")


def test_null_device(run, source):
    run("decap", source, "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize("packets", [3, 100000])
def test_closed_pipe(run, packets):
    reader, writer = os.pipe()
    os.close(reader)
    done = run("decap", "-", "-", stdin=PCAP[:24] + PCAP[24:] * packets, stdout=writer, code=1)
    os.close(writer)
    assert_one_line(done, "standard output", "cannot write: Broken pipe")


def test_file_size_limit(run, source):
    """A full disk: no part of an output is left, and the old output is kept."""
    source.write_bytes(PCAP + PCAP[24:] * 10000)
    out = source.with_name("out")
    out.write_bytes(OLD)
    limited = ("sh", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$0" "$@"')
    done = run("decap", source, out, prefix=limited, code=1)
    assert_one_line(done, out, "cannot write: File too large")
    assert out.read_bytes() == OLD and sorted(source.parent.iterdir()) == [source, out]


