# SPDX-License-Identifier: GPL-2.0-or-later
"""decap --split: one file for each tenant."""

import json
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
from fractions import Fraction

import pytest

import pcapfile
import wire
from conftest import CAPTURES
from pcapfile import Writer, packet
from processes import peak_memory, wait_until, waits

GRE = bytes.fromhex("20006558")
ECHO = bytes.fromhex("060600000007060600000005080045000024000100004001b5220a0000050a0000070800"
                     "bcf1000100010001020304050607")
W = Writer()


def frame(number, length=60):
    """A tenant's frame that contains its number."""
    head = bytes.fromhex("060600000007060600000005 88b5") + number.to_bytes(4, "big")
    return head + bytes(length - len(head))


def tunnel(vsid, inner, linktype=pcapfile.ETHERNET):
    """A tenant's frame in a tunnel."""
    ip = wire.ipv4("192.168.4.11", "192.168.4.22", wire.gre(inner, wire.nvgre_key(vsid, 0x5A)))
    return wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16", ip) \
        if linktype == pcapfile.ETHERNET else ip


@pytest.fixture(name="split")
def split_command(run, tmp_path):
    """Splits a capture into files in a folder. Returns the run and the contents of the files by
    name."""
    def launch(data, pattern="%v.pcap", *options, code=0, **how):
        folder = tmp_path / "files"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (tmp_path / "in").write_bytes(data)
        done = run("decap", "--split", folder / pattern, *options, tmp_path / "in",
                   *how.pop("out", ()), code=code, **how)
        return done, {path.name: path.read_bytes() for path in folder.iterdir()}

    return launch


def by_vsid(items):
    """The expected contents of each file, from pairs of VSID and frame number."""
    files = {}
    for vsid, number in items:
        files.setdefault(vsid, []).append(frame(number))
    return files


@pytest.mark.parametrize("extension", ["pcap", "pcapng", "pcap.gz", "pcapng.zst"])
@pytest.mark.parametrize("make", [pcapfile.pcap, pcapfile.pcapng], ids=["pcap", "pcapng"])
def test_each_tenant_has_a_file(split, make, extension):
    vsids = random.Random(7637).choices([5001, 6001, 0, 0xFFFFFF, 4096], k=200)
    data = make([packet(tunnel(vsid, frame(n)), time=n) for n, vsid in enumerate(vsids)])
    done, files = split(data, f"tenant-%v.{extension}", "--json")
    if extension.endswith(("gz", "zst")):
        unpack = ["gzip" if extension.endswith("gz") else "zstd", "-dc"]
        files = {name: subprocess.run(unpack, input=data, check=True, capture_output=True,
                                      timeout=60).stdout for name, data in files.items()}
    packets = {name: list(pcapfile.read(data)) for name, data in files.items()}

    assert all(pcapfile.is_pcapng(data) == ("pcapng" in extension) for data in files.values())
    assert {name: [item.data for item in items] for name, items in packets.items()} == {
        f"tenant-{vsid}.{extension}": frames
        for vsid, frames in by_vsid(zip(vsids, range(200))).items()}
    assert all(item.time == int.from_bytes(item.data[14:18], "big")
               for items in packets.values() for item in items)
    summary = json.loads(done.stdout)
    assert (summary["split_files"], summary["packets_written"], summary["bytes_written"]) == (
        5, 200, 200 * 60)


@pytest.mark.parametrize("extension", ["pcap", "pcapng"])
def test_files_are_what_decap_of_a_tenant_gives(split, decap, tmp_path, extension):
    """For all contents of the samples: link types, fragments, tags, IPv6."""
    for sample in sorted(CAPTURES.glob("*.pcap")) + sorted((CAPTURES / "endpoints").glob("*.pcap")):
        _, files = split(sample.read_bytes(), f"%v.{extension}", code=None)
        for name, data in files.items():
            alone = decap(sample.read_bytes(), vsid_filter=name.split(".")[0], others="drop",
                          out=f"out.{extension}", code=None).out
            assert [item[:3] for item in pcapfile.read(data)] == [
                item[:3] for item in pcapfile.read(alone)], (sample, name)
            if extension == "pcap":
                assert data == alone


def limited(**limits):
    """Sets resource limits in the child."""
    def limit():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    return limit


@pytest.mark.parametrize("extension", ["pcap", "pcapng"])
def test_thousands_of_tenants_with_16_file_descriptors(split, extension):
    """In turn and in bursts. Some frames are longer than the buffer of a file."""
    source = random.Random(1)
    vsids = list(range(100_000, 104_000)) * 3 + source.choices(range(100_000, 104_000), k=4000)
    items = [tunnel(vsid, frame(n, source.choice([60, 60, 60, 1500])))
             for n, vsid in enumerate(vsids)]
    items[50] = tunnel(vsids[50], frame(50, 60_000))
    _, files = split(pcapfile.pcap(items), f"%v.{extension}", preexec_fn=limited(NOFILE=16))
    got = {name: [item[14:18] for item in pcapfile.frames(data)] for name, data in files.items()}
    expected = {f"{vsid}.{extension}": [item[14:18] for item in frames]
                for vsid, frames in by_vsid(zip(vsids, range(len(vsids)))).items()}

    assert got == expected
    assert len(files[f"{vsids[50]}.{extension}"]) > 60_000


def test_memory_is_bounded(start, command, tmp_path):
    """At most 64 MiB wait to be written. Without the limit it would be twice as much."""
    tenants, length = 5000, 15_000
    large = [tunnel(5001 + number, frame(number, 40_000)) for number in range(100)]
    record = bytearray(pcapfile.pcap_record(packet(tunnel(0, frame(0, length)))))
    assert record[16 + 38:16 + 42] == b"\0\0\0\x5A"
    data = bytearray(pcapfile.pcap(large))
    for number in range(2 * tenants):
        record[16 + 38:16 + 41] = (5001 + number % tenants).to_bytes(3, "big")
        data += record
    (tmp_path / "out").mkdir()
    process = start("decap", "--split", tmp_path / "out/%v.pcap", "-")
    process.feed(data)
    wait_until(lambda: waits(process))
    if b"__asan_" not in command.read_bytes():
        assert peak_memory(process) < 100 << 20
    process.end()
    sizes = [path.stat().st_size for path in (tmp_path / "out").iterdir()]
    assert len(sizes) == tenants and sum(sizes) > 2 * tenants * length


def test_interfaces_that_are_remembered_are_bounded(split):
    """If many tenants have many interfaces each, the interfaces are described again."""
    ifaces, vsids = 1030, 600
    blocks = [W.enhanced(tunnel(5001 + n, frame(n)[:18])) for n in range(vsids)]
    data = W.section() + b"".join(W.interface((9, bytes([6 + n % 4]))) for n in range(ifaces))
    for number in [*range(ifaces), 0, 1029]:
        word = number.to_bytes(4, "little")
        data += b"".join(block[:8] + word + block[12:16] + word + block[20:] for block in blocks)
    _, files = split(data, "%v.pcapng")

    assert len(files) == vsids
    sections = [block.kind for data in files.values()
                for block in pcapfile.blocks(data)].count(pcapfile.SECTION)
    assert vsids < sections <= 3 * vsids
    for n in (0, 1, vsids - 1):
        assert [(item.data, item.time) for item in pcapfile.read(files[f"{5001 + n}.pcapng"])] == [
            (frame(n)[:18], Fraction(number, 10**(6 + number % 4)))
            for number in [*range(ifaces), 0, 1029]]


def test_no_more_than_65536_files(split):
    """Packets of further tenants are reported, and no packet of the first ones is lost."""
    vsids = list(range(5000, 5000 + 65_537)) + [5000, 100_000]
    done, files = split(pcapfile.pcap([tunnel(vsid, frame(0)) for vsid in vsids]), code=3)
    assert len(files) == 65_536 and "70536.pcap" not in files
    assert len(pcapfile.frames(files["5000.pcap"])) == 2
    assert ("packet 65537: lost: no file for VSID 70536, as there are 65536 already"
            in done.stderr)
    assert "not handled, lost: the output cannot hold it: 2\n" in done.stderr


# ---- Packets that are not split ----

MIXED = pcapfile.pcap([tunnel(5001, frame(1)), ECHO, tunnel(6001, b"short"), tunnel(6001, frame(2))])


def test_without_out_the_rest_is_left_out(split):
    done, files = split(MIXED, code=3)
    assert sorted(files) == ["5001.pcap", "6001.pcap"]
    assert "left out, not NVGRE: 1\n" in done.stderr
    assert "packet 3: " in done.stderr and "; left out\n" in done.stderr


def test_out_gets_the_rest(split, tmp_path):
    done, files = split(MIXED, out=[tmp_path / "rest.pcapng"], code=3)
    assert sorted(files) == ["5001.pcap", "6001.pcap"]
    rest = pcapfile.frames((tmp_path / "rest.pcapng").read_bytes())
    assert rest == [ECHO, tunnel(6001, b"short")]
    assert "kept, not NVGRE: 1\n" in done.stderr and "written: 4 packets" in done.stderr


def test_selecting(split, tmp_path):
    rest = tmp_path / "rest"
    data = pcapfile.pcap([tunnel(vsid, frame(n)) for n, vsid in enumerate([5001, 6001, 7001] * 3)])
    _, files = split(data, "%v", "--vsid-filter", "5001,6001", "--include", "4-", out=[rest])
    assert {name: pcapfile.frames(data) for name, data in files.items()} == {
        "5001": [frame(3), frame(6)], "6001": [frame(4), frame(7)]}
    assert len(pcapfile.frames(rest.read_bytes())) == 5


def test_reassembled_packets_and_sections(split):
    """Fragments that are incomplete at the end of a section still belong to that section."""
    def section(order, tsresol, start):
        w = Writer(order)
        whole = tunnel(5001, frame(start, 100))
        pieces = [wire.ethernet("02:00:c0:a8:04:0b", "02:00:c0:a8:04:16", wire.ipv4(
            "192.168.4.11", "192.168.4.22", part, ident=start, fragment=field))
            for part, field in ((whole[34:74], 0x2000), (whole[74:], 5))]
        return (w.section() + w.interface((9, bytes([tsresol])))
                + b"".join(w.enhanced(data, (1, b"a comment"), ticks=10 ** tsresol * (start + n))
                           for n, data in enumerate([tunnel(5001, frame(start)), pieces[1],
                                                     pieces[0], tunnel(6001, frame(start))])))

    _, files = split(section("<", 6, 1) + section(">", 9, 11) + section("<", 3, 21), "%v.pcapng")
    packets = {name: [(item.data, item.time) for item in pcapfile.read(data)]
               for name, data in files.items()}
    assert packets == {
        "5001.pcapng": [item for at in (1, 11, 21) for item in (
            (frame(at), at), (frame(at, 100), at + 2))],
        "6001.pcapng": [(frame(at), at + 3) for at in (1, 11, 21)]}
    for name, count in (("5001.pcapng", 6), ("6001.pcapng", 3)):
        assert files[name].count(b"a comment") == count


# ---- Tenants' names ----

def test_merged_files_give_the_tunnels_back(split, encap, tmp_path):
    """The interface in each file names its VSID, also after mergecap."""
    sample = (CAPTURES / "two-tenants.pcap").read_bytes()
    _, files = split(sample, "%v.pcapng")
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    merged = tmp_path / "merged.pcapng"
    subprocess.run(["mergecap", "-w", merged, *(tmp_path / name for name in files)], check=True,
                   timeout=60)
    back = encap(merged.read_bytes(), vsid="from-interface").out
    assert [data[34:42] for data in pcapfile.frames(back)] == [
        data[34:42] for data in pcapfile.frames(sample)]


@pytest.mark.parametrize("pattern, name", [
    ("%v", "5001"), ("%%%v%%.pcap", "%5001%.pcap"), ("a%v b", "a5001 b"), ("%v%%v", "5001%v")])
def test_patterns(split, pattern, name):
    _, files = split(pcapfile.pcap([tunnel(5001, frame(0))]), pattern)
    assert list(files) == [name]


@pytest.mark.parametrize("pattern", ["", "out.pcap", "%v%v", "%d-%v", "%v%", "%", "%v/out.pcap",
                                     "%%v", "%v/%v.pcap"])
def test_patterns_that_are_none(run, tmp_path, pattern):
    (tmp_path / "in").write_bytes(MIXED)
    done = run("decap", "--split", pattern, "in", cwd=tmp_path, code=2)
    assert "--split" in done.stderr and done.stderr.count("\n") == 1
    assert os.listdir(tmp_path) == ["in"]


def test_keeping_others_needs_a_place(run, tmp_path):
    (tmp_path / "in").write_bytes(MIXED)
    done = run("decap", "--split", "%v", "--others=keep", "in", cwd=tmp_path, code=2)
    assert done.stderr.startswith("nvgre-pcap decap: OUT is needed with --others=keep (")


def test_others_may_be_dropped_in_words_too(split):
    done, files = split(MIXED, "%v", "--others=drop", code=3)
    assert sorted(files) == ["5001", "6001"]
    assert done.stderr == split(MIXED, "%v", code=3)[0].stderr


# ---- Failures ----

def failed(run, folder, *line, code=1, **options):
    """A run that leaves no files."""
    before = sorted(folder.rglob("*"))
    done = run("decap", "--split", *line, code=code, cwd=folder, **options)
    assert sorted(folder.rglob("*")) == before
    return done.stderr


@pytest.fixture(name="folder")
def folder_with_input(tmp_path):
    """A folder with the capture in.pcap."""
    (tmp_path / "in.pcap").write_bytes(MIXED)
    return tmp_path


def test_no_such_folder(run, folder):
    message = failed(run, folder, "nowhere/%v.pcap", "in.pcap")
    assert message == "nowhere/%v.pcap: cannot create: No such file or directory\n"


def test_name_of_a_folder(run, folder):
    (folder / "6001.pcap").mkdir()
    message = failed(run, folder, "%v.pcap", "in.pcap", "-q")
    assert "%v.pcap: VSID 6001: cannot create: not a regular file\n" in message


@pytest.mark.parametrize("link", [os.link, os.symlink, None], ids=["hard", "symbolic", "same"])
def test_input_is_never_overwritten(run, folder, link):
    name = "5001.pcap"
    if link:
        link(folder / "in.pcap", folder / name)
        name = "in.pcap"
    else:
        (folder / "in.pcap").rename(folder / name)
    message = failed(run, folder, "%v.pcap", name, "-q")
    assert "%v.pcap: VSID 5001: is also the input; the input is never overwritten\n" in message
    assert (folder / "5001.pcap").read_bytes() == MIXED


def test_name_that_is_too_long(run, folder):
    """Reported at the first packet of that tenant, not at the end."""
    (folder / "in.pcap").write_bytes(pcapfile.pcap([tunnel(vsid, frame(0)) for vsid in (1, 5001)]))
    name = "x" * 252 + "%v"
    message = failed(run, folder, name, "in.pcap", "-q")
    assert message == f"{name}: VSID 5001: cannot create: File name too long\n"


def test_standard_output_is_no_tenants_file(run, folder):
    with (folder / "5001.pcap").open("wb") as stdout:
        message = failed(run, folder, "%v.pcap", "in.pcap", "-", "-q", stdout=stdout)
    assert "%v.pcap: VSID 5001: is also standard output\n" in message


@pytest.mark.parametrize("out", ["5001.pcap", "./16777215.pcap", "sub/../0.pcap", "link"])
def test_out_is_no_tenants_file(run, folder, out):
    (folder / "sub").mkdir()
    (folder / "7001.pcap").touch()
    (folder / "link").symlink_to("7001.pcap")
    message = failed(run, folder, "%v.pcap", "in.pcap", out, code=2)
    assert message == f"{out}: is also the name of a tenant's file\n"


@pytest.mark.parametrize("out", ["05001.pcap", "x5001.pcap", "5001.pcapng", "sub/5001.pcap", ".pcap"])
def test_out_beside_tenants_files(run, folder, out):
    (folder / "sub").mkdir()
    run("decap", "--split", "%v.pcap", "in.pcap", out, cwd=folder, code=3)
    assert {path.name for path in folder.glob("*.pcap")} >= {"5001.pcap", "6001.pcap"}
    assert ECHO in (folder / out).read_bytes()


def test_out_that_cannot_be_written(run, folder):
    message = failed(run, folder, "%v.pcap", "in.pcap", "/dev/full", "-q")
    assert message.endswith("/dev/full: cannot write: No space left on device\n")


def test_file_size_limit(run, folder):
    """A failed write leaves no files and no new folder."""
    (folder / "in.pcap").write_bytes(pcapfile.pcap(
        [tunnel(5001 + number % 3, frame(number, 1000)) for number in range(300)]))
    message = failed(run, folder, "%v.pcap", "in.pcap", preexec_fn=limited(FSIZE=20_000))
    assert "File too large" in message and message.count("\n") == 1


def test_old_files_stay_where_it_fails_and_keep_their_mode(run, folder):
    (folder / "5001.pcap").write_bytes(b"old")
    (folder / "5001.pcap").chmod(0o640)
    failed(run, folder, "%v.pcap", "in.pcap", "--strict")
    assert (folder / "5001.pcap").read_bytes() == b"old"
    run("decap", "--split", "%v.pcap", "in.pcap", cwd=folder, code=3)
    assert pcapfile.frames((folder / "5001.pcap").read_bytes()) == [frame(1)]
    assert stat.S_IMODE((folder / "5001.pcap").stat().st_mode) == 0o640


def test_no_packets_no_files(split):
    done, files = split(pcapfile.pcap([]))
    assert files == {} and "files of tenants" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_complete_the_files(start, folder, number):
    process = start("decap", "--split", "%v.pcap", "-", cwd=folder)
    process.feed(pcapfile.pcap([tunnel(5001, frame(n)) for n in range(3)]))
    wait_until(lambda: waits(process))
    process.send_signal(signal.SIGUSR1)
    process.read(process.stderr, lambda text: b"decapsulated: 3" in text)
    process.send_signal(number)
    process.end(code=-number)
    assert len(pcapfile.frames((folder / "5001.pcap").read_bytes())) == 3
    assert sorted(os.listdir(folder)) == ["5001.pcap", "in.pcap"]


@pytest.mark.parametrize("tag", ["interface", "comment"])
def test_tags_need_pcapng(run, folder, tag):
    message = failed(run, folder, "%v.pcap", "--tag", tag, "in.pcap", code=2)
    assert message == "%v.pcap: only pcapng has tags; name it so, or use -F pcapng\n"
