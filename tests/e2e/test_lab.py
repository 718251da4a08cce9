# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/lab.md, which scripts/lab.sh runs: it matches the output and the received packets."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

import pcapfile
from conftest import BUILD, CAPTURES, ROOT
from documents import commands, parts
from processes import wait_until
from wireshark import sanitizers

SCRIPT = ROOT / "scripts/lab.sh"
DOCUMENT = ROOT / "docs/lab.md"
TIMEOUT = 200  # seconds, more than the script's own limit
TENANTS = {"blue": "plain-blue.pcap", "red": "plain-red.pcap"}
SENT = {"replayed", "met"}  # captures of one host's frames; the others have all frames
HERE = {"blue": "060600000005", "red": "080800000005"}  # the machine on that host

pytestmark = pytest.mark.skipif(
    "CI" not in os.environ and (os.geteuid() != 0 or not os.path.exists("/dev/net/tun")),
    reason="network namespaces and tap interfaces need root")


@pytest.fixture(autouse=True, scope="module")
def plugin_for_tshark():
    """The lab shows the plugin in the installed tshark."""
    if "CI" not in os.environ and not (BUILD / "plugins").is_dir():
        pytest.skip("the plugin is not built")
    if sanitizers():
        pytest.skip("tshark does not load a plugin with sanitizers by itself")


@pytest.fixture(scope="module", name="folder")
def lab_folder(tmp_path_factory):
    """The folder for the captures."""
    return tmp_path_factory.mktemp("lab") / "captures"


def start(folder, *arguments, **options):
    """Starts the script."""
    return subprocess.Popen(
        [SCRIPT, *arguments], env={**os.environ, "NVGRE_BUILD": str(BUILD), "LAB": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.fixture(scope="module", name="played")
def played_once(folder):
    """The complete output of the script."""
    process = start(folder, stdin=subprocess.DEVNULL)
    try:
        stdout, stderr = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
    assert process.returncode == 0, f"{stdout}\n{stderr}"
    assert stderr == ""
    return stdout


def left_behind(folder):
    """Processes of a lab, and sockets with names that it uses."""
    mark = f"LAB={folder}".encode()
    found = [line for line in Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()
             if "nvgre-lab" in line]
    found += [name for name in ("/run/nvgre-lab", "/run/netns/sender", "/run/netns/endpoint",
                                "/sys/class/net/wire0", "/sys/class/net/underlay")
              if os.path.exists(name)]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text(encoding="utf-8"))
        except OSError:
            pass  # the process has ended
    return found


def comparable(text):
    """The lines without times and rates."""
    text = re.sub(r"in [0-9.]+ seconds", "in T seconds", text)
    text = re.sub(r"Rated: .*", "Rated: R", text)
    return [line for line in text.splitlines() if line.strip()]


def test_document_tells_what_is_printed(played, folder):
    """Every line: commands and their output."""
    told = "\n".join(("    $ " if part.kind == "sh" else "") + line
                     for part in parts(DOCUMENT) for line in part.lines)
    assert comparable(played) == comparable(f"{told}\nCaptures: {folder}\n")


@pytest.mark.parametrize("tenant", TENANTS)
@pytest.mark.parametrize("name", ["replayed", "encap", "met"])
@pytest.mark.usefixtures("played")
def test_tenants_get_their_frames(folder, name, tenant):
    """The frames from the host at the wire's near end, or all frames that were encapsulated."""
    expected = pcapfile.frames((CAPTURES / TENANTS[tenant]).read_bytes())
    if name in SENT:
        expected = [frame for frame in expected if frame[6:12].hex() == HERE[tenant]]
    arrived = pcapfile.frames((folder / f"{name}-{tenant}.pcap").read_bytes())
    assert len(arrived) > 8
    assert sorted(arrived) == sorted(expected)


@pytest.mark.usefixtures("played")
def test_strangers_get_nothing(folder):
    """A VSID or a host that the endpoint does not know: all frames arrive on the wire, none at a
    tenant."""
    for name, count in (("stranger", 18), ("moved", 19)):
        arrived = {port: len(pcapfile.frames((folder / f"{name}-{port}.pcap").read_bytes()))
                   for port in ("wire1", "blue", "red")}
        assert arrived == {"wire1": count, "blue": 0, "red": 0}


@pytest.mark.usefixtures("played")
def test_nothing_is_left_behind(folder):
    assert left_behind(folder) == []


def test_by_hand(folder):
    """The document's command blocks, pasted into the lab's shell, up to the first arrivals."""
    wanted = [part.section for part in parts(DOCUMENT) if re.match("[123]", part.section)]
    folder = folder.with_name("by-hand")
    process = start(folder, "shell", stdin=subprocess.PIPE)
    try:
        stdout, stderr = process.communicate(commands(DOCUMENT, *wanted), timeout=TIMEOUT)
    finally:
        process.kill()
    assert process.returncode == 0, stderr
    assert "blue: 10\nred: 9\n" in stdout
    assert left_behind(folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_lab_that_is_broken_off(folder, number):
    """Interrupted in the middle, with Open vSwitch and tcpdump running."""
    folder = folder.with_name(f"broken-{number}")
    process = start(folder, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        end = time.monotonic() + 60
        while not (folder / "replayed-red.pcap").exists() and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert any("ovs-vswitchd" in line for line in left_behind(folder))
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # the same as a terminal
        else:
            process.send_signal(number)
        wait_until(lambda: left_behind(folder) == [])
        assert process.wait(5) != 0
    finally:
        process.kill()
        process.communicate()


def test_wrong_use(tmp_path):
    process = start(tmp_path / "lab", "shells")
    assert "usage" in process.communicate(timeout=TIMEOUT)[1]
    assert process.returncode == 2 and not (tmp_path / "lab").exists()
