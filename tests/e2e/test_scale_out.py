# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/scale-out.md on a cluster: its commands, their output, and their results."""

import os
import re
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

import pcapfile
from cluster import cluster
from conftest import CAPTURES, COMMAND, ROOT
from documents import parts
from processes import wait_until

DOCUMENT = ROOT / "docs/scale-out.md"
VARIANTS = {"Slurm": "slurm", "GNU parallel": "parallel"}
FILES, DAMAGED = 12, (4, 9)

pytestmark = pytest.mark.skipif("CI" not in os.environ and os.geteuid() != 0,
                                reason="a cluster of one's own needs root")


@pytest.fixture(scope="module", name="running")
def running_cluster(tmp_path_factory):
    """One cluster for both variants."""
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, COMMAND.parent) as running:
        yield running
    wait_until(lambda: not runs_in(folder))


def runs_in(folder):
    """Whether a process of the cluster is there."""
    mark = f"SLURM_CONF={folder}/slurm.conf".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                return True
        except OSError:
            pass  # the process has ended
    return False


def shifted(items, seconds):
    """Packets at other times."""
    return [item._replace(time=item.time + seconds) for item in items]


@pytest.fixture(params=VARIANTS, name="section")
def section_of_variant(request):
    """The document's section."""
    return request.param


@pytest.fixture(name="home")
def home_with_an_archive(tmp_path):
    """Twelve captures of several formats with overlapping times. One is not a capture, and one is
    cut."""
    (tmp_path / "nvgre").symlink_to(ROOT)
    packets = pcapfile.read((CAPTURES / "two-tenants.pcap").read_bytes())
    for folder in ("captures", "backup"):
        (tmp_path / "archive" / folder).mkdir(parents=True)
        for number in range(1, FILES + 1):
            data = pcapfile.pcap(shifted(packets, Fraction(number * 7 % FILES, 1000)))
            (tmp_path / "archive" / folder / f"{number:02}.pcap").write_bytes(data)
    nothing, cut = (tmp_path / f"archive/captures/{number:02}.pcap" for number in DAMAGED)
    nothing.write_bytes(b"no capture at all, but a text of some length\n")
    cut.write_bytes(cut.read_bytes()[:-10])
    return tmp_path


def section_script(section):
    """A shell script with the commands of some sections. It prints a line after each block."""
    return "".join("\n".join(part.lines) + "\necho '<end of block>'\n"
                   for part in parts(DOCUMENT) if part.kind == "sh" and part.section in section)


def told(sections):
    """The output of blocks as in the document. Empty for blocks without output."""
    found = []
    for part in parts(DOCUMENT):
        if part.section in sections and part.kind in ("sh", "text"):
            found.append("" if part.kind == "sh" else "".join(f"{line}\n" for line in part.lines))
            if part.kind == "text":
                del found[-2]
    return found


def test_document(running, section, home, run, tmp_path):
    """The commands in order and their output. The result is the same as from single commands in
    sequence."""
    sections = ("The archive", section, "Merging")
    printed = running.sh(section_script(sections), home)
    assert printed.split("<end of block>\n")[:-1] == told(sections)
    archive = home / "archive"
    serial = tmp_path / "serial"
    serial.mkdir()
    for path in sorted((archive / "backup").iterdir()):
        run("decap", "-q", "--vsid-filter", "5001", "--others=drop", path, serial / path.name)
    results = {path.name: path.read_bytes() for path in (archive / "blue/captures").iterdir()}
    assert results == {path.name: path.read_bytes() for path in serial.iterdir()}
    expected = sorted((item for _, data in sorted(results.items()) for item in pcapfile.read(data)),
                      key=lambda item: item.time)
    merged = pcapfile.read((archive / "blue.pcapng").read_bytes())
    assert [(item.time, item.data) for item in merged] == [
        (item.time, item.data) for item in expected]
    assert len(merged) == FILES * 18
    assert list((archive / "blue.work").iterdir()) == []
    assert [path for path in (archive / "blue.failed").rglob("*") if path.is_file()] == []


def task(home, file, *command, code=0, **variables):
    """Runs one task. Returns its messages."""
    done = subprocess.run([ROOT / "scripts/scale-out/task.sh", "out", file, *command], cwd=home,
                          env={**os.environ, **variables}, capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode == code, done.stderr
    return done.stderr


def test_task_that_is_done_is_not_done_again(tmp_path):
    """A task that failed runs again. Its partial output is removed."""
    (tmp_path / "a").mkdir()
    copy = ("sh", "-c", 'echo once >>runs; cp "$1" "$2"; exit "${CODE:-0}"', "copy")
    (tmp_path / "a/b.pcap").write_bytes(b"data")
    task(tmp_path, "a/b.pcap", *copy, CODE="3", code=3)
    assert not (tmp_path / "out/a/b.pcap").exists()
    assert (tmp_path / "out.failed/a/b.pcap").read_text() == "exit code 3\n"
    for _ in range(2):
        task(tmp_path, "a/b.pcap", *copy)
    assert (tmp_path / "out/a/b.pcap").read_bytes() == b"data"
    assert (tmp_path / "runs").read_text() == "once\nonce\n"
    assert not (tmp_path / "out.failed/a/b.pcap").exists()


def test_number_behind_the_list(tmp_path):
    """Slurm got more tasks than there are files."""
    (tmp_path / "list").write_text("a.pcap\n")
    assert "no file" in task(tmp_path, "@list", "cp", code=2, SLURM_ARRAY_TASK_ID="2")
    assert [path.name for path in tmp_path.iterdir()] == ["list"]


def test_info_by_a_shell(tmp_path):
    """As the document describes for commands that print to standard output."""
    (tmp_path / "b.pcap").write_bytes((CAPTURES / "two-tenants.pcap").read_bytes())
    command = re.search(r"`(sh -c 'nvgre-pcap info.*)`", DOCUMENT.read_text())[1]
    line = f"{ROOT}/scripts/scale-out/task.sh out b.pcap {command}"
    subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True, timeout=20,
                   env={**os.environ, "PATH": f"{COMMAND.parent}:{os.environ['PATH']}"})
    assert '"command"' in (tmp_path / "out/b.pcap").read_text()


def test_missing_results_are_not_merged(tmp_path):
    (tmp_path / "list").write_text("a.pcap\nb.pcap\n")
    done = subprocess.run([ROOT / "scripts/scale-out/merge.sh", "out", "list", "merged"],
                          cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "2\tb.pcap\tnot run" in done.stderr and "not merged" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["list"]
