# SPDX-License-Identifier: GPL-2.0-or-later
"""Compressed captures: read by content, written by name, compared with gzip and zstd."""

import gzip
import itertools
import json
import resource
import signal
import subprocess
import time

import pytest

import pcapfile
import wire
from pcapfile import Writer

ECHO = bytes.fromhex("060600000007060600000005080045000024000100004001b5220a0000050a0000070800"
                     "bcf1000100010001020304050607")
TUNNEL = wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16",
                       wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(ECHO, 0x138950)))
FORMATS = {"pcap": pcapfile.pcap, "pcapng": pcapfile.pcapng}
EXTENSIONS = {"gz": "gzip", "zst": "zstd"}
SKIPPABLE = b"\x50\x2a\x4d\x18\x05\0\0\0hello"
W = Writer()


def packed(data, *command):
    """The output of a compressing command."""
    return subprocess.run(command, input=data, capture_output=True, check=True,
                          timeout=60).stdout


def gz(data, *options):
    """Compressed by gzip."""
    return packed(data, "gzip", "-c", *options)


def zst(data, *options):
    """Compressed by zstd."""
    return packed(data, "zstd", "-q", "-c", *options)


def unpacked(data, extension):
    """Decompressed by the format's own command, with all its checks."""
    return packed(data, EXTENSIONS[extension], "-d", "-c")


MAKERS = {
    "gzip": gz,
    "gzip -1": lambda data: gz(data, "-1"),
    "gzip -9": lambda data: gz(data, "-9"),
    "gzip without a name or time": lambda data: gz(data, "-n"),
    "gzip, members": lambda data: b"".join(gz(data[at:at + 50]) for at in range(0, len(data), 50)),
    "gzip, empty members": lambda data: gz(b"") * 3 + gz(data[:30]) + gz(b"") + gz(data[30:]),
    "gzip, zeros behind": lambda data: gz(data) + bytes(1000),
    "zstd": zst,
    "zstd -1": lambda data: zst(data, "-1"),
    "zstd -19": lambda data: zst(data, "-19"),
    "zstd --ultra -22 --long=27": lambda data: zst(data, "--ultra", "-22", "--long=27"),
    "zstd without a checksum": lambda data: zst(data, "--no-check"),
    "zstd, frames": lambda data: b"".join(zst(data[at:at + 50]) for at in range(0, len(data), 50)),
    "zstd, skippable frames": lambda data: (SKIPPABLE + zst(data[:30]) + SKIPPABLE * 2
                                            + zst(data[30:]) + SKIPPABLE),
}


# ---- Reading ----

@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("maker", MAKERS)
def test_reading(decap, run, form, maker):
    """By content, with any name, from a file and from a pipe."""
    plain = FORMATS[form]([TUNNEL, ECHO] * 20)
    data = MAKERS[maker](plain)
    expected = decap(plain, out=f"out.{form}").out
    assert decap(data, out=f"out.{form}").out == expected
    assert run("decap", "-", "-", stdin=data).stdout == expected


@pytest.mark.parametrize("extension, options", [("gz", ()), ("gz", ("-1",)), ("zst", ()),
                                                ("zst", ("-1",)), ("zst", ("-19",))])
def test_reading_much(run, tmp_path, extension, options):
    """Larger than all buffers, with low and with high compression."""
    frames = [TUNNEL + (number * 2654435761 % 2**32).to_bytes(4, "big") * (number % 300)
              for number in range(8000)]
    plain = pcapfile.pcap(frames)
    (tmp_path / "in").write_bytes(packed(plain, EXTENSIONS[extension], "-c", *options))
    (tmp_path / "plain").write_bytes(plain)
    run("decap", tmp_path / "in", tmp_path / "out")
    run("decap", tmp_path / "plain", tmp_path / "expected")
    assert (tmp_path / "out").read_bytes() == (tmp_path / "expected").read_bytes()


def test_pipe_in_small_pieces(start):
    """A packet is written as soon as all its compressed bytes have arrived."""
    plain = pcapfile.pcap([TUNNEL] * 3)
    for data in (gz(plain), zst(plain)):
        process = start("decap", "-", "-")
        for byte in data:
            process.feed(bytes([byte]))
        assert process.read(process.stdout, lambda out: out.count(ECHO) == 3)
        assert pcapfile.frames(pcapfile.pcap([]) + process.end(b"").stdout) == []


BEFORE = pcapfile.pcap([TUNNEL] * 5)
# bytes of the input, text of the message; all packets before the damage must be written
BROKEN = {
    "gzip, garbage behind": (gz(BEFORE) + b"garbage", "what follows the gzip data is none"),
    "gzip, a member behind zeros": (gz(BEFORE) + bytes(9) + gz(BEFORE), "what follows the gzip"),
    "gzip, half a member behind": (gz(BEFORE) + gz(BEFORE)[:9], "the file ends inside its gzip"),
    "gzip, checksum": (gz(BEFORE)[:-8] + bytes(4) + gz(BEFORE)[-4:], "incorrect data check"),
    "gzip, length": (gz(BEFORE)[:-4] + bytes(4), "incorrect length check"),
    "gzip, checksum cut": (gz(BEFORE)[:-8], "the file ends inside its gzip data"),
    "zstd, garbage behind": (zst(BEFORE) + b"garbage", "what follows the zstd data is none"),
    "zstd, half a frame behind": (zst(BEFORE) + zst(BEFORE)[:5], "the file ends inside its zstd"),
    "zstd, checksum": (zst(BEFORE)[:-4] + bytes(4), "doesn't match checksum"),
    "zstd, checksum cut": (zst(BEFORE)[:-4], "the file ends inside its zstd data"),
    "zstd, skippable frame cut": (zst(BEFORE) + SKIPPABLE[:-1], "the file ends inside its zstd"),
}


@pytest.mark.parametrize("data, text", BROKEN.values(), ids=BROKEN)
def test_broken_behind_all_packets(decap, data, text):
    done = decap(data, code=3)
    assert pcapfile.frames(done.out) == [ECHO] * 5
    lines = [line for line in done.stderr.splitlines() if "/in: " in line]
    assert len(lines) == 1 and "/in: packet 6: " in lines[0] and text in lines[0]
    assert "input cut: only the packets before the cut were read" in done.stderr
    assert json.loads(decap(data, code=3, json=True).stdout)["cut"] is True
    assert decap(data, code=1, strict=True).out is None


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("make", [gz, zst])
def test_cut_anywhere(run, form, make):
    """Everything that can be decompressed is read. If the cut is in the file's header, the file
    cannot be opened."""
    plain = FORMATS[form]([TUNNEL, ECHO, TUNNEL + bytes(9)])
    whole, frames = make(plain), [ECHO, ECHO, ECHO]
    seen = set()
    for cut in range(4, len(whole)):
        done = run("decap", "-", "-", stdin=whole[:cut], code=None)
        assert done.code in (1, 3), cut
        assert done.stderr.count("standard input: ") == 1, cut
        assert "the file ends inside its " in done.stderr, cut
        if done.code == 3:
            found = pcapfile.frames(done.stdout)
            assert found == frames[:len(found)], cut
            seen.add(len(found))
        else:
            assert done.stdout == b"", cut
    assert 3 in seen


@pytest.mark.parametrize("make", [gz, zst])
def test_damaged_anywhere(run, make):
    """The result is a success, the packets before the damage, or one message."""
    whole = make(pcapfile.pcap([TUNNEL, ECHO]))
    for at in range(4, len(whole)):
        data = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:]
        done = run("decap", "-", "-", stdin=data, code=None)
        assert done.code in (0, 1, 3), at
        if make is zst or done.code:
            assert done.code == 0 or done.stderr.startswith("standard input: "), at


def test_damage_far_behind(run, tmp_path):
    """All packets before the damaged block are written."""
    frames = [TUNNEL[:-4] + (number * 2654435761 % 2**32).to_bytes(4, "big")
              for number in range(30000)]
    plain = pcapfile.pcap(frames)
    for make in (gz, zst):
        data = bytearray(make(plain))
        data[len(data) * 3 // 4] ^= 0x55
        (tmp_path / "in").write_bytes(data)
        run("decap", tmp_path / "in", tmp_path / "out", code=3)
        assert len(pcapfile.frames((tmp_path / "out").read_bytes())) > 15000


def test_window_above_the_limit(decap, tmp_path):
    """The same as zstd, which then asks for --long=N."""
    zeros = W.section() + W.block(pcapfile.CUSTOM, bytes(200 << 20))
    (tmp_path / "large").write_bytes(zeros)
    data = zst(zeros, "--long=28")
    assert "cannot decompress the zstd data: Frame requires too much memory" in decap(
        data, code=1).stderr


def limit_memory():
    """Limits the memory of a process that will be started."""
    resource.setrlimit(resource.RLIMIT_AS, (64 << 20, 64 << 20))


@pytest.mark.parametrize("make", [gz, zst])
def test_bomb_costs_time_only(run, command, tmp_path, make):
    """A small file with a large pcapng block."""
    if b"__asan" in command.read_bytes():
        pytest.skip("the sanitizer needs more address space")
    bomb = tmp_path / "bomb"
    size = 150 << 20
    with open(bomb, "wb") as stream:
        compress = subprocess.Popen([make.__name__.replace("gz", "gzip").replace("zst", "zstd"),
                                     "-c"], stdin=subprocess.PIPE, stdout=stream)
        compress.stdin.write(W.section() + W.pack("II", pcapfile.CUSTOM, size))
        for _ in range(size // (1 << 20) - 1):
            compress.stdin.write(bytes(1 << 20))
        compress.stdin.close()
        assert compress.wait(60) == 0
    done = run("decap", bomb, "/dev/null", preexec_fn=limit_memory, code=3)
    assert "the file ends inside the block" in done.stderr


# ---- Writing ----

@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_writing_by_name(decap, form, extension):
    data = FORMATS["pcap"]([TUNNEL] * 30)
    plain = decap(data, out=f"out.{form}").out
    for name in (f"out.{form}.{extension}", f"OUT.{form}.{extension}".upper()):
        done = decap(data, out=name)
        assert len(done.out) < len(plain) and unpacked(done.out, extension) == plain
    assert decap(plain, out="again").out == decap(done.out, out="again").out


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("packets", [0, 1, 100000])
def test_writing_sizes(run, tmp_path, extension, packets):
    (tmp_path / "in").write_bytes(pcapfile.pcap([]) + pcapfile.pcap_record(
        pcapfile.packet(TUNNEL, time=1)) * packets)
    run("decap", tmp_path / "in", tmp_path / "plain")
    run("decap", tmp_path / "in", tmp_path / f"out.{extension}")
    subprocess.run([EXTENSIONS[extension], "-q", "-t", tmp_path / f"out.{extension}"], check=True,
                   timeout=60)
    assert unpacked((tmp_path / f"out.{extension}").read_bytes(), extension) == (
        tmp_path / "plain").read_bytes()


# option, name of OUT, the compression
ASKED = (("gz", "-", "gz"), ("zst", "-", "zst"), ("none", "-", None), (None, "-", None),
         ("none", "out.gz", None), ("zst", "out.gz", "zst"), ("gz", "out.pcap", "gz"),
         (None, "gz", None), (None, "x.gz.pcap", None))


@pytest.mark.parametrize("how, name, extension", ASKED)
def test_compress(run, tmp_path, how, name, extension):
    plain = run("decap", "-", "-", stdin=BEFORE).stdout
    option = ("--compress", how) if how else ()
    done = run("decap", *option, "-", tmp_path / name if name != "-" else "-", stdin=BEFORE)
    data = done.stdout if name == "-" else (tmp_path / name).read_bytes()
    assert (unpacked(data, extension) if extension else data) == plain


def test_zstd_has_a_checksum(decap):
    """To detect damage."""
    data = decap(BEFORE, out="out.pcap.zst").out
    assert data[4] & 0x04
    assert decap(data[:-4] + bytes(4), code=3).out is not None


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_pipe_is_flushed(start, extension):
    """A reader of the output gets each packet while the input pauses."""
    process = start("decap", "--compress", extension, "-", "-")
    reader = subprocess.Popen([EXTENSIONS[extension], "-d", "-c"], stdin=process.stdout,
                              stdout=subprocess.PIPE)
    process.feed(pcapfile.pcap([TUNNEL] * 2))
    time.sleep(0.2)
    process.feed(pcapfile.pcap([TUNNEL])[24:])
    time.sleep(0.2)
    process.stdin.close()
    process.stdin = None
    assert pcapfile.frames(reader.communicate(timeout=20)[0]) == [ECHO] * 3
    assert process.wait(20) == 0


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_cut_in_a_large_block(decap, extension):
    """The output is valid: no half block, and no packet before it is lost."""
    large = W.block(pcapfile.CUSTOM, W.pack("I", 32473) + bytes(range(256)) * 8192)
    before = W.section() + W.interface() + W.enhanced(ECHO)
    for parts, cut in itertools.product((1, 3), (12, 300_000, 1 << 20, len(large) - 1)):
        data = before + (large + W.enhanced(TUNNEL)) * (parts - 1) + large[:cut]
        done = decap(data, out=f"out.pcapng.{extension}", code=3)
        plain = decap(data, out="out.pcapng", code=3)
        assert unpacked(done.out, extension) == plain.out
        assert pcapfile.frames(plain.out) == [ECHO] * parts


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_large_blocks(decap, extension):
    large = W.block(pcapfile.CUSTOM, W.pack("I", 32473) + bytes(range(256)) * 8192)
    data = W.section() + (large + W.interface() + W.enhanced(ECHO)) * 2 + large
    done = decap(data, out=f"out.pcapng.{extension}")
    assert unpacked(done.out, extension) == data


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_failures_of_writing(run, tmp_path, extension):
    (tmp_path / "in").write_bytes(BEFORE)
    with open("/dev/full", "wb") as full:
        done = run("decap", f"--compress={extension}", tmp_path / "in", "-", stdout=full, code=1)
    assert done.stderr == "standard output: cannot write: No space left on device\n"
    noise = b"".join((number * 2654435761 % 2**32).to_bytes(4, "big") for number in range(300000))
    large = pcapfile.pcap([noise[at:at + 60000] for at in range(0, len(noise), 60000)])
    out = tmp_path / f"out.{extension}"
    out.write_bytes(b"old")
    limited = ("sh", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$0" "$@"')
    done = run("decap", "-", out, stdin=large, prefix=limited, code=1)
    assert done.stderr == f"{out}: cannot write: File too large\n"
    assert out.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_signal_ends_a_sound_file(start, tmp_path, number, extension):
    out = tmp_path / f"out.pcap.{extension}"
    process = start("decap", "--json", "-", out)
    whole = gz(pcapfile.pcap([TUNNEL] * 3))
    process.feed(pcapfile.pcap([TUNNEL] * 3)[:-1] if number == signal.SIGINT else whole[:-4])
    time.sleep(0.3)
    assert not out.exists()
    process.send_signal(number)
    assert process.wait(20) == -number
    frames = pcapfile.frames(unpacked(out.read_bytes(), extension))
    assert frames == [ECHO] * (2 if number == signal.SIGINT else 3)
    assert list(tmp_path.iterdir()) == [out]
    assert b'"interrupted":true' in process.end(code=-number).stdout


def test_signal_in_members_without_data(start, tmp_path):
    """A file without packets for a long time can be interrupted."""
    (tmp_path / "in").write_bytes(gzip.compress(pcapfile.pcap([TUNNEL]))
                                  + gzip.compress(b"") * 6_000_000)
    process = start("decap", tmp_path / "in", tmp_path / "out")
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == -signal.SIGTERM
    assert pcapfile.frames((tmp_path / "out").read_bytes()) == [ECHO]
